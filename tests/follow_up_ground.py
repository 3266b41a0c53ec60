"""Customers with a past, written straight into the database: what tests of follow-ups begin with.

Rows are as intake, pricing and the desk leave them, at moments that the test names.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain import AddressId, ConversationId, CustomerId, MessageId, QuoteId
from bot.domain_booking import BookingId
from bot.ids import new_id
from bot.store.connection import Pool

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 12, 1, 20, tzinfo=UTC)
"""Tuesday noon where the business is."""
_numbers = itertools.count(1)

_CUSTOMER = "INSERT INTO customers (name, language, zone) VALUES ($1, $2, $3) RETURNING id"
_ADDRESS = """INSERT INTO addresses (customer_id, channel, value, last_inbound_at, our_address,
  consent, promotional) VALUES ($1, $2, $3, $4, '+19167408768', $5, $6) RETURNING id"""
_TALK = """INSERT INTO conversations (customer_id, channel, language, created_at, last_message_at)
VALUES ($1, $2, $3, $4, $4) RETURNING id"""
_HEARD = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, text, status, scored, sent_at, created_at)
VALUES ($1, $2, 'inbound', $3, $4, 'customer', $5, 'answered', true, $6, $6) RETURNING id"""
_SAID = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, text, status, purpose, rest, sent_at, created_at)
VALUES ($1, $2, 'outbound', $3, $4, 'bot', $5, 'delivered', $6, $7, $8, $8) RETURNING id"""
_EMOTION = """INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer, created_at) VALUES ($1, $2, $3, $4, $5, 0.9, 'test', $6)"""
_QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at, created_at, service, headcount)
VALUES ($1, $2, $3, (SELECT count(*) + 1 FROM quotes WHERE conversation_id = $2),
  jsonb_build_object('zip_code', $4::text), '[]', $5, 100, $6, $7, 'hibachi', $8)"""
_BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, address, zip_code, agreed_at, held_until,
  deposit_paid_at, created_at)
VALUES ($1, $2, $3, $4, 'hibachi', $5, $6, 'held', $7, 1, '41 Mission Blvd', '94539', $8, $9, NULL,
  $8) RETURNING id"""
_GOES_ON = """UPDATE bookings SET status = $2, deposit_paid_at = $3, held_until = NULL
WHERE id = $1"""
_CHEF = """INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy, miles, reason)
SELECT $1, id, number, tstzrange($3, $4), 12, 'near' FROM chefs WHERE code = $2"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A customer with one open conversation."""

    pool: Pool
    customer_id: CustomerId
    address_id: AddressId
    conversation_id: ConversationId
    channel: str
    handle: str

    async def wrote(
        self,
        text: str,
        at: datetime,
        *,
        emotion: str = "",
        intensity: float = 0.8,
        external_id: str = "",
    ) -> MessageId:
        """The customer wrote this; with an emotion it was scored too."""
        told = external_id or new_id().hex
        made = (self.conversation_id, self.address_id, self.channel, told, text, at)
        message_id = await self.pool.fetchval(_HEARD, *made)
        await self.pool.execute(
            "UPDATE addresses SET last_inbound_at = greatest(last_inbound_at, $2) WHERE id = $1",
            self.address_id,
            at,
        )
        if emotion:
            polarity = {"happy": "positive", "surprised": "positive", "neutral": "neutral"}
            felt = (emotion, polarity.get(emotion, "negative"), intensity, at)
            await self.pool.execute(_EMOTION, message_id, self.conversation_id, *felt)
        return MessageId(message_id)

    async def was_told(
        self, text: str, at: datetime, *, purpose: str = "conversational", unasked: str = ""
    ) -> MessageId:
        """We wrote this; `unasked` names what nobody waited for."""
        rest = {"unasked": unasked} if unasked else {}
        made = (self.conversation_id, self.address_id, self.channel, new_id().hex, text)
        found: UUID = await self.pool.fetchval(_SAID, *made, purpose, rest, at)
        return MessageId(found)

    async def was_priced(
        self, at: datetime, *, total: Decimal = Decimal("660.00"), guests: int = 12
    ) -> QuoteId:
        """They got this price, good for a week."""
        quote_id = new_id()
        whose = (quote_id, self.conversation_id, self.customer_id)
        until = at + timedelta(days=7)
        await self.pool.execute(_QUOTE, *whose, "94539", total, until, at, guests)
        return QuoteId(quote_id)

    async def booked(
        self,
        starts_at: datetime,
        *,
        at: datetime,
        status: str = "confirmed",
        held_until: datetime | None = None,
        guests: int = 12,
        chef: str = "kenji",
        total: Decimal = Decimal("660.00"),
    ) -> BookingId:
        """They agreed to an event; unless it is `held`, the deposit came with it."""
        quote_id = await self.was_priced(at - timedelta(minutes=5), total=total, guests=guests)
        ends_at = starts_at + timedelta(hours=3)
        whose = (f"T{next(_numbers):05}", self.customer_id, self.conversation_id, quote_id)
        hold = held_until or at + timedelta(hours=24)
        booking: UUID = await self.pool.fetchval(
            _BOOKING, *whose, starts_at, ends_at, guests, at, hold
        )
        if chef:
            await self.pool.execute(_CHEF, booking, chef, starts_at - timedelta(hours=1), ends_at)
        if status != "held":
            await self.pool.execute(_GOES_ON, booking, "confirmed", at)
        if status not in ("held", "confirmed"):
            await self.pool.execute(_GOES_ON, booking, status, at)
        return BookingId(booking)


async def somebody(
    pool: Pool,
    *,
    name: str = "Dana",
    language: str = "en",
    zone: str | None = None,
    channel: str = "sms",
    handle: str = "",
    at: datetime = NOW - timedelta(days=1),
    consent: str = "given",
    promotional: str = "given",
) -> Somebody:
    """A customer who has written on that channel, heard last at `at`."""
    number = next(_numbers)
    handle = handle or f"+1510555{number:04}"
    customer_id = await pool.fetchval(_CUSTOMER, name, language, zone)
    address_id = await pool.fetchval(
        _ADDRESS, customer_id, channel, handle, at, consent, promotional
    )
    talk = await pool.fetchval(_TALK, customer_id, channel, language, at)
    return Somebody(
        pool=pool,
        customer_id=CustomerId(customer_id),
        address_id=AddressId(address_id),
        conversation_id=ConversationId(talk),
        channel=channel,
        handle=handle,
    )
