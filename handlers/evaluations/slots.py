"""What a customer said they want: {adults, children, under6, date, time, zip, name, proteins,
ambiguous}, read from one message or a conversation by the rules the service itself reads with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.clock import SystemClock
from bot.language.dates import DateReading, read_dates
from bot.language.language_id import detect
from bot.language.names import read_name
from bot.language.slots import PartyReading, read_party
from bot.profile import Profile, load_profile
from bot.settings import load_settings
from handlers.evaluations.base import Evaluation, Predict, Record, text_of

YOUNGEST_BELOW = 6
"""Bands that begin below this age are counted as `under6`."""
# What other data sets call the question that was asked last.
_QUESTIONS = {"people": "headcount", "first_name": "name", "last_name": "name", "protein": "dishes"}
# The field of a prediction that a doubt of the party's reading belongs to.
_DOUBTS = {"headcount": "adults", "ages": "children", "further": "proteins"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A record, made ready to be read."""

    texts: tuple[str, ...]
    """What the customer wrote, oldest first."""
    language: str
    """ISO 639-1."""
    said_at: datetime
    """Aware, in the business's zone."""
    asked: str
    """What had been asked before the last text."""


@asynccontextmanager
async def open_slots(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Only rules: no model, no database."""
    profile = load_profile(load_settings(environment).business_profile)

    async def predict(record: Record) -> Mapping[str, object]:
        return _predicted(_said(record, profile), profile)

    yield predict


def _said(record: Record, profile: Profile) -> Said:
    given = record.get("texts")
    texts = tuple(str(each) for each in given) if isinstance(given, list) else (text_of(record),)
    zone = ZoneInfo(str(record.get("zone") or profile.business.zone))
    moment = record.get("said_at") or record.get("now")
    said_at = datetime.fromisoformat(str(moment)) if moment else SystemClock().now()
    said_at = said_at.astimezone(zone) if said_at.tzinfo else said_at.replace(tzinfo=zone)
    return Said(
        texts=texts,
        language=str(record.get("language") or detect(" ".join(texts))),
        said_at=said_at,
        asked=_asked(record),
    )


def _asked(record: Record) -> str:
    given = record.get("asked") or record.get("requested") or ""
    first = given[0] if isinstance(given, list) else given
    return _QUESTIONS.get(str(first), str(first))


def _predicted(said: Said, profile: Profile) -> Mapping[str, object]:
    party = read_party(said.texts, profile, language=said.language, asked=said.asked or None)
    day, is_day_unclear = _day(said, profile)
    at, is_time_unclear = _time(said, profile)
    doubts = {_DOUBTS.get(name, "proteins") for name in party.ambiguous}
    doubts |= {"adults"} if party.headcount_range else set()
    doubts |= {"date"} if is_day_unclear else set()
    doubts |= {"time"} if is_time_unclear else set()
    return {
        **_guests(party, profile),
        "date": day.isoformat() if day else None,
        "time": f"{at:%H:%M}" if at else None,
        "zip": party.zip_code or None,
        "name": _name(said) or None,
        "proteins": dict(party.options),
        "ambiguous": sorted(doubts),
    }


def _guests(party: PartyReading, profile: Profile) -> Mapping[str, int | None]:
    service = profile.service()
    counted: dict[str, int | None] = {"adults": None, "children": None, "under6": None}
    for code, count in party.counts.items():
        is_young = (service.bands[code].min_age or 0) < YOUNGEST_BELOW
        field = "under6" if is_young else "children"
        field = "adults" if code == service.default_band else field
        counted[field] = (counted[field] or 0) + count
    return counted


def _readings(said: Said, profile: Profile) -> Sequence[DateReading]:
    last = len(said.texts) - 1
    return [
        read_dates(
            text,
            language=said.language,
            said_at=said.said_at,
            territory=profile.business.territory,
            asked=said.asked if index == last else "",
        )
        for index, text in enumerate(said.texts)
    ]


def _day(said: Said, profile: Profile) -> tuple[date | None, bool]:
    """The day said last; and whether one was said that must be asked about."""
    for reading in reversed(_readings(said, profile)):
        if reading.days or reading.span or reading.problem:
            is_certain = len(reading.days) == 1 and not reading.problem
            return (reading.days[0], False) if is_certain else (None, True)
    return None, False


def _time(said: Said, profile: Profile) -> tuple[time | None, bool]:
    """The time said last: of two the one the business can start at, where only one is."""
    slots = profile.service().schedule.slots
    for reading in reversed(_readings(said, profile)):
        if reading.times:
            open_ones = [at for at in reading.times if slots[0] <= at <= slots[-1]]
            times = open_ones if len(open_ones) == 1 else reading.times
            is_certain = len(times) == 1 and reading.problem != "no_such_time"
            return (times[0], False) if is_certain else (None, True)
    return None, False


def _name(said: Said) -> str:
    last = len(said.texts) - 1
    for index in range(last, -1, -1):
        asked = said.asked if index == last else ""
        if name := read_name(said.texts[index], language=said.language, asked=asked):
            return name
    return ""


evaluation = Evaluation(help="party, date, time, ZIP and name of a customer", open=open_slots)
