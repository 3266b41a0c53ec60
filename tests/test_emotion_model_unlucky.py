"""What a language model reads late, where acting on it fails for one customer or a card is open."""

from __future__ import annotations

from follow_up_ground import Somebody, somebody
from test_emotion_model_asked import CROSS, MINUTE, NOW, reads, review, worker
from world import World

from bot.store import escalations

TOLD = "SELECT count(*) FROM desk_notices WHERE text LIKE 'How a customer%'"
WANTED = "SELECT card_wanted FROM escalations"


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
