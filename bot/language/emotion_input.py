"""What the emotion model is given of a message: its own words, then what was said just before.

Training and service both make their input here, so that they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Tokenizer

BEGIN_ID: Final = 0
PAD_ID: Final = 1
END_ID: Final = 2
TOKENS_MAX: Final = 96
"""Of a message; of a longer one the beginning and the end, where people say how they feel."""
BEFORE_TOKENS_MAX: Final = 32
"""Of what was said before, its end."""
BEFORE_MAX: Final = 2
SHORT: Final = 12
"""A message of more tokens than this speaks for itself, and is read without what came before."""
_CHARACTERS_MAX: Final = 4000
# The tokenizer refuses lone surrogates, and NUL carries no meaning.
_UNREADABLE: Final = re.compile("[\x00\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A message that came before another."""

    is_ours: bool
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A customer's message in its place."""

    text: str
    before: tuple[Said, ...] = ()
    """What was said just before it, oldest first; the last two are read."""


def ids_of(tokenizer: Tokenizer, spoken: Spoken) -> tuple[list[int], list[int]]:
    """Token ids, and for each 0 where it is of the message and 1 where of what came before."""
    own = _encode(tokenizer, spoken.text)
    if len(own) > TOKENS_MAX:
        own = own[: TOKENS_MAX // 2] + own[-TOKENS_MAX // 2 :]
    ids = [BEGIN_ID, *own, END_ID]
    before = _before(tokenizer, spoken.before) if len(own) <= SHORT else []
    return ids + before, [0] * len(ids) + [1] * len(before)


def _before(tokenizer: Tokenizer, before: Sequence[Said]) -> list[int]:
    said: list[int] = []
    for each in before[-BEFORE_MAX:]:
        said += _encode(tokenizer, f"{'us' if each.is_ours else 'me'}: {each.text}")
    return [*said[-BEFORE_TOKENS_MAX:], END_ID] if said else []


def _encode(tokenizer: Tokenizer, text: str) -> list[int]:
    readable = _UNREADABLE.sub(" ", text)
    if len(readable) > _CHARACTERS_MAX:
        readable = f"{readable[: _CHARACTERS_MAX // 2]} {readable[-_CHARACTERS_MAX // 2 :]}"
    return list(tokenizer.encode(readable, add_special_tokens=False).ids)
