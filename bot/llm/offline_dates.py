"""When the customer wants us, over all they have written since their last booking, for the offline
model: what is certain goes to the tools as ISO, everything else in the customer's own words.

Later words win, and what is not said again stays: "what about Sunday?" keeps the time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale

from bot.domain import MessageId, StoredMessage
from bot.domain_booking import Booking
from bot.language.dates import DateReading, read_dates
from bot.language.numbers import fold
from bot.llm.offline_answer_words import without_answering
from bot.llm.offline_last import without_last
from bot.llm.offline_offers import Offer, pick
from bot.profile import Profile

MOST_AHEAD = 3
"""Days after an event within which a weekday is sooner meant than the one before it."""
_HAN_WEEKDAY = re.compile(r"(?:星期|周|礼拜|週|禮拜)([一二三四五六日天])")
_PART = re.compile(
    r"\s*(?:\b(?:in the|por la|en la|a las?|at|por)\s)?(?:\b(?:morning|afternoon|evening|night|noon"
    r"|manana|tarde|noche|mediodia|\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\.?)?)(?![a-z])"
    r"|(?:上午|早上|中午|下午|晚上)?\S{0,3}[点點](?:半|钟)?|上午|早上|中午|下午|晚上)"
)
_MONTH = re.compile(
    r"\d\s*[/.月-]\s*\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic)"
)
WORDS_MAX_CHARS = 200
_CORRECTION = re.compile(
    r"\W*(?:(?:ok|okay|actually|no|sorry|wait|hm+|so|then|mejor|bueno)\W+){0,3}(?:(?:make (?:it"
    r"|that)"
    r"|let'?s (?:say|call it)|call it|say|minus|menos|plus|less|que sean|ponle|digamos|pongamos"
    r"|改成|减|加|多|少|就?算)\s?\d{1,3}(?: (?:then|please|total))?|\d{1,3} final (?:answer|count)"
    r"|(?:(?:and|y|what about|how about|que tal|what if)\W+){0,2}(?:for|para|with|con) \d{1,3}"
    r")\W*$"
)
_AGE = re.compile(
    r"\b(?:one|other(?: one)?|last one|oldest|eldest|youngest|middle(?: one)?|little one|kids?"
    r"|child"
    r"|children|son|daughter|baby|boy|girl|he|she|they|twins|mayor|menor|otr[oa]|un[oa]|hij[oa]s?"
    r"|nin[oa]s?)(?:\s(?:is|are|r|tiene|tienen|de|just turned|turns|all))*(?:'s)?\s"
    r"\d{1,2}(?:(?:,|\sand|\sy|\s&|,\sand)\s?\d{1,2})*(?!\d|:|/|\s?[ap]\.?m|th|st|rd|nd)"
)
SPAN_MAX_DAYS = 31
"""Of a longer span no day is meant by a weekday or a number alone."""
Asked = Sequence[tuple[StoredMessage, str]]
"""The customer's messages, oldest first, with what we had asked each time."""
Offered = Mapping[MessageId, tuple[Offer, ...]]
"""By the customer's message, what we had offered before it."""
NOTHING_OFFERED: Offered = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A day and a time as a tool takes them."""

    day: str = ""
    """ISO where one day is certain, else the words for it; empty where no day was said."""
    time: str | None = None
    words: str = ""
    """The customer's words for the day."""
    is_certain: bool = False
    """Whether the day is one."""
    choices: tuple[date, ...] = ()
    """The days it may be, where there are several."""

    @property
    def is_said(self) -> bool:
        """Whether anything of it was said."""
        return bool(self.day or self.time)


def read_when(
    profile: Profile,
    language: str,
    told: Asked,
    *,
    choices: tuple[date, ...] = (),
    offered: Offered = NOTHING_OFFERED,
) -> When:
    """What these messages say together.

    Args:
        profile: the business.
        language: of the conversation.
        told: the messages.
        choices: the days we asked about before.
        offered: what we had offered when a message came.
    """
    when = When(choices=choices)
    for message, asked in told:
        offers = offered.get(message.id, ()) if asked in ("date", "time", "hold") else ()
        if (chosen := pick(without_answering(message.text), offers)) is not None:
            when = _taken(when, chosen)
            continue
        days = when.choices or tuple(dict.fromkeys(offer.day for offer in offers))
        said = _joined(
            replace(when, choices=days), _read(profile, language, message, asked), profile
        )
        # What was offered is offered for one answer.
        when = said if said.choices != days else replace(said, choices=when.choices)
    return when


def _taken(earlier: When, chosen: Offer) -> When:
    """One of the days or times that we had offered."""
    clock = _iso(chosen.at) if chosen.at else earlier.time
    return When(day=chosen.day.isoformat(), time=clock, is_certain=True)


def of_booking(profile: Profile, booking: Booking) -> When:
    """When an event is, or is held for."""
    return of_moment(profile, booking.starts_at)


