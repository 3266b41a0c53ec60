"""A scorer that reads what a test has told it, in place of the model: by words in the text.

Stories on triggers use it, so that no version of the model decides how they end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.language.emotion_input import Spoken
from bot.language.intents import IntentReader
from bot.language.reader import Reader

GOOD = frozenset({PrimaryEmotion.HAPPY, PrimaryEmotion.SURPRISED})


def feels(primary: str, intensity: float = 0.0, escalate: float = 0.0) -> Emotion:
    """An emotion; the polarity is that of the feeling."""
    kind = PrimaryEmotion(primary)
    side = Polarity.POSITIVE if kind in GOOD else Polarity.NEGATIVE
    return Emotion(
        primary=kind,
        polarity=Polarity.NEUTRAL if kind is PrimaryEmotion.NEUTRAL else side,
        intensity=intensity,
        confidence=0.9,
        scorer="told-1",
        escalate=escalate,
    )


def coldly(intensity: float, escalate: float) -> Emotion:
    """A bad thing told without any feeling."""
    return replace(feels("neutral", intensity, escalate), polarity=Polarity.NEGATIVE)


class Told:
    """Reads a text by the first of these words that stands in it; calm where none does."""

    def __init__(self, words: Mapping[str, Emotion]) -> None:
        self.name = "told-1"
        self.read: list[Spoken] = []
        """All that was asked for."""
        self._words = words

    def score(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        """In their order."""
        self.read += spoken
        return [self._of(each.text) for each in spoken]

    def _of(self, text: str) -> Emotion:
        told = (felt for words, felt in self._words.items() if words in text)
        return next(told, feels("neutral", 0.05))


class NoEmbedder:
    """Where no sentence vector is wanted."""

    async def embed(self, texts: Sequence[str]) -> Any:
        raise AssertionError(f"nobody should embed {len(texts)} texts here")


def reader_of(scorer: Any, embedder: Any = None) -> Reader:
    """A reader with that scorer."""
    return Reader(embedder or NoEmbedder(), IntentReader.load(), scorer)
