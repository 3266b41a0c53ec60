"""Reads bookings with their chefs and allergies; bot/store/booking_writes.py changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.domain import ConversationId, CustomerId, QuoteId
from bot.domain_booking import Assignment, Booking, BookingId, BookingStatus, ChefId
from bot.errors import NotFound
from bot.store.allergies import OF_BOOKING
from bot.store.connection import Connection

_SELECT = f"""SELECT b.*, q.total, q.deposit,
  coalesce((SELECT jsonb_agg(jsonb_build_object('chef_id', a.chef_id, 'name', c.name,
      'leaves_at', lower(a.busy), 'ends_at', upper(a.busy), 'miles', a.miles, 'reason', a.reason,
      'by_hand', a.by_hand) ORDER BY a.created_at, a.id)
    FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id
    WHERE a.booking_id = b.id AND a.released_at IS NULL), '[]') AS chefs,
  {OF_BOOKING} AS allergies
FROM bookings b JOIN quotes q ON q.id = b.quote_id"""

_OPEN = f"""{_SELECT}
WHERE b.customer_id = $1 AND b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $2
  AND (b.status <> 'held' OR b.held_until > $2)
ORDER BY b.starts_at LIMIT 20"""

_LAST = f"""{_SELECT}
WHERE b.customer_id = $1 AND b.updated_at > $2::timestamptz - interval '30 days'
  AND (b.status IN ('completed', 'cancelled', 'lapsed') OR b.ends_at <= $2
    OR (b.status = 'held' AND b.held_until <= $2))
ORDER BY b.created_at DESC, b.id DESC LIMIT 1"""

_GET = f"{_SELECT} WHERE b.id = $1"

_BY_CODE = f"{_SELECT} WHERE b.code = upper($1)"

_BY_KEY = f"{_SELECT} WHERE b.id = (SELECT booking_id FROM booking_events WHERE key = $1)"

_LISTED = f"{_SELECT} WHERE b.id = ANY($1::uuid[]) ORDER BY b.starts_at"

_PAST_CHEFS = """SELECT DISTINCT a.chef_id FROM bookings b
JOIN chef_assignments a ON a.booking_id = b.id
WHERE b.customer_id = $1 AND b.status = 'completed' AND a.released_at IS NULL"""

# The least of each is read off an index; a plain EXISTS would be tempted to look through the table.
_IS_DUE = """SELECT least(
  (SELECT min(held_until) FROM bookings WHERE status = 'held'),
  (SELECT min(ends_at) FROM bookings WHERE status IN ('confirmed', 'changed'))) <= $1"""

# Whoever has left the crew, or is away that day, does not come; told once per state of the booking.
_SHORT = """WITH able AS (
  SELECT a.booking_id, count(*) AS chefs
  FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id AND c.is_active
  WHERE a.released_at IS NULL AND upper(a.busy) > $1 AND NOT EXISTS (
    SELECT FROM absences x JOIN bookings e ON e.id = a.booking_id
    WHERE x.ends_on >= ($1 AT TIME ZONE $2)::date AND (x.chef_id IS NULL OR x.chef_id = c.id)
      AND (e.starts_at AT TIME ZONE $2)::date BETWEEN x.starts_on AND x.ends_on)
  GROUP BY a.booking_id)
SELECT b.id FROM bookings b LEFT JOIN able ON able.booking_id = b.id
WHERE b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $1 AND b.agreed_at IS NOT NULL
  AND (b.status <> 'held' OR b.held_until > $1) AND b.workers > coalesce(able.chefs, 0)
  AND NOT EXISTS (SELECT FROM desk_notices n
    WHERE n.key = 'short_of_chefs:' || b.id || ':' || b.version)
ORDER BY b.starts_at LIMIT $3"""

# Events are keyed in the order of time, so that only those of the last days are looked through.
_UNPAID = """SELECT b.id FROM booking_events e JOIN bookings b ON b.id = e.booking_id
WHERE e.id > (SELECT uuidv7(interval '-2 days')) AND e.act = 'lapse' AND b.agreed_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM desk_notices n WHERE n.key = 'lapsed:' || b.id || ':' || b.version)
ORDER BY e.id LIMIT $1"""


async def list_open(
    conn: Connection, customer_id: CustomerId, *, now: datetime
) -> tuple[Booking, ...]:
    """The customer's events that are not over, soonest first; holds that ran out are left out."""
    return tuple(to_booking(dict(row)) for row in await conn.fetch(_OPEN, customer_id, now))


