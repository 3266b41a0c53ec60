"""Questions that staff ask about many bookings at once; one booking is bot/store/bookings.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bot.domain import AddressId, ConversationId, CustomerId, EscalationId
from bot.domain_booking import Booking, BookingId, ChefId
from bot.errors import NotFound
from bot.store import booking_writes, bookings
from bot.store.connection import Connection
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A booking with whose it is."""

    booking: Booking
    customer: str
    """Name, or the address last written from where no name is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Where a customer is written to unasked, and in which language."""

    conversation_id: ConversationId
    address_id: AddressId
    channel: str
    language: str
    """Empty where it was never read."""
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done to a booking."""

    act: str
    actor: str
    at: datetime


_WHO = f"""coalesce(c.name, (SELECT {SHOWN} FROM addresses a WHERE a.customer_id = c.id
  ORDER BY a.last_inbound_at DESC NULLS LAST LIMIT 1), '') AS customer"""

# A hold that ran out is nobody's event, even before the sweep has closed it.
_STILL_ON = """b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $1
  AND (b.status <> 'held' OR b.held_until > $1)"""

_AHEAD = f"""SELECT b.id, {_WHO} FROM bookings b JOIN customers c ON c.id = b.customer_id
WHERE {_STILL_ON} AND b.starts_at < $2
  AND (NOT $3 OR b.workers > (SELECT count(*) FROM chef_assignments s
       WHERE s.booking_id = b.id AND s.released_at IS NULL))
ORDER BY b.starts_at, b.id LIMIT 500"""

_LATEST = f"""SELECT b.id, {_WHO} FROM bookings b JOIN customers c ON c.id = b.customer_id
WHERE b.status <> 'lapsed' OR b.updated_at > $1::timestamptz - interval '1 hour'
ORDER BY b.created_at DESC, b.id DESC LIMIT $2"""

_ONE = f"""SELECT b.id, {_WHO} FROM bookings b JOIN customers c ON c.id = b.customer_id
WHERE b.id = $1"""

_VERSION = """SELECT concat_ws(' ', (SELECT max(updated_at) FROM bookings),
  (SELECT count(*) FROM bookings), (SELECT max(created_at) FROM chef_assignments),
  (SELECT max(released_at) FROM chef_assignments), (SELECT count(*) FROM allergies),
  (SELECT max(created_at) FROM customers))"""

_ON_DAYS = f"""SELECT b.id, {_WHO} FROM bookings b JOIN customers c ON c.id = b.customer_id
WHERE {_STILL_ON} AND (b.starts_at AT TIME ZONE $4)::date BETWEEN $2 AND $3
  AND ($5::uuid IS NULL OR EXISTS (SELECT FROM chef_assignments s
       WHERE s.booking_id = b.id AND s.chef_id = $5 AND s.released_at IS NULL))
ORDER BY b.starts_at, b.id"""

_DEEDS = """SELECT act, actor, created_at FROM booking_events WHERE booking_id = $1
ORDER BY created_at, id"""

_ADDRESSEE = """SELECT c.id AS conversation_id, c.epoch, a.id AS address_id, a.channel,
  coalesce(c.language, p.language, '') AS language
FROM conversations c JOIN customers p ON p.id = c.customer_id
JOIN LATERAL (SELECT id, channel FROM addresses WHERE customer_id = p.id
  ORDER BY (channel = c.channel) DESC, last_inbound_at DESC NULLS LAST LIMIT 1) a ON true
WHERE c.customer_id = $1 AND (c.mode <> 'closed' OR c.id = $2)
ORDER BY (c.mode <> 'closed') DESC LIMIT 1"""

_TALK = """SELECT id FROM conversations WHERE customer_id = $1
ORDER BY (mode <> 'closed') DESC, last_message_at DESC LIMIT 1"""

_OF_CARD = """SELECT c.customer_id FROM escalations e JOIN conversations c
ON c.id = e.conversation_id WHERE e.id = $1"""

_SETTLE = """UPDATE desk_notices SET text = text || E'\\n' || $2, extra = extra - 'buttons',
  wanted = wanted + 1, shown_due_at = coalesce(shown_due_at, now())
WHERE key = ANY ($1::text[]) AND extra ? 'buttons' RETURNING id"""

_OWED = """SELECT id FROM desk_notices
WHERE key = ANY ($1::text[]) AND (post_status = 'queued' OR wanted > shown)"""

_TOLD = "SELECT EXISTS (SELECT FROM desk_notices WHERE key = $1)"

# While staff have the floor no turn reads the answer to stated terms, so that it is looked for.
_ANSWERED = """SELECT p.conversation_id FROM proposals p
JOIN conversations c ON c.id = p.conversation_id AND c.mode = 'human'
WHERE p.status = 'open' AND p.expires_at > $1 AND EXISTS (
  SELECT FROM messages m WHERE m.conversation_id = p.conversation_id AND m.direction = 'inbound'
    AND m.status <> 'received' AND m.created_at >= p.created_at
    AND NOT EXISTS (SELECT FROM desk_events d WHERE d.key = 'heard:' || p.id || ':' || m.id))
