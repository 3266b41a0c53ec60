"""Reads when staff mean: "in 2 days", "tomorrow 9am", "Friday 14:00", "2026-12-05 10:00" (I15).

In the zone that the caller gives. What may mean two moments is refused with the choice in words,
never guessed. Days are read by bot/language/dates; the desk's commands and windows call this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.language.dates import DateReading, read_dates

USUAL = time(10)
"""Where only a day is said."""
AHEAD_MAX = timedelta(days=365)
TEXT_MAX = 80
FORMS = "write it as in 2 days, tomorrow 9am, Friday 14:00 or 2026-12-05 10:00"

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(
    r"(?:in\s+|for\s+)?(?P<count>\d{1,5}|an?|one|two|three|four|five|six)\s*"
    r"(?P<unit>m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[\sT]+(?:at\s+)?(\d{1,2}):(\d{2})(?::00)?)?")
_CLOCK = re.compile(r"(?:at\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)
_DAY_PARTS = {"morning": time(9), "noon": time(12), "afternoon": time(14), "evening": time(18)}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment, or why none was read."""

    at: datetime | None = None
    """Aware, UTC."""
    problem: str = ""
    """In words for staff; empty where there is a moment."""


def read_when(words: str, zone: ZoneInfo, *, now: datetime, usual: time = USUAL) -> When:
    """The one moment that these words mean, within a year from now.

    Args:
        words: what staff typed.
        zone: in which days and times are meant.
        now: the present moment, aware.
        usual: the time of day where only a day is said.
    """
    said = " ".join(words.split())
    if not said:
        return When(problem=f"say when: {FORMS}")
    if len(said) > TEXT_MAX:
        return When(problem=f"that is too long for a time: {FORMS}")
    found = _iso(said, zone, usual) or _after_span(said, zone, now)
    return _within(found or _from_words(said, zone, now, usual), now)


def read_span(words: str) -> timedelta | None:
    """ "2 hours", "for 30 min", "a day": a length of time, and nothing else beside it."""
    match = _SPAN.fullmatch(" ".join(words.split()))
    return None if match is None or match["rest"] else _length(match)


def local(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """That time on that day as UTC; None where the clocks jump over it, or no clock shows it."""
    try:
        moment = datetime.combine(day, at, zone).astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment.astimezone(zone).time() == at else None


def _iso(said: str, zone: ZoneInfo, usual: time) -> When | None:
    match = _ISO.fullmatch(said)
    if match is None:
        return None
    year, month, number, hour, minute = match.groups()
    try:
        day = date(int(year), int(month), int(number))
        at = time(int(hour), int(minute)) if hour else usual
    except ValueError:
        return When(problem=f"there is no such day or time: {FORMS}")
    return _on(day, at, zone)


def _on(day: date, at: time, zone: ZoneInfo) -> When:
    moment = local(day, at, zone)
    if moment is None:
        return When(problem="the clocks go forward over that time; choose an hour later")
    return When(at=moment)


def _after_span(said: str, zone: ZoneInfo, now: datetime) -> When | None:
    """In so many minutes or hours by the clock, or at the same time of day so many days later."""
    match = _SPAN.fullmatch(said)
    if match is None:
        return None
    length = _length(match)
    if length > AHEAD_MAX:
        return When(problem="that is more than a year ahead")
    if match["unit"][0].lower() in "mh":
        return None if match["rest"] else When(at=now.astimezone(UTC) + length)
    here = now.astimezone(zone)
    day, at = here.date() + length, here.time().replace(second=0, microsecond=0)
    if match["rest"]:
        clock = _time_of(match["rest"], here)
        return clock if isinstance(clock, When) else _on(day, clock, zone)
    # At the hour that a change of clocks leaves out, an hour later is meant.
    return When(at=datetime.combine(day, at, zone).astimezone(UTC))


def _length(match: re.Match[str]) -> timedelta:
    given = match["count"].lower()
    count = _NUMBERS[given] if given in _NUMBERS else int(given)
    return timedelta(**{_UNITS[match["unit"][0].lower()]: count})


def _time_of(rest: str, here: datetime) -> time | When:
    """The one time of day in what follows a number of days."""
    exact = _CLOCK.fullmatch(rest)
    if exact is not None and int(exact[1]) < 24 and int(exact[2]) < 60:
        return time(int(exact[1]), int(exact[2]))
    reading = read_dates(rest, language="en", said_at=here.replace(hour=0), asked="time")
    if len(reading.times) == 1:
        return reading.times[0]
    return _DAY_PARTS.get(reading.part) or When(problem=_unclear_time(reading))


def _from_words(said: str, zone: ZoneInfo, now: datetime, usual: time) -> When:
    here = now.astimezone(zone)
    reading = read_dates(said, language="en", said_at=here)
    if reading.problem:
        return When(problem=_PROBLEMS[reading.problem])
    if len(reading.days) > 1:
        either = " or ".join(f"{day:%A} {day.isoformat()}" for day in reading.days[:3])
        return When(problem=f"that may be {either}: write the date")
    if reading.span:
        return When(problem="that is several days: name one")
    times = _as_written(reading, said)
    if len(times) > 1:
        return When(problem=_unclear_time(reading))
    if not reading.days and not times:
        return When(problem=f"that is no time: {FORMS}")
    at = times[0] if times else _DAY_PARTS.get(reading.part, usual)
    if reading.days:
        return _on(reading.days[0], at, zone)
    is_over = here.time() >= at
    return _on(here.date() + timedelta(days=int(is_over)), at, zone)


def _as_written(reading: DateReading, said: str) -> tuple[time, ...]:
    """Staff write the clock in 24 hours: where 10:00 might be evening too, it is not."""
    exact = _CLOCK.search(said)
    if len(reading.times) < 2 or exact is None:
        return reading.times
    written = tuple(at for at in reading.times if (at.hour, at.minute) == _clock(exact))
    return written or reading.times


def _clock(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1]), int(match[2])


_PROBLEMS = {
    "past": "that is over already",
    "no_such_day": "there is no such day",
    "no_such_time": "the clocks go forward over that time; choose an hour later",
    "mismatch": "the weekday and the date do not fit: write the date alone",
}


def _unclear_time(reading: DateReading) -> str:
    if reading.times:
        either = " or ".join(f"{at:%H:%M}" for at in reading.times[:3])
        return f"that may be {either}: write am or pm"
    return f"that is no time of day: {FORMS}"


def _within(found: When, now: datetime) -> When:
    if found.at is None:
        return found
    if found.at <= now:
        return When(problem="that is over already")
    if found.at > now + AHEAD_MAX:
        return When(problem="that is more than a year ahead")
    return found
