"""Cuts a text into the tokens dates and times are made of.

Everything a rule must not touch (sums, telephones, streets, links, ages) becomes one dead token
first. Each alternative has bounded repeats: a text of any kind is cut in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from bot.language.date_feasts import FEASTS
from bot.language.date_words import LEXICON, look_up
from bot.language.numbers import fold, parse_numbers

CHARACTERS_READ = 4_000
"""A date is said in fewer; a long mail is read from its beginning."""
TOKENS_READ = 1_000
_HAN_NUM = "[0-9零〇一二三四五六七八九十两兩廿]"
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|terrace|circle|cir|court|ct"
    r"|highway|hwy|pkwy|way)\b"
)
_DEAD = (
    r"(?<=[早晚快慢多少大小宜高低有差近远好])一[点些](?!钟|半)"
    r"|"
    r"https?://\S{1,200}|www\.\S{1,200}"
    r"|(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,64}"
    r"|[$€£¥#]\s?\d[\d.,]{0,14}k?"
    r"|\d[\d.,]{0,9}\s?(?:dollars?|bucks?|usd|pesos|dolares|%|percent|美元|美金|块|元|人|位|个人|岁)"
    r"|\(?(?<!\d)\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]\d{4}(?!\d)"
    r"|(?:ages?|aged|edades|edad)\s{0,3}(?:\d{1,2}(?:\s|,|/|&|-|and|y|to|a){0,6}){1,8}"
    r"|\b(?:all|are|age|aged|ages|turning|kids?|boys?|girls?|child|children|little ones?)"
    r"\s{1,3}\d{1,2}(?:\s?(?:,|and|&|or|-|to)\s?\d{1,2}){0,6}\s?-?ish\b"
    r"|\d{1,6}\s{1,3}(?!(?:at|to|for|on|in|and|or|pm|am|with|the|of|by|is|de|el|en)\b)"
    rf"(?:(?:[a-z]{{2,20}}|\d{{1,3}}(?:st|nd|rd|th))\s{{1,3}}){{1,3}}{_STREET}"
    r"|\d{5,}(?:-\d{4})?|\d{1,3}(?:,\d{3})+|\b(?:24/7|50/50|9/11)\b(?!/\d)"
    r"|\b\d{1,3}(?:st|nd|rd|th)[\s-]{1,3}(?:birthday|bday|b-day|anniversary|grade|floor|time|annual"
    r"|year|st\b|street|ave\b|avenue|person|party|course|chef|kid|child|graders?|wedding|choice|option|guest)"
)
_HALF_DAY = r"(?:a\.?\s?m|p\.?\s?m)\b\.?"
_CLOCK = (
    rf"(?P<hour>\d{{1,2}})(?P<mark>[:.h：])(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d|[/.]\d)"
    rf"(?:\s{{0,2}}(?P<half>{_HALF_DAY}|[ap]\b|hrs?\b|h\b))?"
    rf"|(?P<hour2>\d{{1,4}})\s{{0,2}}(?P<half2>{_HALF_DAY}|(?<=\d)[ap]\b)"
    r"|(?P<hour3>\d{1,2})(?P<half3>h|hs|\s?hrs?|\s?horas)\b"
    r"|(?P<hour4>\d{1,2}(?=\s?o'?\s?clock\b|\s?en punto\b)|(?:1[0-2]|[1-9])(?=\s?-?ish\b))"
    r"\s?-?(?:o'?\s?clock|en punto|ish)\b"
    rf"|(?P<han>{_HAN_NUM}{{1,3}})[点點时時](?!间)(?P<past>半|一刻|三刻|{_HAN_NUM}{{1,3}}分?)?"
)
_DAY = (
    r"(?P<iso>(?P<y1>20\d\d)[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)t?)"
    r"|(?P<slash>(?P<a>\d{1,2})(?:(?P<by>[/.])|-(?=\d{1,2}-))(?P<b>\d{1,2})"
    r"(?:[/.-](?P<y2>\d{4}|\d\d))?(?![\d/]|[.-]\d))"
    rf"|(?P<year>20[2-4]\d)(?:年|(?!\d))|(?P<month>{_HAN_NUM}{{1,3}})月份?"
    rf"|(?P<number>{_HAN_NUM}{{1,3}})[日号號](?![码碼线楼])|第(?P<rank>{_HAN_NUM}{{1,2}})[个個]?"
    r"|(?P<lastone>最后一?[个個]?)"
    rf"|(?P<later>{_HAN_NUM}{{1,2}}|半)(?P<unit>[个個]?(?:周|週|星期|礼拜|月)|天)[之以]?[后後](?!天)"
    r"|(?P<lead>下{1,3}|上|这|這|本)?[个個]?(?:周|週|星期|礼拜|禮拜)(?P<weekday>[一二三四五六日天])"
)
_NUMBER = r"(?P<rank2>\d{1,2})(?:st|nd|rd|th|ro|ero|er|º|°)(?![a-z])|(?P<digits>\d{1,4})(?!\d)"
_PHRASES = [each for each in (*LEXICON, *FEASTS) if not each.isalpha() or not each.isascii()]


def _phrase_pattern() -> str:
    listed = sorted(_PHRASES, key=len, reverse=True)
    latin = "|".join(re.escape(each) for each in listed if each[0].isascii() and each[0].isalpha())
    signs = "|".join(re.escape(e) for e in listed if not (e[0].isascii() and e[0].isalpha()))
    latin = latin.replace(r"\ ", r"\s{1,3}").replace("'", "['’]?")
    return rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|(?:{signs})"


_TOKEN = re.compile(
    rf"(?P<dead>{_DEAD})|{_CLOCK}|{_DAY}|{_NUMBER}|(?P<phrase>{_phrase_pattern()})"
    r"|(?P<word>[a-z]+(?:['’][a-z]+)?)|(?P<other>[\u2e80-\u9fff])"
)
_CLOCK_GROUPS = ("hour", "hour2", "hour3", "hour4", "han")
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of a text."""

    kind: str
    """One letter: see bot/language/date_words.py."""
    start: int
    """First character."""
    end: int
    """One past the last character."""
    value: int = 0
    """A number, month, weekday or offset."""
    numbers: tuple[int, ...] = ()
    """The figures of a date or of an offset."""
    times: tuple[time, ...] = ()
    """What a clock time can mean, earlier first."""
    part: str = ""
    """Part of the day."""
    text: str = field(default="", repr=False)
    """As written, folded."""


