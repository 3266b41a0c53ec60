"""Reads who the others are: "the rest kids", "half of them children", "11 kids instead of adults".

Such words count nobody by themselves; the merge works the count out once the party is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from bot.language.slot_scan import Scan

_REST = re.compile(
    r"(?:\b(?:rest|others?|remaining|remainder|resto|demas)"
    r"(?:\s{1,3}(?:of (?:them|us)|are|is|being|will be|all|son|sean|just|would be)){0,3}"
    r"|其余(?:的)?|剩下(?:的)?|其他(?:的)?)(?:都)?(?:是)?\s{0,3}$"
)
_HALF = re.compile(
    r"(?:\b(?:half|mitad)(?:\s{1,3}(?:of (?:them|us|which|whom)|are|is|being|will be|son"
    r"|de ellos|de"
    r"|the|(?:of )?the [a-z]{3,10} are|(?:de )?los [a-z]{3,10} son)){0,3}"
    r"|一半(?:都)?(?:是)?)\s{0,3}$"
)
_ALL_ARE = re.compile(
    r"(?:\b(?:kids|children|ninos)\s{1,3}(?:are|are all|all|son|son todos)|(?:小孩"
    r"|孩子)们?[都全]?是)"
    r"\s{0,3}$"
)
_INSTEAD = re.compile(
    r"(?:\b(?:instead of|rather than|in place of|not|en vez de|en lugar de)|不是)"
    r"\s{0,3}(?:the\s{1,3}|any\s{1,3})?$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A band whose count follows from the others."""

    kind: Literal["rest", "half", "none", "all"]
    code: str


def read_parts(found: Scan) -> tuple[Part, ...]:
    """The parts of a text, in order."""
    parts: list[Part] = []
    patterns: tuple[tuple[Literal["rest", "half", "none", "all"], re.Pattern[str]], ...] = (
        ("rest", _REST),
        ("half", _HALF),
        ("none", _INSTEAD),
        ("all", _ALL_ARE),
    )
    for word in found.words:
        if word.kind != "band":
            continue
        lead = found.before(word.start)
        said = (Part(kind, word.code) for kind, pattern in patterns if pattern.search(lead))
        parts += islice(said, 1)
    return tuple(parts)
