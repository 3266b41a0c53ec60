"""Reads which dishes a text takes off again, and which it puts in the place of others.

"No gyoza", "take the noodles off", 龙虾不要了; "replace the salmon with filet". Called where dishes
are read; counts are not its business.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.language.numbers import fold
from bot.language.slot_scan import Number, Scan
from bot.language.slot_words import Word

_NOT = re.compile(
    r"(?:\bno|\bnot|\bnix(?: the)?|\bscrap(?: the)?|\blose(?: the)?|\bditch(?: the)?|\bnone of the"
    r"|\bleave (?:out|off)(?: the)?|\bcut(?: out)?(?: the)?|\b(?:don'?t|do not"
    r"|won'?t) (?:need|want)"
    r"(?: the)?|\bno longer (?:want|need)(?: the)?|\btake away(?: the)?"
    r"|\bget rid of(?: the)?|\bchanged (?:our|my) minds? (?:on|about)(?: the)?"
    r"|\b(?:ya )?no (?:quiero|queremos|quieren|necesito|necesitamos|me pongas?|ponga[ns]?|va|lleva)"
    r"(?: el| la| los| las)?|\b(?:olvid|sac|saqu|elimin|borr|cancel)\w{1,7}(?: de)?(?: el| la| los"
    r"| las)?|\bwithout(?: the| any)?|\bw/o|\bskip(?: the)?|\bremove(?: the)?|\bdrop(?: the)?"
    r"|\bforget(?: the)?|\bminus|\bcancel(?: the)?"
    r"|\btake (?:off|out)(?: the)?|\binstead of(?: the)?|\brather than|\bhold the|\bsin(?: el| la"
    r"| los| las)?"
    r"|\bquit\w*(?: l[oa]s?| el)?|\ben vez de"
    r"|\ben lugar de|不要|去掉|取消|别加|不用|不加|没有)\s{0,4}(?:any\s{1,4})?$"
)
_OFF_AFTER = re.compile(
    r"s?\s{1,3}(?:off|out|away)\b|(?:就|都|全)?(?:不要|不用|取消|去掉|不加|算|免|省)了"
    r"|(?:还是|先|暂时|就|都|全)*(?:不要|不点|不用|不加|去掉|取消|算了|免了|省了|删掉)"
)
_TAKES = re.compile(
    r"\b(?:take|took|leave|get|pull|cross)\s{1,3}(?:(?:the|my|our|those|all)\s{1,3}){0,2}$|$"
)
_SWAP = re.compile(
    r"(?:\b(?:replace|swap|change|switch|trade|substitute|sub|cambi\w{1,4}|reemplaz\w{1,4}"
    r"|sustituy\w{1,3})\s{1,3}(?:(?:out|all|the|my|our|el|la|los|las)\s{1,3}){0,2}|把)$"
)
_SWAP_VERB = (
    r"(?:chang\w{1,3}|swap(?:ping)?|trad\w{1,3}|switch(?:ing)?|replac\w{1,3}|sub(?:stitut\w{1,3})?"
    r"|exchang\w{1,3}|cambi\w{1,5}|reemplaz\w{1,4}|sustituy?\w{1,3})"
)
_AWAY = re.compile(
    r"(?:\b(?:les?|se|nos|quieren?|queremos|will|wants? to|would(?: like to)?|like to|to|hay que)"
    rf"\s{{1,3}}){{0,3}}\b{_SWAP_VERB}\s{{1,3}}(?:(?:out|one|an?|the|his|their|our|its|of|el|l[oa]s?|un|una"
    r"|sus?|de)\s{1,3}){0,3}[a-z]{3,14}(?:\s{1,3}(?!for\b|to\b|with\b|por\b|con\b)[a-z]{3,14})?\s{1,3}"
    r"(?:for|to|with|into|por|con|a)\s{1,3}(?:(?:the|an?|una?|la|el)\s{1,3})?"
    r"|(?:想|要)?把?[^\s，。,]{1,6}?[换改換][成为為]"
)
"""What is given away for the dish that follows: "switch the steak to", 把一种肉换成."""
_MAKE = re.compile(
    r"\b(?:make|turn|switch|change|cambi\w{1,4}|que)\s{1,3}\d{1,3}\s{1,3}(?:of|de)\s{1,3}"
    r"(?:(?:the|my|our|those|las|los|esas|esos)\s{1,3})?$"
)
_MAKE_GAP = re.compile(r"s?\s{1,3}(?:(?:into|be|to|for|por|a|en|sean)\s{1,3})?")
_SWAP_AFTER = re.compile(
    rf"s?\s{{1,3}}(?:(?:se|l[oa]s?|me)\s{{1,3}}){{0,3}}{_SWAP_VERB}\s{{1,3}}(?:por|a|con)\s{{1,3}}"
)
_OF_IT = re.compile(
    r"\s{0,3}(?:(?:of|de)\s{1,3}(?:(?:the|my|our|those|las|los|esas|esos)\s{1,3})?|[份个個只])?"
)
_THOSE = re.compile(r"(?:\bthose|\bthese|\bes[oa]s|\best[oa]s|[那这這])\s{0,3}$")
_PRICEY = re.compile(
    r"s?(?:['’]s|\s{1,3}(?:is|are|sale|salen|esta|estan|es|son))?\s{0,3}(?:way |a bit "
    r"|un poco |muy )?"
    r"(?:too (?:pricey|expensive|much)|(?:demasiado )?car[oa]s?|太贵|有点贵|贵了)"
)
_SWAP_GAP = re.compile(
    r"s?\s{1,3}(?:(?:out|order|orders)\s{1,3})?(?:with|for|to|by|por|con|a)\s{1,3}"
    r"(?:(?:the|some|el|la|los|las)\s{1,3})?|都?[换改換][成为為]"
)


def is_taken_off(found: Scan, word: Word) -> bool:
    """Whether a dish is not wanted, said before it or after: "take the noodles off", 龙虾不要了."""
    if _NOT.search(found.before(word.start)):
        return True
    after = _OFF_AFTER.match(found.after(word.end))
    if after is None:
        return False
    return not after[0].isascii() or bool(_TAKES.match(_last_clause(found, word)))


def _last_clause(found: Scan, word: Word) -> str:
    lead = re.split(r"[.,;!?\n]", found.before(word.start))[-1]
    verb = re.search(r"\b(?:take|took|leave|get|pull|cross)\b", lead)
    return lead[verb.start() :] if verb else "."


def swapped(found: Scan, words: Sequence[Word]) -> list[Word]:
    """The salmon of "replace the salmon with filet": whoever wanted it wants the next one."""
    return [word for word, following in pairwise(words) if _is_swapped(found, word, following)]


def _is_swapped(found: Scan, word: Word, following: Word) -> bool:
    before, gap = found.before(word.start), found.body[word.end : following.start]
    if _MAKE.search(before) and _MAKE_GAP.fullmatch(gap):
        return True
    if _SWAP_AFTER.fullmatch(gap):
        return True
    is_han = not gap.isascii()
    return bool(_SWAP_GAP.fullmatch(gap) and (is_han or _SWAP.search(_uncounted(before))))


def _uncounted(lead: str) -> str:
    """The lead without a count: "change 2 lobsters to", 把2份龙虾换成."""
    return re.sub(
        r"\d{1,3}\s{0,3}(?:of (?:the|my|our)\s{1,3}|de (?:las|los)\s{1,3}|[份个個只])?$", "", lead
    )


def count_swapped(found: Scan, word: Word) -> Number | None:
    """The two of "make 2 of the lobsters scallops"."""
    number = next((n for n in reversed(found.numbers) if n.end <= word.start), None)
    if number is None or number.is_used:
        return None
    return number if _OF_IT.fullmatch(found.body[number.end : word.start]) else None


def plain_gap(gap: str) -> str:
    """What stands between a count and a dish, without what is given away for the dish."""
    return re.sub(r"\s{2,}", " ", _AWAY.sub(" want " if gap.isascii() else "要", gap))


def points_back(found: Scan, number: Number) -> bool:
    """Whether it counts what was counted before: "those 8", 那8个."""
    return bool(_THOSE.search(found.before(number.start)))


def is_too_dear(found: Scan, word: Word) -> bool:
    """Whether a dish is let go for its price: 龙虾太贵了."""
    return bool(_PRICEY.match(found.after(word.end)))


def loosely_off(found: Scan) -> set[tuple[str, str]]:
    """Extras and add-ons taken off by part of their name: "skip the sake"."""
    service = found.profile.service()
    named = [("extra", c, e.words) for c, e in service.extras.items()]
    named += [("add_on", c, a.words) for c, a in service.add_ons.items()]
    tokens = [(kind, code, _tokens(words)) for kind, code, words in named]
    off: set[tuple[str, str]] = set()
    for kind, code, own in tokens:
        shared = {t for _, other, theirs in tokens if other != code for t in theirs}
        for token in own - shared:
            at = found.body.find(token)
            if at >= 0 and is_taken_off(found, Word("extra", code, at, at + len(token))):
                off.add((kind, code))
    return off


@lru_cache(maxsize=256)
def _tokens_of(phrases: tuple[str, ...]) -> frozenset[str]:
    latin = {t for p in phrases if p.isascii() for t in p.split() if len(t) > 3}
    han = [p for p in phrases if not p.isascii()]
    pairs = Counter(p[i : i + 2] for p in han for i in range(len(p) - 1))
    return frozenset(latin | {pair for pair, often in pairs.items() if often > 1})


def _tokens(words: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return _tokens_of(tuple(fold(p) for phrases in words.values() for p in phrases))
