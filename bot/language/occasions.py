"""Reads when a customer's own day is: a birthday or anniversary, in the words they told it in.

Only what is certain: one day of the year, or one month. A party's date, a day counted from the day
of the telling, a death, two possible days are none. bot/causes/customer_date.py asks.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.language.dates import DateReading, read_dates

WORDS_MAX_CHARS = 60
CHARACTERS_READ = 300

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SPANISH = re.compile(
    r"\b(?:cumplea[nñ]os|cumple|aniversario|mi|nuestr[oa]|hij[oa]|espos[oa]|enero|febrero|marzo"
    r"|abril|mayo|junio|julio|agosto|se[pt]+iembre|octubre|noviembre|diciembre)\b",
    re.IGNORECASE,
)
_YEARLY = re.compile(
    r"\b(?:birthday|bday|b-day|anniversary|name day|cumplea[nñ]os|cumple|aniversario"
    r"|every year|each year|yearly|todos los a[nñ]os|cada a[nñ]o)\b|\bturns \d"
    r"|生日|生辰|纪念日|紀念日|每年",
    re.IGNORECASE,
)
# The day of a party that is planned is no birthday, and nobody sells a party on a day of mourning.
_OTHER = re.compile(
    r"\b(?:part(?:y|ies)|fiesta|celebraci[oó]n|dinner|cena|moved|instead|not|no|maybe|perhaps"
    r"|around|about|quiz[aá]s?|tal vez|como por|death|died|passed away|late (?:wife|husband|mother"
    r"|father|mom|dad|son|daughter)|funeral|memorial|in memory|heaven|muri[oó]|fallec\w+|luto"
    r"|difunt[oa]|luctuoso|q\.?e\.?p\.?d)\b"
    r"|派对|聚会|聚餐|生日会|生日宴|不是|大概|可能|忌日|去世|过世|逝世|周年祭|祭日|已故|亡",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\d\s*[/.-]\s*\d|月|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[\d一二三四五六七八九十]")
_LEAP_DAY = re.compile(
    r"\bfeb(?:ruary|rero|\.)? 29|\b29(?:th)? (?:of |de )?feb|2/29|(?:2|二)月(?:29|二十九)"
    r"|-02-29",
    re.IGNORECASE,
)

_ORDINAL = r"(?:\d{1,3}(?:st|nd|rd|th) )?"
_DAYS = r"(?:birthday|bday|b-day|(?:wedding )?anniversary|name day)"
_ONES = (
    r"(?:daughter|son|wife|husband|mom|mother|mum|dad|father|sister|brother|girlfriend|boyfriend"
    r"|fianc[eé]e?|partner|boss|grandma|grandpa|grandmother|grandfather|kid|niece|nephew)"
)
_ENGLISH_WORDS = re.compile(
    rf"\b(?:(?:my|our) (?P<own>(?:[a-z-]{{2,20}} ){{0,2}}?[a-z-]{{2,20}}(?:'s|s'|s) )?"
    rf"{_ORDINAL}(?P<day>{_DAYS})"
    rf"|(?P<one>{_ONES}'s ){_ORDINAL}(?P<ones_day>{_DAYS}))\b",
    re.IGNORECASE,
)
_SPANISH_WORDS = re.compile(
    r"\b(?:(?:mi|nuestr[oa]) (?P<own>cumplea[nñ]os|cumple|aniversario(?: de bodas?)?)(?! de )"
    r"|(?P<day>cumplea[nñ]os|cumple|aniversario(?: de bodas?)?)"
    r" de (?P<whose>mis?|nuestr[oa]s?) (?P<one>[a-záéíóúñ]{2,20}))\b",
    re.IGNORECASE,
)
_CHINESE_WORDS = re.compile(
    r"(?:我们的?|我的?)(?P<own>[\u4e00-\u9fff]{0,4}?)的?"
    r"(?P<day>生日|结婚纪念日|結婚紀念日|纪念日|紀念日)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A day that comes back every year."""

    month: int
    day: int | None
    """None: the month alone is known."""
    what: str
    """Whose and what, as said to the customer: "your daughter's birthday"; empty: not clear."""
    language: str
    """Of `what`."""

    def next_on(self, since: date) -> date:
        """Its first day from that one on; of a month alone the first of the month.

        29 February is kept on the 28th where there is none.
        """
        for year in (since.year, since.year + 1):
            last = monthrange(year, self.month)[1]
            found = date(year, self.month, min(self.day or 1, last))
            if found >= since:
                return found
        return found


@lru_cache(maxsize=16384)
def read_occasion(text: str, *, said_on: date, territory: str = "US") -> Occasion | None:
    """Read the day of the year that a remembered text names for certain; else None.

    Args:
        text: as it is remembered: the customer's own words, or a short note of them.
        said_on: when it was told, in the business's zone.
        territory: country of the business: says whether 5/3 is in May or in March.
    """
    read = " ".join(text[:CHARACTERS_READ].replace("’", "'").split())
    if not _YEARLY.search(read) or _OTHER.search(read):
        return None
    language = _language(read)
    found = _day_of_year(read, language, said_on, territory)
    if found is None:
        return None
    return Occasion(month=found[0], day=found[1], what=_what(read, language), language=language)


def _language(text: str) -> str:
    if _HAN.search(text):
        return "zh"
    return "es" if _SPANISH.search(text) else "en"


def _day_of_year(
    text: str, language: str, said_on: date, territory: str
) -> tuple[int, int | None] | None:
    """Month and day, the day None where only a month is named."""
    if _LEAP_DAY.search(text):
        return 2, 29
    reading = _read(text, language, said_on, territory)
    if reading.problem not in ("", "past") or not _MONTH.search(reading.words):
        return None
    if len(reading.days) == 1 and _FIGURE.search(reading.words):
        return reading.days[0].month, reading.days[0].day
    if not reading.days and reading.span:
        return _whole_month(*reading.span, said_on)
    return None


def _read(text: str, language: str, said_on: date, territory: str) -> DateReading:
    # The zone says nothing here: no time of day is wanted.
    said_at = datetime.combine(said_on, time(0, 1), ZoneInfo("UTC"))
    return read_dates(text, language=language, said_at=said_at, territory=territory)


def _whole_month(first: date, last: date, said_on: date) -> tuple[int, None] | None:
    """The month, where the span is all of it, or all that was left of it."""
    is_from_start = first.day == 1 or first == said_on
    is_to_end = last.day == monthrange(last.year, last.month)[1]
    is_one = (first.year, first.month) == (last.year, last.month)
    return (first.month, None) if is_one and is_from_start and is_to_end else None


def _what(text: str, language: str) -> str:
    """Whose day it is and what, turned to whom we write to; empty where the words are not clear."""
    makers = {"en": _english, "es": _spanish, "zh": _chinese}
    said = makers[language](text)
    return said if len(said) <= WORDS_MAX_CHARS else ""


def _english(text: str) -> str:
    match = _ENGLISH_WORDS.search(text)
    if match is None:
        return ""
    if match["one"]:
        return f"your {match['one'].lower()}{match['ones_day'].lower()}"
    return f"your {match['own'] or ''}{match['day'].lower()}"


def _spanish(text: str) -> str:
    match = _SPANISH_WORDS.search(text)
    if match is None:
        return ""
    if match["own"]:
        return f"su {match['own'].lower()}"
    many = "s" if match["whose"].endswith("s") else ""
    return f"el {match['day'].lower()} de su{many} {match['one']}"


def _chinese(text: str) -> str:
    match = _CHINESE_WORDS.search(text)
    return f"您{match['own']}的{match['day']}" if match else ""
