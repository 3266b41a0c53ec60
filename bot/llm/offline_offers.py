"""What we offered last, read back from our own words, and which of it "the first one" means.

Our replies word days and times in one way (bot/booking/booking_words.py), so that they can be read
again without keeping them anywhere. Decides nothing; offline_dates.py reads the customer with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from functools import cache

from babel import Locale

from bot.language.numbers import fold
from bot.language.wording import variants_of

_LEADS = ("nearest_open", "days_open")
"""The phrases that stand before what is offered; what comes before them was refused."""
_DAY = re.compile(
    r"(?P<month>[a-z]{3,10}) (?P<day>\d{1,2}), (?P<year>\d{4})"
    r"|(?P<day_es>\d{1,2}) de (?P<month_es>[a-z]{3,10}) de (?P<year_es>\d{4})"
    r"|(?P<year_zh>\d{4})年(?P<month_zh>\d{1,2})月(?P<day_zh>\d{1,2})日"
)
_TIME = re.compile(r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s(?P<half>[ap])\.?\s?m\.?)?")
_POLITE = (
    r"(?:ok|okay|yes|sure|then|please|lets do|lets go with|ill take|well take|i want|i prefer"
    r"|can we do|how about|what about|is fine|is good|works|sounds good|thanks|for us|for me"
    r"|entonces|por favor|mejor|si|bueno|quiero|prefiero|esta bien|gracias|me sirve"
    r"|好的?|那|就|我要|我选|吧|可以|谢谢|要)"
)
_NOUN = r"(?: (?:one|option|date|day|time|slot|saturday|sunday|opcion|fecha|hora|dia))?"
_PLACES = (
    (0, rf"(?:the )?(?:first|1st){_NOUN}|(?:el |la )?primer[ao]?{_NOUN}|第一个?(?:时间)?|前一个"),
    (1, rf"(?:the )?(?:second|2nd){_NOUN}|(?:el |la )?segund[ao]{_NOUN}|第二个?(?:时间)?"),
    (2, rf"(?:the )?(?:third|3rd){_NOUN}|(?:el |la )?tercer[ao]?{_NOUN}|第三个?(?:时间)?"),
    (-1, rf"(?:the )?last{_NOUN}|(?:el |la )?ultim[ao]{_NOUN}|最后一个|后一个"),
)
_EARLY = (
    r"(?:the )?(?:earlier|earliest|early|sooner|soonest)(?: one| of the two|"
    rf"{_NOUN})|(?:el |la )?(?:mas temprano|mas temprana|mas pronto|mas cercan[ao])"
    r"|(?:最)?早(?:一点|点|一些)?的?(?:那个)?"
)
_LATE = (
    r"(?:the )?(?:later|latest|late)(?: one| of the two|"
    rf"{_NOUN})|(?:el |la )?(?:mas tarde|mas tardio|mas tardia|mas lejan[ao])"
    r"|(?:最)?晚(?:一点|点|一些)?的?(?:那个)?"
)


@dataclass(frozen=True, slots=True, order=True)
class Offer:
    """A day, with a time where one was said."""

    day: date
    at: time | None = None


def read_offers(ours: str) -> tuple[Offer, ...]:
    """The days and times in one of our texts, in its order."""
    text = _offered_part(fold(ours))
    found: list[Offer] = []
    day: date | None = None
    for match in sorted((*_DAY.finditer(text), *_TIME.finditer(text)), key=lambda m: m.start()):
        if match.re is _DAY:
            day = _day(match)
            found += [Offer(day)] if day else []
        elif day is not None:
            if found[-1] == Offer(day):
                found.pop()
            found.append(Offer(day, _time(match)))
    return tuple(dict.fromkeys(found))


def pick(text: str, offers: tuple[Offer, ...]) -> Offer | None:
    """Which of several offers a text means that says nothing but its place among them."""
    if len(offers) < 2:
        return None
    said = re.sub(r"['’]", "", fold(text))
    days = tuple(dict.fromkeys(offer.day for offer in offers))
    if 1 < len(days) < len(offers):
        offers = tuple(Offer(day) for day in days)  # A line is a day: "the second one" is one.
    for place, words in _PLACES:
        if _is_only(words, said) and place < len(offers):
            return offers[place]
    if any(offer.at is None for offer in offers) and len({o.day for o in offers}) == 1:
        return None
    in_order = sorted(offers, key=lambda each: (each.day, each.at or time.min))
    if _is_only(_EARLY, said):
        return in_order[0]
    return in_order[-1] if _is_only(_LATE, said) else None


def _is_only(words: str, said: str) -> bool:
    around = rf"(?:{_POLITE}\W*)*"
    return bool(re.fullmatch(rf"\W*{around}(?:{words})\W*{around}", said))


def _offered_part(folded: str) -> str:
    """What stands behind the words that lead to an offer, or all of it."""
    ends = (folded.rfind(lead) + len(lead) for lead in _leads() if lead in folded)
    return folded[max(ends, default=0) :]


@cache
def _leads() -> tuple[str, ...]:
    said = (v for name in _LEADS for code in ("en", "es", "zh") for v in variants_of(name, code))
    return tuple(fold(variant.partition("{")[0]).strip() for variant in said)


def _day(match: re.Match[str]) -> date | None:
    part = match.groupdict()
    year, day = (part[k] or part[f"{k}_es"] or part[f"{k}_zh"] for k in ("year", "day"))
    word = part["month"] or part["month_es"]
    month = _months().get(word, 0) if word else int(part["month_zh"])
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None


def _time(match: re.Match[str]) -> time:
    hour, half = int(match["hour"]), match["half"]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour % 24, int(match["minute"]) % 60)


@cache
def _months() -> dict[str, int]:
    named = (Locale.parse(code).months["format"]["wide"] for code in ("en", "es"))
    return {fold(name): number for names in named for number, name in names.items()}
