"""Reads ages from a scanned text and turns them into counts of the bands they fall in.

"Kids are 3, 7 and 9", "niños de 4 y 8 años", "一个三岁的孩子": ages are no counts, and a count
before or after them says how many are that old.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.language.slot_scan import Mention, Number, Scan
from bot.language.slot_words import Word

_LIST_GAP = re.compile(
    r"^\s{0,4}(?:,|/|&|\+|and|y|e|和|、|，|,\s{0,4}and"
    r"|,\s{0,4}y|岁和|岁、|岁|歲和|and a|y uno de|and one)\s{0,4}$"
)
_OLD_AFTER = re.compile(
    r"^[\s-]{0,6}(?:(?:years?|yrs?|yr)[\s/-]{0,6}(?:olds?|o\b|of age)|y/?o\b|y\.o|anos?\b"
    r"|months?[\s-]{0,6}olds?|[个個]?[周月]?[岁歲])"
)
_AGE_LEAD = re.compile(
    r"(?:\baged?s?|\bages|\bedad(?:es)?(?: de)?|\btienen|年龄|都是)\s{0,4}(?:are|is|:|of|de|from"
    r"|between|son|from)?\s{0,4}$"
)
_KIDS_ARE = re.compile(
    r"^\s{0,4}(?:(?:who|that|que|are|is|r|:|\(|,|-|tienen|tiene|son|de|分别是|是|aged?|ages)"
    r"\s{0,4}){1,4}$"
)
_ONE_IS = re.compile(
    r"\b(?:son|daughter|kids?|child|children|hijo|hija|nino|nina|baby|one|the other|otro|otra"
    r"|la otra"
    r"|el otro|uno|una|he|she|nephew"
    r"|niece|grandson|granddaughter|youngest|oldest|eldest|middle one|little one"
    r"|last one)\s{0,4}(?:is|'s|tiene|,)?\s{0,4}$"
)
_THEY = re.compile(
    r"(?:\bthey(?:'?re| are)|\btienen|他们|她们|孩子们?)\s{0,4}(?:是|分别是|age[ds]?)?\s{0,4}$"
)
_TIGHT = re.compile(r"^[\s,(]{0,6}(?:de|of|aged?|ages|who are|que tienen|are)?[\s(:]{0,6}$")
_TWINS = re.compile(
    r"^[\s,]{0,6}(?:\w{1,20}\s{1,4}){0,2}(?:twins|gemel[oa]s|mellizos)|^.{0,6}双胞胎"
)
_IN_BRACKETS = re.compile(r"[a-z]\s?\($")
"""Behind a name: "Tommy (4), Ella (6)"."""
_OLDEST_CHILD = 17
_ONE_OF = re.compile(
    r"\b(?:my|our|mi|un|una|one|her|his|su|twin|gemel[oa]s|mellizos)\s{1,3}(?:[a-z']{1,12}\s{1,3}){0,2}"
    r"[a-z]{3,14}\s{0,3}(?:[a-z(,]{1,5}\s{0,3}){0,3}$"
    r"|双胞胎"
)
_ONE_GAP = re.compile(
    r"s?[\s,(]{0,3}(?:(?:de|of|who (?:is|are)|that is|is|are|aged?|que tienen?|tienen?|son"
    r"|是|今年)\s{0,3})"
    r"|s?\s{0,2}[(:]\s{0,2}"
)
_PLURAL = re.compile(r"(?<!twin)(?<!gemelo)(?<!gemela)(?<!mellizo)(?<!melliza)s\W?$|children|们")
_TWINS_BEFORE = re.compile(r"(?:\btwins?\b|\bgemel[oa]s|\bmelliz[oa]s|双胞胎).{0,20}$")


def read_ages(found: Scan) -> tuple[str, ...]:
    """Add the ages of a text as mentions of their bands; returns what remains unclear."""
    unclear: list[str] = []
    for group in _lists(found):
        ranged = len(group) == 1 and group[0].low is not None
        if not _are_ages(found, group):
            continue
        for number in group:
            number.is_used = True
        if ranged:
            unclear += _read_age_range(found, group[0])
        else:
            _add_ages(found, group)
    return tuple(unclear)


def _lists(found: Scan) -> list[list[Number]]:
    groups: list[list[Number]] = []
    for number in found.numbers:
        last = groups[-1][-1] if groups else None
        follows = found.next_word(number.end)
        is_count = follows and not found.body[number.end : follows.start].strip("个個位名 ")
        joined = last and _LIST_GAP.match(_plain(found.body[last.end : number.start]))
        index = found.numbers.index(number) + 1
        nearest = found.numbers[index] if index < len(found.numbers) else None
        gap = found.body[number.end : nearest.start] if nearest else "."
        is_count = is_count or bool(re.fullmatch(r"[\s-]{0,6}|[个個名位]", gap))
        if joined and not is_count:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _plain(gap: str) -> str:
    """The gap without "years old" between two ages."""
    return re.sub(
        r"(?:[\s-]{0,6}(?:years?|yrs?|yr)?[\s/-]{0,6}(?:olds?|y/?o)\b|anos|[岁歲]的?)", "", gap
    )


def _are_ages(found: Scan, group: list[Number]) -> bool:
    first, last = group[0], group[-1]
    if last.value > 99:
        return False
    if _OLD_AFTER.match(found.after(last.end)) or _AGE_LEAD.search(found.before(first.start)):
        return True
    if last.value > _OLDEST_CHILD:
        return False
    if _is_behind_name(found, first, last):
        return True
    if len(group) == 1 and first.low is None:
        one_is = re.search(r"(?:\bis|'s|\btiene)\s{0,4}$", found.before(first.start))
        if one_is and _ONE_IS.search(found.before(first.start)):
            return True
        is_one = _ONE_OF.search(found.before(first.start)) or found.body[first.start - 1] == "("
        return bool(is_one) and _behind_child(found, first)
    word = found.last_word(first.start)
    if len(group) > 1 and _THEY.search(found.before(first.start)):
        return True
    young = word is not None and word.kind == "band" and word.code in found.young_bands()
    lead = found.body[word.end : first.start] if word else ""
    follows = found.next_word(last.end)
    counts = follows and follows.kind == "band" and not found.body[last.end : follows.start].strip()
    return young and not counts and bool(_KIDS_ARE.match(lead) or not lead.strip())


def _behind_child(found: Scan, age: Number) -> bool:
    """Whether one child is named right before: "my daughter of 8", "mi hijo de 3"."""
    word = found.last_word(age.start)
    young = word is not None and word.kind == "band" and word.code in found.young_bands()
    is_plural = word is not None and _PLURAL.search(found.body[word.start : word.end + 1])
    if word is None or (is_plural and not _TWINS_BEFORE.search(found.before(age.start))):
        return False
    return bool(young and _ONE_GAP.fullmatch(found.body[word.end : age.start]))


def _is_behind_name(found: Scan, first: Number, last: Number) -> bool:
    """Whether it stands in brackets behind a word that names no kind of guest."""
    if not _IN_BRACKETS.search(found.before(first.start)) or found.after(last.end)[:1] != ")":
        return False
    word = found.last_word(first.start)
    is_count = word is not None and found.body[word.end : first.start].strip() in ("(", "s(")
    has_young = any(w.kind == "band" and w.code in found.young_bands() for w in found.words)
    return has_young and not is_count


def _read_age_range(found: Scan, number: Number) -> list[str]:
    """ "Kids 6 to 10" says nothing new where one band holds both ends, and must be asked "
    "otherwise."""
    low, high = found.band_of_age(number.low or 0), found.band_of_age(number.value)
    word = found.last_word(number.start)
    if low != high:
        return ["ages"]
    if word and word.kind == "band" and word.code != low:
        found.words[found.words.index(word)] = Word("band", low, word.start, word.end)
    return []


