"""Reads a text once for everyone: its language, its vector, what is wanted and how it feels.

The vector is the dear part (about ten milliseconds), so intent and emotion share it. A text that
looks like several wishes is read once more in its parts, all embedded in one batch with the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain import Emotion
from bot.language.embed import Embedder
from bot.language.emotion import EmotionScorer
from bot.language.intents import IntentReader, IntentReading
from bot.language.language_id import detect
from bot.language.parts import split_wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read from one text."""

    language: str
    """ISO 639-1."""
    intent: IntentReading
    emotion: Emotion
    vector: NDArray[np.float32]
    parts: tuple[IntentReading, ...] = ()
    """What each wish of a text with several wants, in order; empty where there is one."""


class Reader:
    """The local models together."""

    def __init__(self, embedder: Embedder, intents: IntentReader, emotions: EmotionScorer) -> None:
        self._embedder = embedder
        self._intents = intents
        self._emotions = emotions

    async def read(self, text: str, *, prior: str | None = None) -> Reading:
        """Read one text; `prior` is the conversation's language."""
        wishes = split_wishes(text)
        parts = wishes if len(wishes) > 1 else ()
        vector, *others = await self._embedder.embed([text, *parts])
        return Reading(
            language=detect(text, prior=prior),
            intent=self._intents.read(text, vector),
            emotion=self._emotions.score([text], vector[None, :])[0],
            vector=vector,
            parts=tuple(map(self._intents.read, parts, others)),
        )

    async def emotions(self, texts: Sequence[str]) -> tuple[Emotion, ...]:
        """Read only how these texts feel."""
        vectors: NDArray[Any] = await self._embedder.embed(list(texts))
        return tuple(self._emotions.score(list(texts), vectors))

    async def warm_up(self) -> None:
        """Load the models now, so that the first customer does not wait for them."""
        await self.read("hello")
