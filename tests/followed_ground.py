"""A follow-up that has reached a customer with an event: what stories of answers begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from world import Customer, World

from bot.booking import reserving
from bot.domain_booking import BookingId
from bot.ids import new_id

_PLANT = """WITH talk AS (
  SELECT c.id, c.customer_id, a.id AS address_id, a.channel FROM conversations c
  JOIN addresses a ON a.customer_id = c.customer_id
  WHERE a.value = $1 AND a.channel = c.channel AND c.mode <> 'closed' LIMIT 1),
said AS (
  INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, text,
    status, purpose, rest, sent_at, created_at)
  SELECT id, address_id, 'outbound', channel, $2, 'bot', $3, 'delivered', 'conversational',
    $4, $5, $5 FROM talk RETURNING id)
INSERT INTO follow_ups (cause, step, key, customer_id, booking_id, due_at, status, message_id,
  sent_at, watched_until, wording)
SELECT $6, $7, $8, talk.customer_id, $9, $5, 'sent', said.id, $5, $5 + interval '7 days', $10
FROM talk, said RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What we wrote unasked."""

    cause: str
    text: str
    step: str = ""
    titles: tuple[str, ...] = ()
    guests: str = ""
    wording: str = "any_a"
    """Its name, as sending keeps it."""


async def follow_up(
    world: World, to: Customer, ours: Ours, booking: BookingId | None = None
) -> object:
    """It reached the phone just now, as the sending leaves it; its id."""
    at = world.deps.bot.clock.now()
    start = await world.value("SELECT starts_at FROM bookings WHERE id = $1", booking)
    key = f"test:{new_id()}"
    if isinstance(start, datetime):
        key = f"{key}:{start.astimezone(UTC):%Y%m%dT%H%M}"
    rest = {
        "unasked": key,
        "choices": [{"id": title, "title": title} for title in ours.titles],
        "fields": {"guests": ours.guests} if ours.guests else {},
    }
    sid = f"SM{new_id().hex}"
    what = (ours.cause, ours.step, key, booking, ours.wording)
    return await world.value(_PLANT, to.number, sid, ours.text, rest, at, *what)


async def booked(
    world: World, customer: Customer, guests: str = "20 adults", day: str = "December 11, 2027"
) -> BookingId:
    """They asked, held, agreed and paid; a year ahead where no day is given."""
    await customer.asks(f"How much for {guests} in 94539?")
    await customer.asks(f"an evening: {day} at 6pm")
    await customer.asks("yes")
    await world.settles()
    found = await world.value("SELECT id FROM bookings ORDER BY created_at DESC LIMIT 1")
    booking = BookingId(found)  # type: ignore[arg-type]  # The world's values are of any type.
    bot = world.deps.bot
    async with world.pool.acquire() as conn, conn.transaction():
        await reserving.confirm_deposit(
            conn, bot.profile, booking, now=bot.clock.now(), key=f"paid:{booking}"
        )
    return booking


REMINDER = Ours(
    cause="before_event",
    step="7d",
    text="Hi, this is My Hibachi Chef. We have you down for 20 guests. Is the number still right?",
    titles=("All as planned", "The number changes"),
    guests="20",
)


async def row_of(world: World, follow_up_id: object) -> dict[str, object]:
    rows = await world.rows("SELECT * FROM follow_ups WHERE id = $1", follow_up_id)
    return dict(rows[0])


HELD = Ours(
    cause="deposit_missing",
    text="We have not seen the deposit yet. Shall we tell you how to pay it?",
    titles=("How do I pay?", "Let the date go"),
)


async def held(world: World, customer: Customer) -> BookingId:
    """They said yes, and the deposit is awaited."""
    await customer.asks("How much for 20 adults in 94539?")
    await customer.asks("a Saturday evening: December 11, 2027 at 6pm")
    await customer.asks("yes")
    await world.settles()
    found = await world.value("SELECT id FROM bookings WHERE agreed_at IS NOT NULL")
    return BookingId(found)  # type: ignore[arg-type]  # The world's values are of any type.
