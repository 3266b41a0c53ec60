"""Reads from one scanned text who comes: ages, counts of each band, totals, and people one by one.

Each function takes numbers it understands out of the scan and adds mentions to it, in text order.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.language.numbers import fold
from bot.language.slot_company import read_company
from bot.language.slot_families import read_families
from bot.language.slot_leads import read_leads
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
    rf"^[\s\-]{{0,6}}(?:,?\s{{0,3}}(?:all|todos|todas|puros|only|solo|just)\s{{1,4}})?"
    rf"(?:{_FILL}[\s\-]{{1,4}})*(?:(?!and\b|or\b|y\b|o\b|for\b|with\b|plus\b|to\b"
    rf"|in\b|on\b|not\b|sin\b|counting\b|contando\b|without\b|including\b|incluyendo\b"
    rf"|at\b|para\b|con\b)"
    rf"[a-z]{{1,20}}\s{{1,4}})?(?:{_FILL}[\s\-]{{1,4}})*$|^[\s多几来個个位名口左右是的，,全都老好]{{0,6}}$"
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
_BESIDE = re.compile(
    r"\b(?:not (?:counting|including)|sin contar|aparte de|besides)\b|不算|不含|不包括"
)
_ADDED = re.compile(r"\b(?:and|plus|y|mas|also|e|another|n)\b|[+&]|加|外加|还有|另外|以及|再|和|跟")
_OPENED = re.compile(r"\(\s{0,3}$")
_OF_YOUNG = re.compile(
    r"\b(?:of (?:the|my|our|those|these) (?:kid|child|grandkid|little)|of them"
    r"|de (?:los|mis|nuestros) (?:nin|hij|chic)|de ellos)|(?:孩子|小孩)(?:里|中|当中)"
)
_GONE = re.compile(
    r"\s{0,3}(?:(?:of (?:them|us)|people|guests?|adults?|persons?|personas|[个個]?人|位"
    r"|[个個])\s{0,3})?"
    r"(?:can'?t (?:make|come)|cannot (?:make|come)|cancell?ed|dropped|backed out|won'?t (?:come"
    r"|make)"
    r"|(?:are|is)n'?t coming|no (?:pueden (?:ir|venir)|vienen|van a venir)|cancelaron|来不了"
    r"|不来|來不了)"
)
_MORE = re.compile(
    r"^\s{0,4}(?:more|additional|extra|mas|adicionales)\b|^\s{0,4}[个個位名]?(?:更多)", re.ASCII
)
_MORE_BEFORE = re.compile(
    r"(?:\badd|\banother|\botros|\botras|\bagreg\w{1,20}|\banad\w{1,20}|再加|多加|再来|又来了?|又加了?|多了|多)\s{0,4}$"
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
    r"\s{0,4}(?:(?:any|more|the|my|our|los|las|mis)\s{1,4})?$"
)
_OF_GUESTS = re.compile(
    r"\s{0,3}(?:of\s{1,3}(?:our|my|the|those|these|your)|de\s{1,3}(?:nuestros|nuestras|los|las"
    r"|mis))"
    r"\s{1,3}"
)
_EACH_WITH = re.compile(
    r"\beach\s{1,3}(?:(?:of (?:them|us)|with|ha(?:s|ve)|having|bring(?:s|ing)?|plus)\s{1,3}){1,2}$"
    r"|\bcada un[oa]\s{1,3}con\s{1,3}$|每(?:人|家|位|个)?(?:都)?(?:带|有)\s{0,2}$"
)
_NOT_COMING = re.compile(
    r"s?\s{1,3}(?:are ?n'?t|are not|is ?n'?t|won'?t|will not|can'?t|cannot|ya no|no)\s{1,3}"
    r"(?:be\s{1,3})?(?:com\w*|make|attend\w*|join\w*|there|van|vienen|vendran|pueden)\b"
    r"|们?(?:都|就)?(?:不来|不参加|来不了|不去)"
)
_BIG_SMALL = re.compile(
    r"([\d一二两三四五六七八九十百]{1,9})[个個]?大(?:人)?[,，、 ]?"
    r"([\d一二两三四五六七八九十百]{1,9})[个個]?小(?![时時])"
)

_ALL_OF_A_KIND = re.compile(
    r"[\s个個位人,，]{0,5}(?:all|todos|todas|都|全部?|全都)(?:是|son|somos|are|\s){0,4}"
)
_ARE = re.compile(
    r"\s{1,3}(?:are|is|would be|will be|'re|son|seran|serian|being)\s{1,3}(?:all\s{1,3})?"
    r"|都?是"
)


def read_people(found: Scan) -> None:
    """Add every mention of who comes; ages and dishes must have been read before."""
    _read_big_small(found)
    families = read_families(found)
    _read_gone(found)
    read_leads(found, _mention)
    for number in found.numbers:
        if not number.is_used:
            _read_counted(found, number)
    _read_singles(found)
    read_company(found)
    if families > 1:
        found.mentions = [replace(each, value=each.value * families) for each in found.mentions]


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
        if found.is_corrected:
            continue  # That is why the number was taken back.
        if any(other is not number and not other.is_used for other in found.numbers):
            found.is_doubtful = True  # They may be left out of the count beside it already.
            continue
        found.mentions.append(
            Mention(kind="total", value=number.value, start=number.start, sign=-1)
        )


def _read_singles(found: Scan) -> None:
    """ "And a baby": one child that no number counts."""
    for word in found.words:
        if word.kind == "band" and word.code in found.young_bands():
            if _NONE.search(found.before(word.start)) or _is_not_coming(found, word):
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


def _is_not_coming(found: Scan, word: Word) -> bool:
    """ "The kids aren't coming anymore": none of them, where no number stands before."""
    is_all = not re.search(r"\d|\bof\b|\bde\b", found.before(word.start, 14))
    return is_all and bool(_NOT_COMING.match(found.after(word.end)))


def _read_counted(found: Scan, number: Number) -> None:
    """A number with the word for people after it."""
    word = _noun_after(found, number)
    if (word and word.kind == "choice") or word is None:
        return
    if word.kind not in ("band", "guest", "person"):
        return
    gap = found.body[number.end : word.start]
    if word.kind == "person" and word.code != "0":
        return
    is_some = word.kind == "guest" and bool(_OF_GUESTS.fullmatch(gap))
    if is_some or (word.kind != "band" and _SOME_WHO.match(found.after(word.end))):
        number.is_used = True
        return
    if _NEAR.match(gap) and not any(
        n.start > number.start and n.end <= word.start for n in found.numbers
    ):
        _mention(found, number, word)


def _noun_after(found: Scan, number: Number) -> Word | None:
    """The next known word, over "todos" in "14, todos adultos" and over "of us are" of children."""
    word = found.next_word(number.end)
    following = found.next_word(word.end) if word else None
    if word is None or following is None or following.kind != "band":
        return word
    if word.kind == "all":
        over = _ALL_OF_A_KIND.fullmatch(found.body[number.end : following.start])
        return following if over else word
    is_said = _NEAR.match(found.body[number.end : word.start])
    is_who = word.kind == "guest" and _ARE.fullmatch(found.body[word.end : following.start])
    return following if is_said and is_who else word


def _mention(found: Scan, number: Number, word: Word) -> None:
    number.is_used = True
    previous = max((m.start for m in found.mentions if m.start < number.start), default=0)
    lead = found.body[previous : number.start]
    gap = found.body[number.end : word.start] if word.start > number.end else ""
    is_free = bool(EATS_FREE.match(fold(found.text[word.start : word.end])))
    tail = found.after(max(word.end, number.end), 16)
    sign = 1 if _MORE.match(gap) or _MORE_BEFORE.search(lead) else 0
    sign = -1 if _FEWER.match(gap) or _FEWER_BEFORE.search(lead) else sign
    sign = -1 if not sign and _FEWER.match(found.after(word.end).lstrip("s")) else sign
    sign = -1 if not sign and _NOT_COMING.match(found.after(word.end)) else sign
    band = word.kind == "band"
    is_beside = bool(_BESIDE.search(lead[-28:]))
    times = found.mentions[-1].value if _EACH_WITH.search(lead) and found.mentions else 1
    found.mentions.append(
        Mention(
            kind="band" if band else "total",
            code=word.code if band else ("person" if word.kind == "person" else ""),
            value=number.value * word.each * times,
            low=number.low,
            start=number.start,
            is_added=is_beside or bool(_ADDED.search(lead[-14:])),
            is_part=(
                not is_beside
                and bool(_PART.search(lead[-24:]) or _PART.search(gap) or _IS.match(gap))
            )
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
