"""How long the writes of a booking take: hold, the customer's yes, staff's word on the deposit.

Each is timed with its transaction, on the books of fifty chefs with two years of events behind
them and three months before them; every hold is another customer's, for another day.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

from asyncpg import Record

from bench.availability import AHEAD_DAYS, CHEFS, fill
from bench.report import Line, Table, percentile
from bench.rig import Rig
from bot.booking import reserving
from bot.booking.crew import business_zone
from bot.booking.reserving import HoldWish
from bot.clock import SystemClock
from bot.domain import ConversationId, CustomerId, MessageId, Quote, QuoteId
from bot.domain_booking import Booking, BookingId, ProposalId
from bot.ids import new_id
from bot.profile import Profile, load_profile
from bot.store import bookings, proposals, quotes
from bot.store.connection import Connection, open_pool

ROUNDS = 150
WARM_UP = 10
AIM_MS = 15.0
HEADCOUNT = 12
NAMES = ("hold", "agree", "confirm")

PEOPLE = """WITH who AS (
  INSERT INTO customers (id) SELECT uuidv7() FROM generate_series(1, $1) RETURNING id),
at AS (
  INSERT INTO addresses (customer_id, channel, value) SELECT id, 'sms', id::text FROM who
  RETURNING id, customer_id),
talk AS (
  INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM who
  RETURNING id, customer_id)
INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, status,
  text)
SELECT talk.id, at.id, 'inbound', 'sms', at.id::text, 'customer', 'answered', 'yes'
FROM talk JOIN at USING (customer_id)
RETURNING id, conversation_id,
  (SELECT t.customer_id FROM talk t WHERE t.id = conversation_id) AS customer_id"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """One booking after another, from hold to confirmed."""
    profile, now = load_profile(), SystemClock().now()
    today = now.astimezone(business_zone(profile)).date()
    url = await rig.database("reserving")
    await fill(url, profile, today, now)
    pool = await open_pool(url, size=1)
    async with pool.acquire() as conn:
        wishes = await list_wishes(conn, profile, today, now)
        await conn.execute("ANALYZE")
        rounds = [
            await time_round(conn, profile, wish, message_id, now=now)
            for wish, message_id in wishes
        ]
        looking = [await _look_ms(conn, profile, now) for _ in range(ROUNDS)]
    await pool.close()
    return (_table(rounds[WARM_UP:], looking),)


async def list_wishes(
    conn: Connection, profile: Profile, today: date, now: datetime, count: int = WARM_UP + ROUNDS
) -> list[tuple[HoldWish, MessageId]]:
    """As many customers with a price as there are rounds, and when each wants to be served."""
    slots = profile.service("hibachi").schedule.slots
    days = (today + timedelta(days=ahead) for ahead in range(4, AHEAD_DAYS - 4))
    starts = [
        datetime.combine(day, slot, business_zone(profile)) for day, slot in product(days, slots)
    ]
    people = await conn.fetch(PEOPLE, count)
    return [
        (await _wish(conn, row, starts[n], now), MessageId(row["id"]))
        for n, row in enumerate(people)
    ]


async def _wish(conn: Connection, row: Record, starts_at: datetime, now: datetime) -> HoldWish:
    quote = Quote(
        id=QuoteId(new_id()),
        version=1,
        order={},
        lines=(),
        total=Decimal(660),
        deposit=Decimal(100),
        expires_at=now + timedelta(days=7),
        service="hibachi",
        headcount=HEADCOUNT,
    )
    customer_id = CustomerId(row["customer_id"])
    conversation_id = ConversationId(row["conversation_id"])
    await quotes.insert_quote(
        conn, conversation_id=conversation_id, customer_id=customer_id, quote=quote
    )
    return HoldWish(
        customer_id=customer_id,
        conversation_id=conversation_id,
        quote=quote,
        starts_at=starts_at,
        address="1 Main St",
        zip_code="94539",
        wishes={"language": "es", "strengths": ["kids"]},
    )


async def time_round(
    conn: Connection, profile: Profile, wish: HoldWish, message_id: MessageId, *, now: datetime
) -> dict[str, float]:
    """Milliseconds of each write."""
    booking_id = BookingId(new_id())
    key = str(booking_id)
    took = {}
    took["hold"] = await _timed(
        conn,
        lambda: reserving.hold(
            conn,
            profile,
            wish,
            now=now,
            key=f"{key}:hold",
            booking_id=booking_id,
            proposal_id=ProposalId(new_id()),
        ),
    )
    stated = await proposals.find_open(conn, wish.conversation_id, now=now)
    if stated is None:
        raise RuntimeError("the hold stated no terms")
    took["agree"] = await _timed(
        conn,
        lambda: reserving.agree(
            conn, profile, stated, now=now, key=f"{key}:agree", message_id=message_id
        ),
    )
    took["confirm"] = await _timed(
        conn,
        lambda: reserving.confirm_deposit(conn, profile, booking_id, now=now, key=f"{key}:confirm"),
    )
    return took


async def _timed(conn: Connection, write: Callable[[], Awaitable[Booking]]) -> float:
    began_s = time.perf_counter()
    async with conn.transaction():
        await write()
    return (time.perf_counter() - began_s) * 1000.0


async def _look_ms(conn: Connection, profile: Profile, now: datetime) -> float:
    """What every sweep pays to learn that nothing is due."""
    began_s = time.perf_counter()
    await bookings.is_upkeep_due(conn, now=now, zone=profile.business.zone)
    return (time.perf_counter() - began_s) * 1000.0


def _table(rounds: Sequence[dict[str, float]], looking: Sequence[float]) -> Table:
    lines = []
    for name in NAMES:
        took = [each[name] for each in rounds]
        middle = percentile(took, 0.5)
        lines += [
            Line(
                what=f"p50 of {name}, ms",
                measured=f"{middle:.1f}",
                aim=f"< {AIM_MS:.0f} ms",
                met=middle < AIM_MS,
            ),
            Line(what=f"p95 of {name}, ms", measured=f"{percentile(took, 0.95):.1f}"),
        ]
    lines.append(
        Line(
            what="p50 of the sweep's look for what is due, ms",
            measured=f"{percentile(looking, 0.5):.1f}",
        )
    )
    return Table(
        title="The writes of a booking",
        lines=tuple(lines),
        notes=(
            f"{len(rounds)} bookings one after another on one connection, commit included, among"
            f" the events of {CHEFS} chefs.",
        ),
    )
