"""Holds that run out, events that are over or lack chefs: kept without anybody's doing."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import booking_ground as ground
from booking_ground import PROFILE, ZONE
from world import World

from bot.domain_booking import Booking
from bot.store import bookings
from jobs import keep_bookings
from jobs.sweep import sweep

DECIDE = timedelta(minutes=PROFILE.booking.decide_minutes)
A_SECOND = timedelta(seconds=1)


def now_of(world: World) -> datetime:
    return world.deps.bot.clock.now()


def in_days(world: World, days: int) -> datetime:
    """An evening so many days ahead."""
    day = now_of(world).astimezone(ZONE).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)


async def let_pass(world: World, span: timedelta) -> None:
    """So much time goes by for the service."""
    world.deps.bot.clock.shift += span


async def booked(world: World, days: int = 9) -> Booking:
    """A confirmed event so many days ahead."""
    person = (await ground.people(world.pool, 1))[0]
    now = now_of(world)
    held = await ground.hold(world.pool, person, in_days(world, days), now=now)
    await ground.agree(world.pool, person, await ground.stated(world.pool, person, now), now=now)
    return await ground.deposit(world.pool, held.id, now=now)


async def status_of(world: World, booking: Booking) -> object:
    return await world.value("SELECT status FROM bookings WHERE id = $1", booking.id)


async def notices(world: World, booking: Booking) -> list[str]:
    rows = await world.rows(
        "SELECT text FROM desk_notices WHERE booking_id = $1 AND key LIKE 'short%' ORDER BY id",
        booking.id,
    )
    return [row["text"] for row in rows]


async def test_a_hold_nobody_agreed_to_lapses_when_its_time_is_up(idle_world: World) -> None:
    """Not a moment sooner; chef, terms and slot are free then, and it is noted once."""
    world = idle_world
    person = (await ground.people(world.pool, 1))[0]
    held = await ground.hold(world.pool, person, in_days(world, 9), now=now_of(world))
    await keep_bookings.run(world.deps)
    assert await status_of(world, held) == "held"
    await let_pass(world, DECIDE)
    await asyncio.gather(*(keep_bookings.run(world.deps) for _ in range(4)))
    assert await status_of(world, held) == "lapsed"
    assert await world.value("SELECT count(*) FROM booking_events WHERE act = 'lapse'") == 1
    assert await world.value("SELECT status FROM proposals") == "superseded"
    assert await world.value("SELECT released_at IS NOT NULL FROM chef_assignments")


async def test_a_hold_whose_deposit_never_came_takes_its_reminders_along(
    idle_world: World,
) -> None:
    """Nobody is reminded of a party that is not booked."""
    world = idle_world
    person = (await ground.people(world.pool, 1))[0]
    now = now_of(world)
    held = await ground.hold(world.pool, person, in_days(world, 9), now=now)
    await ground.agree(world.pool, person, await ground.stated(world.pool, person, now), now=now)
    planned = "SELECT count(*) FROM follow_ups WHERE status = 'planned'"
    assert await world.value(planned) >= 3
    await let_pass(world, DECIDE)
    await keep_bookings.run(world.deps)
    assert await status_of(world, held) == "held"
    await let_pass(world, timedelta(hours=PROFILE.booking.hold_hours))
    await keep_bookings.run(world.deps)
    assert (await status_of(world, held), await world.value(planned)) == ("lapsed", 0)


async def unpaid(world: World) -> Booking:
    """An agreed hold whose time for the deposit is up."""
    person = (await ground.people(world.pool, 1))[0]
    now = now_of(world)
    held = await ground.hold(world.pool, person, in_days(world, 9), now=now)
    await ground.agree(world.pool, person, await ground.stated(world.pool, person, now), now=now)
    await let_pass(world, timedelta(hours=PROFILE.booking.hold_hours) + A_SECOND)
    return held


async def told(world: World, booking: Booking) -> tuple[list[str], list[str]]:
    """What staff and what the customer were told of the lapse."""
    notices = await world.rows(
        "SELECT text FROM desk_notices WHERE booking_id = $1 AND key LIKE 'lapsed:%'", booking.id
    )
    letters = await world.rows(
        "SELECT text FROM messages WHERE direction = 'outbound' AND author = 'system'"
        " AND purpose = 'essential'"
    )
    return [row["text"] for row in notices], [row["text"] for row in letters]


async def test_staff_and_customer_are_told_once_that_no_deposit_was_seen(
    idle_world: World,
) -> None:
    """However often the job runs; a hold that nobody agreed to lapses in silence."""
    world = idle_world
    held = await unpaid(world)
    await asyncio.gather(*(keep_bookings.run(world.deps) for _ in range(3)))
    await keep_bookings.run(world.deps)
    (notice,), (letter,) = await told(world, held)
    assert notice.startswith("Booking lapsed: ")
    assert f"Booking {held.code}: no deposit seen by " in notice
    assert "$100.00" in letter
    assert "had not seen" in letter
    # It comes by itself, by night too: the send gate keeps it until they are awake (I6).
    assert await world.value("SELECT count(*) FROM messages WHERE rest ? 'unasked'") == 1
    other = (await ground.people(world.pool, 1))[0]
    await ground.hold(world.pool, other, in_days(world, 9), now=now_of(world))
    await let_pass(world, DECIDE + A_SECOND)
    await keep_bookings.run(world.deps)
    assert len((await told(world, held))[1]) == 1
    assert await world.value("SELECT count(*) FROM desk_notices WHERE key LIKE 'lapsed:%'") == 1


async def test_a_lapse_inside_the_hold_of_another_is_told_too(idle_world: World) -> None:
    """I12: the sweep finds it although no hold is due any more."""
    world = idle_world
    held = await unpaid(world)
    other = (await ground.people(world.pool, 1))[0]
    await ground.hold(world.pool, other, in_days(world, 9), now=now_of(world))
    assert await status_of(world, held) == "lapsed"
    async with world.pool.acquire() as conn:
        zone = PROFILE.business.zone
        assert await bookings.is_upkeep_due(conn, now=now_of(world), zone=zone)
        await keep_bookings.run(world.deps)
        assert not await bookings.is_upkeep_due(conn, now=now_of(world), zone=zone)
    assert [len(each) for each in await told(world, held)] == [1, 1]


async def test_an_event_that_is_over_is_completed_and_thanked_for(idle_world: World) -> None:
    """The message after the event stays owed; who served it is remembered."""
    world = idle_world
    booking = await booked(world)
    await let_pass(world, booking.ends_at - now_of(world) - 60 * A_SECOND)
    await keep_bookings.run(world.deps)
    assert await status_of(world, booking) == "confirmed"
    await let_pass(world, 61 * A_SECOND)
    await keep_bookings.run(world.deps)
    await keep_bookings.run(world.deps)
    assert await status_of(world, booking) == "completed"
    assert await world.value("SELECT count(*) FROM booking_events WHERE act = 'complete'") == 1
    owed = "SELECT count(*) FROM follow_ups WHERE cause = 'after_event' AND status = 'planned'"
    assert await world.value(owed) == 1
    assert await world.value("SELECT count(*) FROM chef_assignments WHERE released_at IS NULL") == 1


async def test_staff_are_told_once_of_an_event_whose_chef_is_away(idle_world: World) -> None:
    """Unassigned is flagged: the chef fell ill; told again only when something has changed."""
    world = idle_world
    booking, other = await booked(world), await booked(world, days=16)
    await keep_bookings.run(world.deps)
    assert await notices(world, booking) == []
    await world.rows(
        "INSERT INTO absences (chef_id, starts_on, ends_on, reason) VALUES ($1, $2, $2, 'ill')",
        booking.chefs[0].chef_id,
        booking.starts_at.astimezone(ZONE).date(),
    )
    await asyncio.gather(*(keep_bookings.run(world.deps) for _ in range(3)))
    told = await notices(world, booking)
    assert len(told) == 1
    assert booking.code in told[0]
    assert await notices(world, other) == []
    await world.rows("UPDATE bookings SET address = 'elsewhere' WHERE id = $1", booking.id)
    await keep_bookings.run(world.deps)
    assert len(await notices(world, booking)) == 2


async def test_the_sweep_rings_when_something_is_due(world: World) -> None:
    """Without it nobody would: a hold runs out in silence (I12)."""
    person = (await ground.people(world.pool, 1))[0]
    before = now_of(world) - DECIDE
    held = await ground.hold(world.pool, person, in_days(world, 9), now=before)
    await sweep(world.deps)
    await world.until("SELECT status = 'lapsed' FROM bookings WHERE id = $1", held.id)
