"""Turns lines into what the network takes: batches of like length, tensors on its device."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, TypeVar

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from bot.language.emotion import HEADS, TOKENIZER
from bot.language.emotion_input import PAD_ID, Spoken, ids_of
from bot.language.training.network import EmotionNet

LOOK: Final = 16
"""So many batches' lines are sorted by length together."""
READ_AT_ONCE: Final = 64


class HasWords(Protocol):
    """A line of any kind."""

    @property
    def spoken(self) -> Spoken:
        """What is read."""
        ...


L = TypeVar("L", bound=HasWords)


class Batcher:
    """The tokenizer, the device, and the chance by which what came before is left out."""

    def __init__(self, device: str, *, drop_before: float, seed: int) -> None:
        self.device = torch.device(device)
        self._tokenizer = Tokenizer.from_file(str(TOKENIZER))
        self._drop_before = drop_before
        self._rng = random.Random(seed)
        self._known: dict[Spoken, tuple[list[int], list[int]]] = {}

    def batches(self, lines: list[L], size: int, rng: random.Random) -> list[list[L]]:
        """All lines once, in an order drawn by `rng`, those of like length together."""
        drawn = rng.sample(lines, len(lines))
        batches: list[list[L]] = []
        for begin in range(0, len(drawn), size * LOOK):
            near = sorted(drawn[begin : begin + size * LOOK], key=self._length)
            batches += [near[place : place + size] for place in range(0, len(near), size)]
        rng.shuffle(batches)
        return batches

    def inputs(self, spoken: Sequence[Spoken], *, drops: bool = False) -> tuple[Tensor, Tensor]:
        """Ids and parts of shape (n, tokens); with `drops`, some without what came before."""
        rows = [self._encode(self._maybe_alone(each) if drops else each) for each in spoken]
        width = max(len(ids) for ids, _ in rows)
        ids = np.full((len(rows), width), PAD_ID, np.int64)
        parts = np.zeros((len(rows), width), np.int64)
        for place, (own_ids, own_parts) in enumerate(rows):
            ids[place, : len(own_ids)] = own_ids
            parts[place, : len(own_parts)] = own_parts
        return torch.from_numpy(ids).to(self.device), torch.from_numpy(parts).to(self.device)

    def scores(self, net: EmotionNet, lines: Sequence[HasWords]) -> Tensor:
        """The trade's scores of many lines, of shape (n, 12), on the processor."""
        net.eval()
        scores = torch.zeros(len(lines), sum(HEADS))
        order = sorted(range(len(lines)), key=lambda place: self._length(lines[place]))
        with torch.no_grad():
            for begin in range(0, len(order), READ_AT_ONCE):
                places = order[begin : begin + READ_AT_ONCE]
                own, _ = net(*self.inputs([lines[place].spoken for place in places]))
                scores[places] = own.float().cpu()
        return scores

    def tensor(self, numbers: object) -> Tensor:
        """Numbers as floats on the device."""
        return torch.tensor(numbers, dtype=torch.float32, device=self.device)

    def precision(self) -> AbstractContextManager[None]:
        """Half the bits where nothing is lost by it."""
        half: AbstractContextManager[None] = torch.autocast(self.device.type, torch.bfloat16)
        return half

    def _length(self, line: HasWords) -> int:
        return len(self._encode(line.spoken)[0])

    def _encode(self, spoken: Spoken) -> tuple[list[int], list[int]]:
        if spoken not in self._known:
            self._known[spoken] = ids_of(self._tokenizer, spoken)
        return self._known[spoken]

    def _maybe_alone(self, spoken: Spoken) -> Spoken:
        alone = spoken.before and self._rng.random() < self._drop_before
        return Spoken(spoken.text) if alone else spoken
