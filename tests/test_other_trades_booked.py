"""Another trade is booked by its profile alone: its own hours, crew, notice and length of visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from booking_ground import Person, another_quote, people
from other_trades import named, trade, visit

from bot.booking import reserving
from bot.booking.availability import Closed
from bot.booking.reserving import Planned
from bot.domain_booking import Booking
from bot.ids import new_id
from bot.store import crew
from bot.store.connection import Pool, open_pool

SPA = trade(visit("per_hour", {"massage": named("massage", price=80, unit="hour")}))
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
MONDAY = datetime(2027, 3, 8, 10, tzinfo=LONDON)


async def client(pool: Pool, hours: str | None) -> Person:
    """Somebody with a price for a massage of that many hours, in a spa with its own crew."""
    person, *_ = await people(pool, 1)
    async with pool.acquire() as conn:
        await conn.execute("DELETE FROM chefs WHERE NOT 'visit' = ANY (services)")
        await crew.seed(conn, SPA)
    quote = replace(
        person.quote,
        id=new_id(),
        version=2,
        order={"hours": hours},
        service="visit",
        headcount=1,
        expires_at=NOW + timedelta(days=30),
    )
    return await another_quote(pool, person, quote)


async def booked(pool: Pool, person: Person, at: datetime) -> Booking | Planned:
    wish = person.wish(at, "")
    return await reserving.reserve(pool, SPA, wish, now=NOW, key=str(new_id()))


@pytest.mark.parametrize(("hours", "minutes"), [("2.5", 150), ("3", 180), (None, 90)])
async def test_a_visit_takes_the_hours_that_were_ordered(
    database_url: str, hours: str | None, minutes: int
) -> None:
    """And keeps its visitor busy for as long: the next one is offered another time."""
    pool = await open_pool(database_url, size=4)
    made = await booked(pool, await client(pool, hours), MONDAY)
    assert isinstance(made, Booking)
    assert made.ends_at - made.starts_at == timedelta(minutes=minutes)
    other = await booked(pool, await client(pool, None), MONDAY)
    assert isinstance(other, Planned)
    assert other.slot.reasons == (Closed.TAKEN,)
    assert [slot.starts_at for slot in other.nearest][:1] == [MONDAY.replace(hour=14)]
    await pool.close()


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (MONDAY.replace(hour=18), Closed.NO_SLOT),
        (MONDAY.replace(day=9), Closed.WEEKDAY),
        (datetime(2027, 3, 1, 14, tzinfo=LONDON), Closed.NOTICE),
    ],
)
async def test_its_own_times_days_and_notice_hold(
    database_url: str, at: datetime, reason: Closed
) -> None:
    """Nothing of the caterer's schedule is left in the code."""
    pool = await open_pool(database_url, size=4)
    refused = await booked(pool, await client(pool, "1"), at)
    assert isinstance(refused, Planned)
    assert reason in refused.slot.reasons
    await pool.close()
