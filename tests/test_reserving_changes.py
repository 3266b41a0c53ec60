"""An event moves, grows, is cancelled or is given other chefs: all of it or nothing (I9).

On real PostgreSQL; what was refused has changed nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg
import booking_ground as ground
import pytest
from booking_ground import NOW, PROFILE, SATURDAY, ZONE, events, now_is, one, only, plans

from bot.booking import reserving
from bot.domain_booking import Act, Booking, BookingStatus, ChefId
from bot.errors import BookingRefused, NotFound
from bot.ids import new_id
from bot.store.connection import Pool

DECIDE = timedelta(minutes=PROFILE.booking.decide_minutes)
AWAIT = timedelta(hours=PROFILE.booking.hold_hours)


# ── Changing ────────────────────────────────────────────────────────────────────────────────


async def test_a_confirmed_event_moves_with_its_chef_its_fee_and_its_reminders(
    pool: Pool,
) -> None:
    """The chef who is known stays; the old slot is free for others."""
    person, other = await ground.people(pool, 2)
    booking = await ground.booked(pool, person)
    sunday = SATURDAY + timedelta(days=1)
    terms = await ground.propose(
        pool, booking, Act.CHANGE, starts_at=sunday.isoformat(), fee="100.00"
    )
    moved = await ground.apply(pool, person, terms, key="move")
    assert await ground.apply(pool, person, terms, key="move") == moved
    assert (moved.status, moved.starts_at) == (BookingStatus.CHANGED, sunday)
    assert (moved.moves, moved.fees) == (1, Decimal(100))
    assert [chef.name for chef in moved.chefs] == [chef.name for chef in booking.chefs]
    assert (await plans(pool, booking))["before_event 1d"] == datetime(
        2026, 12, 12, 11, tzinfo=ZONE
    )
    await only(
        pool,
        *[
            (await pool.fetchval("SELECT code FROM chefs WHERE id = $1", c.chef_id))
            for c in booking.chefs
        ],
    )
    assert (await ground.hold(pool, other)).chefs[0].name == booking.chefs[0].name


async def test_another_headcount_takes_the_new_price_and_one_more_chef(pool: Pool) -> None:
    """The date stays, so nothing counts as a move; whoever was coming still comes."""
    person = await one(pool)
    booking = await ground.booked(pool, person)
    later = await ground.another_quote(
        pool, person, ground.a_quote(headcount=40, workers=2, version=2)
    )
    terms = await ground.propose(pool, booking, Act.CHANGE, quote_id=later.quote.id)
    changed = await ground.apply(pool, person, terms)
    assert (changed.headcount, changed.total, changed.moves) == (40, Decimal(2200), 0)
    assert len(changed.chefs) == 2
    assert changed.chefs[0].chef_id == booking.chefs[0].chef_id


async def test_another_address_in_the_same_place_moves_nobody(pool: Pool) -> None:
    """Only what the way depends on is planned anew."""
    person = await one(pool)
    booking = await ground.booked(pool, person)
    terms = await ground.propose(pool, booking, Act.CHANGE, address="9 Other St")
    changed = await ground.apply(pool, person, terms)
    assert changed.address == "9 Other St"
    assert changed.chefs == booking.chefs
    assert await pool.fetchval("SELECT count(*) FROM chef_assignments") == 1


async def test_a_hold_that_was_agreed_to_moves_and_still_awaits_its_deposit(pool: Pool) -> None:
    """A change is no payment; and an undecided hold is not changed but taken anew."""
    person, other = await ground.people(pool, 2)
    held = await ground.hold(pool, person)
    agreed = await ground.agree(pool, person, await ground.stated(pool, person))
    noon = SATURDAY.replace(hour=12).isoformat()
    moved = await ground.apply(
        pool, person, await ground.propose(pool, agreed, Act.CHANGE, starts_at=noon)
    )
    assert moved.awaits_deposit
    assert moved.held_until == NOW + AWAIT
    assert moved.id == held.id
    undecided = await ground.hold(pool, other)
    with pytest.raises(BookingRefused, match="not_agreed"):
        await ground.apply(
            pool, other, await ground.propose(pool, undecided, Act.CHANGE, starts_at=noon)
        )


async def test_a_move_into_a_taken_slot_changes_nothing(pool: Pool) -> None:
    """The turn is thought again; the booking stands where it stood, chef and all."""
    await only(pool, "andre")
    first, second = await ground.people(pool, 2)
    sunday = SATURDAY + timedelta(days=1)
    booking = await ground.booked(pool, first)
    await ground.booked(pool, second, sunday)
    terms = await ground.propose(pool, booking, Act.CHANGE, starts_at=sunday.isoformat(), fee="1")
    with pytest.raises(BookingRefused, match="slot_taken"):
        await ground.apply(pool, first, terms)
    assert await now_is(pool, booking) == booking
    assert "change" not in await events(pool, booking)
    assert await ground.stated(pool, first) == terms


async def test_two_who_swap_into_one_slot(pool: Pool) -> None:
    """Both move to the same free evening at once: one does."""
    await only(pool, "andre")
    both = await ground.people(pool, 2)
    goal = SATURDAY + timedelta(days=7)
    terms = [
        await ground.propose(
            pool,
            await ground.booked(pool, each, SATURDAY + timedelta(days=n)),
            Act.CHANGE,
            starts_at=goal.isoformat(),
        )
        for n, each in enumerate(both)
    ]
    got = await asyncio.gather(
        *(ground.apply(pool, who, what) for who, what in zip(both, terms, strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in got) == ["Booking", "BookingRefused"]


# ── Cancelling ──────────────────────────────────────────────────────────────────────────────


async def test_a_cancelled_event_frees_the_chef_and_is_cancelled_once(pool: Pool) -> None:
    """The refund is the one that was stated; nobody is reminded of an event there is not."""
    await only(pool, "andre")
    person, other = await ground.people(pool, 2)
    booking = await ground.booked(pool, person)
    terms = await ground.propose(pool, booking, Act.CANCEL, refund="100.00", kept="0.00")
    off = await ground.apply(pool, person, terms, key="cancel")
    assert (off.status, off.refund, off.chefs) == (BookingStatus.CANCELLED, Decimal(100), ())
    assert await ground.apply(pool, person, terms, key="cancel") == off
    with pytest.raises(BookingRefused, match="overtaken"):
        await ground.apply(pool, person, terms)
    assert await plans(pool, booking) == {}
    assert (await ground.hold(pool, other)).chefs[0].name == "Andre"


async def test_staff_cancel_without_stated_terms(pool: Pool) -> None:
    """Staff speak for the business; the state they saw must still be the state."""
    person = await one(pool)
    booking = await ground.booked(pool, person)
    terms = await ground.propose(pool, booking, Act.CANCEL, refund="100.00")
    await pool.execute("DELETE FROM proposals")
    with pytest.raises(BookingRefused, match="overtaken"):
        await ground.apply(pool, person, terms)
    async with pool.acquire() as conn, conn.transaction():
        off = await reserving.cancel(
            conn, PROFILE, terms, now=NOW, key="desk", message_id=None, actor="staff"
        )
    assert off.status is BookingStatus.CANCELLED


# ── Staff's choice of chefs ─────────────────────────────────────────────────────────────────


async def test_staff_send_whom_they_want_but_nobody_to_two_places(pool: Pool) -> None:
    """Kenji does not work on Mondays, and goes all the same; the database still counts places."""
    first, second = await ground.people(pool, 2)
    monday = SATURDAY + timedelta(days=2)
    booking = await ground.booked(pool, first, monday)
    busy = await ground.booked(pool, second, monday)
    kenji = ChefId(await pool.fetchval("SELECT id FROM chefs WHERE code = 'kenji'"))
    assert "Kenji" not in [chef.name for chef in booking.chefs]

    async def sends(where: Booking, who: ChefId, key: str) -> Booking:
        async with pool.acquire() as conn, conn.transaction():
            return await reserving.assign(
                conn, PROFILE, where.id, [who], reason="asked for", key=key, now=NOW
            )

    changed = await sends(booking, kenji, "a")
    assert [(c.name, c.by_hand, c.reason) for c in changed.chefs] == [("Kenji", True, "asked for")]
    assert await sends(booking, kenji, "a") == changed
    with pytest.raises(BookingRefused, match="slot_taken"):
        await sends(busy, kenji, "b")
    with pytest.raises(NotFound):
        await sends(busy, ChefId(new_id()), "c")
    assert (await now_is(pool, busy)).chefs == busy.chefs


async def test_a_deal_stands_when_staff_send_another_chef(pool: Pool) -> None:
    """Who comes is no part of the terms, so a yes given meanwhile still counts."""
    person = await one(pool)
    held = await ground.hold(pool, person)
    kenji = ChefId(await pool.fetchval("SELECT id FROM chefs WHERE code = 'kenji'"))
    async with pool.acquire() as conn, conn.transaction():
        await reserving.assign(
            conn, PROFILE, held.id, [kenji], reason="asked for", key="a", now=NOW
        )
    assert (await ground.agree(pool, person, await ground.stated(pool, person))).awaits_deposit


async def test_a_broken_promise_that_is_no_refusal_is_not_hidden(pool: Pool) -> None:
    """Only what a customer can cause is a refusal; our own mistakes stay loud."""
    person = await one(pool)
    strange = replace(person, message_id=new_id())
    await ground.hold(pool, person)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await ground.agree(pool, strange, await ground.stated(pool, person))
