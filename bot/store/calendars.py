"""What calendars show of bookings, and which of their writes a customer is still to get by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from bot.domain import AddressId, ConversationId, MessageId
from bot.domain_booking import Booking, BookingId, Chef, ChefId
from bot.store.allergies import OF_BOOKING
from bot.store.bookings import to_booking
from bot.store.connection import Connection
from bot.store.crew import to_chef


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A booking with what a calendar says about it."""

    booking: Booking
    order: Mapping[str, object]
    """What was priced, as plain JSON."""
    customer_name: str
    phone: str
    """E.164, or empty where the customer never texted."""
    language: str
    """The customer's, as far as it is known."""
    changed_at: datetime
    """When the booking, its allergies or its chefs were last written to."""


class Addressee(NamedTuple):
    """Where a booking's mail goes."""

    address_id: AddressId
    conversation_id: ConversationId
    epoch: int


class CalendarWrite(NamedTuple):
    """A write to a booking that its customer shall have in writing."""

    booking_id: BookingId
    act: str


_SELECT = f"""SELECT b.*, q.total, q.deposit, q.order_priced, coalesce(p.name, '') AS customer_name,
  coalesce(k.language, p.language, '') AS customer_language,
  coalesce((SELECT a.value FROM addresses a WHERE a.customer_id = b.customer_id
      AND a.channel IN ('sms', 'whatsapp') AND a.value LIKE '+%'
    ORDER BY a.last_inbound_at DESC NULLS LAST, a.created_at LIMIT 1), '') AS phone,
  coalesce((SELECT jsonb_agg(jsonb_build_object('chef_id', a.chef_id, 'name', c.name,
      'leaves_at', lower(a.busy), 'ends_at', upper(a.busy), 'miles', a.miles, 'reason', a.reason,
      'by_hand', a.by_hand) ORDER BY a.created_at, a.id)
    FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id
    WHERE a.booking_id = b.id AND a.released_at IS NULL), '[]') AS chefs,
  {OF_BOOKING} AS allergies,
  greatest(b.updated_at,
    (SELECT max(greatest(a.created_at, a.released_at)) FROM chef_assignments a
     WHERE a.booking_id = b.id),
    (SELECT max(l.created_at) FROM allergies l WHERE l.customer_id = b.customer_id)) AS changed_at
FROM bookings b JOIN quotes q ON q.id = b.quote_id JOIN customers p ON p.id = b.customer_id
JOIN conversations k ON k.id = b.conversation_id"""

# A cancelled event is shown to whoever would have come: those released last, when it was cancelled.
_OF_CHEF = f"""{_SELECT}
WHERE b.agreed_at IS NOT NULL AND b.ends_at > $2::timestamptz - make_interval(days => $3)
  AND ((b.status IN ('confirmed', 'changed', 'completed')
      OR (b.status = 'held' AND b.held_until > $2)) AND EXISTS (
    SELECT FROM chef_assignments a WHERE a.booking_id = b.id AND a.chef_id = $1
      AND a.released_at IS NULL)
  OR b.status = 'cancelled' AND b.updated_at > $2::timestamptz - make_interval(days => $4)
    AND EXISTS (SELECT FROM chef_assignments a WHERE a.booking_id = b.id AND a.chef_id = $1
      AND a.released_at = (SELECT max(o.released_at) FROM chef_assignments o
        WHERE o.booking_id = b.id)))
ORDER BY b.starts_at, b.id"""

_ONE = f"{_SELECT} WHERE b.id = $1"

_CHEF = "SELECT * FROM chefs WHERE id = $1 AND is_active"

# Ids are made in order of time: the primary key finds the latest writes. An older one is history,
# and a mail about it would only be puzzling.
_DUE = """SELECT e.id FROM booking_events e JOIN bookings b ON b.id = e.booking_id
WHERE e.id > (SELECT uuidv7(interval '-2 days'))
  AND e.act IN ('agree', 'confirm', 'change', 'cancel')
  AND NOT EXISTS (SELECT FROM calendar_mails m WHERE m.event_id = e.id)
  AND (e.act <> 'cancel' OR b.agreed_at IS NOT NULL)
  AND EXISTS (SELECT FROM addresses a WHERE a.customer_id = b.customer_id AND a.channel = $1)
ORDER BY e.id LIMIT $2"""

