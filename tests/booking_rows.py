"""Bookings written straight into the database, for tests of what staff see of them.

Customers, quotes and chefs are real rows and every promise of the schema holds for them; only the
talk that led there is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain_booking import BookingId, BookingStatus
from bot.ids import new_id
from bot.store.connection import Pool

_CUSTOMER = "INSERT INTO customers (name) VALUES ($1) RETURNING id"
_ADDRESS = """INSERT INTO addresses (customer_id, channel, value, last_inbound_at, our_address)
VALUES ($1, $2, $3, now(), '+19167408768') RETURNING id"""
_CONVERSATION = """INSERT INTO conversations (customer_id, channel, language)
VALUES ($1, $2, $3) RETURNING id"""
_MESSAGE = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, text, status, scored)
VALUES ($1, $2, 'inbound', $3, $4, 'customer', $5, 'answered', true) RETURNING id"""
_QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at, service, headcount, workers)
VALUES ($1, $2, $3, 1, '{}', '[]', $4, 100, now() + interval '7 days', 'hibachi', $5, $6)"""
_BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, address, zip_code, agreed_at, held_until)
VALUES ($1, $2, $3, $4, 'hibachi', $5, $6, 'held', $7, $8, $9, $10,
  CASE WHEN $11 THEN now() END, $12) RETURNING id"""
_CHEF = """INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy, miles, reason)
SELECT $1, id, number, tstzrange($3, $4), 12, $5 FROM chefs WHERE code = $2"""
_ALLERGY = """INSERT INTO allergies (customer_id, booking_id, message_id, words)
VALUES ($1, $2, $3, $4)"""
_STATUS = """UPDATE bookings SET status = $2, deposit_paid_at = coalesce(deposit_paid_at, now()),
  held_until = NULL WHERE id = $1"""
_CANCELLED = """UPDATE bookings SET status = 'cancelled', refund = 100 WHERE id = $1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A booking to be written."""

    code: str
    name: str
    number: str
    starts_at: datetime
    holds_until: datetime
    language: str = "en"
    channel: str = "sms"
    is_agreed: bool = True
    status: BookingStatus = BookingStatus.HELD
    guests: int = 20
    workers: int = 1
    address: str = "41 Mission Blvd"
    zip_code: str = "94539"
    total: Decimal = Decimal(1100)
    chefs: Sequence[tuple[str, str]] = (("marisol", "speaks Spanish, 12 miles, free till 21:00"),)
    """Code, and why this one."""
    allergies: Sequence[str] = ()


async def write_booking(pool: Pool, row: Row) -> BookingId:
    """A customer with this booking; its id."""
    async with pool.acquire() as conn, conn.transaction():
        customer = await conn.fetchval(_CUSTOMER, row.name)
        address = await conn.fetchval(_ADDRESS, customer, row.channel, row.number)
        talk = await conn.fetchval(_CONVERSATION, customer, row.channel, row.language)
        quote, needs = new_id(), (row.guests, row.workers)
        await conn.execute(_QUOTE, quote, talk, customer, row.total, *needs)
        ends_at = row.starts_at + timedelta(hours=2)
        terms = (row.address, row.zip_code, row.is_agreed, row.holds_until)
        whose = (row.code, customer, talk, quote)
        booking = await conn.fetchval(_BOOKING, *whose, row.starts_at, ends_at, *needs, *terms)
        for code, why in row.chefs:
            leaves_at = row.starts_at - timedelta(hours=1)
            await conn.execute(_CHEF, booking, code, leaves_at, ends_at, why)
        for place, words in enumerate(row.allergies):
            named = f"{row.code}-{place}"
            told = await conn.fetchval(_MESSAGE, talk, address, row.channel, named, words)
            await conn.execute(_ALLERGY, customer, booking, told, words)
        if row.status is BookingStatus.CANCELLED:
            await conn.execute(_CANCELLED, booking)
        elif row.status is not BookingStatus.HELD:
            await conn.execute(_STATUS, booking, "confirmed")
            if row.status is not BookingStatus.CONFIRMED:
                await conn.execute(_STATUS, booking, row.status.value)
        return BookingId(booking)
