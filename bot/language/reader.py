"""Reads a text once for everyone: its language, its vector, what is wanted and how it feels.

Vector and emotion come from two small encoders, each in a thread of its own. A text that looks like
several wishes is read once more in its parts, all embedded in one batch with the whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain import Emotion
from bot.language.embed import Embedder
from bot.language.emotion import Scorer
from bot.language.emotion_input import Said, Spoken
from bot.language.emotion_reading import EmotionReader
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

    def __init__(self, embedder: Embedder, intents: IntentReader, emotions: Scorer) -> None:
        self._embedder = embedder
        self._intents = intents
        self._emotions = EmotionReader(emotions)

    @property
    def scorer(self) -> str:
        """Name and version of what reads emotions, as stored with its readings."""
        return self._emotions.name

    async def read(
        self, text: str, *, prior: str | None = None, before: Sequence[Said] = ()
    ) -> Reading:
        """Read one text.

        Args:
            text: what a customer wrote.
            prior: the conversation's language.
            before: what was said just before it, oldest first.
        """
        wishes = split_wishes(text)
        parts = wishes if len(wishes) > 1 else ()
        vectors, felt = await asyncio.gather(
            self._embedder.embed([text, *parts]),
            self._emotions.read([Spoken(text, tuple(before))]),
        )
        vector, *others = vectors
        return Reading(
            language=detect(text, prior=prior),
            intent=self._intents.read(text, vector),
            emotion=felt[0],
            vector=vector,
            parts=tuple(map(self._intents.read, parts, others)),
        )

    @property
    def emotions_waiting(self) -> int:
        """How many messages are asked for and not read yet, by everybody in this process."""
        return self._emotions.waiting

    async def emotions(self, spoken: Sequence[Spoken]) -> tuple[Emotion, ...]:
        """Read only how these messages feel, each after what came before it."""
        return await self._emotions.read(spoken)

    async def intents(self, texts: Sequence[str]) -> tuple[IntentReading, ...]:
        """Read only what these texts want, each as a whole."""
        vectors: NDArray[Any] = await self._embedder.embed(list(texts))
        return tuple(map(self._intents.read, texts, vectors))

    async def likeness(self, text: str, others: Sequence[str]) -> tuple[float, ...]:
        """How alike the meaning of a text is to each of the others, 1 for the same."""
        vectors: NDArray[Any] = await self._embedder.embed([text, *others])
        return tuple(float(each) for each in vectors[1:] @ vectors[0])

    async def warm_up(self) -> None:
        """Load the models now, so that the first customer does not wait for them."""
        await self.read("hello")