ORDER BY p.created_at LIMIT $2"""


async def list_ahead(
    conn: Connection, *, until: datetime, unassigned: bool, now: datetime
) -> tuple[Listed, ...]:
    """Events that begin before `until` and are not over, soonest first.

    With `unassigned` only those that have fewer chefs than they need.
    """
    rows = await conn.fetch(_AHEAD, now, until, unassigned)
    return tuple([await _listed(conn, row["id"], row["customer"]) for row in rows])


async def list_latest(conn: Connection, *, now: datetime, limit: int) -> tuple[Listed, ...]:
    """What was booked last, newest first; holds that lapsed long ago are left out."""
    rows = await conn.fetch(_LATEST, now, limit)
    return tuple([await _listed(conn, row["id"], row["customer"]) for row in rows])


async def list_on_days(
    conn: Connection, days: tuple[date, date], chef_id: ChefId | None, *, zone: str, now: datetime
) -> tuple[Listed, ...]:
    """Events still on that start on these days, local, both ends included: a chef's or all."""
    rows = await conn.fetch(_ON_DAYS, now, *days, zone, chef_id)
    return tuple([await _listed(conn, row["id"], row["customer"]) for row in rows])


async def get_listed(conn: Connection, booking_id: BookingId) -> Listed:
    """One booking with whose it is.

    Raises:
        NotFound: there is no such booking.
    """
    row = await conn.fetchrow(_ONE, booking_id)
    if row is None:
        raise NotFound(f"booking {booking_id}")
    return await _listed(conn, row["id"], row["customer"])


async def list_deeds(conn: Connection, booking_id: BookingId) -> tuple[Deed, ...]:
    """All that was ever done to a booking, oldest first."""
    return tuple(
        Deed(act=row["act"], actor=row["actor"], at=row["created_at"])
        for row in await conn.fetch(_DEEDS, booking_id)
    )


async def read_version(conn: Connection) -> str:
    """A word that differs as soon as any booking does."""
    return str(await conn.fetchval(_VERSION))


async def lock(conn: Connection, booking_id: BookingId) -> Booking:
    """The booking as it stands, and nobody else changes it until the transaction ends.

    Raises:
        NotFound: there is no such booking.
        BookingRefused: somebody else has been at it for too long.
    """
    with booking_writes.refusing():
        await booking_writes.lock(conn, booking_id)
    return await bookings.get(conn, booking_id)


async def find_addressee(
    conn: Connection, customer_id: CustomerId, conversation_id: ConversationId
) -> Addressee | None:
    """Where the customer wrote from last, in the open conversation or else in this one."""
    row = await conn.fetchrow(_ADDRESSEE, customer_id, conversation_id)
    if row is None:
        return None
    return Addressee(
        conversation_id=ConversationId(row["conversation_id"]),
        address_id=AddressId(row["address_id"]),
        channel=row["channel"],
        language=row["language"],
        epoch=row["epoch"],
    )


async def find_talk(conn: Connection, customer_id: CustomerId) -> ConversationId | None:
    """The customer's open conversation, or else the latest."""
    found = await conn.fetchval(_TALK, customer_id)
    return None if found is None else ConversationId(found)


async def find_customer_of(conn: Connection, escalation_id: EscalationId) -> CustomerId | None:
    """Whom a card is about."""
    found = await conn.fetchval(_OF_CARD, escalation_id)
    return None if found is None else CustomerId(found)


async def settle_notices(conn: Connection, keys: Sequence[str], note: str) -> tuple[UUID, ...]:
    """What the desk was told under these keys is done: the buttons go, and it says by whom."""
    return tuple(row["id"] for row in await conn.fetch(_SETTLE, list(keys), note))


async def list_owed(conn: Connection, keys: Sequence[str]) -> tuple[UUID, ...]:
    """Which of the notices of these keys are to be posted, or to show something new."""
    return tuple(row["id"] for row in await conn.fetch(_OWED, list(keys)))


async def was_told(conn: Connection, key: str) -> bool:
    """Whether the desk was told this."""
    return bool(await conn.fetchval(_TOLD, key))


async def list_answered(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[ConversationId, ...]:
    """Conversations with staff in which a customer may have answered terms and nobody looked."""
    return tuple(
        ConversationId(row["conversation_id"]) for row in await conn.fetch(_ANSWERED, now, limit)
    )


async def _listed(conn: Connection, booking_id: BookingId, customer: str) -> Listed:
    return Listed(booking=await bookings.get(conn, booking_id), customer=customer)
