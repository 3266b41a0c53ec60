"""A yes counts once, for exactly what was stated, and only while it stands (I9).

On real PostgreSQL, also with several who say it at the same moment.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import booking_ground as ground
import pytest
from booking_ground import NOW, PROFILE, ZONE, events, now_is, one, only, plans

from bot.booking import reserving
from bot.domain_booking import Act, Booking, BookingStatus
from bot.errors import BookingRefused
from bot.store import booking_lists
from bot.store.connection import Pool

DECIDE = timedelta(minutes=PROFILE.booking.decide_minutes)
AWAIT = timedelta(hours=PROFILE.booking.hold_hours)
_IS_WAITED_FOR = """SELECT EXISTS (SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock')"""


# ── Agreeing ────────────────────────────────────────────────────────────────────────────────


async def test_a_yes_keeps_the_slot_for_the_deposit_and_the_deposit_confirms_it(
    pool: Pool,
) -> None:
    """From hold to confirmed, with messages planned and staff told to look for the money."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    agreed = await ground.agree(pool, person, await ground.stated(pool, person))
    assert agreed.awaits_deposit
    assert agreed.held_until == NOW + AWAIT
    owed = {
        "before_event 7d": datetime(2026, 12, 5, 11, tzinfo=ZONE),
        "before_event 1d": datetime(2026, 12, 11, 11, tzinfo=ZONE),
        "after_event": datetime(2026, 12, 14, 11, tzinfo=ZONE),
    }
    asleep_by_then = {"deposit_missing": datetime(2026, 12, 1, 19, 30, tzinfo=ZONE)}
    assert await plans(pool, held) == owed | asleep_by_then
    confirmed = await ground.deposit(pool, held.id)
    assert await plans(pool, held) == owed
    assert confirmed.status is BookingStatus.CONFIRMED
    assert confirmed.deposit_paid_at == NOW
    assert await events(pool, held) == ["hold", "agree", "confirm"]
    told = await pool.fetchval("SELECT text FROM desk_notices WHERE booking_id = $1", held.id)
    assert held.code in told
    assert "$100" in told
    said = await pool.fetchval("SELECT agreed_message_id FROM bookings")
    assert said == person.message_id


async def test_a_second_yes_changes_nothing(pool: Pool) -> None:
    """I9: the same write is done once; another yes finds no open terms."""
    person = await one(pool)
    await ground.hold(pool, person)
    terms = await ground.stated(pool, person)
    first = await ground.agree(pool, person, terms, key="yes")
    assert await ground.agree(pool, person, terms, key="yes") == first
    with pytest.raises(BookingRefused, match="overtaken"):
        await ground.agree(pool, person, terms, key="another yes")
    assert await now_is(pool, first) == first


async def test_two_yeses_at_once_are_one(pool: Pool) -> None:
    """Two workers apply the same terms; one does, the others are told it is done."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    terms = await ground.stated(pool, person)
    got = await asyncio.gather(
        *(ground.agree(pool, person, terms) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(each, Booking) for each in got) == 1
    assert sum(isinstance(each, BookingRefused) for each in got) == 5
    assert await events(pool, held) == ["hold", "agree"]


async def test_a_yes_after_the_hold_ran_out_books_nothing(pool: Pool) -> None:
    """Lapsed or not yet, the slot is not the customer's any more."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    terms = await ground.stated(pool, person)
    with pytest.raises(BookingRefused):
        await ground.agree(pool, person, terms, now=NOW + DECIDE)
    async with pool.acquire() as conn, conn.transaction():
        gone = await reserving.lapse_due(conn, PROFILE, now=NOW + DECIDE)
    assert [each.id for each in gone] == [held.id]
    with pytest.raises(BookingRefused):
        await ground.agree(pool, person, terms, now=NOW)
    assert (await now_is(pool, held)).agreed_at is None


async def test_a_yes_to_a_price_that_changed_since_books_nothing(pool: Pool) -> None:
    """I9: consent is tied to the quote's version; the new price is stated and asked again."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    terms = await ground.stated(pool, person)
    await ground.another_quote(pool, person, ground.a_quote(headcount=25, version=2))
    with pytest.raises(BookingRefused, match="quote_superseded"):
        await ground.agree(pool, person, terms)
    assert (await now_is(pool, held)).agreed_at is None


async def test_a_yes_to_a_booking_that_changed_since_changes_nothing(pool: Pool) -> None:
    """I9: terms are for the booking as it was when they were stated."""
    person = await one(pool)
    booking = await ground.booked(pool, person)
    stale = await ground.propose(pool, booking, Act.CANCEL, refund="100")
    await pool.execute("UPDATE bookings SET address = '2 Test St'")
    with pytest.raises(BookingRefused, match="terms_changed"):
        await ground.apply(pool, person, stale)
    assert (await now_is(pool, booking)).status is BookingStatus.CONFIRMED


async def test_a_no_ends_the_terms(pool: Pool) -> None:
    """What was declined cannot be agreed to later."""
    person = await one(pool)
    await ground.hold(pool, person)
    terms = await ground.stated(pool, person)
    async with pool.acquire() as conn:
        await reserving.decline(conn, person.conversation_id)
    with pytest.raises(BookingRefused, match="overtaken"):
        await ground.agree(pool, person, terms)


async def test_a_deposit_counts_once_and_only_after_a_yes(pool: Pool) -> None:
    """I9 again: staff cannot confirm what the customer has not agreed to."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    with pytest.raises(BookingRefused, match="not_awaiting"):
        await ground.deposit(pool, held.id)
    await ground.agree(pool, person, await ground.stated(pool, person))
    paid = await ground.deposit(pool, held.id, key="paid")
    assert await ground.deposit(pool, held.id, key="paid", now=NOW + DECIDE) == paid
    with pytest.raises(BookingRefused, match="not_awaiting"):
        await ground.deposit(pool, held.id)


async def test_a_deposit_that_comes_late_counts_while_nobody_took_the_slot(pool: Pool) -> None:
    """The hold has run out; staff's word still beats an empty slot."""
    await only(pool, "andre")
    late, other = await ground.people(pool, 2)
    held = await ground.hold(pool, late)
    await ground.agree(pool, late, await ground.stated(pool, late))
    confirmed = await ground.deposit(pool, held.id, now=NOW + AWAIT * 2)
    assert confirmed.status is BookingStatus.CONFIRMED
    with pytest.raises(BookingRefused, match="slot_taken"):
        await ground.hold(pool, other, now=NOW + AWAIT * 2)


async def test_staff_take_a_deposit_while_the_customer_asks_to_change(pool: Pool) -> None:
    """Neither waits for the other in a circle, and nobody is told that somebody else is at it."""
    person = await one(pool)
    await ground.hold(pool, person)
    agreed = await ground.agree(pool, person, await ground.stated(pool, person))
    await ground.propose(pool, agreed, Act.CHANGE, address="2 Test St", fee="0.00")
    async with pool.acquire() as conn, conn.transaction():
        await booking_lists.lock(conn, agreed.id)
        asking = asyncio.create_task(
            ground.propose(pool, agreed, Act.CHANGE, address="3 Test St", fee="0.00")
        )
        async with asyncio.timeout(10):
            while not await pool.fetchval(_IS_WAITED_FOR):
                await asyncio.sleep(0.01)
        await reserving.confirm_deposit(conn, PROFILE, agreed.id, now=NOW, key="in")
    await asking
    assert (await now_is(pool, agreed)).status is BookingStatus.CONFIRMED
