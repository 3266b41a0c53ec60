"""Scans one text for numbers and known words, and gives each number its meaning once.

The steps take numbers away in order of certainty: ages, dishes, people, bare totals. What is left
over is nobody's guest. Merging several texts into one party is bot/language/slots.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bot.language import slot_asides, slot_masks
from bot.language.numbers import fold, parse_numbers
from bot.language.slot_words import Word, find_words
from bot.profile_models import Profile

MOST = 100_000
NUMBERS_READ = 24
WORDS_READ = 100
"""More numbers than this are a list or a prank; the steps compare them pair by pair."""


@dataclass(slots=True)
class Number:
    """A whole number of the text, or the upper end of a range."""

    value: int
    start: int
    end: int
    low: int | None = None
    is_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One thing a text says about who comes."""

    kind: Literal["total", "band"]
    value: int
    start: int
    code: str = ""
    low: int | None = None
    is_added: bool = False
    """Joined by "and", "plus": beside the total, not among it."""
    is_part: bool = False
    """Said to be among the total: "including", "of them"."""
    sign: int = 0
    """+1 for "two more", -1 for "two fewer", 0 for a plain count."""
    is_of_young: bool = False
    """Said to be among the children: "2 of the kids"."""
    is_bare: bool = False
    """A number alone, without a word for who is counted."""
    is_named: bool = False
    """Counted by naming them one by one; a count that was said weighs more."""
    is_age: bool = False
    """Read from ages: says of known children how old they are."""


@dataclass(slots=True)
class Scan:
    """One text on its way from characters to mentions."""

    text: str
    body: str
    """Folded, same length, with everything blanked that is no count."""
    language: str
    profile: Profile
    words: list[Word]
    numbers: list[Number]
    date: str = ""
    zip_code: str = ""
    mentions: list[Mention] = field(default_factory=list)
    is_doubtful: bool = False
    """Whether a count in it cannot be right, or could mean two things."""
    is_past: bool = False
    """Whether it told of a party of the past."""
    is_corrected: bool = False
    """Whether a headcount was taken back in the same breath."""

    def before(self, position: int, width: int = 40) -> str:
        """The text that leads up to a position."""
        return self.body[max(0, position - width) : position]

    def after(self, position: int, width: int = 40) -> str:
        """The text that follows a position."""
        return self.body[position : position + width]

    def band_of_age(self, age: int) -> str:
        """The band for an age; the default band for an age the profile does not list."""
        service = self.profile.service()
        for code, band in service.bands.items():
            low, high = band.min_age, band.max_age
            if low is not None and low <= age and (high is None or age <= high):
                return code
        return service.default_band

    def young_bands(self) -> frozenset[str]:
        """The bands for those too young for the default one."""
        service = self.profile.service()
        grown = service.bands[service.default_band].min_age or 0
        bands = service.bands.items()
        return frozenset(c for c, b in bands if b.max_age is not None and b.max_age < grown)

    def eldest_young_band(self) -> str:
        """Which band "kids" are in while nobody has said how old they are."""
        bands = self.profile.service().bands
        return max(self.young_bands(), key=lambda code: bands[code].max_age or 0, default="")

    def next_word(self, position: int) -> Word | None:
        """The first known word that starts at or after a position."""
        return next((word for word in self.words if word.start >= position), None)

    def last_word(self, position: int) -> Word | None:
        """The last known word that ends at or before a position."""
        return next((word for word in reversed(self.words) if word.end <= position), None)


_UNDER = re.compile(
    r"(?:under|below|younger than|less than|menore?s? (?:de"
    r"|a))\s{1,4}(?P<below>\d{1,2})(?:\s{0,4}(?:years?(?: old)?|yrs?|anos))?s?\b"
    r"|\b(?P<most>\d{1,2})\s{0,4}(?:years?|yrs?|anos)?\s{0,4}(?:and|&|or|y|o)\s{0,4}(?:under"
    r"|younger|below"
    r"|menos)\b"
    r"|(?:不到|未满|小于|低于)(?P<below_cjk>\d{1,2}|[一二三四五六七八九十]{1,2})[岁歲]"
    r"|(?P<cjk>\d{1,2}|[一二三四五六七八九十]{1,2})[岁歲](?:及)?以下"
)
_OVER = re.compile(
    r"\b(?P<least>\d{1,2})\s{0,4}(?:years?|yrs?|anos)?\s{0,4}(?:\+|(?:and|&|or|y"
    r"|o)\s{1,4}(?:over|up|older"
    r"|above|mas|mayores))"
    r"|(?P<cjk>\d{1,2}|[一二三四五六七八九十]{1,2})[岁歲](?:及)?以上"
)
EATS_FREE = re.compile(
    r"\b(?:(?:eats?|are|is|go|goes|gets? in|come|comen?|van|son)\s{1,3})(?:for\s{1,3})?(?:free"
    r"|gratis)\b"
    r"|免费|免費"
)
_CJK_COUNT = re.compile(r"[\d一二两三四五六七八九十]\s?[个個位名]$")
_WHO_ARE = re.compile(
    r"[\s,(]{0,3}(?:(?:who|that|which|are|is|all|aged|que|son|tienen)\s{1,3}){0,3}|都?是?"
)
_HEADS = re.compile(
    r"^\s{0,4}(?:people|ppl|guests?|persons?|personas|invitados|of us|adults?|kids?)\b"
)
_RANGE_GAP = re.compile(
    r"^\s{0,4}(?:-|–|—|~|to|or|and|a|o|y|u|到|至|或)\s{0,4}$|^(?:多)?[个個]?(?:到|至)$"
    r"|^\s{0,4}(?:to"
    r"|or)\s{1,4}(?:like|maybe)\s{0,4}$"
)
_TENS_RANGE = re.compile(r"([一二三四五六七八九])([一二三四五六七八九])十")
_CJK_DIGITS = {char: value for value, char in enumerate("一二三四五六七八九", start=1)}


