"""Weighs what one text says of all guests against what it says of their parts.

Parts that add up to a total stand, whatever else was said; parts that miss it are asked about, for
a sum reckoned from the wrong one would be wrong without a doubt shown. Called once a text's people
are read, before they are merged into the party.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.language.slot_scan import Mention, Scan

_NOUN = re.compile(
    r"\s{1,3}(?!vegetarian|vegan|allerg|celiac|pescat|gluten|want|like|need|don|can|eat|alerg|celiac)"
    r"(?:(?:more|of|my|our|his|her|dad'?s|mom'?s|old|high|school)\s{1,3}){0,4}[a-z]{3,14}s(?=\s{0,3}(?:$|[,.;!?)]|and\b|y\b))"
    r"|\s{0,2}[个個位名](?![人]?(?:要|吃|素|不|想))[\u4e00-\u9fff]{2,4}(?=\s{0,3}(?:$|[,，。；！!]))"
)
"""A counted noun that nobody here knows."""
_JOINED = re.compile(r"(?:^|[,，、+&]|\band|\bplus|\bwith|\by|\bcon|\bmas|和|加|还有|跟)\s{0,4}$")
_WITH_CHILDREN = re.compile(
    r"\b(?:counting|including|includes|incl\.?|contando|incluyendo)\s{1,3}(?:a\s)?(?:(?:the|our|my|l[oa]s)\s{1,3})?$"
)


def weigh_leftovers(found: Scan) -> None:
    """Doubt the party where guests may have been left out of it, or children not told apart."""
    if not found.mentions:
        return
    for number in found.numbers:
        is_counted = _NOUN.match(found.after(number.end)) and number.value < 100
        if not number.is_used and is_counted and _JOINED.search(found.before(number.start)):
            found.is_doubtful = True
    young = found.young_bands()
    if any(m.code in young for m in found.mentions):
        return
    for word in found.words:
        if word.code in young and _WITH_CHILDREN.search(found.before(word.start)):
            found.is_doubtful = True


def reckon(found: Scan) -> None:
    """Settle the totals of a text by its parts."""
    named = next((m for m in found.mentions if m.is_named), None)
    totals = [m for m in found.mentions if m.kind == "total" and not m.sign]
    if named is not None and totals:
        _weigh_named(found, named, totals)
        return
    default = found.profile.service().default_band
    grown = [m for m in found.mentions if m.code == default and not m.sign and not m.is_age]
    if not totals or len(grown) != 1 or any(m.sign for m in found.mentions):
        return
    young = _young(found, default)
    parts = grown[0].value + young
    if not young and grown[0].start > totals[-1].start and totals[-1].value > parts:
        return  # "20 people, 16 adults": the others are to be asked, and they are.
    if any(total.value == parts for total in totals):
        found.mentions = [_beside(m) for m in found.mentions if m not in totals]
    elif young and not found.is_corrected:
        found.is_doubtful = True


def _weigh_named(found: Scan, named: Mention, totals: list[Mention]) -> None:
    """A count that was said holds; who was named is part of it, or is all of it."""
    default = found.profile.service().default_band
    young = _young(found, default)
    value = totals[-1].value
    if value == named.value + young:
        found.mentions = [_beside(m) for m in found.mentions if m not in totals]
        return
    found.mentions = [replace(m, is_added=False, is_part=True) for m in found.mentions]
    found.mentions = [m for m in found.mentions if not m.is_named]
    found.is_doubtful = found.is_doubtful or value < named.value + young


def _young(found: Scan, default: str) -> int:
    """How many children the text counts: by their number, or by their ages where there is none."""
    bands = [m for m in found.mentions if m.kind == "band" and m.code != default and not m.sign]
    eldest = found.eldest_young_band()
    counted = [m for m in bands if not m.is_age]
    if not counted:
        return sum(m.value for m in bands)
    is_within = any(m.code == eldest for m in counted)
    values = [
        m.value
        for m in counted
        if m.code == eldest or not is_within or not (m.is_part or m.is_of_young)
    ]
    return sum(values)


def _beside(mention: Mention) -> Mention:
    """A part that stands on its own once its total is gone."""
    return replace(mention, is_part=False) if mention.kind == "band" else mention
