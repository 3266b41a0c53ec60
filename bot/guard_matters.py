"""Claims in words that only evidence can bear out: bargains, cover, health, dates that are open.

A matter is a way of asserting something; a draft may do so where a trusted text does, and not where
a sentence denies it, asks, or leaves it to a person. The tables are bot/guard_bargains.py,
guard_assurances.py, guard_slots.py and guard_reports.py beside this; bot/guard.py asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.guard_assurances import ASSURANCES
from bot.guard_bargains import BARGAINS
from bot.guard_reports import REPORTS
from bot.guard_slots import SLOTS

SENTENCE = re.compile(r"[^.!?。!?\n]+(?:\.(?=\d)[^.!?。!?\n]+)*[.!?。!?\n]?")
_WORD_HEAD = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,4}|\d[a-z]\d)")
_HAN = re.compile("[\u3400-\u9fff]")
_DENIED = re.compile(
    r"\b(?:no|not|nothing|none|nor|never|cannot|unable|without|nunca|sin|nada)\b"
    r"(?! (?:worries|problem))|n't\b|不(?!过|用担心)|没有|没法|无法|未"
)
_LEFT_OPEN = re.compile(
    r"can't (?:say|promise|tell|guarantee|confirm|know)|cannot (?:say|promise|tell|guarantee"
    r"|confirm)|\bnot (?:sure|able|certain)|unable|don't know|\bwhether\b|\bdepends?\b|\bask\b"
    r"|\bcheck|\bconfirm|\bperson\b|\bteam\b|\bsomeone\b|\bstaff\b|\bdoctor can\b"
    r"|no (?:puedo|podemos|se si|sabemos)|\bequipo\b|\bpersona (?:de|le|lo)\b|\balguien\b|consult"
    r"|depende|不能(?:说|保证|确认)|无法|不确定|是否|能否|能不能|同事|工作人员|确认"
)
_NEAR = 40


@dataclass(frozen=True, slots=True)
class Matter:
    """One way of asserting something."""

    code: str
    group: str
    """Matters of one group bear each other out."""
    pattern: re.Pattern[str]
    heads: frozenset[str]
    """First letters of words of which a draft has one where it asserts this; empty: not asked."""
    is_han: bool


TABLES = (
    *BARGAINS.items(), *ASSURANCES.items(), *SLOTS.items(), *REPORTS.items(),
)  # fmt: skip


def _made() -> Iterator[Matter]:
    for code, table in TABLES:
        for number, (heads, pattern) in enumerate(table):
            group = code if code in ("slot", "full") else f"{code} {number}"
            named = frozenset(head[:4] for head in heads.split())
            yield Matter(code, group, re.compile(pattern), named, bool(_HAN.search(pattern)))


MATTERS = tuple(_made())
_LATIN_ONLY = tuple(matter for matter in MATTERS if not matter.is_han)
_ASKED_IS_OPEN = frozenset({"slot", "full", "legal", "medical", "diet", "when"})
"""Codes of what a question does not assert; "shall I take $100 off?" offers it all the same."""


def broken_matters(draft: str, trusted: str, told: str = "") -> list[str]:
    """Codes of the matters that a folded draft asserts and no folded trusted text does.

    The customer's words, `told`, bear out nothing but when.
    """
    heads = frozenset(_WORD_HEAD.findall(draft))
    table = MATTERS if _HAN.search(draft) else _LATIN_ONLY
    broken: list[str] = []
    for matter in table:
        if matter.code in broken or (matter.heads and not matter.heads & heads):
            continue
        if matter.pattern.search(draft) is None:
            continue
        if matter.code == "when" and matter.pattern.search(told):
            continue
        if not asserted(draft, matter) <= _borne_out(matter.group, trusted):
            broken.append(matter.code)
    return broken


def asserted(text: str, matter: Matter) -> frozenset[bool]:
    """How a folded text says so: True without a "not" in its midst, False with one.

    Nothing where its sentences deny it, ask, or leave it to a person.
    """
    found: set[bool] = set()
    for sentence in SENTENCE.findall(text):
        match = matter.pattern.search(sentence)
        if match is None or _DENIED.search(sentence[max(0, match.start() - _NEAR) : match.start()]):
            continue
        rest = sentence[: match.start()] + sentence[match.end() :]
        is_asked = sentence.rstrip().endswith("?") or sentence.endswith("吗")
        if _LEFT_OPEN.search(rest) or (is_asked and matter.code in _ASKED_IS_OPEN):
            continue
        found.add(_DENIED.search(match[0]) is None)
    return frozenset(found)


@lru_cache(maxsize=256)
def _borne_out(group: str, trusted: str) -> frozenset[bool]:
    alike = (asserted(trusted, matter) for matter in MATTERS if matter.group == group)
    return frozenset().union(*alike)
