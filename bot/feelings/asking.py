"""How often a customer has asked the same and got no answer: in other words too.

Only what a turn could not answer is compared, so that this costs nothing where all was answered.
bot/feelings/watching.py asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.language.numbers import fold
from bot.language.reader import Reader
from bot.store.emotion_alarms import Earlier

ALIKE_FROM: Final = 0.95
"""Likeness of two sentences from which they ask the same: with 0.93 another sauce is the same."""
SHARED_FROM: Final = 0.75
"""Of the words of both, so many are shared."""
HELD_MIN: Final = 3
"""A question of so many words that is held in a longer one is that question again."""
_WORD: Final = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
_DIGITS: Final = re.compile(r"\d+")


async def count_asked(reader: Reader, text: str, earlier: Sequence[Earlier]) -> int:
    """How often this was asked since it was last answered, this time included.

    Args:
        reader: for the likeness of sentences that share few words.
        text: what is asked now.
        earlier: the customer's messages before it, oldest first.
    """
    open_ones = [each for each in earlier if not each.is_answered]
    if not open_ones or not text.strip():
        return 1
    alike = await reader.likeness(text, [each.text for each in earlier])
    count = 1
    for each, likeness in reversed(list(zip(earlier, alike, strict=True))):
        if not is_same(text, each.text, likeness):
            continue
        if each.is_answered:
            break
        count += 1
    return count


def is_same(text: str, other: str, likeness: float) -> bool:
    """Whether two messages ask the same; other figures make it another question."""
    if set(_DIGITS.findall(text)) != set(_DIGITS.findall(other)):
        return False
    mine, theirs = _words(text), _words(other)
    shared = len(mine & theirs)
    if not shared and not likeness >= ALIKE_FROM:
        return False
    is_held = shared == min(len(mine), len(theirs)) >= HELD_MIN
    return (
        likeness >= ALIKE_FROM or is_held or shared >= SHARED_FROM * max(len(mine | theirs), 1) > 0
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(text)))
