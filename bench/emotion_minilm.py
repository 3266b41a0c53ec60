"""A small English emotion encoder of another make, the reference, run by NumPy.

`all-MiniLM-L6-v2`, fine-tuned on GoEmotions with heads for seven emotions, three polarities, and
valence with arousal. Slow and plain; bench/emotion_reference.py asks it once and keeps the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf
from tokenizers.implementations import BertWordPieceTokenizer

from bot.domain import Polarity, PrimaryEmotion

PRIMARIES: Final = tuple(
    map(PrimaryEmotion, "happy sad angry fearful surprised disgusted neutral".split())
)
"""The order of its first head."""
POLARITIES: Final = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE)
HEADS: Final = ("emo", "pol", "va")
SIZES: Final = (7, 3, 2)
LAYERS: Final = 6
ATTENTION: Final = 12
WIDTH: Final = 384
TOKENS_MAX: Final = 48
EPSILON: Final = 1e-12
AT_ONCE: Final = 64
VOCABULARY: Final = "vocab.txt"
"""The usual list of 30,522 pieces for lower-cased English."""

Numbers = NDArray[np.float32]


class MiniLm:
    """Weights and tokenizer of a folder of NumPy archives."""

    def __init__(self, folder: Path, vocabulary: Path | None = None) -> None:
        kept: dict[str, NDArray[np.generic]] = {}
        for path in sorted(folder.glob("model_*.npz")):
            with np.load(path) as archive:
                kept |= {name: archive[name] for name in archive.files}
        words = "b.embeddings.word_embeddings.weight"
        table = kept.pop(f"{words}__q").astype(np.float32)
        self._words: Numbers = table * kept.pop(f"{words}__s").astype(np.float32)
        self._weights = {name: value.astype(np.float32) for name, value in kept.items()}
        found = str(vocabulary or folder / VOCABULARY)
        self._tokenizer = BertWordPieceTokenizer(found, lowercase=True)
        self._tokenizer.enable_truncation(TOKENS_MAX)

    def scores(self, texts: Sequence[str]) -> Numbers:
        """What the three heads say of each text, of shape (n, 12), before any curve."""
        ids = [self._tokenizer.encode(text).ids for text in texts]
        scores = np.zeros((len(texts), sum(SIZES)), np.float32)
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        for begin in range(0, len(order), AT_ONCE):
            places = order[begin : begin + AT_ONCE]
            scores[places] = self._read([ids[place] for place in places])
        return scores

    def _read(self, batch: Sequence[Sequence[int]]) -> Numbers:
        width = max(map(len, batch))
        ids = np.zeros((len(batch), width), np.int64)
        for row, own in enumerate(batch):
            ids[row, : len(own)] = own
        # No text has the padding's piece, 0, of its own.
        is_read = (ids != 0)[..., None]
        states = self._words[ids] + self._of("embeddings.position_embeddings.weight")[:width]
        states = states + self._of("embeddings.token_type_embeddings.weight")[0]
        states = self._normal(states, "embeddings.LayerNorm")
        hidden = np.where(is_read[:, None, None, :, 0], 0.0, -1e9).astype(np.float32)
        for layer in range(LAYERS):
            states = self._block(states, hidden, f"encoder.layer.{layer}")
        pooled = (states * is_read).sum(1) / is_read.sum(1)
        weights = self._weights
        heads = [pooled @ weights[f"{head}.weight"].T + weights[f"{head}.bias"] for head in HEADS]
        return np.concatenate(heads, axis=1, dtype=np.float32)

    def _block(self, states: Numbers, hidden: Numbers, name: str) -> Numbers:
        size, tokens, _width = states.shape

        def heads(part: str) -> Numbers:
            dense = self._dense(states, f"{name}.attention.self.{part}")
            return dense.reshape(size, tokens, ATTENTION, -1).transpose(0, 2, 1, 3)

        likeness = heads("query") @ heads("key").transpose(0, 1, 3, 2)
        weights = _shares(likeness / np.float32(np.sqrt(WIDTH // ATTENTION)) + hidden)
        seen = (weights @ heads("value")).transpose(0, 2, 1, 3).reshape(size, tokens, WIDTH)
        seen = self._dense(seen, f"{name}.attention.output.dense")
        states = self._normal(states + seen, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._dense(states, f"{name}.intermediate.dense"))
        dense = self._dense(inner, f"{name}.output.dense")
        return self._normal(states + dense, f"{name}.output.LayerNorm")

    def _of(self, name: str) -> Numbers:
        return self._weights[f"b.{name}"]

    def _dense(self, states: Numbers, name: str) -> Numbers:
        return states @ self._of(f"{name}.weight").T + self._of(f"{name}.bias")

    def _normal(self, states: Numbers, name: str) -> Numbers:
        mean = states.mean(-1, keepdims=True)
        spread = np.sqrt(((states - mean) ** 2).mean(-1, keepdims=True) + np.float32(EPSILON))
        return (states - mean) / spread * self._of(f"{name}.weight") + self._of(f"{name}.bias")


def split(scores: Numbers) -> Mapping[str, Numbers]:
    """The scores by head."""
    return dict(zip(HEADS, np.split(scores, np.cumsum(SIZES)[:-1], axis=1), strict=True))


def _shares(scores: Numbers) -> Numbers:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _gelu(x: Numbers) -> Numbers:
    return 0.5 * x * (1.0 + erf(x * np.float32(np.sqrt(0.5))))
