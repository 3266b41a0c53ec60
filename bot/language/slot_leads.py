"""Reads counts whose noun stands first: "adults: 20, kids maybe 5", 大人大概十八个，小孩三个.

Called before numbers with a noun behind them are read; adds mentions through the caller's hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.language.slot_scan import Number, Scan
from bot.language.slot_words import Word

_FILL = (
    r"(?:[:=(x×]|[-,](?=\s)|about|around|abt|maybe|probably|roughly|like|approx"
    r"|approximately|there are"
    r"|there will be|would be|will be|are|is|count|como|unos|unas|serian|seran|seria|son|somos"
    r"|quizas?|tal vez|alrededor de|aproximadamente|mas o menos|que son|de los"
    r"|大概|大约|差不多|应该|可能|估计|约|一共|总共|有|是|来|得|就|呢|嘛|吧|的话|这边|那边|这块|那块|方面"
    r"|也|还|改成|改为|变成|加到|减到|is now|are now|now|ahora son|ahora)"
)
_BEFORE_COUNT = re.compile(
    r"(?:s|们)?(?:\s{0,3}(?:不是|not|no son)[\x01\s个個位名]{0,8}[,，]\s{0,3})?"
    rf"\s{{0,4}}(?:{_FILL}\s{{0,4}}){{0,4}}"
)
_STRICT = re.compile(
    r"\s{0,4}(?:s?\s{0,4}[:=(x×-]|有|是|are|is|count)?\s{0,4}(?:about|around|大概|大约|差不多|一共|总共|como"
    r"|unos|unas)?(?:有|是)?\s{0,4}"
)
_ENDS = re.compile(
    r"\s{0,3}[个個位名口人]{0,2}(?:左右|上下|的样子|吧|呢|啊)?\s{0,3}"
    r"(?:(?:or so|ish|tops|max|mas o menos|total)\s{0,3})?"
    r"(?:$|[.,;!?()，。；！？、]|and\b|plus\b|y\b|mas\b|con\b|in\b|en\b|on\b|for\b|和|加|跟|还|外|及)"
)
_CLAIMED = re.compile(
    r"[\s个個位名多几来]{0,4}(?:(?!and\b|y\b|con\b|with\b|plus\b|mas\b|los\b|las\b|the\b)[a-z]{1,20}\s{1,3}){0,2}"
)
_ALL = re.compile(
    r"(?:\ball|\bonly|\btod[oa]s|\bpur[oa]s|\bsolo|都是|全是|全部是|全都是)\s{0,3}(?:son\s{0,3}|are\s{0,3})?$"
)
_AFTER_ALL = re.compile(
    r"s?\s{0,3}[,，:.。]\s{0,3}(?:我们|we'?re|we are|somos|一共|总共|有|共)?\s{0,3}"
)

_TWINS = re.compile(r"\b(?:twin|gemel[oa]s|melliz[oa]s).{0,20}$|双胞胎.{0,9}$")


def read_leads(found: Scan, mention: Callable[[Scan, Number, Word], None]) -> None:
    """Hand each number that its noun stands before to `mention`, with the noun."""
    people = [word for word in found.words if word.kind in ("band", "guest")]
    unused = [number for number in found.numbers if not number.is_used]
    leads = people and unused and [word for word in people if word.end <= unused[0].start]
    is_list = leads and _STRICT.fullmatch(found.body[leads[-1].end : unused[0].start])
    for word in people:
        number = next((n for n in unused if n.start >= word.end and not n.is_used), None)
        if number is None:
            continue
        gap = found.body[word.end : number.start]
        if (is_list and _STRICT.fullmatch(gap)) or _is_led(found, word, number, gap):
            mention(found, number, word)


def _is_led(found: Scan, word: Word, number: Number, gap: str) -> bool:
    """Whether the noun has no count of its own before it, and the number no noun behind it."""
    if word.kind != "band" or not _ENDS.match(found.after(number.end)):
        return False
    if _ALL.search(found.before(word.start)):
        return bool(_AFTER_ALL.fullmatch(gap))
    last = next((n for n in reversed(found.numbers) if n.end <= word.start), None)
    if last is not None and _CLAIMED.fullmatch(found.body[last.end : word.start]):
        return False
    if word.code in found.young_bands() and _is_age(found, word, gap):
        return False
    if _TWINS.search(found.before(number.start)):
        return False
    follows = found.next_word(number.end)
    is_behind = follows is not None and follows.kind == "band"
    if follows and is_behind and not found.body[number.end : follows.start].strip("个個位名 "):
        return False
    return bool(_BEFORE_COUNT.fullmatch(gap)) or bool(
        re.fullmatch(r"s?\s{0,3},\s{0,3}(?:que son|who are|that'?s)\s{0,3}", gap)
    )


def _is_age(found: Scan, word: Word, gap: str) -> bool:
    """Whether the number says how old: "the kids are 4", "my niece (4)"."""
    said = re.sub(r"\W+$", "", found.body[word.start : word.end + 1])
    is_one = said.isascii() and said[-1:] != "s" and not said.startswith("child")
    return is_one or bool(re.search(r"\b(?:are|is)\b", gap))
