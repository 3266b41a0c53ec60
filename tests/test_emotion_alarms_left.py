"""Alarms of who has opted out: no turn reads them, so staff are told and the customer is left be.

Real rows and jobs; whichever of turn and emotion job comes first, it ends the same way (I6, I7).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from feeling_reader import Told, feels
from test_emotion_triggers_story import ALARMS, use
from world import Customer, World

from bot.store import unscored
from jobs.base import perform
from jobs.emotion_alarms import ring

BURNED = "Your chef burned my son, we are in the hospital."
LINES = "SELECT text FROM desk_notices WHERE text LIKE 'How a customer feels%'"
WORDS = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND purpose <> 'required'"


@pytest.fixture
async def leaver(idle_world: World) -> Customer:
    """Whose chef burned them; the scorer hears a shouted keyword as anger, as the model does."""
    told = {
        "burned": feels("fearful", 0.8),
        "hotel": feels("angry", 0.75),
        "!!!": feels("angry", 1),
    }
    use(idle_world, Told(told))
    return idle_world.customer("+14155550341")


async def turns(world: World) -> None:
    talk = str(await world.value("SELECT id FROM conversations"))
    await perform(world.deps, "take_turn", {"conversation_id": talk})


async def scores(world: World) -> None:
    await perform(world.deps, "score_emotion", {})


async def rings(leaver: Customer) -> list[tuple[str, str]]:
    """What rang and what follows; nobody was handed over and the customer heard nothing of it."""
    world = leaver.world
    assert await world.value("SELECT mode FROM conversations") == "bot"
    assert await world.value("SELECT count(*) FROM escalations") == 0
    assert await world.value(WORDS) == 0
    return [(row["trigger"], row["act"]) for row in await world.rows(ALARMS, leaver.number)]


@pytest.mark.parametrize("texts", [(f"{BURNED} STOP.",), (BURNED, "STOP")])
@pytest.mark.parametrize("first", [turns, scores])
async def test_who_leaves_with_an_alarm_is_told_to_staff(
    leaver: Customer, texts: tuple[str, ...], first: object
) -> None:
    """In one message or two: the turn answers the STOP and reads nothing else."""
    await leaver.texts(*texts)
    for step in (turns, scores) if first is turns else (scores, turns):
        await step(leaver.world)
    assert await rings(leaver) == [("safety", "tell")]
    (line,) = await leaver.world.rows(LINES)
    assert "sms +14155550341" in line["text"]
    assert "burned my son" in line["text"]
    assert await leaver.world.value("SELECT consent FROM addresses") == "revoked"


async def test_what_is_written_after_a_stop_rings_too(leaver: Customer) -> None:
    """Whether its turn has passed over it or not; each step of it once."""
    world = leaver.world
    await leaver.texts("STOP")
    await turns(world)
    await leaver.texts(BURNED)
    await turns(world)
    await scores(world)
    assert await rings(leaver) == [("safety", "tell")]
    await leaver.texts("and nobody came to the hotel")
    await scores(world)
    await turns(world)
    await scores(world)
    assert await rings(leaver) == [("safety", "tell"), ("furious", "tell")]
    assert len(await world.rows(LINES)) == 2


@pytest.mark.parametrize("text", ["STOP!!!", "stop!!! stop!!!", "please stop !!!"])
async def test_a_bare_stop_rings_nothing(leaver: Customer, text: str) -> None:
    """However loud."""
    await leaver.texts(text)
    await scores(leaver.world)
    await turns(leaver.world)
    await scores(leaver.world)
    await leaver.texts("STOP!!!")
    await turns(leaver.world)
    await scores(leaver.world)
    assert await rings(leaver) == []


async def test_what_staff_have_written_past_rings_nothing_late(leaver: Customer) -> None:
    """Read hours late, it rings only where nobody has answered it meanwhile."""
    world = leaver.world
    await leaver.texts(f"{BURNED} STOP.")
    await turns(world)
    now = world.deps.bot.clock.now()
    async with world.pool.acquire() as conn:
        (row,) = await unscored.claim(conn, now=now, limit=9)
        late = row._replace(created_at=now - timedelta(hours=3))
        await conn.execute("UPDATE messages SET author = 'staff' WHERE direction = 'outbound'")
    await ring(world.deps, late, feels("fearful", 0.8))
    assert await world.rows(ALARMS, leaver.number) == []
    await world.pool.execute("DELETE FROM messages WHERE direction = 'outbound'")
    await ring(world.deps, late, feels("fearful", 0.8))
    (alarm,) = await world.rows(ALARMS, leaver.number)
    assert alarm["explanation"].endswith("(said 3 h ago)")
