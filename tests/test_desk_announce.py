"""The owner tells everybody whose event is on a day: confirmed first, then each of them once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from booked import book
from desk_hands import ROSA, Hands, set_clock, words_of
from staff_room import Staff, shown
from world import World

from jobs.base import perform

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
EVENT = datetime(2026, 12, 5, 23, tzinfo=UTC)
SURE: dict[str, Any] = {"status": "confirmed", "mailbox": None}
WORDS = "Rain today: we bring a tent. <!channel> & see you!"


async def _people(world: World) -> None:
    """Ann twice that day, Ben held, Cy who opted out, Dee whose hold ran out, Eve the day after."""
    first = await book(world.pool, starts_at=EVENT, **SURE)
    again = await book(world.pool, starts_at=EVENT, **SURE)
    one = "UPDATE quotes SET customer_id = $2 WHERE customer_id = $1"
    await world.rows(one, again.customer_id, first.customer_id)
    held = {"status": "held", "agreed_at": NOW, "held_until": NOW + timedelta(days=1)}
    await book(world.pool, starts_at=EVENT, mailbox=None, **held)
    left = await book(world.pool, starts_at=EVENT, **SURE)
    await world.rows(
        "UPDATE addresses SET consent = 'revoked' WHERE customer_id = $1", left.customer_id
    )
    over = {**held, "held_until": NOW - timedelta(hours=1)}
    await book(world.pool, starts_at=EVENT, mailbox=None, **over)
    await book(world.pool, starts_at=EVENT + timedelta(hours=12), **SURE)


async def _enters(world: World, rosa: Staff) -> None:
    """Whatever is wrong is said by its field; what is right comes to the confirmation."""
    assert "Only the owner" in await Staff(world).commands("/announce", "2026-12-05")
    assert "/announce DATE" in await rosa.commands("/announce", "help")
    assert "no time" in await rosa.commands("/announce", "someday")

    await rosa.commands("/announce", "2026-12-05")
    assert set(await rosa.submits({"day": "2026-12-05", "text": " ", "who": ["all"]})) == {"text"}
    errors = await rosa.submits({"day": "2026-12-25", "text": WORDS, "who": ["all"]})
    assert "nobody has an event" in errors["day"]
    errors = await rosa.submits({"day": "2026-11-25", "text": "x" * 1001, "who": ["all"]})
    assert set(errors) == {"day", "text"}
    assert not await rosa.submits({"day": "2026-12-05", "text": WORDS, "who": ["all"]})


async def test_an_announcement_reaches_each_once_whatever_dies_between(idle_world: World) -> None:
    """I2, I6: the count is confirmed; sent off twice it goes once; a crash goes on where it was."""
    world, rosa = idle_world, Staff(idle_world, "U0ROSA")
    set_clock(world, NOW)
    await _people(world)
    await _enters(world, rosa)
    window = shown(await rosa.window("announce_confirm"))
    assert "*2 customers*: SMS 2" in window
    assert "opted out" in window
    assert "Rain today: we bring a tent. &lt;!channel&gt; &amp; see you!" in window

    await asyncio.gather(rosa.submits({}, repeat=True), return_exceptions=True)
    await world.until("SELECT count(*) = 1 FROM announcements")
    job = {"announcement_id": str(await world.value("SELECT id FROM announcements"))}
    taken = "SELECT count(*) FROM messages WHERE author = 'staff'"
    async with world.pool.acquire() as conn, conn.transaction():
        # Another worker is at the first one; when it dies, the rest is done by whoever comes next.
        await conn.execute(
            "SELECT FROM announcement_recipients ORDER BY address_id LIMIT 1 FOR UPDATE"
        )
        await perform(world.deps, "send_announcement", job)
        assert await world.value(taken) == 1
    await asyncio.gather(*(perform(world.deps, "send_announcement", job) for _ in range(3)))
    rows = await world.rows("SELECT text, purpose, author FROM messages WHERE author = 'staff'")
    assert [tuple(row) for row in rows] == [(WORDS, "essential", "staff")] * 2
    notes = "SELECT text FROM desk_notices WHERE recipient = 'U0ROSA' ORDER BY created_at"
    assert "0 of 2 sent, 2 on their way" in (await world.rows(notes))[0]["text"]

    await world.rows("UPDATE messages SET status = 'delivered' WHERE author = 'staff'")
    for _ in range(2):
        await perform(world.deps, "send_announcement", job)
    told = [row["text"] for row in await world.rows(notes)]
    assert len(told) == 2
    assert "done\n2 of 2 sent" in told[1]
    assert await world.value("SELECT told_at IS NOT NULL FROM announcements")
    acts = await world.rows("SELECT actor, act, subject FROM audit_log WHERE act LIKE 'announ%'")
    assert [tuple(row) for row in acts] == [("U0ROSA", "announcement.made", "2026-12-05")]


async def test_a_booking_that_comes_between_is_shown_before_anything_goes(
    idle_world: World,
) -> None:
    """What was confirmed is what goes: another count is confirmed anew."""
    world, rosa = idle_world, Hands(idle_world, ROSA)
    set_clock(world, NOW)
    await _people(world)
    await rosa.commands("/announce", "saturday")
    await rosa.submits({"text": WORDS, "who": "all"})
    await book(world.pool, starts_at=EVENT, **SURE)
    await rosa.submits()
    assert "Bookings changed meanwhile" in words_of(rosa.window)
    assert "*3 customers*" in words_of(rosa.window)
    assert await world.value("SELECT count(*) FROM announcements") == 0
    sheet = rosa.window
    answer = await rosa.submits()
    assert [ring.job for ring in answer.rings] == ["send_announcement"]
    rosa.window = sheet
    assert "On its way to 3 customers" in words_of((await rosa.submits()).window or {})
    assert await world.value("SELECT count(*) FROM announcements") == 1
