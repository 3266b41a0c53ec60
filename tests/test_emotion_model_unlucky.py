"""What a language model reads late, where acting on it fails for one customer or a card is open."""

from __future__ import annotations

import asyncio

import pytest
from arq import Retry
from follow_up_ground import Somebody, somebody
from test_emotion_model_asked import CROSS, MINUTE, NOW, ORDERS, reads, review, worker
from world import World

from bot.store import escalations

TOLD = "SELECT count(*) FROM desk_notices WHERE text LIKE 'How a customer%'"
WANTED = "SELECT card_wanted FROM escalations"
PAID = "SELECT count(*) FROM llm_calls WHERE purpose = 'emotion'"


async def open_card(world: World, whose: Somebody) -> None:
    async with world.pool.acquire() as conn, conn.transaction():
        await escalations.open_once(
            conn,
            whose.conversation_id,
            message_id=None,
            reason="asked_for_person",
            explanation="wants a person",
            at=NOW,
        )


async def test_one_alarm_that_fails_costs_no_other_and_is_tried_once_more(
    idle_world: World,
) -> None:
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    bea = await somebody(world.pool, name="Bea", at=NOW)
    for each in (ana, bea):
        await each.wrote("fine.", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await world.pool.execute(
        f"""ALTER TABLE emotion_alarms ADD CONSTRAINT fails
        CHECK (conversation_id <> '{ana.conversation_id}')"""
    )
    async with worker(world, reads(fine=CROSS)) as (deps, _s):
        await review(deps)
    assert await world.value(TOLD) == 1
    await world.pool.execute("ALTER TABLE emotion_alarms DROP CONSTRAINT fails")
    async with worker(world, reads(fine=CROSS), at=NOW + 11 * MINUTE) as (deps, server):
        await review(deps)
    assert await world.value(TOLD) == 2
    assert len(server.requests) == 1
    async with worker(world, at=NOW + 22 * MINUTE) as (deps, _s):
        await review(deps)  # It is over: no request is scripted.
    assert await world.value("SELECT count(*) FROM emotion_asks WHERE due_at IS NOT NULL") == 0


async def test_a_card_that_is_open_shows_what_the_model_has_read(idle_world: World) -> None:
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    await ana.wrote("fine.", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await open_card(world, ana)
    before = await world.value(WANTED)
    async with worker(world, reads()) as (deps, _s):
        await review(deps)
    assert await world.value(WANTED) == before + 1


async def test_a_call_whose_answer_cannot_be_kept_is_counted_all_the_same(
    idle_world: World,
) -> None:
    """A budget must know what was paid, whatever becomes of the answer."""
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    await ana.wrote("fine.", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await world.pool.execute("ALTER TABLE emotion_reviews ADD CONSTRAINT fails CHECK (false)")
    later = NOW + 20 * MINUTE
    async with worker(world, reads(fine=CROSS), scorer="local", at=later) as (deps, _s):
        with pytest.raises(Retry):
            await review(deps)
    assert await world.value(PAID) == 1
    assert await world.value("SELECT count(*) FROM emotion_reviews") == 0


async def test_a_call_that_fails_leaves_no_other_on_its_own(idle_world: World) -> None:
    """The job ends with the last of its calls: none works on stores that close behind it."""
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    slow = await ana.wrote("fine.", NOW - MINUTE, emotion="neutral", intensity=0.0)
    fails = await somebody(world.pool, name="Bea", at=NOW)
    loud = await fails.wrote(ORDERS, NOW - MINUTE, emotion="neutral", intensity=0.0)
    await world.pool.execute(
        f"""ALTER TABLE emotion_history ADD CONSTRAINT fails
        CHECK (message_id <> '{loud}' OR scorer NOT LIKE 'model%')"""
    )
    both = reads(fine=CROSS)
    async with worker(world, both, both) as (deps, _s), world.pool.acquire() as conn:
        held = conn.transaction()
        await held.start()
        held_on = "SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE"
        await conn.execute(held_on, ana.conversation_id)
        job = asyncio.create_task(review(deps))
        await world.until(f"SELECT ({PAID}) = 2")
        await world.until("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        await held.rollback()
        with pytest.raises(Retry):
            await job
        left = "SELECT count(*) FROM emotion_asks WHERE due_at IS NOT NULL AND message_id = $1"
        assert await conn.fetchval(left, slow) == 0
    assert await world.value(TOLD) == 1
