"""What was planned before follow-ups had rules: kept, judged by the new ones, said once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from follow_up_ground import NOW, Somebody, somebody
from test_follow_up_planning import PROFILE, plan, tools

from bot import devstack
from bot.booking import reminders
from bot.devstack import DevStack
from bot.domain_booking import BookingId
from bot.domain_follow_ups import FollowUpId
from bot.follow_ups.sending import send
from bot.follow_ups.settling import settle
from bot.follow_ups.ways import Lines
from bot.send_gate import CHANGED_HANDS
from bot.store import bookings, crew, schema
from bot.store.connection import Pool, open_pool

DAY = timedelta(days=1)
LINES = Lines(windows={"sms": None})
OLD = """INSERT INTO follow_ups (customer_id, booking_id, cause, due_at, status)
VALUES ($1, $2, $3, $4, 'planned') RETURNING id"""
STAFFS = """INSERT INTO follow_ups (customer_id, address_id, cause, due_at, status, key, text,
  planned_by, message_id) VALUES ($1, $2, 'staff', $3, $4, $5, 'Hello again', 'U0DANA', $6)
RETURNING id"""
LEFT = "UPDATE messages SET author = 'staff', status = $2, reason = $3 WHERE id = $1"
WAITING = """SELECT cause, step, count(*) FROM follow_ups WHERE booking_id = $1
  AND status IN ('planned', 'due', 'held') GROUP BY 1, 2 ORDER BY 1, 2"""
OURS = [("after_event", "", 1), ("before_event", "1d", 1), ("before_event", "7d", 1)]


@pytest.fixture
async def before(stack: DevStack) -> AsyncIterator[Pool]:
    """A database as it was before, with the crew."""
    url = await devstack.create_database(stack.database_url, "follow_ups_before")
    pool = await open_pool(url, size=3)
    async with pool.acquire() as conn:
        for number, path in schema.migrations()[:5]:
            await conn.execute(path.read_text(encoding="utf-8"))
            await conn.execute("INSERT INTO schema_versions (version) VALUES ($1)", number)
        await crew.seed(conn, PROFILE)
    yield pool
    await pool.close()


async def _reminders(pool: Pool, dana: Somebody, booking: BookingId, starts: Any) -> list[UUID]:
    whose = (dana.customer_id, booking)
    wanted = [("reminder_7d", starts - 7 * DAY), ("reminder_1d", starts - DAY)]
    wanted.append(("after_event", starts + DAY + timedelta(hours=5)))
    return [await pool.fetchval(OLD, *whose, cause, at) for cause, at in wanted]


async def _staffs(pool: Pool, dana: Somebody) -> dict[str, UUID]:
    """Long there, long lost, on its way, still to come."""
    found = {}
    for name, days, status, reason in (
        ("there", 30, "delivered", None),
        ("lost", 400, "dropped", CHANGED_HANDS),
        ("leaving", 0, "queued", None),
    ):
        at = NOW - days * DAY
        message = await dana.was_told(name, at, unasked="true")
        await pool.execute(LEFT, message, status, reason)
        made = (dana.customer_id, dana.address_id, at, "sent", name, message)
        found[name] = await pool.fetchval(STAFFS, *made)
    made = (dana.customer_id, dana.address_id, NOW + 40 * DAY, "held", "ahead", None)
    return {**found, "ahead": await pool.fetchval(STAFFS, *made)}


async def _state(pool: Pool, follow_up: UUID) -> tuple[str, str]:
    row = await pool.fetchrow("SELECT * FROM follow_ups WHERE id = $1", follow_up)
    assert row is not None
    return row["status"], row["reason"] or ""


async def _send(pool: Pool, follow_up: UUID, at: Any) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await send(tools(at), conn, FollowUpId(follow_up), LINES)


async def test_what_was_planned_before_an_upgrade_goes_once_and_nothing_old_does(
    before: Pool,
) -> None:
    """I2, I5: a reminder that was planned goes; what is over, and what got lost, does not."""
    pool = before
    dana = await somebody(pool, at=NOW - 60 * DAY)
    eve = await somebody(pool, at=NOW - 60 * DAY)
    starts, started = NOW + 12 * DAY, NOW - 40 * DAY
    booking = await dana.booked(starts, at=NOW - 20 * DAY, chef="")
    over = await dana.booked(started, at=NOW - 60 * DAY, chef="", status="completed")
    week, _, _ = await _reminders(pool, dana, booking, starts)
    late = await _reminders(pool, dana, over, started)
    staffs = await _staffs(pool, eve)
    async with pool.acquire() as conn:
        await schema.migrate(conn)
        async with conn.transaction():
            await settle(tools(NOW), conn)
    assert (await _state(pool, staffs["there"]))[0] == "sent"
    assert (await _state(pool, staffs["leaving"]))[0] == "sending"
    assert (await _state(pool, staffs["ahead"]))[0] == "held"
    status, reason = await _state(pool, staffs["lost"])
    assert (status, reason[:25]) == ("skipped", "it could not leave before")
    for each in late:
        await _send(pool, each, NOW)
        status, reason = await _state(pool, each)
        assert (status, reason[:8]) == ("skipped", "too late")

    for minutes in (0, 5):
        await plan(pool, NOW + timedelta(minutes=minutes))
    assert [tuple(row) for row in await pool.fetch(WAITING, booking)] == OURS
    due = starts - 7 * DAY
    await _send(pool, week, due)
    assert await _state(pool, week) == ("sending", "")
    assert "Dana" in await pool.fetchval("SELECT text FROM messages WHERE rest ? 'follow_up'")
    await plan(pool, due + timedelta(minutes=5))
    async with pool.acquire() as conn, conn.transaction():
        found = await bookings.get(conn, booking)
        await reminders.replan(conn, PROFILE, found, now=due + timedelta(hours=1))
    assert [tuple(row) for row in await pool.fetch(WAITING, booking)] == OURS[:2]
    assert await pool.fetch(WAITING, over) == []
