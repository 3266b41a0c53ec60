"""What staff change about the crew: days away, the address of a chef's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain_booking import Absence, Chef, ChefId
from bot.store.connection import Connection
from bot.store.crew import to_chef


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChef:
    """A chef as staff list the crew."""

    chef: Chef
    is_active: bool
    events_ahead: int
    """Held, confirmed or changed, and not over."""


_CHEFS = """SELECT c.*, (SELECT count(*) FROM chef_assignments a
    JOIN bookings b ON b.id = a.booking_id
    WHERE a.chef_id = c.id AND a.released_at IS NULL AND b.ends_at > $1
      AND b.status IN ('held', 'confirmed', 'changed')
      AND (b.status <> 'held' OR b.held_until > $1)) AS events_ahead
FROM chefs c ORDER BY c.number"""

_BY_NAME = "SELECT * FROM chefs WHERE lower($1) IN (lower(code), lower(name)) ORDER BY number"

# Said twice is one absence.
_ABSENT = """INSERT INTO absences (chef_id, starts_on, ends_on, reason)
SELECT $1::uuid, $2::date, $3::date, $4::text
WHERE NOT EXISTS (SELECT FROM absences WHERE chef_id IS NOT DISTINCT FROM $1
  AND starts_on = $2 AND ends_on = $3) RETURNING id"""

_RENEW = """UPDATE chefs SET feed_version = feed_version + 1 WHERE id = $1
RETURNING feed_version"""


async def list_chefs(conn: Connection, *, now: datetime) -> tuple[ListedChef, ...]:
    """The whole crew, in the order they were taken in."""
    return tuple(
        ListedChef(
            chef=to_chef(dict(row)), is_active=row["is_active"], events_ahead=row["events_ahead"]
        )
        for row in await conn.fetch(_CHEFS, now)
    )


async def find_chef(conn: Connection, named: str) -> Chef | None:
    """The chef of that code or name, in any case of letters."""
    row = await conn.fetchrow(_BY_NAME, named.strip())
    return None if row is None else to_chef(dict(row))


async def add_absence(conn: Connection, absence: Absence) -> bool:
    """Note days away; False where just these were noted before."""
    days = (absence.starts_on, absence.ends_on)
    return await conn.fetchval(_ABSENT, absence.chef_id, *days, absence.reason) is not None


async def renew_feed(conn: Connection, chef_id: ChefId) -> int:
    """Make the present address of the chef's calendar void; the new version."""
    version: int = await conn.fetchval(_RENEW, chef_id)
    return version
