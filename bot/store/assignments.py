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


# The whole crew in one order: planners wait for each other, and never in a circle. A key share, as
# foreign keys take it, does not wait.
_LOCK = "SELECT id FROM chefs ORDER BY id FOR NO KEY UPDATE"

_ADD = """INSERT INTO chef_assignments
  (booking_id, chef_id, chef_number, busy, miles, reason, by_hand)
SELECT $1, c.id, c.number, tstzrange(p.leaves_at, $2), p.miles, p.reason, p.by_hand
FROM unnest($3::uuid[], $4::timestamptz[], $5::numeric[], $6::text[], $7::boolean[])
  WITH ORDINALITY AS p(chef_id, leaves_at, miles, reason, by_hand, place)
JOIN chefs c ON c.id = p.chef_id ORDER BY p.place"""

_LEAVE_AT = """UPDATE chef_assignments SET busy = tstzrange($3, upper(busy))
WHERE booking_id = $1 AND chef_id = $2 AND released_at IS NULL AND lower(busy) <> $3"""

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


async def release(conn: Connection, booking_id: BookingId, *, now: datetime) -> None:
    """All who were assigned are free again."""
    await conn.execute(_RELEASE, booking_id, now)
