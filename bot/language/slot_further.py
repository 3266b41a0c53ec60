"""Reads options wanted on top of those included: "3 want an extra protein", "third one, shrimp".

Which words mean an option is the profile's to say. An option that is not named is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.language.slot_scan import Number, Scan
from bot.language.slot_words import Word

_EACH = -1
_LEAD = re.compile(
    r"\b(?P<lead>(?:an?\s{1,3})?(?:extra|additional|third|3rd|further|another|tercera?|otra"
    r"|one more)(?:\s{1,3}(?:order|orders|portion|portions|serving|servings) of)?)\s{1,3}$"
    r"|(?P<cjk>第三种|第三種|第三份|额外(?:的|加)?(?:一份)?|額外(?:的)?(?:一份)?|多加一?[份种]"
    r"|另加一?份)$"
)
_TAIL = re.compile(r"^s?\s{1,3}(?:extras?|adicional(?:es)?)\b")
_TO_NAME = re.compile(
    r"^s?\s{0,3}(?:[,:(-]\s{0,3}|of\s{1,3}|de\s{1,3}|which is\s{1,3}|as\s{1,3}|是|：|，)?"
    r"(?:the\s{1,3}|some\s{1,3})?$"
)
_FROM_NAME = re.compile(r"^s?\s{1,3}(?:as|for|como|de)\s{1,3}(?:(?:an?|their|the|la)\s{1,3})?$")
_COUNTED = re.compile(
    r"^\s{0,3}(?:(?:of|de)\s{1,3}(?:them|us|the\s{1,3}[a-z]{1,12}|ellos)\s{1,3})?"
    r"(?P<people>(?:people|guests?|adults?|kids?|personas?|adultos?|ninos?)\s{1,3}|[个個]?人|位)?"
    r"(?P<verb>(?:wants?|would like|gets?|with|having|have|has|need|needs|quieren?|con|要|想要"
    r"|each)"
    r"\s{0,3})?(?:an?|one|una?|order of|orders of|一份|份)?\s{0,3}$"
)
_AFTER = re.compile(r"^s?\s{0,3}(?:for|x|×|para|给|給|:)\s{0,3}$")
_QUESTION = re.compile(r"\b(?:how much|what|cost|costs|price|is|does|cuanto|cuesta)\b|多少")


@dataclass(slots=True)
class Further:
    """What one text orders on top; a negative count is that many for each guest."""

    counts: dict[str, int] = field(default_factory=dict)
    open_count: int = 0
    """How many are wanted of an option that was not named; zero where none are."""
    is_open: bool = False
    for_people: list[int] = field(default_factory=list)


def read_further(found: Scan) -> Further:
    """Read further options, and take their words and counts out of the scan."""
    further = Further()
    for word in [w for w in found.words if w.kind in ("choice", "option")]:
        if word in found.words:
            _read(found, word, further)
    return further


def _read(found: Scan, word: Word, further: Further) -> None:
    lead = _LEAD.search(found.before(word.start))
    tail = _TAIL.match(found.after(word.end))
    if lead is None and tail is None:
        return
    start = word.start - len(lead[0]) if lead else word.start
    end = word.end + tail.end() if tail else word.end
    named = word if word.kind == "option" else _named(found, word, start, end)
    count = _count(found, further, start, max(end, named.end if named else 0))
    sentence = re.split(r"[.!\n]", found.body[:start])[-1]
    if count == 0 and _QUESTION.search(sentence):
        return
    for used in (word, named):
        if used in found.words:
            found.words.remove(used)
    if named is None or count == 0:
        further.is_open, further.open_count = True, count
        return
    further.counts[named.code] = count


def _named(found: Scan, choice: Word, start: int, end: int) -> Word | None:
    """The option that "third protein" means, before or after it."""
    for word in found.words:
        if word.kind != "option":
            continue
        if word.start >= end and _TO_NAME.match(found.body[end : word.start][:40]):
            return word
        if word.end <= start and _FROM_NAME.match(found.body[word.end : start][:40]):
            return word
    return None


def _count(found: Scan, further: Further, start: int, end: int) -> int:
    """How many; negative for so many each, zero where nobody said."""
    before = [n for n in found.numbers if n.end <= start and not n.is_used]
    if before and (counted := _COUNTED.match(found.body[before[-1].end : start][:60])):
        return _take(further, before[-1], counted.groupdict())
    after = next((n for n in found.numbers if n.start >= end and not n.is_used), None)
    if after and _AFTER.match(found.body[end : after.start][:20]):
        after.is_used = True
        return after.value
    near = (w for w in found.words if w.kind == "all" and start - 30 <= w.start <= end + 12)
    return _EACH if next(near, None) else 0


def _take(further: Further, number: Number, said: Mapping[str, str | None]) -> int:
    people, verb = said["people"], (said["verb"] or "").strip()
    if people and verb in ("with", "con"):
        return number.value  # "10 adults with an extra protein" counts the adults as well.
    number.is_used = True
    if people:
        further.for_people.append(number.value)
    return number.value
