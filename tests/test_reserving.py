"""A slot is kept once, for one customer, on stated terms, whoever else wants it (I8, I9).

Times are given, not read; a transaction that fails leaves nothing behind.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import booking_ground as ground
import pytest
from booking_ground import NOW, PROFILE, SATURDAY, ZONE, events, now_is, one, only, plans

from bot.booking import reserving
from bot.booking.reserving import Planned
from bot.domain_booking import Act, Booking, BookingId, BookingStatus, ProposalId
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.store import allergies, calendars
from bot.store.connection import Pool

DECIDE = timedelta(minutes=PROFILE.booking.decide_minutes)
AWAIT = timedelta(hours=PROFILE.booking.hold_hours)


# ── Holding ─────────────────────────────────────────────────────────────────────────────────


async def test_a_hold_keeps_slot_and_chef_and_states_the_terms(pool: Pool) -> None:
    """I9: nothing is booked yet; exactly this price and this state await the customer's yes."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    assert held.status is BookingStatus.HELD
    assert held.agreed_at is None
    assert held.held_until == NOW + DECIDE
    assert (held.starts_at, held.ends_at) == (SATURDAY, SATURDAY + timedelta(hours=3))
    assert (held.headcount, held.total, held.deposit) == (12, Decimal(660), Decimal(100))
    assert len(held.chefs) == 1
    assert held.chefs[0].reason
    assert held.chefs[0].leaves_at <= SATURDAY - timedelta(minutes=30)
    assert len(held.code) == 5
    assert not set(held.code) & set("01258OILZSBUV")
    terms = await ground.stated(pool, person)
    assert (terms.act, terms.booking_id, terms.quote_id) == (Act.BOOK, held.id, person.quote.id)
    assert (terms.booking_version, terms.expires_at) == (held.version, held.held_until)
    assert await plans(pool, held) == {}


async def test_the_same_key_holds_once(pool: Pool) -> None:
    """A turn that is thought again, or a job that runs twice, keeps one slot."""
    person = await one(pool)
    first = await ground.hold(pool, person, key="turn-1")
    again = await ground.hold(pool, person, key="turn-1")
    at_once = await asyncio.gather(*(ground.hold(pool, person, key="turn-1") for _ in range(5)))
    assert all(each == first for each in (again, *at_once))
    assert await pool.fetchval("SELECT count(*) FROM bookings") == 1


async def test_two_with_one_new_key_at_the_same_moment(pool: Pool) -> None:
    """The second waits for the first and is given what the first wrote."""
    person = await one(pool)
    held = await asyncio.gather(*(ground.hold(pool, person, key="turn-1") for _ in range(8)))
    assert len({booking.id for booking in held}) == 1
    assert await pool.fetchval("SELECT count(*) FROM booking_events") == 1


