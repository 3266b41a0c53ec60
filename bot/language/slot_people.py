"""Reads from one scanned text who comes: ages, counts of each band, totals, and people one by one.

Each function takes numbers it understands out of the scan and adds mentions to it, in text order.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold
from bot.language.slot_scan import EATS_FREE, Mention, Number, Scan
from bot.language.slot_words import Word

_FILL = (
    r"(?:more|additional|other|extra|total|hungry|little|young|small|big|of|my|our|the|us|them"
    r"|which|whom|these"
    r"|those|close|good|confirmed|de|mas|nuestros|nuestras|mis|are|is|will|would|be|ellos|ellas"
    r"|los|las|cuales|son"
    r"|seran|fewer|less|menos|otros|otras|adicionales|invited|paying|actual|about|like|maybe|x)"
)
_NEAR = re.compile(
    rf"^[\s\-]{{0,6}}(?:{_FILL}[\s\-]{{1,4}})*(?:(?!and\b|or\b|y\b|o\b|for\b|with\b|plus\b|to\b"
    rf"|in\b|on\b"
    rf"|at\b|para\b|con\b)"
    rf"[a-z]{{1,20}}\s{{1,4}})?(?:{_FILL}[\s\-]{{1,4}})*$|^[\s多几来個个位名口左右是的，]{{0,6}}$"
)
_BEFORE_COUNT = re.compile(
    r"^\s{0,4}(?:s?\s{0,4}[:=(x×-]|有|是|are|is|count)?\s{0,4}(?:about|around)?\s{0,4}$"
)
_PART = re.compile(
    r"\b(?:of (?:them|which|whom|those|us are)|including|includes|include|incl\b|inc\b|among"
    r"|mostly|mainly|with|w/|counting"
    r"|con|incluyendo|incluidos|incluido|contando|de ellos|de los cuales|entre ellos)|其中|包括"
    r"|包含|里面|含|当中"
)
_FIRM_PART = re.compile(
    r"\b(?:of (?:them|which|whom|those)|includ\w{1,20}|incl\b|inc\b|de ellos|de los cuales"
    r"|incluy\w{1,20}"
    r"|incluid\w{1,20})|其中|包括|含"
)
_CLAUSE_END = re.compile(r"[,;:.，；：。]")
_IS = re.compile(r"^\s{0,4}(?:of them\s{1,4})?(?:are|is|son|will be|seran)\s|^[个個位名]?是")
_ADDED = re.compile(r"\b(?:and|plus|y|mas|also|e|another|n)\b|[+&]|加|外加|还有|另外|以及|再|和|跟")
_OPENED = re.compile(r"\(\s{0,3}$")
_OF_YOUNG = re.compile(
    r"\b(?:of (?:the|my|our|those|these) (?:kid|child|grandkid|little)|of them"
    r"|de (?:los|mis|nuestros) (?:nin|hij|chic)|de ellos)|(?:孩子|小孩)(?:里|中|当中)"
)
_GONE = re.compile(
    r"\s{0,3}(?:(?:of (?:them|us)|people|guests?|adults?|persons?|personas|[个個]?人|位)\s{0,3})?"
    r"(?:can'?t (?:make|come)|cannot (?:make|come)|cancell?ed|dropped|backed out|won'?t (?:come"
    r"|make)"
    r"|(?:are|is)n'?t coming|no (?:pueden (?:ir|venir)|vienen|van a venir)|cancelaron|来不了"
    r"|不来|來不了)"
)
_PLUS_SELF = re.compile(r"(?:\bplus|\bmas|\+|加上|算上|再加|加)\s{0,3}$")
_MORE = re.compile(
    r"^\s{0,4}(?:more|additional|extra|mas|adicionales)\b|^\s{0,4}[个個位名]?(?:更多)", re.ASCII
)
_MORE_BEFORE = re.compile(
    r"(?:\badd|\banother|\botros|\botras|\bagreg\w{1,20}|\banad\w{1,20}|再加|多加|再来|多)\s{0,4}$"
)
_FEWER = re.compile(r"^\s{0,4}(?:fewer|less|menos)\b")
_FEWER_BEFORE = re.compile(
    r"(?:\b(?:minus|less|lost|without)(?: my| our| the)?|\bremove|\bdrop|\bquita\w*|少|减)\s{0,4}$"
)


_SINGLE = re.compile(
    r"(?:[,&+]|\band|\bplus|\bwith|\by|\bcon|\bmas|^)\s{0,4}(?:a|an|un|una|my|our|mi"
    r"|nuestr[oa])\s{1,4}(?:(?:new|little)\s{1,4})?$"
)


_SOME_WHO = re.compile(
    r"^\s{0,4}(?:(?:are|is|r)\s{1,4}(?!coming|confirmed|going|attending|invited|expected|total)"
    r"|(?:need"
    r"|needs|don'?t|can'?t|cannot|won'?t"
    r"|dont|cant|have (?:an? )?(?:allerg|dietary|celiac))\b|son (?:alerg|veg|celi)|no (?:comen"
    r"|pueden))"
)
_NONE = re.compile(
    r"(?:\bno|\bwithout|\bsin|\b(?:remove|skip|drop|forget|take (?:off|out)) the|没有|不带|没)"
    r"\s{0,4}(?:any\s{1,4}|more\s{1,4})?$"
)
_BIG_SMALL = re.compile(
    r"([\d一二两三四五六七八九十百]{1,9})[个個]?大(?:人)?[,，、 ]?"
    r"([\d一二两三四五六七八九十百]{1,9})[个個]?小(?![时時])"
)


def read_people(found: Scan) -> None:
    """Add every mention of who comes; ages and dishes must have been read before."""
    _read_big_small(found)
    _read_gone(found)
    _read_bands_before(found)
    for number in found.numbers:
        if not number.is_used:
            _read_counted(found, number)
    _read_singles(found)
    _read_company(found)


def _read_big_small(found: Scan) -> None:
    """ "20大5小": so many big ones, so many small ones."""
    match = _BIG_SMALL.search(found.body)
    inside = [n for n in found.numbers if match and match.start() <= n.start < match.end()]
    if match and len(inside) == 2 and "人" not in match[0]:
        codes = (found.profile.service().default_band, found.eldest_young_band())
        for number, code in zip(inside, codes, strict=True):
            number.is_used = True
            found.mentions.append(
                Mention(kind="band", code=code, value=number.value, start=number.start)
            )


def _read_gone(found: Scan) -> None:
    """ "3 can't make it": so many fewer than were counted in an earlier text."""
    for number in found.numbers:
        if number.is_used or not _GONE.match(found.after(number.end)):
            continue
        number.is_used = True
        if any(other is not number and not other.is_used for other in found.numbers):
            found.is_doubtful = True  # They may be left out of the count beside it already.
            continue
        found.mentions.append(
            Mention(kind="total", value=number.value, start=number.start, sign=-1)
        )


def _read_bands_before(found: Scan) -> None:
    """ "Adults: 20, kids: 5": the word leads, and so it does in the whole text."""
    people = [word for word in found.words if word.kind in ("band", "guest")]
    unused = [number for number in found.numbers if not number.is_used]
    leads = people and unused and [word for word in people if word.end <= unused[0].start]
    if not leads or not _BEFORE_COUNT.match(found.body[leads[-1].end : unused[0].start]):
        return
    for word in people:
        number = next((n for n in unused if n.start >= word.end and not n.is_used), None)
        if number and _BEFORE_COUNT.match(found.body[word.end : number.start]):
            _mention(found, number, word)


def _read_singles(found: Scan) -> None:
    """ "And a baby": one child that no number counts."""
    for word in found.words:
        if word.kind == "band" and word.code in found.young_bands():
            if _NONE.search(found.before(word.start)):
                found.mentions.append(
                    Mention(kind="band", code=word.code, value=0, start=word.start)
                )
            if _SINGLE.search(found.before(word.start)) and word.end - word.start > 2:
                is_one = not found.body[word.end - 1 : word.end + 1].strip().endswith("s")
                if is_one:
                    found.mentions.append(
                        Mention(
                            kind="band", code=word.code, value=1, start=word.start, is_added=True
                        )
                    )


def _read_counted(found: Scan, number: Number) -> None:
    """A number with the word for people after it."""
    word = found.next_word(number.end)
    if (word and word.kind == "choice") or word is None:
        return
    if word.kind not in ("band", "guest", "person"):
        return
    gap = found.body[number.end : word.start]
    if word.kind == "person" and word.code != "0":
        return
    if word.kind != "band" and _SOME_WHO.match(found.after(word.end)):
        number.is_used = True
        return
    if _NEAR.match(gap) and not any(
        n.start > number.start and n.end <= word.start for n in found.numbers
    ):
        _mention(found, number, word)


def _mention(found: Scan, number: Number, word: Word) -> None:
    number.is_used = True
    previous = max((m.start for m in found.mentions if m.start < number.start), default=0)
    lead = found.body[previous : number.start]
    gap = found.body[number.end : word.start] if word.start > number.end else ""
    is_free = bool(EATS_FREE.match(fold(found.text[word.start : word.end])))
    tail = found.after(max(word.end, number.end), 16)
    sign = 1 if _MORE.match(gap) or _MORE_BEFORE.search(lead) else 0
    sign = -1 if _FEWER.match(gap) or _FEWER_BEFORE.search(lead) else sign
    band = word.kind == "band"
    found.mentions.append(
        Mention(
            kind="band" if band else "total",
            code=word.code if band else ("person" if word.kind == "person" else ""),
            value=number.value * word.each,
            low=number.low,
            start=number.start,
            is_added=bool(_ADDED.search(lead[-14:])),
            is_part=bool(_PART.search(lead[-24:]) or _PART.search(gap) or _IS.match(gap))
            or (bool(_FIRM_PART.search(tail) or _OPENED.search(lead)) and band),
            is_of_young=band and (is_free or bool(_OF_YOUNG.search(gap))),
            sign=sign,
        )
    )


def is_firm_part(found: Scan, mention: Mention) -> bool:
    """Whether the words leave no doubt that these are among those already counted."""
    before, after = found.before(mention.start, 24), found.after(mention.start, 24)
    clause = _CLAUSE_END.split(before)[-1] + _CLAUSE_END.split(after)[0]
    return bool(_FIRM_PART.search(clause))


def _read_company(found: Scan) -> None:
    """ "Me, my wife and 8 friends": people named one by one, the customer among them."""
    selves = [word for word in found.words if word.kind == "self"]
    others = [word for word in found.words if word.kind == "person" and word.code != "0"]
    counted = [m for m in found.mentions if m.code == "person" or m.kind == "band"]
    if any(m.kind == "total" and m.code != "person" for m in found.mentions):
        _add_self(found, selves, others)
        return
    only = re.search(r"\b(?:just|only|solo|nada mas)\b|只有|就", found.body)
    near = [word for word in others if _in_list(found, word)]
    if _add_self(found, selves, others):
        return
    if not selves or (not near and not counted) or not any(_in_list(found, s) for s in selves):
        return
    if not counted and len(near) < 2 and not only:
        return
    if not any(m.code == "person" for m in found.mentions) and counted and not near:
        return
    alone = 1 + sum(int(word.code) for word in near)
    friends = sum(m.value for m in found.mentions if m.code == "person")
    found.mentions = [m for m in found.mentions if m.code != "person"]
    default = found.profile.service().default_band
    found.mentions.append(Mention(kind="band", code=default, value=alone + friends, start=0))


def _add_self(found: Scan, selves: list[Word], others: list[Word]) -> bool:
    """ "Plus me and my wife": so many more than were counted before."""
    plus = next((word for word in selves if _PLUS_SELF.search(found.before(word.start))), None)
    if plus is None or any(m.code == "person" for m in found.mentions):
        return False
    company = [w for w in others if w.start > plus.end and _in_list(found, w)]
    value = 1 + sum(int(word.code) for word in company)
    found.mentions.append(Mention(kind="total", value=value, start=plus.start, sign=1))
    return True


def _in_list(found: Scan, word: Word) -> bool:
    """Whether a person stands in an enumeration, not as the one it is all for."""
    before, after = found.before(word.start, 14), found.after(word.end, 10)
    return bool(
        re.search(
            r"(?:[,&+]|\band|\by|\bplus|\bcon|和|加|跟|、|\bit'?s|\bjust|\bonly|\bsolo"
            r"|\bfor)\s{0,4}(?:my|mi|our|我)?\s{0,4}$",
            before,
        )
        or re.match(r"\s{0,4}(?:[,&+]|and\b|y\b|plus\b|mas\b|con\b|和|加|跟|、)", after)
    )