def scan(text: str, profile: Profile, language: str) -> Scan:
    """The text with its known words, its numbers joined to ranges, and everything else blanked."""
    folded = fold(text)
    date = slot_masks.find_date(text, folded)
    zip_code, body = slot_masks.find_zip(folded)
    body = slot_masks.blank_others(slot_masks.blank_dates(body))
    body = slot_masks.blank_negated(body)
    body, is_past = slot_asides.blank_asides(body)
    body, is_doubtful = slot_asides.blank_less_than_none(body)
    found = Scan(text, body, language, profile, [], [], date, zip_code)
    found.is_past, found.is_doubtful = is_past, is_doubtful
    _read_age_bands(found)
    _read_free(found)
    known = find_words(found.body, profile, language)[:WORDS_READ]
    found.words = sorted([*found.words, *known], key=lambda word: word.start)
    _narrow(found)
    readable = found.body
    for word in found.words:
        if re.search(r"[\d一二三四五六七八九十百两半]", readable[word.start : word.end]):
            readable = slot_masks.blank(readable, word.start, word.end)
    numbers = _read_numbers(found, readable)
    found.is_doubtful = found.is_doubtful or len(numbers) > NUMBERS_READ
    numbers = numbers[:NUMBERS_READ]
    found.numbers = _join_ranges(numbers, readable)
    return found


def _read_age_bands(found: Scan) -> None:
    """Turn "under 5" and "13 and up" into the band they mean, so that they are no counts."""
    for pattern, shift in ((_UNDER, -1), (_OVER, 1)):
        for match in pattern.finditer(found.body):
            if _HEADS.match(found.after(match.end())):
                continue
            group = next(
                name for name in ("below", "below_cjk", "most", "least", "cjk") if _has(match, name)
            )
            age = int(parse_numbers(match[group], "zh")[0].value)
            age = age - 1 if group.startswith("below") else age
            if 0 <= age <= 18 and shift * age < 18:
                code = found.band_of_age(age)
                found.words.append(Word("band", code, match.start(), match.end()))
                found.body = slot_masks.blank(found.body, match.start(), match.end())


def _has(match: re.Match[str], name: str) -> bool:
    return name in match.re.groupindex and match[name] is not None


def _read_free(found: Scan) -> None:
    """ "2 of them eat free": those are of the band that costs nothing."""
    bands = found.profile.service().bands.items()
    free = next((code for code, band in bands if not band.price), "")
    for match in EATS_FREE.finditer(found.body) if free else ():
        found.words.append(Word("band", free, match.start(), match.end()))
        found.body = slot_masks.blank(found.body, match.start(), match.end())


def _narrow(found: Scan) -> None:
    """ "Kids under 5" are one band, the narrower: the word before says no more."""
    eldest = found.eldest_young_band()
    narrow = found.young_bands() - {eldest}
    for word, following in pairwise([word for word in found.words if word.kind == "band"]):
        is_narrower = word.code == eldest and following.code in narrow
        if is_narrower and _WHO_ARE.fullmatch(found.body[word.end : following.start]):
            place = found.words.index(word)
            if not _CJK_COUNT.search(found.before(word.start)):
                found.words.remove(word)
            else:  # A Chinese count stands close to the first of the two: 3个孩子都不到5岁.
                found.words.remove(following)
                found.words[place] = Word("band", following.code, word.start, word.end)


def _read_numbers(found: Scan, readable: str) -> list[Number]:
    numbers = []
    for span in parse_numbers(readable, found.language, most=NUMBERS_READ):
        if slot_asides.is_impossible(span, MOST) and _counts_people(found, span.end):
            found.is_doubtful = True
            continue
        if span.value == int(span.value) and 0 <= span.value < MOST:
            number = Number(int(span.value), span.start, span.end)
            tens = _TENS_RANGE.fullmatch(readable[span.start : span.end])
            if tens:
                number.low = 10 * _CJK_DIGITS[tens[1]]
            numbers.append(number)
    return numbers


def _counts_people(found: Scan, end: int) -> bool:
    """Whether a word for guests, or for the band that must come, stands right after."""
    word = found.next_word(end)
    default = found.profile.service().default_band
    is_people = word is not None and (word.kind == "guest" or word.code == default)
    return bool(word and is_people and re.fullmatch(r"[\s个個]{0,3}", found.body[end : word.start]))


def _join_ranges(numbers: list[Number], readable: str) -> list[Number]:
    joined: list[Number] = []
    for number in numbers:
        last = joined[-1] if joined else None
        if last and last.low is None and _is_range(last, number, readable):
            joined[-1] = Number(number.value, last.start, number.end, low=last.value)
        else:
            joined.append(number)
    return joined


def _is_range(last: Number, number: Number, readable: str) -> bool:
    gap = readable[last.end : number.start]
    if not _RANGE_GAP.match(gap) or last.value >= number.value:
        return False
    if gap.strip() in ("and", "y"):
        return bool(re.search(r"(?:between|entre)\s{0,4}$", readable[: last.start]))
    return last.value >= 4 or gap.strip() not in ("a", "o", "y", "u")
