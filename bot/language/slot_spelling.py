"""Spells out what customers type short or wrong: "hw much 4 20 adlts n 5 kds", spoken ZIP digits.

A word is only mended towards a word of the business or a plain word of asking, by dropped vowels or
by one slip of the finger, and never where it is a word already. Names and addresses are read from
the text as it was written, not from this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from bot.language.numbers import fold
from bot.language.slot_masks import CHARACTERS_READ
from bot.language.slot_spelling_words import (
    CAPITALS,
    CORE,
    DIGITS,
    FORMS,
    FORMS_ES,
    NEVER,
)
from bot.language.slot_words import RELATIVES
from bot.profile import Profile

_TOKENIZER = Path(__file__).parent / "models" / "encoder" / "tokenizer.json"
_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
"""Letters from which a word may be one slip, or two, away from another."""
_STEM = 4
_DIMINUTIVE = re.compile(r"([a-z]{3,12}?)(?:ec|c)?it([oa]s?)")
"""Spanish makes a grandchild a little one: nietos are nietecitos."""
_VOWELS = re.compile(r"(?<=.)[aeiou]")
_WORD = re.compile(
    r"(?<![\w@/.#$'’-])[A-Za-zÀ-ÿ]{1,20}(?:/o?(?![A-Za-z]))?(?![\w@'’]|[.-]\w)|2(?:mrw|moro|nite|night)\b"
)
_FOR = re.compile(
    r"(?P<lead>(?:^|\b(?:much|price[sd]?|cost|quote|qt|party|prty|pty|hibachi|food|chef|it|its|u|you"
    r"|charge|cater(?:ing)?|book|available|avail|bday|birthday|dinner|lunch|event|something|rate"
    r"|total))\s{1,3})4(?=\s{1,3}(?:(?:like|about|abt|around)?\s{0,2}\d{1,3}\s{0,2}[a-z]"
    r"|me\b|us\b|my\b|our\b|the\b|a\b|sat|sun|fri|tom|tmr|2mr|nxt|next))",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?P<lead>\b(?:want|need|like|love|have|going|trying|got|ready|able|how|hoping)\s{1,3})2"
    r"(?=\s{1,3}(?:book|reserve|know|get|order|ask|cancel|change|see|do|make|plan|hire|move|talk"
    r"|pay|add|host|throw|celebrate|schedule|check|confirm)\b)",
    re.IGNORECASE,
)
_SPOKEN_DIGIT = "|".join(DIGITS)
_SPOKEN_ZIP = re.compile(
    rf"(?<![a-z])(?:(?:{_SPOKEN_DIGIT})[\s,-]{{1,3}}){{4}}(?:{_SPOKEN_DIGIT})(?![a-z])"
    rf"(?![\s,-]{{1,3}}(?:{_SPOKEN_DIGIT})\b)"
    r"|(?<![零〇一二三四五六七八九])[零〇一二三四五六七八九]{5}(?![零〇一二三四五六七八九十百千万])"
)
_HAN_DIGITS = {char: str(n) for n, char in enumerate("零一二三四五六七八九")} | {"〇": "0"}


def respell(text: str, profile: Profile, language: str) -> str:
    """The text in plain spelling; unchanged where nothing is short or wrong."""
    return _respelled(text[:CHARACTERS_READ], _known(profile), language) + text[CHARACTERS_READ:]


def _known(profile: Profile) -> frozenset[str]:
    """The words that others are mended towards."""
    service = profile.service()
    named = (
        *service.bands.values(),
        *service.options.values(),
        *service.add_ons.values(),
        *service.extras.values(),
    )
    tables: Iterable[Mapping[str, Iterable[str]]] = (
        *(thing.words for thing in named),
        service.guest_words or {},
    )
    return _vocabulary(tuple(w for t in tables for said in t.values() for w in said))


@lru_cache(maxsize=8)
def _vocabulary(phrases: tuple[str, ...]) -> frozenset[str]:
    spelled = {word for phrase in phrases for word in fold(phrase).split()}
    return CORE | {word for word in spelled if word.isascii() and word.isalpha() and len(word) > 3}


@lru_cache(maxsize=512)
def _respelled(text: str, known: frozenset[str], language: str) -> str:
    text = _SPOKEN_ZIP.sub(lambda match: _digits(match[0]), _lowered(text))
    text = _FOR.sub(r"\g<lead>for", text)
    text = _TO.sub(r"\g<lead>to", text)
    return _WORD.sub(_mended(text, known, language), text)


def _lowered(text: str) -> str:
    """Of a text all in capitals no word is a name."""
    return text.lower() if text.isupper() else text


def _digits(spoken: str) -> str:
    if spoken[0] in _HAN_DIGITS:
        return "".join(_HAN_DIGITS[char] for char in spoken)
    return "".join(DIGITS[word] for word in re.findall("[a-z]+", spoken.lower()))


def _mended(text: str, known: frozenset[str], language: str) -> Callable[[re.Match[str]], str]:
    forms = {**FORMS, **FORMS_ES} if language == "es" else FORMS

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        plain = fold(word)
        if plain in forms:
            return forms[plain]
        begins = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?\n"
        is_name = word[0].isupper() and not begins
        return _closest(plain, CAPITALS if is_name else known) or word

    return mend


@lru_cache(maxsize=4_096)
def _closest(word: str, known: frozenset[str]) -> str:
    """The one known word that this is a short or slipped spelling of."""
    if len(word) < 3 or word in known or word in NEVER or word in RELATIVES or _is_real(word):
        return ""
    small = _DIMINUTIVE.fullmatch(word)
    if small and f"{small[1]}{small[2]}" in known:
        return f"{small[1]}{small[2]}"
    same = [other for other in known if other[0] == word[0]]
    if any(_is_form_of(word, other) for other in same):
        return ""
    short = {other for other in same if _is_shortened(word, other)}
    if len(short) == 1:
        return short.pop()
    if len(word) < _SLIP_FROM:
        return ""
    slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    for most in range(1, slips + 1):
        near = {other for other in same if _is_near(word, other, most)}
        longest = max(near, key=len, default="")
        if near and all(other[:_STEM] == longest[:_STEM] for other in near):
            return longest
    return ""


def _is_form_of(word: str, verb: str) -> bool:
    """Whether it may be a form of a Spanish verb: "cancelo" is not the English "cancel"."""
    stem = verb.removesuffix("ar")
    return stem != verb and len(stem) > _STEM and word.startswith(stem) and word != stem


def _is_near(word: str, other: str, most: int) -> bool:
    """Whether it is a slip away; of short words another letter makes another word too often."""
    if len(other) < 4 or not _is_within(word, other, most):
        return False
    is_other_letter = len(word) == len(other) and sorted(word) != sorted(other)
    return not (is_other_letter and len(word) == _SLIP_FROM)


def _is_shortened(word: str, other: str) -> bool:
    """Whether only vowels were left out."""
    if not 0 < len(other) - len(word) <= 3 or len(_VOWELS.sub("", word)) < 3:
        return False
    return _VOWELS.sub("", word) == _VOWELS.sub("", other) and _is_inside(word, other)


def _is_inside(word: str, other: str) -> bool:
    rest = iter(other)
    return all(char in rest for char in word)


def _is_within(word: str, other: str, most: int) -> bool:
    """Whether so many slips (a letter more, less, other, or two swapped) lead from one to other."""
    if abs(len(word) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(word, start=1):
        last, before, row = before, row, [i]
        for j, its in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != its))
            if i > 1 and j > 1 and char == other[j - 2] and word[i - 2] == its:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most


def _is_real(word: str) -> bool:
    """Whether a word, or what it is formed from, is one already."""
    real = real_words()
    if word in real:
        return True
    stems = (word.removesuffix(end) for end in ("s", "es", "ed", "d", "ing", "er", "ly", "y"))
    return any(len(stem) > _STEM and stem != word and stem in real for stem in stems)


@lru_cache(maxsize=1)
def real_words() -> frozenset[str]:
    """Whole words that the sentence encoder knows; none where its files are not there."""
    try:
        entries = json.loads(_TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]
    except OSError:
        return frozenset()
    return frozenset(
        fold(piece[1:])
        for piece, _ in entries
        if piece[:1] == "▁" and len(piece) > 3 and piece[1:].isalpha()
    )