async def find_last(conn: Connection, customer_id: CustomerId, *, now: datetime) -> Booking | None:
    """The customer's latest booking that is over, off, or ran out, and not for long."""
    row = await conn.fetchrow(_LAST, customer_id, now)
    return None if row is None else to_booking(dict(row))


async def get(conn: Connection, booking_id: BookingId) -> Booking:
    """One booking as it stands.

    Raises:
        NotFound: there is no such booking.
    """
    row = await conn.fetchrow(_GET, booking_id)
    if row is None:
        raise NotFound(f"booking {booking_id}")
    return to_booking(dict(row))


async def find_by_code(conn: Connection, code: str) -> Booking | None:
    """The booking that customer and staff call so."""
    row = await conn.fetchrow(_BY_CODE, code)
    return None if row is None else to_booking(dict(row))


async def find_by_key(conn: Connection, key: str) -> Booking | None:
    """The booking, as it stands, that the write of this key was done to."""
    row = await conn.fetchrow(_BY_KEY, key)
    return None if row is None else to_booking(dict(row))


async def list_by_id(conn: Connection, ids: Sequence[BookingId]) -> tuple[Booking, ...]:
    """These bookings, soonest first."""
    if not ids:
        return ()
    return tuple(to_booking(dict(row)) for row in await conn.fetch(_LISTED, ids))


async def list_past_chefs(conn: Connection, customer_id: CustomerId) -> frozenset[ChefId]:
    """Who has served the customer before."""
    return frozenset(ChefId(r["chef_id"]) for r in await conn.fetch(_PAST_CHEFS, customer_id))


async def is_upkeep_due(conn: Connection, *, now: datetime, zone: str) -> bool:
    """Whether a hold has run out, an event is over, or nobody was told of what they must know."""
    if await conn.fetchval(_IS_DUE, now) or await list_unpaid(conn, limit=1):
        return True
    return bool(await list_short_of_chefs(conn, now=now, zone=zone, limit=1))


async def list_short_of_chefs(
    conn: Connection, *, now: datetime, zone: str, limit: int
) -> tuple[BookingId, ...]:
    """Agreed events to come with fewer chefs than they need, that staff were not told of."""
    return tuple(BookingId(row["id"]) for row in await conn.fetch(_SHORT, now, zone, limit))


async def list_unpaid(conn: Connection, *, limit: int) -> tuple[BookingId, ...]:
    """Agreed holds that have lapsed of late for want of the deposit, that nobody was told of."""
    return tuple(BookingId(row["id"]) for row in await conn.fetch(_UNPAID, limit))


def to_booking(row: Mapping[str, Any]) -> Booking:
    """A row of the queries above."""
    return Booking(
        id=BookingId(row["id"]),
        code=row["code"],
        customer_id=CustomerId(row["customer_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        quote_id=QuoteId(row["quote_id"]),
        service=row["service"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        status=BookingStatus(row["status"]),
        headcount=row["headcount"],
        workers=row["workers"],
        address=row["address"],
        zip_code=row["zip_code"],
        total=row["total"],
        deposit=row["deposit"],
        agreed_at=row["agreed_at"],
        held_until=row["held_until"],
        deposit_paid_at=row["deposit_paid_at"],
        moves=row["moves"],
        fees=row["fees"],
        refund=row["refund"],
        version=row["version"],
        created_at=row["created_at"],
        wishes=row["wishes"],
        chefs=tuple(_to_assignment(each) for each in _listed(row["chefs"])),
        allergies=tuple(str(words) for words in _listed(row["allergies"])),
    )


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _to_assignment(each: Mapping[str, Any]) -> Assignment:
    miles = each["miles"]
    return Assignment(
        chef_id=ChefId(UUID(each["chef_id"])),
        name=each["name"],
        leaves_at=datetime.fromisoformat(each["leaves_at"]),
        ends_at=datetime.fromisoformat(each["ends_at"]),
        miles=None if miles is None else Decimal(str(miles)),
        reason=each["reason"],
        by_hand=each["by_hand"],
    )
