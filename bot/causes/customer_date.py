"""A birthday or anniversary that a customer told us of, some weeks before it, once a year.

Only where their words name one day or one month for certain, and no event of theirs is near it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from babel.dates import format_date

from bot.booking.standing import first_name
from bot.causes.base import Cause
from bot.causes.moments import Wanted, day_in_words, local_day, place, refused, shortly, zone_of
from bot.domain import Purpose
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.language.occasions import Occasion, read_occasion
from bot.profile import Profile
from bot.store import cause_people
from bot.store.cause_people import Told
from bot.store.connection import Connection

NAME = "customer_date"
TOLD_BEFORE = timedelta(days=14)
"""So long before it was told: what is being talked about needs no word of ours."""
EVENT_NEAR = timedelta(days=30)
"""With an event so close to the day nothing is wanting."""
SAME_DAY = timedelta(days=3)
"""Two notes of one customer for days so close are one."""


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Days that came close enough in the span."""
    if NAME in profile.follow_ups.off:
        return ()
    wanted: list[Wanted] = []
    taken: dict[object, list[date]] = {}
    for told in await cause_people.list_occasions(conn, told_before=span.until - TOLD_BEFORE):
        for each, day in _in_span(profile, told, span):
            days = taken.setdefault(told.customer_id, [])
            if all(abs(day - other) > SAME_DAY for other in days):
                days.append(day)
                wanted.append(each)
    return await place(conn, profile, span, wanted)


def _in_span(profile: Profile, told: Told, span: Span) -> list[tuple[Wanted, date]]:
    """The plan for its day, where that came close in the span; a long span may hold two."""
    occasion = _read(profile, told.value, told.said_at)
    if occasion is None:
        return []
    ahead = timedelta(days=profile.follow_ups.date_days)
    found: list[tuple[Wanted, date]] = []
    day = occasion.next_on(local_day(profile, span.since) + ahead)
    while (arose_at := _midnight(profile, day - ahead)) < span.until:
        if arose_at >= span.since and told.said_at <= arose_at - TOLD_BEFORE:
            found.append((_wanted(profile, told, day, arose_at), day))
        day = occasion.next_on(day + timedelta(days=1))
    return found


def _wanted(profile: Profile, told: Told, day: date, arose_at: datetime) -> Wanted:
    ahead = timedelta(days=profile.follow_ups.date_days)
    when = day_in_words(day, "en", "MMMd")
    plan = Plan(
        cause=NAME,
        key=f"date:{told.memory_id}:{day.year}",
        customer_id=told.customer_id,
        memory_id=told.memory_id,
        due_at=arose_at,
        # Later than that there is little time left to plan anything.
        valid_until=arose_at + ahead * 0.6,
        because=f"told us of {when} on {shortly(profile, told.said_at)}",
        about={"day": day.isoformat()},
    )
    return Wanted(plan=plan, arose_at=arose_at)


def _read(profile: Profile, value: str, said_at: datetime) -> Occasion | None:
    said_on = local_day(profile, said_at)
    return read_occasion(value, said_on=said_on, territory=profile.business.territory)


def _midnight(profile: Profile, day: date) -> datetime:
    return datetime.combine(day, time(), zone_of(profile)).astimezone(UTC)


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """Whether the day still stands in their words, and nothing is planned near it."""
    day = _day(owed)
    if owed.memory_id is None or day is None:
        return Gone("it names no day")
    noon = _midnight(profile, day)
    near = (noon - EVENT_NEAR, noon + EVENT_NEAR)
    then = await cause_people.read_occasion(conn, owed.memory_id, at, near)
    if then is None or not then.is_live:
        return Gone("what they told us was corrected or forgotten")
    if day <= local_day(profile, at):
        return Gone(f"{day_in_words(day, 'en', 'MMMd')} is over")
    if then.event_at is not None:
        return Gone(f"they have an event near it, on {shortly(profile, then.event_at)}")
    occasion = _read(profile, then.value, then.said_at)
    if occasion is None or occasion.next_on(day) != day:
        return Gone("what they told us names another day")
    return await refused(conn, owed, at) or _matter(profile, occasion, day, then.name)


def _day(owed: Owed) -> date | None:
    try:
        return date.fromisoformat(str(owed.about.get("day")))
    except ValueError:
        return None


def _matter(profile: Profile, occasion: Occasion, day: date, name: str) -> Matter:
    def fields(language: str) -> dict[str, str]:
        month = str(format_date(day, "LLLL", locale=language))
        return {
            "name": first_name(name),
            "business": profile.business.name,
            "occasion": occasion.what if occasion.language == language else "",
            "day": month if occasion.day is None else day_in_words(day, language),
        }

    return Matter(fields=fields)


cause = Cause(
    title="A day that they told us of",
    purpose=Purpose.PROMOTIONAL,
    weight=40,
    find=find,
    look=look,
    converts_by="booking",
    watched=timedelta(days=21),
    is_sale=True,
)
