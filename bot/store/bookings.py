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
from bot.store.connection import Connection

_SELECT = """SELECT b.*, q.total, q.deposit,
  coalesce((SELECT jsonb_agg(jsonb_build_object('chef_id', a.chef_id, 'name', c.name,
      'leaves_at', lower(a.busy), 'ends_at', upper(a.busy), 'miles', a.miles, 'reason', a.reason,
      'by_hand', a.by_hand) ORDER BY a.created_at, a.id)
    FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id
    WHERE a.booking_id = b.id AND a.released_at IS NULL), '[]') AS chefs,
  coalesce((SELECT jsonb_agg(l.words ORDER BY l.created_at) FROM allergies l
    WHERE l.booking_id = b.id), '[]') AS allergies
FROM bookings b JOIN quotes q ON q.id = b.quote_id"""

_OPEN = f"""{_SELECT}
WHERE b.customer_id = $1 AND b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $2
  AND (b.status <> 'held' OR b.held_until > $2)
ORDER BY b.starts_at LIMIT 20"""

_GET = f"{_SELECT} WHERE b.id = $1"

_BY_CODE = f"{_SELECT} WHERE b.code = upper($1)"


async def list_open(
    conn: Connection, customer_id: CustomerId, *, now: datetime
) -> tuple[Booking, ...]:
    """The customer's events that are not over, soonest first; holds that ran out are left out."""
    return tuple(to_booking(dict(row)) for row in await conn.fetch(_OPEN, customer_id, now))


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