_CLAIM = """INSERT INTO calendar_mails (event_id) VALUES ($1)
ON CONFLICT (event_id) DO NOTHING RETURNING event_id"""

_WRITE = """SELECT e.booking_id, e.act, EXISTS (SELECT FROM booking_events n
  WHERE n.booking_id = e.booking_id AND n.id > e.id
    AND n.act IN ('agree', 'confirm', 'change', 'cancel')) AS is_outdated
FROM booking_events e WHERE e.id = $1"""

# The conversation that is open now, if any: the booking's own may have been closed since.
_ADDRESSEE = """SELECT a.id, k.id AS conversation_id, k.epoch FROM bookings b
JOIN addresses a ON a.customer_id = b.customer_id AND a.channel = $2
JOIN conversations k ON k.id = coalesce((SELECT o.id FROM conversations o
  WHERE o.customer_id = b.customer_id AND o.mode <> 'closed'), b.conversation_id)
WHERE b.id = $1
ORDER BY (a.suspended_reason IS NULL AND a.consent <> 'revoked') DESC, a.created_at DESC LIMIT 1"""

_MAILED = "UPDATE calendar_mails SET message_id = $2 WHERE event_id = $1"


async def list_of_chef(
    conn: Connection, chef_id: ChefId, *, now: datetime, past_days: int, cancelled_days: int
) -> tuple[CalendarEntry, ...]:
    """The chef's agreed events, past ones for so many days, oldest first.

    Cancelled ones are among them for so many days after they were cancelled.
    """
    rows = await conn.fetch(_OF_CHEF, chef_id, now, past_days, cancelled_days)
    return tuple(_to_entry(dict(row)) for row in rows)


async def find(conn: Connection, booking_id: BookingId) -> CalendarEntry | None:
    """One booking as its calendar entry."""
    row = await conn.fetchrow(_ONE, booking_id)
    return None if row is None else _to_entry(dict(row))


async def find_chef(conn: Connection, chef_id: ChefId) -> Chef | None:
    """An active chef."""
    row = await conn.fetchrow(_CHEF, chef_id)
    return None if row is None else to_chef(dict(row))


async def list_due(conn: Connection, channel: str, *, limit: int) -> tuple[UUID, ...]:
    """Writes of the last days that customers with an address there have not had by mail."""
    return tuple(row["id"] for row in await conn.fetch(_DUE, channel, limit))


async def claim(conn: Connection, event_id: UUID) -> CalendarWrite | None:
    """Take a write to be mailed, inside the caller's transaction.

    None where another has it, or where a later write of the booking says it all: then it counts as
    done without a mail.
    """
    if await conn.fetchval(_CLAIM, event_id) is None:
        return None
    row = await conn.fetchrow(_WRITE, event_id)
    if row is None or row["is_outdated"]:
        return None
    return CalendarWrite(BookingId(row["booking_id"]), row["act"])


async def find_addressee(conn: Connection, booking_id: BookingId, channel: str) -> Addressee | None:
    """The customer's address on that channel, one that can be reached before others."""
    row = await conn.fetchrow(_ADDRESSEE, booking_id, channel)
    if row is None:
        return None
    return Addressee(AddressId(row["id"]), ConversationId(row["conversation_id"]), row["epoch"])


async def mark_mailed(conn: Connection, event_id: UUID, message_id: MessageId) -> None:
    """The mail is in the outbox."""
    await conn.execute(_MAILED, event_id, message_id)


def _to_entry(row: Mapping[str, Any]) -> CalendarEntry:
    return CalendarEntry(
        booking=to_booking(row),
        order=row["order_priced"],
        customer_name=row["customer_name"],
        phone=row["phone"],
        language=row["customer_language"],
        changed_at=row["changed_at"],
    )