def _add_ages(found: Scan, group: list[Number]) -> None:
    bands = Counter(found.band_of_age(number.value) for number in group)
    if len(group) == 1:
        times = _multiplicity(found, group[0])
        bands = Counter({code: times for code in bands})
    start = group[0].start
    lead = found.before(start, 16)
    added = bool(re.search(r"\b(?:and|plus|y|mas)\b[^.]*$|[+&和加还另再]", lead))
    for code, count in bands.items():
        if code == found.profile.service().default_band and not _is_childs(found, group):
            continue
        found.mentions.append(
            Mention(kind="band", code=code, value=count, start=start, is_added=added, is_age=True)
        )
    _swallow_noun(found, group[-1])


def _multiplicity(found: Scan, age: Number) -> int:
    """How many are of that age: "two 4 year olds", "2 niños de 4 años", "两个五岁的孩子"."""
    if _TWINS.match(re.sub(_OLD_AFTER, "", found.after(age.end))):
        return 2
    if _TWINS_BEFORE.search(re.split(r"\d", found.before(age.start))[-1]):
        return 2
    index = found.numbers.index(age)
    if index == 0 or found.numbers[index - 1].is_used:
        return 1
    count = found.numbers[index - 1]
    gap = found.body[count.end : age.start]
    word = found.last_word(age.start)
    counted = found.next_word(count.end)
    if word and counted and counted.start < word.start and counted.kind in ("band", "guest"):
        return 1  # The number has guests of its own: "12 adults, a child of 7".
    if re.fullmatch(r"[\s-]{0,6}|[个個名位]?(?:都)?是?", gap):
        count.is_used = True
        return count.value
    if (
        re.fullmatch(
            r"\s{0,4}(?:is|are|tiene|tienen|de|,|of (?:them|(?:the|my|our) [a-z]{3,9}) (?:is"
            r"|are))\s{0,4}",
            gap,
        )
        and count.value < 10
    ):
        count.is_used = True
        return count.value
    tight = word and word.kind == "band" and word.start >= count.end
    if word and tight and _TIGHT.match(found.body[word.end : age.start]):
        return count.value
    return 1


def _is_childs(found: Scan, group: list[Number]) -> bool:
    """Whether an age of grown-up size still belongs to a child who was counted as one."""
    return len(group) > 1 or group[0].value <= _OLDEST_CHILD


def _swallow_noun(found: Scan, last: Number) -> None:
    """The "kids" of "a 4 year old kid" is the same child, not another."""
    after = _OLD_AFTER.match(found.after(last.end))
    if after is None:
        return
    word = found.next_word(last.end + after.end())
    gap = found.body[last.end + after.end() : word.start] if word else "."
    if word and word.kind == "band" and re.fullmatch(r"[\s的-]{0,6}", gap):
        found.words.remove(word)
