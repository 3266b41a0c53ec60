"""What a follow-up goes through, step by step, in an idle world: planned, due, sent, settled."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk_hands import set_clock
from follow_up_ground import Somebody, somebody
from world import World

from bot.causes.base import causes
from bot.domain_follow_ups import FollowUpId, Span
from bot.store import follow_up_plans
from jobs.base import perform

LA = ZoneInfo("America/Los_Angeles")
PRICED = datetime(2026, 12, 1, 11, tzinfo=LA)
"""A Tuesday."""
SENT = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND rest ? 'follow_up'"


async def priced(world: World, name: str = "Dana", **over: Any) -> tuple[Somebody, FollowUpId]:
    """Somebody got a price and is owed the first question about it, as the planner plans it."""
    set_clock(world, PRICED)
    dana = await somebody(world.pool, name=name, at=PRICED, **over)
    await dana.wrote("20 adults in 94539?", PRICED)
    quote = await dana.was_priced(PRICED)
    span = Span(since=PRICED - timedelta(hours=1), until=PRICED + timedelta(hours=2))
    cause = causes()["unanswered_quote"]
    assert cause.find is not None
    async with world.pool.acquire() as conn:
        found = await cause.find(conn, world.deps.bot.profile, span)
        plans = [plan for plan in found if plan.quote_id == quote and plan.step == "24h"]
        assert plans
        await follow_up_plans.plan_all(conn, plans, rule="test", at=PRICED)
        owed = await conn.fetchval("SELECT id FROM follow_ups WHERE quote_id = $1", quote)
    return dana, FollowUpId(owed)


async def run(world: World, owed: FollowUpId, *, workers: int = 1) -> None:
    ids = {"follow_up_id": str(owed)}
    await asyncio.gather(*(perform(world.deps, "send_follow_up", ids) for _ in range(workers)))


async def settle(world: World) -> None:
    await asyncio.gather(*(perform(world.deps, "settle_follow_ups", {}) for _ in range(2)))


async def row_of(world: World, owed: FollowUpId) -> dict[str, Any]:
    return dict((await world.rows("SELECT * FROM follow_ups WHERE id = $1", owed))[0])


async def state_of(world: World, owed: FollowUpId) -> tuple[str, str]:
    row = await row_of(world, owed)
    return row["status"], row["reason"] or ""


async def its_time(world: World, owed: FollowUpId) -> datetime:
    due: datetime = (await row_of(world, owed))["due_at"]
    return set_clock(world, due + timedelta(minutes=1))


async def deliver(world: World, who: Somebody) -> None:
    await perform(world.deps, "deliver", {"conversation_id": str(who.conversation_id)})
