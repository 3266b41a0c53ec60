"""What a customer says that is no part of the party: the past, prices of one, questions on ages.

Also finds counts that cannot be right (none, less than none, half a guest, a billion): they are
asked about, never priced. Works on a scan's folded text before its numbers are read.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.language.numbers import NumberSpan
from bot.language.slot_masks import BLANK, blank

_CLAUSE = re.compile(r"[^.,;!?\n，。；？！]{1,300}")
_PAST = re.compile(
    r"\b(?:last (?:year|time|month|summer|party)|(?:el )?ano pasado|la ultima vez|la vez pasada)\b"
    r"|去年|上次|上一次"
)
_TURN = re.compile(
    r"\bbut\b|\bpero\b|\bthis (?:year|time|one)\b|\beste ano\b|\besta vez\b|但|今年|这次"
)
_NUMBER = re.compile(r"\d{1,9}|[一二两三四五六七八九十百]{1,6}")
_EACH_COSTS = re.compile(
    r"(?:多少钱|多少錢|几钱|价格|怎么收费|怎么算)(?:是)?一(?:个人|個人|位|人)"
    r"|一(?:个人|個人|位|人)(?:是|要|收)?(?:多少|几钱)"
)
_AGE = re.compile(
    r"(?<!\d)\d{1,2}[\s-]{0,2}(?:(?:years?|yrs?)[\s-]{0,2}olds?|y/?o\b|anos?\b|[岁歲])"
    r"|[一二三四五六七八九十]{1,3}[岁歲]"
)
_ASKS = re.compile(
    r"^\s{0,3}(?:(?:and|but|so|y|ok|also)\s{1,3})?(?:what about|how about|does|do|is|are|would|will"
    r"|how much (?:is|for|does)|que pasa con|cuanto paga|paga|un nino de|y un)\b"
    r"|\b(?:pagan?|cuentan?|cobran?)\b|[吗呢]|怎么算|收费"
)
_THE_CHILD = re.compile(r"\b(?:does|do|is|are|would|will|paga)\s{1,3}(?:the|el|la|los)\b")
_LESS_THAN_NONE = re.compile(
    r"(?:^|\b(?:for|of|is|are|be|para|somos|make it)\s{1,3})(?:[-−]\s?|(?<=for )minus )\d{1,6}\b"
)


def blank_asides(body: str) -> tuple[str, bool]:
    """The text without them, and whether a count of the past was taken out."""
    past = _blank_past(body)
    is_past = past != body
    body = _EACH_COSTS.sub(lambda match: BLANK * len(match[0]), past)
    return _blank_age_questions(body), is_past


def _blank_past(body: str) -> str:
    for clause in _CLAUSE.finditer(body) if _PAST.search(body) else ():
        start = clause.start()
        for part in _parts(clause[0]):
            if _PAST.search(part):
                for number in _NUMBER.finditer(part):
                    body = blank(body, start + number.start(), start + number.end())
            start += len(part)
    return body


def _parts(clause: str) -> list[str]:
    """A clause cut where it turns from the past to the present."""
    cuts = [0, *(match.start() for match in _TURN.finditer(clause)), len(clause)]
    return [clause[low:high] for low, high in pairwise(cuts)]


def _blank_age_questions(body: str) -> str:
    for clause in _CLAUSE.finditer(body):
        if not _ASKS.search(clause[0]) or not _AGE.search(clause[0]):
            continue
        others = _NUMBER.search(_AGE.sub("", body))
        if others and not _THE_CHILD.search(clause[0]):
            continue
        for age in _AGE.finditer(body, clause.start(), clause.end()):
            body = blank(body, age.start(), age.end())
    return body


def blank_less_than_none(body: str) -> tuple[str, bool]:
    """The text without counts below zero, and whether there was one."""
    clean = _LESS_THAN_NONE.sub(lambda match: BLANK * len(match[0]), body)
    return clean, clean != body


def is_impossible(span: NumberSpan, most: int) -> bool:
    """Whether a number can count no guests: none at all, part of one, or far too many."""
    return span.value != int(span.value) or not 0 < span.value < most
