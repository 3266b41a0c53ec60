"""Who of the crew serves which event: assigned, told to leave at another time, set free.

All of it under `lock_crew`, so that what was chosen from the roster is still true when written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain_booking import BookingId, ChefId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A chef's part in an event, to be written down."""

    chef_id: ChefId
    leaves_at: datetime
    miles: Decimal | None
    reason: str
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEvent:
    """What a chef who was freed serves next."""

    booking_id: BookingId
    chef_id: ChefId
    starts_at: datetime
    zip_code: str
    home_zip: str
    before_at: datetime | None
    """When what they serve before that starts; None: nothing within a day."""
    before_zip: str


# The whole crew in one order: planners wait for each other, and never in a circle. A key share, as
# foreign keys take it, does not wait.
_LOCK = "SELECT id FROM chefs ORDER BY id FOR NO KEY UPDATE"

_ADD = """INSERT INTO chef_assignments
  (booking_id, chef_id, chef_number, busy, miles, reason, by_hand)
SELECT $1, c.id, c.number, tstzrange(p.leaves_at, $2), p.miles, p.reason, p.by_hand
FROM unnest($3::uuid[], $4::timestamptz[], $5::numeric[], $6::text[], $7::boolean[])
  WITH ORDINALITY AS p(chef_id, leaves_at, miles, reason, by_hand, place)
JOIN chefs c ON c.id = p.chef_id ORDER BY p.place"""

# Where the chef is still elsewhere at that time, the setting out stays as it was.
_LEAVE_AT = """UPDATE chef_assignments a SET busy = tstzrange($3, upper(a.busy))
WHERE a.booking_id = $1 AND a.chef_id = $2 AND a.released_at IS NULL AND lower(a.busy) <> $3
  AND NOT EXISTS (SELECT FROM chef_assignments o WHERE o.released_at IS NULL AND o.id <> a.id
    AND o.line && int8range((a.chef_number::bigint << 35) + extract(epoch FROM $3)::bigint,
      upper(a.line)))"""

# By the end of what they were freed from, each chef's next event, with the one before that. The
# bounds of a day keep it to the index, however many events there are.
_NEXT = """SELECT DISTINCT n.booking_id, f.chef_id, n.starts_at, n.zip_code, c.home_zip,
  p.starts_at AS before_at, coalesce(p.zip_code, '') AS before_zip
FROM chef_assignments f JOIN chefs c ON c.id = f.chef_id
CROSS JOIN LATERAL (SELECT a.booking_id, b.starts_at, b.zip_code
  FROM chef_assignments a JOIN bookings b ON b.id = a.booking_id
  WHERE a.chef_id = f.chef_id AND a.released_at IS NULL
    AND upper(a.busy) > upper(f.busy) AND upper(a.busy) < upper(f.busy) + interval '1 day'
    AND (b.status <> 'held' OR b.held_until > $2)
  ORDER BY upper(a.busy) LIMIT 1) n
LEFT JOIN LATERAL (SELECT b.starts_at, b.zip_code
  FROM chef_assignments a JOIN bookings b ON b.id = a.booking_id
  WHERE a.chef_id = f.chef_id AND a.released_at IS NULL
    AND upper(a.busy) <= n.starts_at AND upper(a.busy) > n.starts_at - interval '1 day'
    AND (b.status <> 'held' OR b.held_until > $2)
  ORDER BY upper(a.busy) DESC LIMIT 1) p ON true
WHERE f.booking_id = ANY($1::uuid[]) AND f.released_at IS NOT NULL"""

_RELEASE = """UPDATE chef_assignments SET released_at = $2
WHERE booking_id = $1 AND released_at IS NULL"""


async def lock_crew(conn: Connection) -> None:
    """Nobody else assigns anybody until this transaction ends."""
    await conn.execute(_LOCK)


async def add(
    conn: Connection, booking_id: BookingId, places: Sequence[Place], *, ends_at: datetime
) -> int:
    """Assign; how many of the places name a chef there is.

    Raises:
        asyncpg.ExclusionViolationError: one of them would be in two places.
    """
    status = await conn.execute(
        _ADD,
        booking_id,
        ends_at,
        [place.chef_id for place in places],
        [place.leaves_at for place in places],
        [place.miles for place in places],
        [place.reason for place in places],
        [place.by_hand for place in places],
    )
    return int(status.rpartition(" ")[2])


async def leave_at(
    conn: Connection, booking_id: BookingId, chef_id: ChefId, leaves_at: datetime
) -> None:
    """The chef comes from somewhere else, and so sets out at another time."""
    await conn.execute(_LEAVE_AT, booking_id, chef_id, leaves_at)


async def list_next(
    conn: Connection, freed: Sequence[BookingId], *, now: datetime
) -> tuple[NextEvent, ...]:
    """What those who were freed from these events serve next, if that is within a day."""
    return tuple(
        NextEvent(
            booking_id=BookingId(row["booking_id"]),
            chef_id=ChefId(row["chef_id"]),
            starts_at=row["starts_at"],
            zip_code=row["zip_code"],
            home_zip=row["home_zip"],
            before_at=row["before_at"],
            before_zip=row["before_zip"],
        )
        for row in await conn.fetch(_NEXT, list(freed), now)
    )


async def release(conn: Connection, booking_id: BookingId, *, now: datetime) -> None:
    """All who were assigned are free again."""
    await conn.execute(_RELEASE, booking_id, now)
