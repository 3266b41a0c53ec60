"""A customer whose last event is a while ago and who has been silent since: once a season at most.

The seasons are those of the weather where the business is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date

from bot.booking.standing import first_name
from bot.causes.base import Cause
from bot.causes.moments import Wanted, local_day, place, read_id, refused, shortly
from bot.domain import Purpose
from bot.domain_booking import BookingId
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile
from bot.profile_wording import join
from bot.store import cause_people
from bot.store.cause_people import Ended, EventThen
from bot.store.connection import Connection

NAME = "season"
GOOD_FOR = timedelta(days=21)
_SEASONS = ("winter", "spring", "summer", "autumn")
_SOUTHERN = (
    "Australia/",
    "Antarctica/",
    "Africa/Johannesburg",
    "America/Argentina",
    "America/Asuncion",
    "America/Buenos_Aires",
    "America/Montevideo",
    "America/Santiago",
    "America/Sao_Paulo",
    "Pacific/Auckland",
)
"""Zones in which it is summer in January."""


def season_of(day: date, zone: str) -> str:
    """ "2026-winter": December belongs to the winter of its year, and so does the January after."""
    year = day.year - (day.month < 3)
    index = day.month % 12 // 3
    shift = 2 if zone.startswith(_SOUTHERN) else 0
    return f"{year}-{_SEASONS[(index + shift) % 4]}"


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Events that had been over for long enough in the span, the last of each customer."""
    if NAME in profile.follow_ups.off:
        return ()
    silent = timedelta(days=profile.follow_ups.silent_days)
    ended = await cause_people.list_ended(
        conn, (span.since - silent, span.until - silent), silent=silent
    )
    wanted = {each.plan.key: each for each in (_wanted(profile, one, silent) for one in ended)}
    return await place(conn, profile, span, tuple(wanted.values()))


def _wanted(profile: Profile, ended: Ended, silent: timedelta) -> Wanted:
    arose_at = due = ended.ends_at + silent
    since = ended.ends_at
    if ended.heard_at is not None and ended.ends_at < ended.heard_at < arose_at:
        since, due = ended.heard_at, ended.heard_at + silent
    season = season_of(local_day(profile, due), profile.business.zone)
    event = shortly(profile, ended.ends_at)
    plan = Plan(
        cause=NAME,
        key=f"season:{ended.customer_id}:{season}",
        customer_id=ended.customer_id,
        due_at=due,
        valid_until=due + GOOD_FOR,
        because=f"event {ended.code} was on {event}, silent since {shortly(profile, since)}",
        # Not as the plan's booking: this is not taken back with what is planned for the event.
        about={"booking_id": str(ended.booking_id)},
    )
    return Wanted(plan=plan, arose_at=arose_at)


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """Whether they are still silent, with what their event was."""
    booking_id = read_id(owed.about.get("booking_id"))
    if booking_id is None:
        return Gone("it names no event")
    then = await cause_people.read_event(conn, BookingId(booking_id), at)
    if then is None:
        return Gone("there is no such event")
    if then.event_at is not None:
        return Gone(f"they have an event ahead on {shortly(profile, then.event_at)}")
    if then.last_ended_at is None:
        return Gone("the event was cancelled")
    silent = timedelta(days=profile.follow_ups.silent_days)
    last = max(then.last_ended_at, then.heard_at or then.last_ended_at)
    if last + silent > at:
        what = "had an event" if last == then.last_ended_at else "wrote"
        words = f"they {what} on {shortly(profile, last)}, which is not {silent.days} days ago"
        return Later(words, last + silent)
    if await cause_people.has_had(conn, owed.customer_id, owed.key, at):
        return Gone("they were written to in this season: two customers were joined")
    return await refused(conn, owed, at) or _matter(profile, then)


def _matter(profile: Profile, then: EventThen) -> Matter:
    day = local_day(profile, then.starts_at)

    def fields(language: str) -> dict[str, str]:
        return {
            "name": first_name(then.name),
            "business": profile.business.name,
            "month": str(format_date(day, "LLLL", locale=language)),
            "guests": str(then.headcount),
            "chef": join(then.chefs, language) if then.chefs else "",
        }

    return Matter(fields=fields)


cause = Cause(
    title="A while after their last event",
    purpose=Purpose.PROMOTIONAL,
    weight=15,
    find=find,
    look=look,
    converts_by="booking",
    watched=timedelta(days=21),
    is_sale=True,
)
