"""Bookings put straight into the tables, in whatever state a test of their readers needs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bot.domain_booking import BookingId
from bot.store.connection import Pool

NAME = "Ana María"
PHONE = "+14155550177"
MAILBOX = "ana@example.com"
ADDRESS = "12 Elm Street, Fremont"
ORDER = {
    "service": "hibachi",
    "counts": {"adult": 10, "child": 2},
    "options": {"filet_mignon": 4},
    "further": {},
    "add_ons": {"gyoza": 3},
    "extras": {},
}

_numbers = itertools.count(1)

_TALK = """WITH who AS (INSERT INTO customers (name, language) VALUES ($1, $2) RETURNING id),
talk AS (INSERT INTO conversations (customer_id, channel, language)
  SELECT id, 'sms', $2 FROM who RETURNING id, customer_id),
phone AS (INSERT INTO addresses (customer_id, channel, value)
  SELECT id, 'sms', $3 FROM who RETURNING id),
said AS (INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
    status)
  SELECT talk.id, phone.id, 'inbound', 'sms', 'customer', 'yes', 'answered' FROM talk, phone
  RETURNING id)
SELECT talk.customer_id, talk.id AS conversation_id, said.id AS agreed_message_id,
  $4::uuid AS quote_id FROM talk, said"""

_MAILBOX = "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'email', $2)"

_QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at)
VALUES ($1, $2, $3, 1, $4, '[]', 640, 100, now() + interval '7 days')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The ids of what was put in."""

    booking_id: BookingId
    customer_id: UUID
    conversation_id: UUID
    message_id: UUID
    """The customer's yes."""
    code: str


async def book(
    pool: Pool,
    *,
    chef: str | None = None,
    mailbox: str | None = MAILBOX,
    language: str = "en",
    **columns: Any,
) -> Booked:
    """A customer with a booking they have agreed to; `columns` are of the booking."""
    async with pool.acquire() as conn, conn.transaction():
        talk = await conn.fetchrow(_TALK, NAME, language, f"+1415{next(_numbers):07d}", uuid4())
        if mailbox is not None:
            await conn.execute(_MAILBOX, talk["customer_id"], mailbox)
        await conn.execute(
            _QUOTE, talk["quote_id"], talk["conversation_id"], talk["customer_id"], ORDER
        )
        values = {**dict(talk), **_terms(), **columns}
        values.setdefault("ends_at", values["starts_at"] + timedelta(hours=3))
        places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        row = await conn.fetchrow(
            f"INSERT INTO bookings ({', '.join(values)}) VALUES ({places}) RETURNING id, code",
            *values.values(),
        )
        if chef is not None:
            await assign(conn, row["id"], chef)
    return Booked(
        booking_id=BookingId(row["id"]),
        customer_id=talk["customer_id"],
        conversation_id=talk["conversation_id"],
        message_id=talk["agreed_message_id"],
        code=row["code"],
    )


def _terms() -> dict[str, Any]:
    """A party of twelve, three weeks ahead, held until the deposit comes."""
    now = datetime.now(UTC).replace(microsecond=0)
    return {
        "code": uuid4().hex[:5].upper(),
        "service": "hibachi",
        "starts_at": now + timedelta(days=20),
        "status": "held",
        "headcount": 12,
        "workers": 1,
        "address": ADDRESS,
        "zip_code": "94539",
        "agreed_at": now,
        "held_until": now + timedelta(hours=24),
    }


async def assign(conn: Any, booking_id: UUID, chef: str) -> None:
    """Send a chef there, an hour before it starts."""
    await conn.execute(
        "INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy, reason)"
        " SELECT b.id, c.id, c.number, tstzrange(b.starts_at - interval '1 hour', b.ends_at),"
        " 'nearest to the event' FROM bookings b, chefs c WHERE b.id = $1 AND c.code = $2",
        booking_id,
        chef,
    )


async def write(pool: Pool, booked: Booked, act: str) -> UUID:
    """Note what was done to the booking, as every write to one does."""
    found: UUID = await pool.fetchval(
        "INSERT INTO booking_events (key, booking_id, act, actor, message_id)"
        " VALUES ($1, $2, $3, 'customer', $4) RETURNING id",
        uuid4().hex,
        booked.booking_id,
        act,
        booked.message_id,
    )
    return found


async def say_allergy(pool: Pool, booked: Booked, words: str) -> None:
    """The customer told of an allergy."""
    await pool.execute(
        "INSERT INTO allergies (customer_id, booking_id, message_id, words)"
        " VALUES ($1, $2, $3, $4)",
        booked.customer_id,
        booked.booking_id,
        booked.message_id,
        words,
    )
