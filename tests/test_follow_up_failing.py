"""A cause that fails, a wrong clock, a worker cut off: nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from arq import Retry
from desk_hands import set_clock
from follow_up_ground import NOW, somebody
from follow_up_steps import SENT, deliver, its_time, priced, row_of, run, settle, state_of
from test_follow_up_planning import HOUR, is_due, plan, steps
from world import World

from bot.causes import lost_lead, unanswered_quote
from bot.follow_ups.sending import send
from bot.identity_joining import Wish, join
from bot.store.connection import Connection, Pool
from jobs import send_follow_up
from jobs.base import perform
from jobs.follow_up_lines import lines_of

DYING = (
    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the worker is dead'; END $$",
    "CREATE TRIGGER dying BEFORE UPDATE ON messages FOR EACH ROW"
    " WHEN (NEW.external_id IS NOT NULL AND OLD.external_id IS NULL) EXECUTE FUNCTION die()",
)

LOST = "UPDATE messages SET claimed_until = now() - interval '1 second' WHERE status = 'sending'"


async def _broken(*_args: object) -> Any:
    raise KeyError("a figure that is not there")


async def test_a_cause_that_cannot_be_planned_keeps_no_other_from_it(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I14: staff read of it once a day, and what it owes is planned once it is mended."""
    await plan(pool, NOW)
    await (await somebody(pool)).was_priced(NOW + HOUR)
    with monkeypatch.context() as broken:
        broken.setattr(lost_lead, "cause", replace(lost_lead.cause, find=_broken))
        for minutes in (0, 2):
            await plan(pool, NOW + 2 * HOUR + timedelta(minutes=minutes))
    assert await steps(pool) == ["24h", "72h"]
    told = await pool.fetch("SELECT text FROM desk_notices")
    assert len(told) == 1
    assert told[0]["text"].startswith(
        'Follow-ups "A question that led to nothing" cannot be planned: KeyError'
    )
    with monkeypatch.context() as broken:
        broken.setattr(unanswered_quote, "cause", replace(unanswered_quote.cause, find=_broken))
        await (await somebody(pool)).was_priced(NOW + 3 * HOUR)
        await plan(pool, NOW + 9 * HOUR)
    assert await is_due(pool, NOW + 9 * HOUR)
    await plan(pool, NOW + 9 * HOUR)
    assert await steps(pool) == ["24h", "72h"] * 2


async def test_a_clock_that_was_ahead_loses_nobody_after_it_is_set_back(pool: Pool) -> None:
    """I15: what was noted of a future counts from now."""
    await plan(pool, NOW)
    await plan(pool, NOW + 12 * HOUR)
    await (await somebody(pool)).was_priced(NOW + 2 * HOUR)
    assert await is_due(pool, NOW + 3 * HOUR)
    await plan(pool, NOW + 3 * HOUR)
    assert await steps(pool) == ["24h", "72h"]
    assert not await is_due(pool, NOW + 3 * HOUR + timedelta(seconds=30))


