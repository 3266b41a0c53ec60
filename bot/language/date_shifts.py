"""Writes out days that are counted from another day in many words, before the date rules read.

"A week from this Friday", "not this Saturday but the one after" and 不要这周六，要下一个周六 name a
day by way of another, which must never be taken itself. bot/language/dates.py calls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.language.date_spans import coming, in_week
from bot.language.date_tokens import CHARACTERS_READ
from bot.language.date_weeks import next_days
from bot.language.date_words import look_up
from bot.language.han import simplified
from bot.language.numbers import fold

_DAYS = (
    r"(?:mondays?|mon|tuesdays?|tues?|wednesdays?|weds?|thursdays?|thurs?|thu|fridays?|fri"
    r"|saturdays?|satuday|sat|sundays?|sun|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?"
    r"|weekend|wknd|finde|fin de semana)\b"
)
_DAY = rf"(?P<day>{_DAYS})"
_NUMBERS = {"a": 1, "one": 1, "una": 1, "un": 1, "two": 2, "dos": 2, "three": 3, "tres": 3,
            "four": 4, "cuatro": 4}  # fmt: skip
_N = rf"(?P<n>{'|'.join(_NUMBERS)}|[1-6])"
_HEDGE = (
    r"(?:(?:but|rather|instead|how|what|about|maybe|actually|so|make|it|let'?s|do|can|could|we|is"
    r"|it'?s|you|have|and|try|sino|si no|mejor|pero|es|para|en|on|for|mas bien|seria|y|que tal)"
    r"[\s,;:—–-]{1,3}){0,5}"
)
_GAP = r"[\s,;:.?!—–-]{1,4}"
_ONE = r"(?:this|the|that|este|ese|el|esta)(?: coming)?"
_BAD = (
    r"(?:is (?:no good|not good|out|bad|too soon|a no|impossible)|(?:does ?n[o']?t|wo ?n'?t|cannot"
    r"|can'?t|not) (?:work|do)(?: for (?:me|us))?|no (?:puedo|podemos|se puede|me sirve|nos sirve"
    r"|me queda|nos queda|es posible|nos funciona|me funciona)|no)"
)
_NOT_IT = (
    rf"\b(?:not|no|can'?t do|can'?t make|cannot do|skip|forget)(?: (?:on|for|para|es|en))?"
    rf" {_ONE} {_DAY}(?: que viene| que entra| coming)?"
)
_IT_IS_BAD = rf"\b{_ONE} {_DAY}(?: que viene)? {_BAD}"
_FOLLOWING = (
    r"(?:(?:the|el|la|al) )?(?:(?:one|week|weekend|"
    rf"{_DAYS}) (?:after|following|siguiente|proximo|despues)(?: (?:that|this|next|ese)(?: one)?)?"
    r"|(?:following|next|other|siguiente|proximo|otro|que sigue|de la otra semana"
    r"|de despues)\b(?: (?:one|weekend|week|that|fin de semana"
    rf"|{_DAYS}))?|{_DAYS} (?:next|siguiente|proximo|que sigue|de la otra semana))\b"
)
_ONE_LATER = (
    rf"{_NOT_IT}{_GAP}{_HEDGE}{_FOLLOWING}",
    rf"{_IT_IS_BAD}{_GAP}{_HEDGE}{_FOLLOWING}",
    rf"\bnot this (?:one|week){_GAP}{_HEDGE}(?:the )?(?:following|next|other) {_DAY}",
    rf"\b(?:the )?{_DAY} (?:after|following|past) (?:this|the coming|the first)"
    rf"(?: (?:one|{_DAYS}))?(?=\W|$)",
    rf"\b(?:el )?{_DAY} (?:despues de|que sigue (?:de|a|despues de)|siguiente a) (?:este|ese|el)"
    rf"(?: {_DAYS})?",
    rf"\b{_DAY} week\b(?!\s?(?:of|day|end|night))",
    rf"\b(?:de este |del |el |este |de )?{_DAY} en ocho(?: dias)?\b",
)
_COUNTED = (
    rf"\b{_N} weeks? (?:from|after) (?:this |the |that )?(?:coming )?{_DAY}",
    rf"\b{_N} semanas? (?:despues|a partir) (?:de este |del |de )(?:proximo )?{_DAY}",
)
_NTH = (
    rf"\b(?:in )?(?P<n>two|three|four|[2-6]) {_DAY} (?:from (?:now|today)|away|ahead)\b",
    rf"\b(?:dentro de|en) (?P<n>dos|tres|cuatro|[2-6]) {_DAY}",
)
_WEEK = r"(?:周|星期|礼拜|週|禮拜)"
_XQ = rf"{_WEEK}(?P<han>[一二三四五六日天])"
_HAN_LATER = (
    rf"(?:不是|不要|别|除了)?(?:这|本)(?:一?个)?{_XQ}"
    r"(?:不行|不可以|不方便|没空|有事|不要|不)?[了,，、。;； ]{0,3}"
    rf"(?:而是|我们|我|想|就|是|要|改成?|换成?|那|的)*再?下(?:一个?|一?周|个)的?(?:{_WEEK}[一二三四五六日天])?",
    rf"(?:这|本)(?:一?个)?{_XQ}(?:之后|以后|后|再过|过后|往后|的下)(?:一|1|个)*(?:周|星期|礼拜)后?",
    rf"再下一?个?(?:周|星期|礼拜)?的?{_XQ}",
)
_THIS_OR_NEXT = (
    rf"\b{_ONE} {_DAY} (?:o|or) (?:(?:el|the) )?(?:siguiente|next|following|one after|otro|proximo"
    rf"|que sigue)\b(?: (?:one|{_DAYS}))?"
)
_HAN_TWO_LATER = rf"下一?个?{_XQ}(?:之后|以后|后|再过|过后|往后)(?:一|1|个)*(?:周|星期|礼拜)后?"
_HAN_EITHER = rf"下一个{_XQ}"
_HAN_SKIP = rf"隔(?:一个?)?(?:周|星期|礼拜)的?{_XQ}"


def plainly(text: str, said_on: date) -> str:
    """The text with such days as ISO dates, two where people mean different ones."""
    text = text[:CHARACTERS_READ]
    rules: tuple[tuple[tuple[str, ...], Callable[[re.Match[str]], str]], ...] = (
        (_ONE_LATER, lambda match: _written(match, said_on, 1)),
        (_COUNTED, lambda match: _written(match, said_on, _count(match))),
        (_NTH, lambda match: _written(match, said_on, _count(match) - 1)),
        (
            (rf"\b{_N} weeks? (?:from|after) next {_DAY}",),
            lambda match: _either(
                [day + timedelta(days=7 * _count(match)) for day in _next(match, said_on)]
            ),
        ),
        ((rf"\bthe {_DAY} after(?=\W*$|[,.;?!])",), lambda match: f"next {match['day']}"),
        (
            (_THIS_OR_NEXT,),
            lambda match: f"{_written(match, said_on, 0)} or {_written(match, said_on, 1)}",
        ),
        ((_HAN_TWO_LATER,), lambda match: in_week(said_on, _han(match), 2).isoformat()),
        (_HAN_LATER, lambda match: in_week(said_on, _han(match), 1).isoformat()),
        ((_HAN_EITHER,), lambda match: _either(_next_han(match, said_on))),
        (
            (_HAN_SKIP,),
            lambda match: _either([in_week(said_on, _han(match), n) for n in (1, 2)]),
        ),
    )
    for patterns, write in rules:
        for pattern in patterns:
            text = _replaced(text, pattern, write)
    return text


def _replaced(text: str, pattern: str, write: Callable[[re.Match[str]], str]) -> str:
    """Folding keeps the length, so that a place in the folded text is one in the text."""
    for match in reversed(list(re.finditer(pattern, simplified(fold(text))))):
        text = f"{text[: match.start()]} {write(match)} {text[match.end() :]}".strip()
    return text


def _written(match: re.Match[str], said_on: date, weeks: int) -> str:
    found = look_up(match["day"])
    if found is None or found[0] not in "WU":
        return ("this weekend", "next weekend", "weekend after next")[min(weeks, 2)]
    return (coming(said_on, found[1]) + timedelta(days=7 * weeks)).isoformat()


def _next(match: re.Match[str], said_on: date) -> tuple[date, ...]:
    found = look_up(match["day"])
    return next_days(said_on, found[1]) if found and found[0] in "WU" else ()


def _next_han(match: re.Match[str], said_on: date) -> list[date]:
    return sorted({coming(said_on, _han(match)), in_week(said_on, _han(match), 1)})


def _either(days: list[date]) -> str:
    return " or ".join(day.isoformat() for day in days)


def _count(match: re.Match[str]) -> int:
    return _NUMBERS.get(match["n"]) or int(match["n"])


def _han(match: re.Match[str]) -> int:
    return min("一二三四五六日天".index(match["han"]), 6)
