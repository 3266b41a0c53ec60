"""The emotion model as PyTorch trains it: a BERT encoder of few layers, with linear heads.

It starts from the sentence encoder that ships: the lower layers of its 8-bit weights, made floats
again. Word and place embeddings stay as they are, so that words no training line holds keep their
meaning in all three languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from bot.language.embed import ENCODER_FOLDER
from bot.language.emotion import HEADS, POLARITIES, PRIMARIES
from bot.language.emotion_input import PAD_ID

LAYERS: Final = 8
"""Of the encoder's twelve: two thirds of the time, for a point of macro-F1."""
WIDTH: Final = 384
ATTENTION: Final = 12
INNER: Final = 1536
WORDS: Final = 57_576
PLACES: Final = 512
EPSILON: Final = 1e-12
PUBLIC_HEADS: Final = (len(PRIMARIES), len(POLARITIES))
"""The public data is labelled by another guide, so it has heads of its own, which are not kept."""
# A large negative score, so that padding gets no attention.
_HIDDEN: Final = -1e4


class Block(nn.Module):
    """One layer: attention, then the two dense ones, each added and normalised after."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.after_attention = nn.LayerNorm(WIDTH, EPSILON)
        self.after_dense = nn.LayerNorm(WIDTH, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, hidden: Tensor) -> Tensor:
        """States of shape (n, tokens, 384); `hidden` is added to the attention's scores."""
        size, tokens, _width = states.shape

        def heads(dense: nn.Linear) -> Tensor:
            split: Tensor = dense(states).view(size, tokens, ATTENTION, -1)
            return split.transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            heads(self.query), heads(self.key), heads(self.value), attn_mask=hidden
        )
        seen = self.out(seen.transpose(1, 2).reshape(size, tokens, WIDTH))
        states = self.after_attention(states + self.dropout(seen))
        dense: Tensor = self.down(functional.gelu(self.up(states)))
        normal: Tensor = self.after_dense(states + self.dropout(dense))
        return normal


class EmotionNet(nn.Module):
    """Encoder and heads. Scores of shape (n, 12) for the trade, then (n, 10) for public lines."""

    def __init__(self, layers: int = LAYERS, dropout: float = 0.1) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.parts = nn.Embedding(2, WIDTH)
        self.normal = nn.LayerNorm(WIDTH, EPSILON)
        self.blocks = nn.ModuleList(Block(dropout) for _ in range(layers))
        self.heads = nn.Linear(2 * WIDTH, sum(HEADS) + sum(PUBLIC_HEADS))
        self.dropout = nn.Dropout(dropout)
        for frozen in (self.words, self.places):
            frozen.weight.requires_grad = False

    def forward(self, ids: Tensor, parts: Tensor) -> tuple[Tensor, Tensor]:
        """Token ids and parts of shape (n, tokens); see bot/language/emotion_input.py."""
        is_read = ids != PAD_ID
        places = self.places(torch.arange(ids.shape[1], device=ids.device))
        states = self.dropout(self.normal(self.words(ids) + places[None] + self.parts(parts)))
        hidden = (~is_read)[:, None, None, :].to(states.dtype) * _HIDDEN
        for block in self.blocks:
            states = block(states, hidden)
        own = (is_read & (parts == 0)).to(states.dtype)[..., None]
        mean = (states * own).sum(1) / own.sum(1).clamp(min=1.0)
        scores = self.heads(self.dropout(torch.cat([mean, states[:, 0]], dim=-1)))
        return scores[:, : sum(HEADS)], scores[:, sum(HEADS) :]


def start(layers: int = LAYERS, folder: Path = ENCODER_FOLDER) -> EmotionNet:
    """A net with the shipped encoder's lower layers and fresh heads."""
    graph = onnx.load(str(folder / "model.int8.onnx")).graph
    kept = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    floats = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in kept.items()}
    net = EmotionNet(layers)
    with torch.no_grad():
        net.words.weight.copy_(floats["word_q"] * floats["word_s"])
        net.places.weight.copy_(floats["pos"])
        net.parts.weight.zero_()
        net.normal.weight.copy_(floats["eg"])
        net.normal.bias.copy_(floats["eb"])
        for number, block in enumerate(net.blocks):
            _fill(block, {k.removeprefix(f"l{number}_"): v for k, v in floats.items()})
    return net


def _fill(block: nn.Module, floats: dict[str, Tensor]) -> None:
    """Weights of one layer; what evened its inputs out for 8 bits is taken back."""
    for dense, name in (("up", "fi"), ("down", "fo"), ("out", "ao")):
        layer = block.get_submodule(dense)
        even = {"fi": floats["sy"], "fo": floats["sg"]}.get(name)
        weight = floats[f"{name}_w"] * floats[f"{name}_sc"]
        layer.weight.copy_((weight if even is None else weight * even[:, None]).T)
        layer.bias.copy_(floats[f"{name}b"])
    together = (floats["qkv_w"] * floats["qkv_sc"]) * floats["sx"][:, None]
    for place, dense in enumerate(("query", "key", "value")):
        layer = block.get_submodule(dense)
        columns = slice(place * WIDTH, (place + 1) * WIDTH)
        layer.weight.copy_(together[:, columns].T)
        layer.bias.copy_(floats["qkv_b"][columns])
    for normal, number in (("after_attention", 1), ("after_dense", 2)):
        layer = block.get_submodule(normal)
        layer.weight.copy_(floats[f"g{number}"])
        layer.bias.copy_(floats[f"b{number}"])