async def test_one_row_that_fails_is_explained_and_keeps_nobody_waiting(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I14: looked at every hour while it counts, then left out with that reason."""
    world, found = idle_world, unanswered_quote.cause
    _, broken = await priced(world, "Dana")
    _, whole = await priced(world, "Eve")

    said: list[Exception] = [asyncpg.LockNotAvailableError(), KeyError("no such figure")]

    async def look(conn: Connection, profile: Any, owed: Any, at: datetime) -> Any:
        if owed.id == broken:
            raise said.pop(0)
        return await found.look(conn, profile, owed, at)

    monkeypatch.setattr(unanswered_quote, "cause", replace(found, look=look))
    now = await its_time(world, broken)
    with pytest.raises(Retry):  # Somebody had it a little too long: that says nothing of it.
        await run(world, broken)
    assert (await state_of(world, broken))[0] == "planned"
    for each in (broken, whole):
        await run(world, each)
    assert (await state_of(world, whole))[0] == "sending"
    status, reason = await state_of(world, broken)
    assert status == "held"
    assert reason == "the service failed at it (KeyError) and tries again every hour"
    assert (await row_of(world, broken))["due_at"] >= now + timedelta(minutes=59)
    async with world.pool.acquire() as conn:
        assert not await send_follow_up.due(world.deps, conn)
    set_clock(world, now + timedelta(days=9))
    await run(world, broken)
    status, last = await state_of(world, broken)
    assert (status, last[:8]) == ("skipped", "too late")
    assert reason in last
    assert await world.value(SENT) == 1


class Cut:
    """A connection whose worker dies before or after its n-th statement."""

    def __init__(self, conn: Any, at: float) -> None:
        self.conn, self.at, self.done = conn, at, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.conn, name)
        if name not in ("fetch", "fetchrow", "fetchval", "execute"):
            return found

        async def asked(*args: Any, **kwargs: Any) -> Any:
            self._count(0.5)
            said = await found(*args, **kwargs)
            self._count(0.5)
            return said

        return asked

    def _count(self, part: float) -> None:
        self.done += part
        if self.done == self.at:
            raise Killed


class Killed(BaseException):
    """The worker is no more."""


async def test_a_worker_killed_between_any_two_statements_has_sent_nothing(
    idle_world: World,
) -> None:
    """I5: and whoever comes next sends it once, whatever statement it was."""
    world = idle_world
    dana, owed = await priced(world)
    await its_time(world, owed)
    lines, cut = lines_of(world.deps.channels), 0.5
    before = await row_of(world, owed)

    async def killed(at: float) -> bool:
        async with world.pool.acquire() as conn, conn.transaction():
            held: Any = Cut(conn, at)
            await send(world.deps.bot, held, owed, lines)
            raise Killed
        return False

    async def statements() -> float:
        async with world.pool.acquire() as conn:
            counted: Any = Cut(conn, -1)
            transaction = conn.transaction()
            await transaction.start()
            await send(world.deps.bot, counted, owed, lines)
            await transaction.rollback()
            return float(counted.done)

    last = await statements()
    assert last > 10
    while cut <= last:
        with pytest.raises(Killed):
            await killed(cut)
        assert await world.value(SENT) == 0
        cut += 0.5
    assert await row_of(world, owed) == before
    await run(world, owed, workers=2)
    assert await world.value(SENT) == 1
    await deliver(world, dana)
    assert len(world.customer(dana.handle).received) == 1


async def test_a_worker_that_dies_after_the_carrier_took_it_sends_it_once(
    idle_world: World,
) -> None:
    """I5: the follow-up learns of it when the carrier is asked, and is not planned anew."""
    world = idle_world
    dana, owed = await priced(world)
    await its_time(world, owed)
    await run(world, owed)
    for statement in DYING:
        await world.rows(statement)
    with pytest.raises(Retry):
        await deliver(world, dana)
    await settle(world)
    assert (await state_of(world, owed))[0] == "sending"
    await world.rows("DROP TRIGGER dying ON messages")
    lost = (
        "UPDATE messages SET claimed_until = now() - interval '1 second' WHERE status = 'sending'"
    )
    await world.rows(lost)
    for row in await world.rows("SELECT id FROM messages WHERE rest ? 'follow_up'"):
        await perform(world.deps, "look_up_send", {"message_id": str(row["id"])})
    await deliver(world, dana)
    await settle(world)
    assert (await state_of(world, owed))[0] == "sent"
    assert len(world.customer(dana.handle).received) == 1


async def test_two_rows_of_one_customer_at_once_are_two_days_apart(idle_world: World) -> None:
    """I3, I6: each is judged alone, whatever worker has the other, also of two who became one."""
    world = idle_world
    dana, first = await priced(world, "Dana")
    twin, second = await priced(world, "Dana")
    now = max(await its_time(world, first), await its_time(world, second))
    wish = Wish(kept=dana.customer_id, joined=twin.customer_id, proof="staff", actor="U0DANA")
    async with world.pool.acquire() as conn, conn.transaction():
        await join(conn, world.deps.bot.profile, wish, now=now)
    await asyncio.gather(*(run(world, each, workers=3) for each in (first, second)))
    states = sorted([await state_of(world, first), await state_of(world, second)])
    assert [status for status, _reason in states] == ["sending", "skipped"]
    assert "another message that nobody asked for" in states[1][1]
    assert await world.value(SENT) == 1