def cut(text: str, language: str) -> list[Token]:
    """Cut a text; words that say nothing of dates are tokens of the kind "."."""
    folded = fold(text[:CHARACTERS_READ])
    numbers = {span.start: span for span in parse_numbers(folded, language, most=60)}
    tokens: list[Token] = []
    position = 0
    while len(tokens) < TOKENS_READ and (match := _TOKEN.search(folded, position)):
        token = _read(match)
        span = numbers.get(match.start())
        if match["word"] and span and span.value == int(span.value) and span.value < 100:
            token = Token(kind="N", start=span.start, end=span.end, value=int(span.value))
        position = token.end
        if not (token.text == "." and tokens and tokens[-1].kind in "MKWU"):
            tokens.append(token)  # The dot of "Dec." ends no sentence.
    return _joined(tokens)


def _read(match: re.Match[str]) -> Token:
    if match["word"] or match["phrase"]:
        return _read_word(match)
    if any(match[group] for group in _CLOCK_GROUPS):
        return _read_clock(match)
    if match["iso"]:
        numbers = (int(match["m1"]), int(match["d1"]), int(match["y1"]))
        return replace(_token(match, "D", 1), numbers=numbers)
    if match["slash"]:
        year = int(match["y2"] or 0)
        numbers = (int(match["a"]), int(match["b"]), year + 2000 if 0 < year < 100 else year)
        kind = "D" if match["by"] == "/" or year else "0"
        return replace(_token(match, kind), numbers=numbers)
    return _read_number(match)


def _token(match: re.Match[str], kind: str, value: int = 0) -> Token:
    return Token(kind=kind, start=match.start(), end=match.end(), value=value, text=match[0])


