"""The figures that the desk shows: days of talk, money, the status, each for a day of the business.

Asks bot/store/desk_numbers.py and knows when a day begins, across a change of the clocks (I15).
/concierge, the home tab, the morning brief and the chart are made of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from bot.profile import Profile
from bot.settings import Settings
from bot.store import desk_numbers, spend
from bot.store.connection import Connection
from bot.store.desk_numbers import Backlog, Day, DeskError, Money, Pause

CHART_DAYS = 14
LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A provider that may answer."""

    name: str
    model: str
    note: str = ""
    """What is to be said of its budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether all is well."""

    pause: Pause | None
    models: tuple[Model, ...]
    channels: tuple[str, ...]
    backlog: Backlog
    error: DeskError | None


def today(profile: Profile, now: datetime) -> date:
    """The day in the business's zone."""
    return now.astimezone(ZoneInfo(profile.business.zone)).date()


def bounds(profile: Profile, first: date, last: date) -> tuple[datetime, datetime]:
    """When the first of these days begins and the last one ends, in UTC."""
    zone = ZoneInfo(profile.business.zone)
    begins, ends = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(1))
    )
    return begins, ends


async def read_days(
    conn: Connection, profile: Profile, *, last: date, count: int = CHART_DAYS
) -> tuple[Day, ...]:
    """So many days up to the last one, oldest first."""
    first = last - timedelta(count - 1)
    since, until = bounds(profile, first, last)
    return await desk_numbers.list_days(
        conn, (first, last), since=since, until=until, zone=profile.business.zone
    )


async def read_money(conn: Connection, profile: Profile, day: date) -> Money:
    """What a day brought."""
    since, until = bounds(profile, day, day)
    return await desk_numbers.read_money(conn, since=since, until=until)


async def read_status(
    conn: Connection,
    profile: Profile,
    settings: Settings,
    *,
    channels: Sequence[str],
    now: datetime,
) -> Status:
    """How the concierge is."""
    begins, _ = bounds(profile, today(profile, now), today(profile, now))
    return Status(
        pause=await desk_numbers.find_pause(conn, now=now),
        models=await _models(conn, settings, since=begins),
        channels=tuple(sorted(channels)),
        backlog=await desk_numbers.read_backlog(conn, now=now),
        error=await desk_numbers.find_desk_error(conn),
    )


async def _models(conn: Connection, settings: Settings, *, since: datetime) -> tuple[Model, ...]:
    found = []
    if settings.openai_api_key.get_secret_value():
        note = ""
        if settings.openai_daily_budget:
            spent = await spend.spent_since(conn, "openai", since)
            note = _budget(spent, settings.openai_daily_budget)
        found.append(Model(name="OpenAI", model=settings.openai_model, note=note))
    if settings.llama_base_url:
        found.append(Model(name="Llama", model=settings.llama_model))
    return (*found, Model(name="Offline model", model="", note="always there"))


def _budget(spent: Decimal, limit: Decimal) -> str:
    if spent >= limit:
        return f"today's budget of ${limit:.2f} is used up, so the next one answers"
    return f"${spent:.2f} of today's ${limit:.2f}"


def share(days: Sequence[Day]) -> float | None:
    """The share of the settled conversations that no person had a part in; None where none was."""
    settled = sum(day.settled for day in days)
    return sum(day.contained for day in days) / settled if settled else None


def typical(values: Sequence[float | None]) -> float | None:
    """The middle of the days' medians that there are."""
    found = [each for each in values if each is not None]
    return median(found) if found else None


def say_share(value: float | None) -> str:
    """A share as staff read it."""
    return "no figure yet" if value is None else f"{value:.0%}"


def say_span(seconds: float | None) -> str:
    """A span as staff read it."""
    if seconds is None:
        return "no figure yet"
    if seconds < 59.5:
        return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f} s"
    if seconds < 3570:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def sparkline(values: Sequence[float | None]) -> str:
    """A row of blocks, the highest value the fullest; a gap where there is none."""
    most = max((each for each in values if each is not None), default=0.0)
    if most <= 0:
        return "".join("·" if each is None else LEVELS[0] for each in values)
    top = len(LEVELS) - 1
    return "".join("·" if each is None else LEVELS[round(each / most * top)] for each in values)


def in_words(days: Sequence[Day]) -> str:
    """What the chart shows, for whoever cannot see it."""
    if not days:
        return "No figures yet."
    last = days[-1]
    talks = ", ".join(str(day.conversations) for day in days)
    troubles = ", ".join(str(day.escalations) for day in days)
    answered = say_span(typical([day.response_s for day in days]))
    return (
        f"The last {len(days)} days up to {last.on:%b} {last.on.day}. "
        f"Conversations a day: {talks}. Escalations a day: {troubles}. "
        f"Settled by the bot alone: {say_share(share(days))}. Median answer of the bot: {answered}."
    )
