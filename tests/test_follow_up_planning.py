"""What calls for a follow-up is planned once, from where the last pass stopped, never backwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from follow_up_ground import NOW, somebody

from bot.booking_desk import DeskTools
from bot.clock import FrozenClock
from bot.follow_ups import planning
from bot.profile import Profile, load_profile
from bot.store.connection import Pool, borrow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROFILE = load_profile()


def with_rules(**figures: object) -> Profile:
    """The shipped business with other figures."""
    rules = PROFILE.follow_ups.model_copy(update=figures)
    return PROFILE.model_copy(update={"follow_ups": rules})


def tools(at: datetime, profile: Profile = PROFILE) -> DeskTools:
    """The service at that moment."""
    render: Callable[[str, str], tuple[str, ...]] = lambda _channel, text: (text,)  # noqa: E731
    return DeskTools(profile=profile, clock=FrozenClock(at), render=render)


async def plan(pool: Pool, at: datetime, profile: Profile = PROFILE) -> int:
    """One pass at that moment."""
    async with borrow(pool) as conn, conn.transaction():
        return await planning.plan_all(tools(at, profile), conn)


async def is_due(pool: Pool, at: datetime, profile: Profile = PROFILE) -> bool:
    async with borrow(pool) as conn:
        return await planning.is_due(tools(at, profile), conn)


async def steps(pool: Pool) -> list[str]:
    """Which messages about quotes are planned, by what was asked first."""
    rows = await pool.fetch(
        "SELECT f.step FROM follow_ups f JOIN quotes q ON q.id = f.quote_id"
        " WHERE f.cause = 'unanswered_quote' ORDER BY q.created_at, q.id, f.due_at"
    )
    return [row["step"] for row in rows]


async def test_a_price_is_followed_up_from_the_rule_on_and_never_before(pool: Pool) -> None:
    early, late = await somebody(pool), await somebody(pool)
    await early.was_priced(NOW - HOUR)
    assert await is_due(pool, NOW)
    assert await plan(pool, NOW) == 0, "priced before the rule was there"
    assert not await is_due(pool, NOW + timedelta(seconds=30))
    await late.was_priced(NOW + HOUR)
    assert await is_due(pool, NOW + 2 * HOUR)
    await plan(pool, NOW + 2 * HOUR)
    assert await steps(pool) == ["24h", "72h"]
    assert await plan(pool, NOW + 3 * HOUR) == 0, "planned once (I2)"


async def test_two_workers_at_once_plan_it_once(pool: Pool) -> None:
    """I2, I3."""
    await plan(pool, NOW)
    for _ in range(12):
        await (await somebody(pool)).was_priced(NOW + HOUR)
    await asyncio.gather(*(plan(pool, NOW + 2 * HOUR) for _ in range(6)))
    assert await steps(pool) == ["24h", "72h"] * 12


async def test_days_of_downtime_lose_nothing(pool: Pool) -> None:
    await plan(pool, NOW)
    await (await somebody(pool)).was_priced(NOW + HOUR)
    await plan(pool, NOW + 9 * DAY)
    assert await steps(pool) == ["24h", "72h"], "both are there, to be judged when due"


async def test_a_changed_rule_takes_over_where_the_other_stopped(pool: Pool) -> None:
    await plan(pool, NOW)
    first, second = await somebody(pool), await somebody(pool)
    await first.was_priced(NOW + HOUR)
    await plan(pool, NOW + 2 * HOUR)
    quicker = with_rules(quote_hours=(12,))
    await second.was_priced(NOW + 2 * HOUR + timedelta(seconds=20))
    assert await is_due(pool, NOW + 2 * HOUR + timedelta(seconds=40), quicker)
    await plan(pool, NOW + 3 * HOUR, quicker)
    assert await steps(pool) == ["24h", "72h", "12h"], "what was planned stays as it was"


async def test_a_price_of_the_minutes_before_a_rule_changes_is_not_lost(pool: Pool) -> None:
    """A price is left alone for a while, in which the old rule may have had its last pass."""
    await plan(pool, NOW)
    before, fresh = await somebody(pool), await somebody(pool)
    await before.was_priced(NOW + HOUR)
    await fresh.was_priced(NOW + 2 * HOUR - timedelta(minutes=5))
    await plan(pool, NOW + 2 * HOUR)
    assert await steps(pool) == ["24h", "72h"]
    await plan(pool, NOW + 3 * HOUR, with_rules(quote_hours=(12,)))
    assert await steps(pool) == ["24h", "72h", "12h"]


async def test_a_cause_that_was_off_begins_when_it_is_on_again(pool: Pool) -> None:
    off = with_rules(off=("unanswered_quote",))
    await plan(pool, NOW, off)
    await (await somebody(pool)).was_priced(NOW + HOUR)
    await plan(pool, NOW + 2 * HOUR, off)
    await plan(pool, NOW + 3 * HOUR)
    assert await steps(pool) == [], "it was off when they were priced"
    await (await somebody(pool)).was_priced(NOW + 4 * HOUR)
    await plan(pool, NOW + 5 * HOUR)
    assert await steps(pool) == ["24h", "72h"]


async def test_a_pass_that_is_killed_plans_all_or_nothing_and_the_next_does_it(pool: Pool) -> None:
    """I5: a worker that dies in the middle leaves nothing half planned."""
    await plan(pool, NOW)
    for _ in range(5):
        await (await somebody(pool)).was_priced(NOW + HOUR)
    for delay_s in (0.001, 0.004, 0.009):
        task = asyncio.create_task(plan(pool, NOW + 2 * HOUR))
        await asyncio.wait([task], timeout=delay_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await steps(pool)) in (0, 10)
    await plan(pool, NOW + 3 * HOUR)
    assert await steps(pool) == ["24h", "72h"] * 5