def _read_number(match: re.Match[str]) -> Token:
    for group, kind in (("year", "Y"), ("rank2", "O"), ("digits", "N")):
        if match[group]:
            return _token(match, kind, int(match[group]))
    for group, kind in (("month", "M"), ("number", "O"), ("rank", "Q")):
        if match[group]:
            value = han_number(match[group])
            return _token(match, kind if kind != "M" or 1 <= value <= 12 else ".", value)
    if match["later"]:
        return _read_later(match)
    if match["weekday"]:
        day = "一二三四五六日天".index(match["weekday"])
        lead = match["lead"] or ""
        week = {"下": len(lead), "上": -1}.get(lead[:1], 0)
        return replace(_token(match, "H" if lead else "W", min(day, 6)), numbers=(week,))
    return _token(match, "p" if match["lastone"] else ".")


def _read_later(match: re.Match[str]) -> Token:
    count = han_number(match["later"]) if match["later"] != "半" else 0
    unit = match["unit"]
    months = count if "月" in unit else 0
    days = count if unit == "天" else 0 if months else 7 * count
    days = 15 if match["later"] == "半" else days
    return Token(kind="G", start=match.start(), end=match.end(), numbers=(days, months))


def _read_word(match: re.Match[str]) -> Token:
    text = re.sub(r"\s{1,3}", " ", match[0]).replace("’", "'")
    if text in FEASTS or text.replace("'", "") in FEASTS:
        name = text if text in FEASTS else text.replace("'", "")
        return replace(_token(match, "J"), text=name)
    kind, value, part = look_up(text) or (".", 0, "")
    times = clock(value, half="24" if part else "") if kind == "C" else ()
    return replace(_token(match, kind, value), part=part, times=times, text=text)


def _read_clock(match: re.Match[str]) -> Token:
    if match["han"]:
        return replace(_token(match, "C"), times=_han_clock(match["han"], match["past"] or ""))
    hour = int(next(match[group] for group in _CLOCK_GROUPS if match[group]))
    minute, half = int(match["minute"] or 0), (match["half"] or match["half2"] or "").strip()
    if match["hour2"] and hour >= 100:
        hour, minute = divmod(hour, 100)
    if match["hour3"] and hour < (7 if match["half3"] in ("h", "hs") else 13):
        return _token(match, ".")  # "4h", "3 hrs": how long, not when.
    is_padded = match[0][0] == "0"
    times = clock(hour, minute, half="24" if is_padded and not half else half)
    is_dotted = match["mark"] == "." and not half
    kind = "0" if is_dotted else "C"
    return replace(_token(match, kind if times else "."), times=times)


def _han_clock(hour: str, past: str) -> tuple[time, ...]:
    minute = {"": 0, "半": 30, "一刻": 15, "三刻": 45}.get(past)
    return clock(han_number(hour), han_number(past.rstrip("分")) if minute is None else minute)


def clock(hour: int, minute: int = 0, *, half: str = "") -> tuple[time, ...]:
    """What an hour and a minute can mean: two times unless the half of the day is clear."""
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return ()
    if half[:1] in ("a", "p") and hour <= 12:
        return (time(hour % 12 + (12 if half[0] == "p" else 0), minute),)
    if 0 < hour < 12 and half[:1] not in ("h", "2"):
        return (time(hour, minute), time(hour + 12, minute))
    return (time(hour % 24, minute),)


def han_number(numeral: str) -> int:
    """The value of a Chinese or plain numeral below a hundred."""
    if numeral.isdigit() and numeral.isascii():
        return int(numeral)
    tens, has_ten, units = numeral.replace("廿", "二十").rpartition("十")
    high = _HAN.get(tens[-1:], 1) * 10 if has_ten else 0
    return high + (_HAN.get(units[-1:], 0) if units else 0)


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """ "Twenty first" is one ordinal; "December twenty fifth" has two words for its day."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        is_tail = token.kind == "Q" and token.value < 10 and before is not None
        if is_tail and before and before.kind == "N" and before.value in (20, 30):
            value = before.value + token.value
            out[-1] = Token(kind="Q", start=before.start, end=token.end, value=value)
        else:
            out.append(token)
    return out
