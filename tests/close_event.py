"""A customer whose event is close: rows written as a booking would leave them, whatever the hour.

No booking could be made so short before, so that it is put straight into the tables.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from world import Customer, World

_QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at, headcount, workers)
SELECT uuidv7(), c.id, c.customer_id, (SELECT count(*) + 9 FROM quotes), '{}', '[]',
  1100, 100, $1::timestamptz + interval '1 year', 20, 1
FROM conversations c RETURNING id, conversation_id, customer_id"""
_BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, zip_code, agreed_at, held_until, deposit_paid_at)
VALUES ($1, $2, $3, $4, 'hibachi', $5, $6, $7, 20, 1, '94539', $8, $9, $8) RETURNING id"""
_CHEF = """INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy)
SELECT $1, id, number, tstzrange($2, $3) FROM chefs WHERE code = 'kenji'"""


async def books(
    world: World,
    hours: float,
    *,
    code: str = "H7K3Q",
    status: str = "confirmed",
    agreed: bool = True,
) -> UUID:
    """The only customer has an event that begins in so many hours."""
    now = world.deps.bot.clock.now()
    starts_at = now + timedelta(hours=hours)
    ends_at = starts_at + timedelta(hours=3)
    async with world.pool.acquire() as conn:
        quote = await conn.fetchrow(_QUOTE, now)
        booking: UUID = await conn.fetchval(
            _BOOKING,
            code,
            quote["customer_id"],
            quote["conversation_id"],
            quote["id"],
            starts_at,
            ends_at,
            status,
            now if agreed else None,
            now + timedelta(days=1),
        )
        await conn.execute(_CHEF, booking, starts_at - timedelta(hours=1), ends_at)
    return booking


async def known(world: World, words: str = "hi") -> Customer:
    """A customer who has written before."""
    customer = world.customer("+14155550190")
    await customer.asks(words)
    await world.settles()
    return customer
