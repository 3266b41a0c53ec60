"""The crew: seeded once from the profile, then read with what keeps it busy around some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import asyncpg

from bot.domain_booking import Absence, Chef, ChefId, Engagement, Roster
from bot.profile import Profile
from bot.profile_wording import WEEKDAYS
from bot.store.connection import Connection

_SEED = """INSERT INTO chefs (code, name, home_zip, services, languages, strengths, certificates,
  days_off, works_from, works_until, events_a_day, max_miles)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
ON CONFLICT (code) DO NOTHING"""

_IS_SEEDED = "SELECT EXISTS (SELECT FROM chefs)"

_LOCK_SEED = "SELECT pg_advisory_xact_lock(7238117)"

_CHEFS = "SELECT * FROM chefs WHERE is_active ORDER BY number"

# No event with its way lasts a week: that bounds the range of the index at both ends, so that the
# planner expects a month's rows and not a whole future's. A hold that ran out keeps nobody busy.
_ENGAGEMENTS = """SELECT a.chef_id, a.booking_id, lower(a.busy) AS leaves_at, b.starts_at,
  b.ends_at, b.zip_code
FROM chef_assignments a JOIN bookings b ON b.id = a.booking_id
WHERE a.released_at IS NULL AND lower(a.busy) <= $2
  AND upper(a.busy) BETWEEN $1 AND $2::timestamptz + interval '7 days'
  AND (b.status IN ('confirmed', 'changed', 'completed')
    OR (b.status = 'held' AND b.held_until > $3))
ORDER BY b.starts_at"""

_ABSENCES = """SELECT chef_id, starts_on, ends_on, reason FROM absences
WHERE ends_on >= $1 AND starts_on <= $2"""

_SERVED = """SELECT chef_id, count(*) AS events FROM chef_assignments
WHERE released_at IS NULL AND upper(busy) > $1::timestamptz - interval '30 days' GROUP BY chef_id"""


async def seed(conn: Connection, profile: Profile) -> int:
    """Take the profile's chefs in where there are none yet; how many were."""
    async with conn.transaction():
        await conn.execute(_LOCK_SEED)
        if await conn.fetchval(_IS_SEEDED):
            return 0
        for code, chef in profile.chefs.items():
            await conn.execute(
                _SEED,
                code,
                chef.name,
                chef.home_zip,
                list(chef.services),
                list(chef.languages),
                list(chef.strengths),
                list(chef.certificates),
                list(chef.days_off),
                chef.works_from,
                chef.works_until,
                chef.events_a_day,
                chef.max_miles,
            )
        return len(profile.chefs)


async def read_roster(
    conn: Connection, *, first: datetime, last: datetime, now: datetime
) -> Roster:
    """The active crew with all that keeps it busy between two moments.

    The caller adds a day at each end, so that the ways there and back are seen too.
    """
    served = {ChefId(chef): events for chef, events in await conn.fetch(_SERVED, now)}
    days: tuple[date, date] = (first.date(), last.date())
    return Roster(
        chefs=tuple([to_chef(dict(row)) for row in await conn.fetch(_CHEFS)]),
        engagements=tuple(
            [_to_engagement(row) for row in await conn.fetch(_ENGAGEMENTS, first, last, now)]
        ),
        absences=tuple(
            [
                Absence(
                    chef_id=None if row["chef_id"] is None else ChefId(row["chef_id"]),
                    starts_on=row["starts_on"],
                    ends_on=row["ends_on"],
                    reason=row["reason"],
                )
                for row in await conn.fetch(_ABSENCES, *days)
            ]
        ),
        served=MappingProxyType(served),
    )


def to_chef(row: Mapping[str, Any]) -> Chef:
    """A row of chefs."""
    return Chef(
        id=ChefId(row["id"]),
        number=row["number"],
        code=row["code"],
        name=row["name"],
        home_zip=row["home_zip"],
        services=frozenset(row["services"]),
        languages=frozenset(row["languages"]),
        strengths=frozenset(row["strengths"]),
        certificates=frozenset(row["certificates"]),
        days_off=frozenset(WEEKDAYS.index(day) for day in row["days_off"]),
        works_from=row["works_from"],
        works_until=row["works_until"],
        events_a_day=row["events_a_day"],
        max_miles=row["max_miles"],
        feed_version=row["feed_version"],
    )


def _to_engagement(row: asyncpg.Record) -> Engagement:
    """A row of `_ENGAGEMENTS`, by place: there are a thousand in a month."""
    chef_id, booking_id, leaves_at, starts_at, ends_at, zip_code = row
    return Engagement(
        chef_id=chef_id,
        booking_id=booking_id,
        leaves_at=leaves_at,
        starts_at=starts_at,
        ends_at=ends_at,
        zip_code=zip_code,
    )
