"""A language model is paid for comparisons only where a person would see what comes of them."""

from __future__ import annotations

from datetime import timedelta

from follow_up_ground import Somebody, somebody
from test_emotion_model_asked import CROSS, MINUTE, NOW, reads, review, told, worker
from world import World

from bot.feelings.reviewing import OPEN_MAX

LATER = NOW + 20 * MINUTE
REVIEWED = """INSERT INTO emotion_reviews (message_id, source, ours, why, created_at)
VALUES ($1, 'unsure', '{}', 'unsure', $2)"""
SETTLED = """UPDATE emotion_reviews SET verdict = '{"left_out": true}', settled_by = 'dana',
  settled_at = $1 WHERE message_id = (SELECT min(message_id::text)::uuid FROM emotion_reviews)"""


async def waits(who: Somebody, count: int) -> None:
    """So many of their older messages wait for a person."""
    for number in range(count):
        at = NOW - timedelta(days=2, minutes=number)
        await who.pool.execute(REVIEWED, await who.wrote(f"old {number}", at), at)


async def asked(world: World, *expected: str) -> None:
    """A model is asked about these and no others."""
    steps = [reads(fine=CROSS)] if expected else []
    async with worker(world, *steps, scorer="local", at=LATER) as (deps, server):
        await review(deps)
    texts = [str(each["text"]) for body in server.requests for each in told(body)]
    assert sorted(texts) == sorted(expected)


async def test_a_language_that_has_its_part_is_not_paid_for(idle_world: World) -> None:
    """The others and those of no known language are; and it is again once a person has settled
    one, for what was not asked about is not used up."""
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    bea = await somebody(world.pool, name="Bea", language="es", at=NOW)
    kai = await somebody(world.pool, name="Kai", at=NOW)
    await world.pool.execute(
        "UPDATE conversations SET language = NULL WHERE id = $1", kai.conversation_id
    )
    await waits(ana, OPEN_MAX // 3)
    await ana.wrote("fine, I guess", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await bea.wrote("fine, bueno", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await kai.wrote("fine 👍", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await asked(world, "fine, bueno", "fine 👍")
    assert await world.value("SELECT count(*) FROM emotion_asks") == 2
    await world.pool.execute(SETTLED, NOW)
    await asked(world, "fine, I guess")
    assert await world.value("SELECT count(*) FROM emotion_reviews") == OPEN_MAX // 3 + 3


async def test_where_all_places_are_taken_nobody_is_asked(idle_world: World) -> None:
    world = idle_world
    for language in ("en", "es", "zh"):
        who = await somebody(world.pool, name=language, language=language, at=NOW)
        await waits(who, OPEN_MAX // 3)
    kai = await somebody(world.pool, name="Kai", language="fr", at=NOW)
    await kai.wrote("fine", NOW - MINUTE, emotion="neutral", intensity=0.0)
    await asked(world)
