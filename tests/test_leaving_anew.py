"""When a chef sets out for an event, once the event before it on that day is off (I8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import booking_ground as ground
import pytest
from booking_ground import NOW, PROFILE, SATURDAY, now_is, only, people

from bot.booking import reserving
from bot.domain_booking import Act, Booking
from bot.store.connection import Pool, open_pool

NOON = SATURDAY.replace(hour=12)
NEAR = "95112"
"""Where both events are, far from the chef's home."""


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """One chef, who lives in Sacramento."""
    opened = await open_pool(database_url, size=4)
    await only(opened, "kenji")
    await opened.execute("UPDATE chefs SET home_zip = '95814', max_miles = NULL")
    yield opened
    await opened.close()


async def evening_and_noon(pool: Pool) -> tuple[Booking, datetime, Booking]:
    """A confirmed evening, when its chef first set out, and a noon that is held before it."""
    first, second = await people(pool, 2)
    evening = await ground.booked(pool, first, zip_code=NEAR)
    noon = await ground.hold(pool, second, NOON, zip_code=NEAR)
    moved = await now_is(pool, evening)
    assert moved.chefs[0].leaves_at > evening.chefs[0].leaves_at
    return evening, evening.chefs[0].leaves_at, noon


async def test_a_hold_that_lapsed_no_longer_makes_the_chef_late_for_the_evening(
    pool: Pool,
) -> None:
    evening, from_home, _noon = await evening_and_noon(pool)
    async with pool.acquire() as conn, conn.transaction():
        await reserving.lapse_due(conn, PROFILE, now=NOW + timedelta(hours=1))
    assert (await now_is(pool, evening)).chefs[0].leaves_at == from_home


async def test_an_event_that_was_cancelled_no_longer_makes_the_chef_late(pool: Pool) -> None:
    first, second = await people(pool, 2)
    evening = await ground.booked(pool, first, zip_code=NEAR)
    noon = await ground.booked(pool, second, NOON, zip_code=NEAR)
    terms = await ground.propose(pool, noon, Act.CANCEL, refund="0.00")
    await ground.apply(pool, second, terms)
    assert (await now_is(pool, evening)).chefs == evening.chefs


async def test_an_event_that_moved_away_no_longer_makes_the_chef_late(pool: Pool) -> None:
    first, second = await people(pool, 2)
    evening = await ground.booked(pool, first, zip_code=NEAR)
    noon = await ground.booked(pool, second, NOON, zip_code=NEAR)
    sunday = (NOON + timedelta(days=1)).isoformat()
    terms = await ground.propose(pool, noon, Act.CHANGE, starts_at=sunday, fee="0.00")
    await ground.apply(pool, second, terms)
    assert (await now_is(pool, evening)).chefs == evening.chefs


async def test_a_chef_who_was_taken_off_by_hand_sets_out_from_home_again(pool: Pool) -> None:
    first, second = await people(pool, 2)
    evening = await ground.booked(pool, first, zip_code=NEAR)
    noon = await ground.booked(pool, second, NOON, zip_code=NEAR)
    async with pool.acquire() as conn, conn.transaction():
        await reserving.assign(conn, PROFILE, noon.id, [], reason="ill", key="off", now=NOW)
    assert (await now_is(pool, evening)).chefs == evening.chefs


async def test_a_customer_who_decides_anew_leaves_the_chef_no_false_departure(pool: Pool) -> None:
    first, second = await people(pool, 2)
    evening = await ground.booked(pool, first, zip_code=NEAR)
    await ground.hold(pool, second, NOON, zip_code=NEAR)
    await ground.hold(pool, second, NOON + timedelta(days=1), zip_code=NEAR)
    assert (await now_is(pool, evening)).chefs == evening.chefs
