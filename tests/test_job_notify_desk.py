"""Notices to staff reach the Slack channel once each, whatever Slack does meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking_ground import PROFILE, SATURDAY, agree, apply, hold, people, propose, stated
from world import World

from bot.booking.staff_words import NoticeKind, notice
from bot.domain_booking import Act, Booking
from bot.store import bookings, desk_notices
from jobs.base import perform
from jobs.sweep import sweep

TEXT = "Deposit awaited: Saturday\nBooking H7K3Q: `concierge bookings deposit H7K3Q` & <all>"


async def owe(world: World, key: str = "one", text: str = TEXT) -> bool:
    async with world.pool.acquire() as conn:
        return await desk_notices.add(conn, key, None, text)


async def post(world: World) -> None:
    """Work on every notice there is, as the sweep's finds are worked on."""
    for row in await world.rows("SELECT id FROM desk_notices ORDER BY created_at"):
        await perform(world.deps, "notify_desk", {"notice_id": str(row["id"])})


async def status(world: World) -> object:
    return await world.value("SELECT post_status FROM desk_notices")


async def test_a_notice_is_found_by_the_sweep_and_stands_in_the_channel(world: World) -> None:
    """I12: nobody rang for it."""
    assert await owe(world)
    await sweep(world.deps)
    shown = await world.desk_shows()
    assert str(shown.blocks[0]["text"]) != ""
    said = str(shown.blocks)
    assert "*Deposit awaited:* Saturday" in said
    assert "`concierge bookings deposit H7K3Q` &amp; &lt;all&gt;" in said
    await world.until("SELECT post_status = 'posted' FROM desk_notices")
    assert await world.value("SELECT desk_ts FROM desk_notices") == shown.ts


async def test_the_same_key_and_a_job_that_runs_twice_post_once(idle_world: World) -> None:
    assert await owe(idle_world)
    assert not await owe(idle_world, text="something else")
    await post(idle_world)
    await post(idle_world)
    assert len(idle_world.cards) == 1
    assert "something else" not in str(idle_world.cards[0].blocks)


async def test_slack_is_down_and_the_notice_waits(idle_world: World) -> None:
    """I14: it stays owed with the reason, and comes once Slack is back."""
    world = idle_world
    await owe(world)
    world.stand_ins.slack.fail_next("ratelimited", retry_after=2)
    await post(world)
    assert (await status(world), world.cards) == ("queued", [])
    assert await world.value("SELECT post_error <> '' AND post_due_at > now() FROM desk_notices")
    await post(world)
    assert await status(world) == "posted"
    assert len(world.cards) == 1


async def test_a_refusal_is_not_given_up(idle_world: World) -> None:
    world = idle_world
    await owe(world)
    world.stand_ins.slack.fail_next("channel_not_found")
    await post(world)
    assert await status(world) == "queued"
    wait = await world.value("SELECT post_due_at FROM desk_notices")
    assert isinstance(wait, datetime)
    assert wait - datetime.now(UTC) > timedelta(minutes=4)


async def test_a_post_without_an_answer_is_looked_up_before_another(idle_world: World) -> None:
    """I5: Slack took it and the line broke."""
    world = idle_world
    await owe(world)
    world.stand_ins.slack.drop_after_accept()
    await post(world)
    assert (await status(world), len(world.cards)) == ("posting", 1)
    await world.rows("UPDATE desk_notices SET post_due_at = now() - interval '1 second'")
    await post(world)
    assert await status(world) == "posted"
    assert await world.value("SELECT desk_ts FROM desk_notices") == world.cards[0].ts
    assert len(world.cards) == 1


async def test_without_an_answer_and_without_a_look_nothing_is_posted(idle_world: World) -> None:
    """I5: nobody can tell, so nobody posts blindly."""
    world = idle_world
    await owe(world)
    world.stand_ins.slack.drop_after_accept()
    await post(world)
    await world.rows("UPDATE desk_notices SET post_due_at = now() - interval '1 second'")
    world.stand_ins.slack.fail_next("internal_error")
    await post(world)
    assert (await status(world), len(world.cards)) == ("posting", 1)
    assert await world.value("SELECT post_due_at > now() + interval '30 seconds' FROM desk_notices")


async def test_what_a_customer_does_is_told_to_staff_in_full_words(idle_world: World) -> None:
    """A yes, a new date and a cancelling, each in the transaction that did it."""
    world = idle_world
    (ann,) = await people(world.pool, 1)
    held = await hold(world.pool, ann)
    assert await told(world) == []
    agreed = await agree(world.pool, ann, await stated(world.pool, ann))
    later = (SATURDAY + timedelta(days=7)).isoformat()
    moved = await apply(
        world.pool, ann, await propose(world.pool, agreed, Act.CHANGE, starts_at=later)
    )
    await apply(world.pool, ann, await propose(world.pool, moved, Act.CANCEL, refund="100.00"))
    first, second, third = await told(world)
    assert first.startswith(
        "Deposit awaited: Saturday, December 12, 2026, 6:00 PM, 12 guests, Fremont 94539, $660.00\n"
        f"Booking {held.code}: $100.00 until Wednesday, December 2, 2026, 10:00 AM, chef "
    )
    assert first.endswith(f"`/booking {held.code} deposit paid` when it is in")
    assert second.startswith("Booking changed: Saturday, December 19, 2026, 6:00 PM")
    assert third.startswith("Booking cancelled: ")
    assert third.endswith(f"Booking {held.code}: $100.00 goes back to the customer")


async def test_only_a_change_of_the_event_is_told_as_one(idle_world: World) -> None:
    """The street that was asked for is none; where it moves to is."""
    world = idle_world
    (ann,) = await people(world.pool, 1)
    await hold(world.pool, ann)
    agreed = await agree(world.pool, ann, await stated(world.pool, ann))
    await world.rows("UPDATE bookings SET address = '' WHERE id = $1", agreed.id)
    async with world.pool.acquire() as conn:
        agreed = await bookings.get(conn, agreed.id)
    terms = await propose(world.pool, agreed, Act.CHANGE, address="9 Elm St", fee="0")
    filled = await apply(world.pool, ann, terms)
    assert (filled.address, len(await told(world))) == ("9 Elm St", 1)
    terms = await propose(world.pool, filled, Act.CHANGE, address="7 Oak St", fee="0")
    await apply(world.pool, ann, terms)
    assert (await told(world))[1].startswith("Booking changed: ")


async def test_several_chefs_are_chefs(idle_world: World) -> None:
    (ann,) = await people(idle_world.pool, 1, headcount=40, workers=2)
    booking = await hold(idle_world.pool, ann)
    words = notice(PROFILE, booking, NoticeKind.CHANGED, SATURDAY)
    assert f"chefs {booking.chefs[0].name} and {booking.chefs[1].name}" in words


async def told(world: World) -> list[str]:
    rows = await world.rows("SELECT text FROM desk_notices ORDER BY created_at, id")
    return [row["text"] for row in rows]


async def test_a_notice_names_no_customer(idle_world: World) -> None:
    """I13: the channel is read by many; name, address and number stay in the booking."""
    (ann,) = await people(idle_world.pool, 1)
    booking: Booking = await hold(idle_world.pool, ann)
    for kind in NoticeKind:
        words = notice(PROFILE, booking, kind, SATURDAY)
        assert booking.code in words
        assert booking.address not in words
        assert "+1415" not in words
