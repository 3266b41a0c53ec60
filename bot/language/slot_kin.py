"""Reads who relatives are: children by other names, husbands and wives that go with a count.

"My two girls (6 and 9)" are children, "11 girls" are guests; "2 brothers with their wives" are
four. Called at the end of a scan, before any number is given its meaning.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.language.numbers import parse_numbers
from bot.language.slot_scan import Scan
from bot.language.slot_words import Word

_OLDEST = 17
_NUMERAL = r"(?:\d{1,2}|[a-z]{3,6}|[一二两三四五六七八九十]{1,3})"
_AGE_FOLLOWS = re.compile(
    rf"s?\s{{0,3}}(?:(?:\(|,|:|-|，|：|、|who (?:is|are)|aged?|ages|de|que tienen?|tienen?|is|are"
    rf"|between|entre|from|分别是?|都是|今年|是)\s{{0,3}}){{0,3}}(?P<age>{_NUMERAL})"
    r"(?P<unit>\s{0,2}(?:years?|yrs?|yo\b|y/o|anos?|[岁歲]))?"
)
_SMALL = re.compile(
    r"(?:\b(?:little|young|younger|twin|small|baby|pequen[oa]s?|chiquit[oa]s?)|小|双胞胎)\s{0,2}$"
)
_COUNTED = re.compile(
    rf"(?:{_NUMERAL}\s{{1,3}}|[\d一二两三四五六七八九十][个個位名]?)(?:小|of (?:my|our)\s{{1,3}})?$"
)
_ADDED = re.compile(
    r"(?:\band|\bplus|\bwith|\by|\bcon|\bmas|\+|加上?|和|跟|带上?|还有)\s{0,3}"
    r"(?:my|our|mi|mis|nuestr[oa]s?|我们?的?)\s{0,3}$"
)
_MY = re.compile(r"\b(?:my|our|his|her|their|a|one|old|little)\s{1,3}$")
_COMES = re.compile(r"(?:['’]?s\b|\s{1,3}(?:is|are|turns?|will|has|cumple|va|quiere)\b|的|过|快)")
_BIG = re.compile(r"(?:\d|\b(?:[a-z]{3,12}))\s{1,3}$")
_SPOUSES = re.compile(
    r"s?\s{0,3}(?:with|and|&|\+|plus|w/|con|y|和|及|带|跟)\s{0,3}(?:(?:each of )?their|sus|las|los"
    r"|他们的?|各自的?|其)?\s{0,3}(?:wives|husbands|spouses|partners|girlfriends|boyfriends"
    r"|significant others|other halves|esposas|esposos|parejas|novias|novios|maridos|mujeres"
    r"|老婆|老公|太太|妻子|丈夫|对象|另一半|伴侣|爱人|配偶|家属)(?![a-z])"
    r"|s?\s{1,3}(?:en pareja|as couples)\b|(?:两口子|夫妇|夫妻俩?)"
)
_FOUR = re.compile(r"[四4][位个個]?[人口]?")
_BOTH = re.compile(r"(?:\bboth (?:sets of|our|pairs of)|两边的?|双方的?)\s{0,3}$")


def settle_kin(found: Scan) -> None:
    """Give each word for relatives its meaning, and drop those that count nobody here."""
    found.words = [_doubled(found, word) for word in _meant(found)]


def _meant(found: Scan) -> list[Word]:
    default = found.profile.service().default_band
    eldest = found.eldest_young_band()
    has_grown = any(word.kind == "band" and word.code == default for word in found.words)
    has_young = any(word.kind == "band" and word.code != default for word in found.words)
    has_young = has_young or any(word.kind == "kin" for word in found.words)
    kept: list[Word] = []
    for word in found.words:
        if word.kind == "grown":
            is_band = has_young and bool(_BIG.search(found.before(word.start)))
            kept += [replace(word, kind="band", code=default)] if is_band else []
        elif word.kind != "kin":
            kept.append(word)
        elif _is_child(found, word, has_grown=has_grown):
            kept.append(replace(word, kind="band", code=eldest))
        elif word.code:
            kept.append(replace(word, kind="person"))
    return kept


def _is_child(found: Scan, word: Word, *, has_grown: bool) -> bool:
    """Whether these are children: by an age behind them, by "little", or beside the adults."""
    before = found.before(word.start)
    if found.body[word.start : word.end] == "son" and not _MY.search(before):
        return False  # Spanish: they are.
    if _has_age(found, word):
        return True
    if _SMALL.search(before):
        return True
    if not has_grown or _COMES.match(found.after(word.end)):
        return False
    return bool(_COUNTED.search(before) or _ADDED.search(before))


def _has_age(found: Scan, word: Word) -> bool:
    match = _AGE_FOLLOWS.match(found.after(word.end, 60))
    if match is None:
        return False
    spans = parse_numbers(match["age"], found.language)
    if not spans or not 0 <= spans[0].value <= _OLDEST:
        return False
    follows = found.next_word(word.end + match.end())
    gap = found.body[word.end + match.end() : follows.start] if follows else "."
    is_count = follows is not None and follows.kind in ("band", "guest", "person", "kin")
    return bool(match["unit"]) or not (is_count and re.fullmatch(r"[\s个個位名]{0,3}", gap))


def _doubled(found: Scan, word: Word) -> Word:
    """ "3 brothers and their wives" are six, 父母四位 are four."""
    if word.kind != "person" or word.each != 1:
        return word
    if word.code == "2":
        return _all_parents(found, word)
    match = _SPOUSES.match(found.body, word.end)
    if match is None:
        return word
    end = match.end()
    found.body = found.body[: word.end] + " " * (end - word.end) + found.body[end:]
    if word.code == "0":
        return replace(word, end=end, each=2)
    return replace(word, end=end, code=str(int(word.code) + 1))


def _all_parents(found: Scan, word: Word) -> Word:
    """ "Both sets of parents" and 父母四位 are four."""
    if _BOTH.search(found.before(word.start)):
        return replace(word, code="4")
    match = _FOUR.match(found.body, word.end)
    if match is None:
        return word
    end = match.end()
    found.body = found.body[: word.end] + " " * (end - word.end) + found.body[end:]
    found.numbers = [n for n in found.numbers if not word.end <= n.start < end]
    return replace(word, end=end, code="4")
