"""Emotions for async callers: the scorer in a thread of its own, off the event loop.

A long request goes in pieces, so that a customer's turn never waits for a whole backlog.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from bot.domain import Emotion
from bot.language.emotion import Scorer
from bot.language.emotion_input import Spoken

PIECE: Final = 16
"""Messages that are read before anybody else gets a turn on the model."""


class EmotionReader:
    """A scorer that any number of tasks may ask at once."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.waiting = 0
        """Messages that somebody has asked for and that are not read yet."""
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="emotions")

    @property
    def name(self) -> str:
        """Name and version of the scorer, as stored with its readings."""
        return self.scorer.name

    async def read(self, spoken: Sequence[Spoken]) -> tuple[Emotion, ...]:
        """How these messages feel, in their order."""
        # Like lengths in one piece, or one long letter makes fifteen short ones dear.
        order = sorted(range(len(spoken)), key=lambda index: len(spoken[index].text))
        felt: dict[int, Emotion] = {}
        loop = asyncio.get_running_loop()
        self.waiting += len(spoken)
        try:
            for start in range(0, len(order), PIECE):
                places = order[start : start + PIECE]
                piece = [spoken[place] for place in places]
                scored = await loop.run_in_executor(self._executor, self.scorer.score, piece)
                felt |= dict(zip(places, scored, strict=True))
        finally:
            self.waiting -= len(spoken)
        return tuple(felt[place] for place in range(len(spoken)))
