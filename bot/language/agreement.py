"""Whether a customer says yes to terms that were stated: plainly, and to nothing else.

A yes binds the customer, so it must be all that is said: every word is one of agreement, of the act
itself or of politeness. One word more, a question or a wish, and it is unclear: then we ask. Called
by the confirming tool and the offline model; the words stand in agreement_words.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from bot.domain_booking import Act
from bot.language.agreement_words import ACTS, KEEPING, KINDS, MARKS_NO, MARKS_YES
from bot.language.han import simplified
from bot.language.names import read_name
from bot.language.names_first import FIRST_NAMES
from bot.language.names_words import COMMON

TEXT_MAX_CHARS = 400
"""Whoever writes more than this says more than yes."""

_MAIL = re.compile(
    r"(?:(?:my|mi|the|el|我的)?\s*(?:e-?mail|correo(?: electr[oó]nico)?|邮箱|电邮|邮件)"
    r"(?: address)?\s*(?:is|es|是)?\s*[:：]?\s*)?[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
_WORD = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’.-]{0,24}"
_NAMED = re.compile(
    rf"(?:my name is|the name is|name is|name's|under the name(?: of)?|me llamo|mi nombre es"
    rf"|a nombre de|en nombre de|el nombre es|name\s*:|nombre\s*:)\s*{_WORD}(?:\s+{_WORD}){{0,2}}"
    rf"(?=\s*(?:[,.;!\n]|$))"
    r"|(?:我叫|我的名字是|名字是|名字叫|姓名是?|我姓)[:：]?\s*[一-鿿]{1,4}(?=\s*(?:[,，。.;；!！\n]|$))",
    re.IGNORECASE,
)
_PART = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]{0,24}"
_BESIDE = re.compile(
    rf"(?:^|[,;\n.!]\s*[-–—]?\s*)(?P<first>{_PART})(?P<rest>(?: {_PART}){{0,2}})"
    r"(?=\s*(?:[,;\n.!]|$))"
)
"""A name that stands alone between marks: "yes please, John Carter"."""
_UNDER = re.compile(rf" (?:under|para|a nombre de) (?=(?P<first>{_PART})(?:\s{_PART})?\W*$)")
"""What leads to a name at the end: "reserve it under Helen"."""
_BETWEEN = re.compile(r"[\s,.;:!、，。；：！~…\-–—()\"'¡️‍\U0001f3fb-\U0001f3ff]+")
_NOT_TO = re.compile(
    r"\b(?:dont|do not|never) [a-z]|\bno (?:me |nos )?(?:lo|la) [a-z]"
    r"|(?:不要|别|不用|不必|先不|先不要|先别)(?=[请帮给替我们订预保留安下确定锁])"
)
"""A negation that stands right before the act: "don't hold it", "不要帮我订"."""
_IN_WORD = re.compile("[a-z0-9_]{2}")
"""A Latin word ends where its letters do; Chinese ones follow each other without a gap."""
_ADORNMENT = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")


class Agreement(StrEnum):
    """What a text says to the terms that were stated."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def read_agreement(text: str, language: str, *, act: Act = Act.BOOK) -> Agreement:
    """Read a text as the answer to "shall I?".

    Args:
        text: all that the customer has written since.
        language: ISO code; customers mix languages, so that the words of all are understood.
        act: what was asked. "Cancel it" is agreement only where cancelling was.
    """
    if not text.strip() or len(text) > TEXT_MAX_CHARS or re.search("[?？¿]", text):
        return Agreement.UNCLEAR
    kinds = _kinds(_folded(_without_particulars(text, language)), act)
    if "doubt" in kinds:
        return Agreement.UNCLEAR
    if "act" in kinds and "yes" not in kinds and _NOT_TO.search(_folded(text)):
        return Agreement.NO
    says_yes = bool({"yes", "act"} & kinds)
    if says_yes == ("no" in kinds):
        return Agreement.UNCLEAR
    return Agreement.YES if says_yes else Agreement.NO


def is_pleased(text: str, language: str, *, act: Act = Act.BOOK) -> bool:
    """Whether a text is content with the terms and says no yes: "ok", "sounds good"."""
    if not text.strip() or len(text) > TEXT_MAX_CHARS or re.search("[?？¿]", text):
        return False
    kinds = _kinds(_folded(_without_particulars(text, language)), act)
    return "fine" in kinds and kinds <= {"fine", "polite"}


def _without_particulars(text: str, language: str) -> str:
    """The text without a name or mailbox, which customers give along with their yes."""
    for pattern in (_MAIL, _NAMED):
        text = pattern.sub(" , ", text)
    text = _UNDER.sub(lambda m: ", " if m["first"].lower() in FIRST_NAMES else m[0], text)
    text = _BESIDE.sub(_without_name, text)
    name = read_name(text, language=language)
    if not re.fullmatch(rf"{_WORD}(?: {_WORD}){{0,2}}", name):
        return text
    said = re.escape(name).replace(r"\ ", r"\s+")
    introduced = rf"(?i:\b(?:i['’]?m|i am|this is|it['’]?s|soy|habla))\s+{said}(?!\s*[^\W\d_])"
    return re.sub(introduced, " , ", text)


def _without_name(match: re.Match[str]) -> str:
    """Nothing in the place of a name; the words themselves where they could be anything else."""
    rest = match["rest"].split()
    is_named = match["first"].lower() in FIRST_NAMES and match["first"][0].isupper()
    is_odd = any(word.lower().strip(".") in COMMON or not word[0].isupper() for word in rest)
    return " , " if is_named and not is_odd else match[0]


def _folded(text: str) -> str:
    """Lower case, no accents, no apostrophes within words."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = simplified(plain)
    marked = "".join(c for c in plain if not unicodedata.combining(c))
    folded = " ".join(re.sub(r"(?<=\w)['’`](?=\w)", "", marked).split())
    folded = re.sub(r"([a-z])\1{2,}", r"\1", folded)  # "Yesss, lets gooo".
    # A letter alone, as text messages have it.
    return {"y": "yes", "n": "no"}.get(folded.strip(" .!"), folded)


def _kinds(folded: str, act: Act) -> frozenset[str]:
    """The kinds of all that is said; empty where anything is not understood.

    Longer phrases go first, shorter ones where the rest then makes no sense: "please book it" is
    "please" and "book it".
    """
    kind_of, longest = _known(act)

    @cache
    def read(place: int) -> frozenset[str] | None:
        if between := _BETWEEN.match(folded, place):
            place = between.end()
        if place == len(folded):
            return frozenset()
        for end in range(min(len(folded), place + longest), place, -1):
            kind = kind_of.get(folded[place:end], "") or _mark(folded[place:end])
            if kind and not _IN_WORD.match(folded, end - 1):
                rest = read(end)
                if rest is not None:
                    return rest | {kind}
        return None

    return read(0) or frozenset()


def _mark(word: str) -> str:
    """What a picture says; those that say nothing are politeness."""
    if word in MARKS_YES:
        return "yes"
    if word in MARKS_NO:
        return "no"
    return "polite" if _ADORNMENT.fullmatch(word) else ""


@cache
def _known(act: Act) -> tuple[Mapping[str, str], int]:
    """What kind each phrase is of, and how long the longest is."""
    kind_of = {phrase: kind for kind, phrases in KINDS.items() for phrase in phrases}
    kind_of |= dict.fromkeys(ACTS[act], "act")
    if act is not Act.BOOK:
        kind_of |= dict.fromkeys(KEEPING, "no")
    return kind_of, max(map(len, kind_of))
