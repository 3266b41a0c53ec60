"""What is planned with a booking, in its transaction, and what a later look finds (I5)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import booking_ground as ground
from booking_ground import NOW, PROFILE, SATURDAY, plans
from follow_up_ground import somebody

from bot.booking import reminders
from bot.causes.base import causes
from bot.domain import CustomerId
from bot.domain_booking import Act, Booking, BookingId
from bot.domain_follow_ups import Gone, Owed, Plan, Span
from bot.ids import new_id
from bot.profile import Profile
from bot.store import cause_bookings, follow_up_plans, follow_ups
from bot.store.answer_hours import read_habits
from bot.store.cause_bookings import _FIND, _STATES, _UNPLANNED
from bot.store.connection import Connection, Pool

FOUR = ("before_event", "after_event", "hold_lapsing", "deposit_missing")


def with_rules(**changed: object) -> Profile:
    """The shipped profile with other rules for follow-ups."""
    rules = PROFILE.follow_ups.model_copy(update=changed)
    return PROFILE.model_copy(update={"follow_ups": rules})


async def rows_of(conn: Connection, booking_id: BookingId) -> dict[str, Owed]:
    rows = await conn.fetch("SELECT * FROM follow_ups WHERE booking_id = $1", booking_id)
    owed = [follow_ups.to_owed(row) for row in rows]
    return {f"{each.cause} {each.step}".strip(): each for each in owed}


async def replan(pool: Pool, profile: Profile, booking: Booking, now: datetime) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await reminders.replan(conn, profile, booking, now=now)


async def test_what_is_planned_follows_the_booking_and_nothing_else(pool: Pool) -> None:
    """I5: what staff cancelled stays cancelled; a new rule moves nothing that is planned; what is
    due already is left to be judged; an event that moves and comes back is owed once."""
    person = await ground.one(pool)
    booking = await ground.booked(pool, person)
    planned = await plans(pool, booking)
    await replan(pool, with_rules(reminder_days=(7, 1), after_event_min_hours=40), booking, NOW)
    assert await plans(pool, booking) == planned

    async with pool.acquire() as conn:
        week = await conn.fetchval("SELECT id FROM follow_ups WHERE step = '7d'")
        await follow_ups.cancel(conn, week, reason="no need", by="U0DANA", at=NOW)
    await asyncio.gather(*(replan(pool, PROFILE, booking, NOW) for _ in range(3)))
    assert set(await plans(pool, booking)) == {"before_event 1d", "after_event"}

    sunday = SATURDAY + timedelta(days=1)
    there = await ground.propose(pool, booking, Act.CHANGE, starts_at=sunday.isoformat())
    moved = await ground.apply(pool, person, there)
    assert set(await plans(pool, moved)) == {"before_event 7d", "before_event 1d", "after_event"}
    back = await ground.propose(pool, moved, Act.CHANGE, starts_at=SATURDAY.isoformat())
    again = await ground.apply(pool, person, back)
    assert await plans(pool, again) == {k: at for k, at in planned.items() if "7d" not in k}
    assert (
        await pool.fetchval("SELECT count(*) FROM follow_ups WHERE booking_id = $1", again.id) == 7
    )

    due = planned["before_event 1d"] + timedelta(minutes=5)
    await replan(pool, PROFILE, again, due)
    assert "before_event 1d" in await plans(pool, again)
    rules = await pool.fetch("SELECT DISTINCT cause, rule FROM follow_ups")
    assert {row["cause"]: row["rule"] for row in rules} == {
        cause: PROFILE.follow_ups.digest_of(cause)
        for cause in ("before_event", "after_event", "deposit_missing")
    }
    await replan(pool, with_rules(off=FOUR), again, NOW)
    assert await plans(pool, again) == {}


async def test_a_booking_does_not_wait_for_a_message_that_is_being_judged(pool: Pool) -> None:
    """Whoever judges it waits for the conversation that the booking's writer holds: both would
    wait in a circle. Its own look finds that the event has moved, and it goes no further."""
    person = await ground.one(pool)
    booking = await ground.booked(pool, person)
    owed = await plans(pool, booking)
    sunday = SATURDAY + timedelta(days=1)
    terms = await ground.propose(pool, booking, Act.CHANGE, starts_at=sunday.isoformat())
    week = owed["before_event 7d"]
    async with pool.acquire() as conn, conn.transaction():
        week_id = await conn.fetchval("SELECT id FROM follow_ups WHERE step = '7d'")
        judged = await follow_ups.take_due(conn, week_id, now=week)
        assert judged is not None
        async with asyncio.timeout(10):
            moved = await ground.apply(pool, person, terms)
        look = causes()["before_event"].look
        told = await look(conn, PROFILE, judged, NOW)
        assert told == Gone("the event was moved to Sun, Dec 13, 2026, 6:00 PM")
    stays = await plans(pool, moved)
    day = timedelta(days=1)
    assert stays == {
        name: at if name == "before_event 7d" else at + day
        for name, at in owed.items()
        if name != "deposit_missing"
    }


async def test_where_and_when_a_customer_writes_is_known_as_of_a_moment(pool: Pool) -> None:
    """The hour of a message rests on what was heard by then, from all their conversations."""
    dana = await somebody(pool, zone="America/New_York", handle="+12125550101")
    heard = [NOW - timedelta(days=n) for n in (1, 2, 9)]
    for at in heard:
        await dana.wrote("hello", at)
    await dana.was_told("hello", NOW - timedelta(hours=5))
    await dana.was_priced(NOW - timedelta(days=2))
    async with pool.acquire() as conn:
        found = await read_habits(conn, dana.customer_id, at=NOW)
        before = await read_habits(conn, dana.customer_id, at=NOW - timedelta(days=3))
        nobody = await read_habits(conn, CustomerId(new_id()), at=NOW)
    assert (found.zone, found.handle, found.zip_code) == (
        "America/New_York",
        "+12125550101",
        "94539",
    )
    assert list(found.heard) == heard
    assert list(before.heard) == heard[2:]
    assert (nobody.zone, nobody.heard) == ("", ())


async def found(
    conn: Connection, since: datetime, until: datetime, *, unplanned_only: bool
) -> list[Plan]:
    span = Span(since=since, until=until, unplanned_only=unplanned_only)
    plans = []
    for name in FOUR:
        find = causes()[name].find
        assert find is not None
        plans += await find(conn, PROFILE, span)
    return plans


async def test_a_look_over_a_span_finds_what_was_planned_and_heals_what_was_not(pool: Pool) -> None:
    """The same keys at the same moments; planned twice it is there once, however it was ended."""
    people = await ground.people(pool, 2)
    booking = await ground.booked(pool, people[0])
    until = NOW + timedelta(days=30)
    async with pool.acquire() as conn:
        rows = await rows_of(conn, booking.id)
        everything = await found(conn, NOW - timedelta(days=1), until, unplanned_only=False)
        assert {plan.key: plan.due_at for plan in everything} == {
            owed.key: owed.due_at for owed in rows.values()
        }
        assert await found(conn, NOW - timedelta(days=1), until, unplanned_only=True) == []
        first = await follow_up_plans.plan_all(conn, everything, rule="x", at=NOW)
        assert first == 0

        await conn.execute("DELETE FROM follow_up_events")
        await conn.execute("DELETE FROM follow_ups")
        missing = await found(conn, NOW - timedelta(days=1), until, unplanned_only=True)
        assert {plan.key for plan in missing} == {
            owed.key for name, owed in rows.items() if name != "deposit_missing"
        }
        week = rows["before_event 7d"].due_at
        half = await found(conn, week, rows["before_event 1d"].due_at, unplanned_only=True)
        assert [plan.step for plan in half] == ["7d"]
        assert await follow_up_plans.plan_all(conn, missing, rule="x", at=NOW) == 3
        assert await found(conn, NOW - timedelta(days=1), until, unplanned_only=True) == []

    # Of before the upgrade: a row without a key of ours counts as planned, whatever became of it.
    other = await ground.booked(pool, people[1], SATURDAY + timedelta(days=1))
    async with pool.acquire() as conn:
        await conn.execute(
            "UPDATE follow_ups SET key = 'of:' || id, status = 'skipped' WHERE booking_id = $1",
            other.id,
        )
        assert await found(conn, NOW - timedelta(days=1), until, unplanned_only=True) == []
        standing = await cause_bookings.find_as_of(conn, other.id, NOW - timedelta(days=1))
        assert standing is None, "before it was made there was no booking"


async def test_looking_for_what_was_left_unplanned_reads_no_table(pool: Pool) -> None:
    """It runs every minute: by index, however many bookings there are."""
    async with pool.acquire() as conn:
        await conn.execute("SET enable_seqscan = off")
        plans = {}
        for by, states in _STATES.items():
            sql = _FIND.format(by=by, states=states, unplanned=_UNPLANNED, limit=500)
            explained = await conn.fetch(f"EXPLAIN {sql}", NOW, NOW, "before_event")
            plans[by] = "\n".join(row[0] for row in explained)
    wanted = {
        "starts_at": "bookings_ahead",
        "ends_at": "bookings_ended",
        "held_until": "bookings_held",
    }
    for by, index in wanted.items():
        assert index in plans[by], plans[by]
        assert "Seq Scan" not in plans[by], plans[by]
