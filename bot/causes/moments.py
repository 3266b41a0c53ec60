"""What the causes that hang on a talk share: when each is due, and the words of days and sums.

No cause itself. A cause says what it wants and between when; the hour is the customer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from bot.domain import ConversationId
from bot.domain_follow_ups import Gone, Owed, Plan, Span
from bot.language.dates import read_dates
from bot.language.occasions import read_occasion
from bot.profile import Profile
from bot.profile_follow_up_words import OFFERS
from bot.quiet_moments import best_moment, next_working, where_of
from bot.store import answer_hours, cause_people, cause_talks
from bot.store.answer_hours import Habits
from bot.store.connection import Connection

ASKED_WITHIN = timedelta(days=30)
"""So far back a customer's words are read for the day they want."""
TROUBLES = ("complaint", "emotion", "money", "event_day")
"""Reasons of escalations after which nobody is taken for a lead."""
NO_OFFER = timedelta(days=90)
"""After a no to one offer, so long no other is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A plan that has no hour yet."""

    plan: Plan
    """Its `due_at` is the earliest moment."""
    arose_at: datetime
    """Habits are read as known then."""
    within: timedelta = timedelta(hours=24)
    """From the first moment that is allowed on, the hour is chosen in so long."""


async def place(
    conn: Connection, profile: Profile, span: Span, wanted: Sequence[Wanted]
) -> tuple[Plan, ...]:
    """Give each its hour, oldest first and no more than the span's limit.

    What has a row already is left out where the span says so; what nobody there may be written to
    in time is left out too.
    """
    if span.unplanned_only and wanted:
        known = await cause_people.planned_of(conn, [each.plan.key for each in wanted])
        wanted = [each for each in wanted if each.plan.key not in known]
    plans: list[Plan] = []
    ordered = sorted(wanted, key=lambda each: (each.arose_at, each.plan.key))
    for start in range(0, len(ordered), span.limit):
        part = ordered[start : start + span.limit]
        asked = [(each.plan.customer_id, each.arose_at) for each in part]
        # Of a customer of whom several arose, each has the habits of its own moment.
        habits = {(h.customer_id, h.at): h for h in await answer_hours.list_habits(conn, asked)}
        for each in part:
            found = habits.get((each.plan.customer_id, each.arose_at))
            at = None if found is None else _moment(profile, each, found)
            if at is not None:
                plans.append(replace(each.plan, due_at=at))
        if len(plans) >= span.limit:
            break
    return tuple(plans[: span.limit])


def _moment(profile: Profile, wanted: Wanted, habits: Habits) -> datetime | None:
    """Their hour, soon after the plan is owed; None where nothing is allowed while it counts."""
    where = where_of(profile, habits)
    first = next_working(profile, wanted.plan.due_at, where)
    latest = min(first + wanted.within, wanted.plan.valid_until)
    return best_moment(profile, first, latest, where, habits.heard)


async def refused(
    conn: Connection, owed: Owed, at: datetime, *, within: timedelta = NO_OFFER, also: str = ""
) -> Gone | None:
    """Why somebody who lately said no to an offer of ours gets no other; it is no opt-out."""
    causes = (*OFFERS, also) if also else OFFERS
    since = at - within
    if not await cause_talks.has_refused(conn, owed.customer_id, causes, since=since, at=at):
        return None
    return Gone(f"the customer said no to an offer less than {within.days} days ago")


def zone_of(profile: Profile) -> ZoneInfo:
    """The business's zone."""
    return ZoneInfo(profile.business.zone)


def local_day(profile: Profile, at: datetime) -> date:
    """The day of a moment in the business's zone."""
    return at.astimezone(zone_of(profile)).date()


def shortly(profile: Profile, at: datetime) -> str:
    """ "Nov 3", for staff."""
    return day_in_words(local_day(profile, at), "en", "MMMd")


def day_in_words(day: date, language: str, form: str = "MMMMd") -> str:
    """ "November 3" as that language writes it."""
    return str(format_skeleton(form, day, locale=language))


def read_id(value: object) -> UUID | None:
    """An id as a plan keeps it in `about`; None where it is none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def read_moment(value: object) -> datetime | None:
    """A moment as a plan keeps it in `about`; None where it is none, or has no zone."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


async def read_asked_day(
    conn: Connection, profile: Profile, talk: ConversationId, *, since: datetime, at: datetime
) -> date | None:
    """The day that the customer last asked for, where they named one and only one."""
    zone = zone_of(profile)
    begins = since - ASKED_WITHIN
    for said in await cause_talks.list_texts(conn, talk, since=begins, at=at):
        local = said.at.astimezone(zone)
        territory = profile.business.territory
        if read_occasion(said.text, said_on=local.date(), territory=territory):
            continue  # A birthday is told, not asked for.
        reading = read_dates(said.text, language=said.language, said_at=local, territory=territory)
        if reading.span or len(reading.days) > 1:
            return None
        if reading.days and not reading.problem:
            return reading.days[0]
    return None
