"""Reads families that are counted as a whole: "two families of 4", "3 families, 2 adults each".

Called before people are counted one by one; takes the numbers it understands out of the scan.
"""

from __future__ import annotations

import re

from bot.language.slot_scan import Mention, Number, Scan

_MOST = 12
_FAMILIES = re.compile(
    r"\s{0,3}(?:(?:different|separate|other)\s{1,3})?(?:families|households|familias)\b|\s{0,2}[个個]?家"
)
_EACH = re.compile(r"\b(?:each|per family|every family|cada una|por familia)\b|每家")
_OF_SIZE = re.compile(r"\s{1,3}(?:of|de)\s{1,3}$|人?[\s,，]{0,3}(?:一家|每家|各家)?\s{0,2}$")
_SIZE_AFTER = re.compile(
    r"\s{0,3}(?:each|cada una)?\s{0,3}(?:$|[,.;!?，。]|口|in\b|en\b|for\b|on\b)"
)


def read_families(found: Scan) -> int:
    """How often the rest of the text is counted: the three of "3 families, 2 adults each".

    "Two families of 4" is counted here and now.
    """
    for number in found.numbers:
        named = _FAMILIES.match(found.after(number.end))
        if named is None or number.is_used or not 1 < number.value <= _MOST:
            continue
        size = _size(found, number.end + named.end())
        if size is not None:
            number.is_used = size.is_used = True
            value = number.value * size.value
            found.mentions.append(Mention(kind="total", value=value, start=number.start))
            return 1
        if _EACH.search(found.body[number.end :]):
            number.is_used = True
            return number.value
    return 1


def _size(found: Scan, end: int) -> Number | None:
    """How many are in each of them, where one number says it."""
    size = next((n for n in found.numbers if n.start >= end), None)
    if size is None or not _OF_SIZE.match(found.body[end : size.start]):
        return None
    return size if _SIZE_AFTER.match(found.after(size.end)) else None