def of_moment(profile: Profile, at: datetime) -> When:
    """A moment as day and time."""
    local = at.astimezone(ZoneInfo(profile.business.zone))
    return When(day=local.date().isoformat(), time=f"{local:%H:%M}", is_certain=True)


def beside(profile: Profile, booking: Booking, now: When) -> When:
    """A weekday alone, said of an event that has its day, is the one next to that day."""
    weekday = _weekday(now.words)
    if weekday is None:
        return now
    local = booking.starts_at.astimezone(ZoneInfo(profile.business.zone)).date()
    ahead = (weekday - local.weekday()) % 7
    day = local + timedelta(days=ahead if ahead <= MOST_AHEAD else ahead - 7)
    return replace(now, day=day.isoformat(), is_certain=True)


def _weekday(words: str) -> int | None:
    """Monday 0, where a text for a day is nothing but a weekday's name."""
    folded = _PART.sub("", fold(words)).strip()
    if found := _HAN_WEEKDAY.fullmatch(folded):
        return "一二三四五六日".index(found[1].replace("天", "日"))
    names = (Locale.parse(code).days["format"] for code in ("en", "es"))
    spoken = {fold(w[k]).strip("."): k for each in names for w in each.values() for k in w}
    return spoken.get(folded) if len(folded) > 2 else None


def over(earlier: When, now: When) -> When:
    """What is said now, with what was said before where now says nothing of it."""
    if not now.day:
        return replace(earlier, time=now.time or earlier.time)
    return replace(now, time=now.time or earlier.time)


def is_correction(text: str) -> bool:
    """ "Make it 25": of the guests, unless a time had been asked for."""
    return bool(_CORRECTION.match(fold(text)))


def tells_age(text: str) -> bool:
    """Whether it is said how old somebody is."""
    return bool(_AGE.search(fold(text)))


def _without_ages(text: str) -> str:
    """The text without how old somebody is, as long as it was: "the other is 8" is no date."""
    return (
        _AGE.sub(lambda match: " " * len(match[0]), fold(text)) if _AGE.search(fold(text)) else text
    )


def _read(profile: Profile, language: str, message: StoredMessage, asked: str) -> DateReading:
    said_at = message.said_at.astimezone(ZoneInfo(profile.business.zone))
    read = partial(
        read_dates,
        without_last(_without_ages(without_answering(message.text))),
        language=language,
        said_at=said_at,
        territory=profile.business.territory,
    )
    plain = read()
    if plain.words or asked not in ("date", "time", "hold"):
        return plain
    if asked == "date" and is_correction(message.text):
        return plain
    return read(asked="date" if asked == "date" else "time")


def _joined(earlier: When, read: DateReading, profile: Profile) -> When:
    clock = _clock(read, profile)
    if chosen := _chosen(earlier.choices, read):
        return When(day=chosen.isoformat(), time=clock or earlier.time, is_certain=True)
    if not (read.days or read.span or read.problem):
        return replace(earlier, time=clock or earlier.time)
    is_certain = len(read.days) == 1 and not read.problem
    day = read.days[0].isoformat() if is_certain else read.words[:WORDS_MAX_CHARS]
    time_now = clock or earlier.time
    choices = () if is_certain else (read.days or _days(read.span))
    return When(day=day, time=time_now, words=read.words, is_certain=is_certain, choices=choices)


def _days(span: tuple[date, date] | None) -> tuple[date, ...]:
    if span is None or (span[1] - span[0]).days > SPAN_MAX_DAYS:
        return ()
    return tuple(span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1))


def _chosen(choices: Sequence[date], read: DateReading) -> date | None:
    """Which of the days we asked about is meant by "Sunday", "the 16th" or "in December"."""
    weekday, within = _weekday(read.words), set(_days(read.span))
    is_number = weekday is None and not _MONTH.search(fold(read.words))
    numbers = {day.day for day in read.days} if is_number and len(read.days) == 1 else set()
    for fits in (
        [day for day in choices if day in read.days or day in within],
        [day for day in choices if day.weekday() == weekday],
        [day for day in choices if day.day in numbers],
    ):
        if len(fits) == 1:
            return fits[0]
    return None


def _clock(read: DateReading, profile: Profile) -> str | None:
    """The time as a tool takes it: of "at 6" the one nearer to a time at which something starts."""
    starts = profile.service().schedule.slots

    def gap(clock: time) -> int:
        return min(abs(_minutes(clock) - _minutes(each)) for each in starts)

    if read.times:
        return _iso(min(read.times, key=gap))
    return read.part or None


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _iso(clock: time) -> str:
    return f"{clock:%H:%M}"


def since(told: Asked, moment: datetime | None) -> Asked:
    """The messages after a moment: what was wished before an agreed booking is over."""
    return told if moment is None else [each for each in told if each[0].created_at > moment]
