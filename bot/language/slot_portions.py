"""Reads how many options guests want where some want more than others: "5 want three proteins".

What is beyond the number that a guest's price includes is further; which one that is is read where
the text names as many as it counts, and asked otherwise. Called before dishes are counted.
"""

from __future__ import annotations

import re

from bot.language.slot_further import Further
from bot.language.slot_scan import Number, Scan
from bot.language.slot_words import Word

_WANT = re.compile(
    r"(?:\s{1,3}(?:of (?:us|them|the \w{1,12})|de (?:nosotros|ellos|los \w{1,12})))?"
    r"(?:\s{1,3}(?:people|guests?|adults?|personas?|adultos?|invitados))?"
    r"\s{1,3}(?:of us\s{1,3}|of them\s{1,3})?(?:will\s{1,3}|would\s{1,3})?"
    r"(?:wants?|like|gets?|with|have|having|take|need|do|quieren?|queremos|con|comen|piden|van con"
    r"|prefieren|w/)\s{1,3}(?:to (?:have|try|get)\s{1,3})?(?:all\s{1,3}|las\s{1,3}|los\s{1,3})?"
    r"|[个個位名人]{0,2}(?:都)?(?:想)?(?:[要吃点選选]|想要)"
)
_KINDS = re.compile(
    r"\s{1,3}(?:(?:different|kinds of|types of|tipos de|clases de|diferentes)\s{1,3})?"
    r"|[种種个個份样樣]"
)
_COUNT_CJK = {"三": 3, "四": 4, "五": 5, "3": 3, "4": 4, "5": 5}
_KIND_CJK = re.compile(r"([三四五345])[种種样樣]$")
_LISTED = re.compile(r"s?\s{0,3}(?:each|apiece|cada uno)?\s{0,3}[(:,，：]")


def read_portions(found: Scan, further: Further) -> None:
    """Add what some guests want beyond the included options; takes the numbers out of the scan."""
    for word in [w for w in found.words if w.kind == "choice"]:
        lead = _lead(found, word)
        if lead is None:
            continue
        guests, each, start = lead
        extra = each - _included(found)
        who = next((n for n in reversed(found.numbers) if n.end <= start and not n.is_used), None)
        if extra <= 0 or who is None or not _WANT.fullmatch(found.body[who.end : start]):
            continue
        who.is_used = True
        for number in guests:
            number.is_used = True
        _add(found, further, word, each=each, total=extra * who.value)


def _lead(found: Scan, word: Word) -> tuple[list[Number], int, int] | None:
    """How many of the choice each one wants, with its numbers, and where that is said."""
    number = next((n for n in reversed(found.numbers) if n.end <= word.start), None)
    if number is not None and _KINDS.fullmatch(found.body[number.end : word.start]):
        return [number], number.value, number.start
    said = _KIND_CJK.search(found.text[: word.start])
    if said is None:
        return None
    return [], _COUNT_CJK[said[1]], said.start()


def _included(found: Scan) -> int:
    service = found.profile.service()
    return service.bands[service.default_band].options_included


def _add(found: Scan, further: Further, word: Word, *, each: int, total: int) -> None:
    after = found.body[word.end :]
    named = []
    if _LISTED.match(after):
        clause = re.split(r"[).;!?。；！？]", after)[0]
        end = word.end + len(clause)
        named = [w for w in found.words if w.kind == "option" and word.end <= w.start < end]
    options = found.profile.service().options
    is_plain = all(not options[w.code].surcharge for w in named)
    if len(named) == each == _included(found) + 1 and is_plain:
        further.counts[named[-1].code] = total
    else:
        further.is_open, further.open_count = True, total
    for used in (word, *named):
        found.words.remove(used)
