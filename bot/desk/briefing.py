"""The owner's morning brief: when it is due, and what stands in it.

Figures are of yesterday, in the business's zone; what is listed is what somebody should look at
today. Customers are named only where an offer or an event has to be followed up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.booking_desk import DeskDeps
from bot.desk.numbers import bounds, read_days, read_money, today
from bot.profile import Profile
from bot.store import booking_lists, desk_homes
from bot.store.booking_lists import Listed
from bot.store.connection import Connection
from bot.store.desk_homes import ExpiringQuote, OpenTrouble
from bot.store.desk_numbers import Day, Money
from bot.store.unanswered import OpenQuestion

LATE = timedelta(hours=4)
"""A service that was down for longer sends none: the morning is over."""
QUESTIONS = 5
LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that no article answers, and how often it was asked."""

    id: UUID
    """Of the newest that asks it."""
    question: str
    """Without anything personal."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the owner reads."""

    on: date
    money: Money
    day: Day
    """Yesterday."""
    expiring: tuple[ExpiringQuote, ...]
    lacking: tuple[Listed, ...]
    """Events of today and tomorrow that fewer of the crew come to than they need."""
    unanswered: tuple[OpenTrouble, ...]
    """Escalations in which staff have not said a word to the customer."""
    questions: tuple[Asked, ...]


def find_due(profile: Profile, now: datetime) -> date | None:
    """The day whose brief is to be sent now, if any; whether it was sent is the caller's to know.

    A clock that skips that time in spring is an hour on then; one that shows it twice in autumn
    counts the first time.
    """
    zone = ZoneInfo(profile.business.zone)
    day = today(profile, now)
    for each in (day, day - timedelta(1)):
        at = datetime.combine(each, profile.desk.brief_at, zone)
        if timedelta() <= now - at < LATE:
            return each
    return None


def most_asked(groups: Sequence[Sequence[OpenQuestion]]) -> tuple[Asked, ...]:
    """The questions that were asked most, of groups of the same, the largest first."""
    ranked = sorted(groups, key=len, reverse=True)[:QUESTIONS]
    return tuple(
        Asked(id=group[0].id, question=group[0].question, count=len(group)) for group in ranked
    )


async def read_brief(
    deps: DeskDeps, conn: Connection, on: date, *, questions: tuple[Asked, ...]
) -> Brief:
    """All that stands in the brief of a day."""
    profile, now = deps.profile, deps.clock.now()
    yesterday, tomorrow = on - timedelta(1), on + timedelta(1)
    since, until = bounds(profile, on, on)
    events = await booking_lists.list_on_days(
        conn, (on, tomorrow), None, zone=profile.business.zone, now=now
    )
    return Brief(
        on=on,
        money=await read_money(conn, profile, yesterday),
        day=(await read_days(conn, profile, last=yesterday, count=1))[0],
        expiring=await desk_homes.list_expiring(
            conn, since=max(since, now), until=until, limit=LISTED
        ),
        lacking=tuple(each for each in events if each.booking.is_short_of_chefs),
        unanswered=tuple(
            each
            for each in await desk_homes.list_troubles(conn, limit=100)
            if each.answered_at is None
        ),
        questions=questions,
    )
