"""Allergies in the customer's own words; what a dish holds is for a person to say."""

from __future__ import annotations

from bot.domain import CustomerId, MessageId
from bot.domain_booking import BookingId
from bot.store.connection import Connection

OF_BOOKING = """coalesce((SELECT jsonb_agg(l.words ORDER BY l.created_at) FROM allergies l
  WHERE l.customer_id = b.customer_id AND NOT EXISTS (SELECT FROM bookings o
    WHERE o.id = l.booking_id AND o.id <> b.id AND o.status = 'completed')), '[]')"""
"""What the chef of booking b has to know, as part of a query: all that its customer ever said, but
for what was said of an event that is over. Rather too much than a guest who is harmed."""

_ADD = """INSERT INTO allergies (customer_id, booking_id, message_id, words)
VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT one_allergy_per_message DO NOTHING RETURNING id"""

# Also what went down with a hold that lapsed or an event that was cancelled.
_ATTACH = """UPDATE allergies l SET booking_id = $2 WHERE customer_id = $1
  AND (booking_id IS NULL OR EXISTS (SELECT FROM bookings b
    WHERE b.id = l.booking_id AND b.status IN ('lapsed', 'cancelled')))"""


async def add(
    conn: Connection,
    customer_id: CustomerId,
    message_id: MessageId,
    words: str,
    booking_id: BookingId | None,
) -> bool:
    """Keep what was said, once per message; False where it was kept before."""
    return await conn.fetchval(_ADD, customer_id, booking_id, message_id, words) is not None


async def attach(conn: Connection, customer_id: CustomerId, booking_id: BookingId) -> None:
    """What was said before anything was held belongs to this booking."""
    await conn.execute(_ATTACH, customer_id, booking_id)