async def test_what_died_before_its_commit_left_nothing(pool: Pool) -> None:
    """A crash in between is as if nothing had been tried; the same key then works."""
    person = await one(pool)
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await reserving.hold(
            conn,
            PROFILE,
            person.wish(),
            now=NOW,
            key="turn-1",
            booking_id=BookingId(new_id()),
            proposal_id=ProposalId(new_id()),
        )
        await transaction.rollback()
    for table in ("bookings", "booking_events", "chef_assignments", "proposals"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert (await ground.hold(pool, person, key="turn-1")).chefs


async def test_a_customer_who_decides_anew_lets_the_first_hold_go(pool: Pool) -> None:
    """One undecided hold per customer, also from two conversations at once."""
    await only(pool, "andre")
    person = await one(pool)
    first = await ground.hold(pool, person)
    second = await ground.hold(pool, person, SATURDAY.replace(hour=15))
    third = await ground.hold(pool, person, SATURDAY.replace(hour=15))
    assert [(await now_is(pool, each)).status.value for each in (first, second, third)] == [
        "lapsed",
        "lapsed",
        "held",
    ]
    assert (await ground.stated(pool, person)).booking_id == third.id
    days = [SATURDAY + timedelta(days=day) for day in range(1, 6)]
    tries = await asyncio.gather(
        *(ground.hold(pool, person, day) for day in days), return_exceptions=True
    )
    assert all(isinstance(each, Booking | BookingRefused) for each in tries)
    assert await pool.fetchval("SELECT count(*) FROM bookings WHERE status = 'held'") == 1


async def test_a_price_that_is_not_the_customers_or_expired_holds_nothing(pool: Pool) -> None:
    """I8: a booking stands on a quote of its customer that is still good."""
    mine, other = await ground.people(pool, 2)
    with pytest.raises(BookingRefused, match="quote_unknown"):
        await ground.hold(pool, replace(mine, quote=other.quote))
    expires_at = mine.quote.expires_at
    late = datetime(2027, 2, 13, 18, tzinfo=ZONE)
    with pytest.raises(BookingRefused, match="quote_expired"):
        await ground.hold(pool, mine, late, now=expires_at)
    held = await ground.hold(pool, mine, late, now=expires_at - timedelta(seconds=1))
    assert held.status is BookingStatus.HELD


async def test_a_hold_that_ran_out_frees_the_slot_without_any_sweep(pool: Pool) -> None:
    """The next customer is not told "taken" because a job has not run yet."""
    await only(pool, "andre")
    first, second = await ground.people(pool, 2)
    held = await ground.hold(pool, first)
    with pytest.raises(BookingRefused, match="slot_taken"):
        await ground.hold(pool, second, now=NOW + DECIDE - timedelta(seconds=1))
    got = await ground.hold(pool, second, now=NOW + DECIDE)
    assert got.chefs[0].name == "Andre"
    assert (await now_is(pool, held)).status is BookingStatus.LAPSED
    assert await events(pool, held) == ["hold", "lapse"]


async def test_allergies_said_before_belong_to_what_is_held(pool: Pool) -> None:
    """They go along when the customer takes another slot."""
    person = await one(pool)
    async with pool.acquire() as conn:
        for _ in range(2):
            await allergies.add(conn, person.customer_id, person.message_id, "peanuts!", None)
    assert (await ground.hold(pool, person)).allergies == ("peanuts!",)
    moved = await ground.hold(pool, person, SATURDAY.replace(hour=12))
    assert moved.allergies == ("peanuts!",)


async def test_an_allergy_said_over_a_hold_that_lapsed_still_reaches_the_next_chef(
    pool: Pool,
) -> None:
    """Whatever it was noted on: until an event is over, each of its customer's chefs is told."""
    person = await one(pool)
    confirmed = await ground.booked(pool, person)
    held = await ground.hold(pool, person, SATURDAY.replace(hour=12) - timedelta(days=1))
    async with pool.acquire() as conn:
        await allergies.add(conn, person.customer_id, person.message_id, "peanuts!", held.id)
    assert (await now_is(pool, confirmed)).allergies == ("peanuts!",)
    async with pool.acquire() as conn, conn.transaction():
        await reserving.lapse_due(conn, PROFILE, now=NOW + timedelta(hours=1))
        entry = await calendars.find(conn, confirmed.id)
    assert entry is not None
    assert entry.booking.allergies == ("peanuts!",)


# ── Everybody at once ───────────────────────────────────────────────────────────────────────


async def test_two_hundred_want_the_last_slot(pool: Pool) -> None:
    """One gets it; everybody else gets other times, and nobody an error."""
    await only(pool, "andre")
    wanting = await ground.people(pool, 200)
    async with asyncio.timeout(15):
        got = await asyncio.gather(
            *(
                reserving.reserve(pool, PROFILE, each.wish(), now=NOW, key=f"k{n}")
                for n, each in enumerate(wanting)
            )
        )
    booked = [each for each in got if isinstance(each, Booking)]
    offered = [each for each in got if isinstance(each, Planned)]
    assert (len(booked), len(offered)) == (1, 199)
    assert all(len(each.nearest) == 3 and not each.slot.is_open for each in offered)
    assert all(slot.is_open for each in offered for slot in each.nearest)
    assert await pool.fetchval("SELECT count(*) FROM chef_assignments") == 1


async def test_nobody_serves_more_events_a_day_than_allowed(pool: Pool) -> None:
    """All slots of a day are asked for at once; no chef is given a third event."""
    wanting = await ground.people(pool, 24)
    hours = [12, 15, 18, 21]
    got = await asyncio.gather(
        *(
            reserving.reserve(
                pool,
                PROFILE,
                each.wish(SATURDAY.replace(hour=hours[n % 4])),
                now=NOW,
                key=f"k{n}",
            )
            for n, each in enumerate(wanting)
        )
    )
    served = await pool.fetch(
        """SELECT c.code, count(*) AS events, c.events_a_day FROM chef_assignments a
           JOIN chefs c ON c.id = a.chef_id GROUP BY c.id"""
    )
    assert all(row["events"] <= row["events_a_day"] for row in served)
    booked = sum(isinstance(each, Booking) for each in got)
    assert booked == sum(row["events"] for row in served) == 7


async def test_a_big_party_gets_all_its_chefs_or_none(pool: Pool) -> None:
    """Two parties that need three of four chefs: one is refused whole, whoever comes first."""
    wanting = await ground.people(pool, 2, headcount=80, workers=3)
    got = await asyncio.gather(
        *(
            reserving.reserve(pool, PROFILE, each.wish(), now=NOW, key=f"k{n}")
            for n, each in enumerate(wanting)
        )
    )
    booked = [each for each in got if isinstance(each, Booking)]
    assert [len(each.chefs) for each in booked] == [3]
    assert await pool.fetchval("SELECT count(*) FROM chef_assignments") == 3


async def test_an_event_put_between_makes_the_chef_leave_for_the_next_from_there(
    pool: Pool,
) -> None:
    """The way to the evening party begins where the lunch party was."""
    await only(pool, "kenji")
    evening, lunch = await ground.people(pool, 2)
    late = await ground.booked(pool, evening, SATURDAY.replace(hour=21), zip_code="95112")
    await ground.hold(pool, lunch, SATURDAY.replace(hour=15), zip_code="94102")
    moved = await now_is(pool, late)
    assert moved.chefs[0].leaves_at < late.chefs[0].leaves_at
    assert moved.chefs[0].leaves_at >= SATURDAY
