"""Staff pause the concierge: it answers nobody, obeys STOP, and takes back what nobody claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from desk_hands import Hands, set_clock
from staff_room import Staff
from world import World

from bot.desk.pause_turns import prove_unchanged
from bot.errors import Conflict
from bot.loading import load_situation
from bot.store import pauses
from handlers.desk.pausing import _WORDS
from handlers.desk.words import help_of, help_of_all
from jobs.base import perform


@pytest.mark.parametrize("words", ["lunch", "2 hours", "for ever and ever because", "until"])
def test_nonsense_after_pause_is_no_pause(words: str) -> None:
    match = _WORDS.fullmatch(words)
    assert match is None or match["reason"] is None


def test_help_names_every_command_once() -> None:
    lines = help_of_all().split("\n")
    assert "`/pause [for 2 hours | until 17:00] [because ...]`" in lines
    assert help_of("/resume") in help_of_all()
    assert help_of("/nothing") == ""


async def _pauses(world: World) -> None:
    """A stranger may not, nonsense does nothing, and the desk is told who and why."""
    dana, ravi, gus = Staff(world), Staff(world, "U0RAVI"), Staff(world, "U0GUEST")
    assert "Nothing was done" in await gus.commands("/pause")
    told = await dana.commands("/pause", "lunch")
    assert "neither for how long nor why" in told
    assert "/pause [for 2 hours" in told
    assert await world.value("SELECT count(*) FROM pauses") == 0

    told = await dana.commands("/pause", "for 2 hours because the <!channel> kitchen floods")
    assert "Paused until" in told
    assert "<!channel>" not in told
    notice = await ravi.reads("The concierge is paused")
    assert "Dana" in str(notice.blocks)
    assert "<!channel>" not in str(notice.blocks)


async def test_paused_it_answers_nobody_and_resumed_it_answers_what_waits(world: World) -> None:
    """I6, I7: no turn asks a model; STOP is obeyed; what somebody claimed stays theirs."""
    ravi = Staff(world, "U0RAVI")
    await _pauses(world)
    ann, ben = world.customer("+14155550111"), world.customer("+14155550112")
    assert "passed this to a person" in await ann.asks("How much is a party for 20 adults?")
    assert "passed this to a person" in await ben.asks("Hi, are you free on December 12?")
    await ann.texts("near 94539")
    stop = world.customer("+14155550113")
    await stop.texts("STOP")
    await world.until("SELECT EXISTS (SELECT FROM addresses WHERE consent = 'revoked')")
    await world.settles()
    asked = "SELECT count(*) FROM llm_calls WHERE turn_id IS NOT NULL"
    assert await world.value(asked) == 0
    assert await world.value("SELECT count(*) FROM drafts") == 0
    reasons = await world.rows("SELECT reason, status FROM escalations")
    assert [tuple(row) for row in reasons] == [("paused", "open")] * 2
    await world.until("SELECT count(*) = 2 FROM escalations WHERE post_status = 'posted'")

    await world.rows(
        """UPDATE escalations SET status = 'claimed', claimed_by = 'U0RAVI' WHERE conversation_id
        = (SELECT conversation_id FROM messages WHERE text LIKE 'Hi, are you free%')"""
    )
    assert "answers again" in await ravi.commands("/resume")
    assert "Nothing is paused" in await ravi.commands("/resume")
    answer = await ann.hears(2)
    assert "20" in answer or "party" in answer.lower()
    await world.settles()
    left = await world.rows("SELECT status, outcome FROM escalations ORDER BY created_at")
    assert [tuple(row) for row in left] == [("resolved", "returned"), ("claimed", None)]
    assert len(ben.received) == 1
    acts = await world.rows("SELECT actor, act FROM audit_log WHERE act LIKE 'concierge.%'")
    assert sorted(tuple(row) for row in acts) == [
        ("U0DANA", "concierge.paused"),
        ("U0RAVI", "concierge.resumed"),
    ]


async def test_a_pause_ends_by_itself_and_stops_a_turn_that_began_before(idle_world: World) -> None:
    """I7: a turn that did not know commits nothing; said twice it is one pause, the last."""
    world, dana = idle_world, Hands(idle_world)
    now = set_clock(world, datetime(2026, 12, 1, 18, tzinfo=UTC))
    await world.customer().texts("How much is a party for 20 adults?")
    await world.until("SELECT EXISTS (SELECT FROM messages WHERE status = 'received')")
    talk = await world.value("SELECT id FROM conversations")
    situation = await load_situation(world.deps.bot, talk)  # type: ignore[arg-type]  # Its id.
    prove = prove_unchanged(world.deps.bot, situation)

    assert "until somebody resumes" in (await dana.commands("/pause")).text
    async with world.pool.acquire() as conn:
        with pytest.raises(Conflict, match="paused"):
            await prove(conn)
    assert "2:00" in (await dana.commands("/pause", "until 14:00 because of a test")).text
    assert "at most 14 days" in (await dana.commands("/pause", "for 20 days")).text
    assert "over already" in (await dana.commands("/pause", "until yesterday")).text
    assert await world.value("SELECT count(*) FROM pauses") == 1
    await perform(world.deps, "take_turn", {"conversation_id": str(talk)})
    reason = "SELECT reason || ' ' || status FROM escalations"
    assert await world.value(reason) == "paused open"

    set_clock(world, now + timedelta(hours=5))
    async with world.pool.acquire() as conn:
        assert await pauses.find_open(conn, now=world.deps.bot.clock.now()) is None
        assert await pauses.is_owed(conn, now=world.deps.bot.clock.now())
    for _ in range(2):
        await perform(world.deps, "end_pause", {})
    assert await world.value("SELECT ended_by FROM pauses") == "clock"
    assert await world.value("SELECT status FROM escalations") == "resolved"
    assert await world.value("SELECT mode FROM conversations") == "bot"
    told = "SELECT count(*) FROM desk_notices WHERE text LIKE '%the pause is over%'"
    assert await world.value(told) == 1
    await perform(world.deps, "take_turn", {"conversation_id": str(talk)})
    said = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND author = 'bot'"
    assert await world.value(said) == 2
    async with world.pool.acquire() as conn:
        assert not await pauses.is_owed(conn, now=world.deps.bot.clock.now())
