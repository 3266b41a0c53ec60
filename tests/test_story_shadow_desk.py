"""Where staff decide on drafts: the buttons of a notice and the terminal; and approved words."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pytest
from modelled import Stores, modelled
from shadow_desk import PRICE, TOTAL, Desk
from staff_room import Staff, shown
from world import World

from bot import autonomy
from bot.domain_answers import TopicMode
from bot.language.embed import Encoder
from bot.store import drafts
from channels.desk_blocks import button
from handlers.commands.drafts import command
from jobs.base import perform

DISCARD = button("draft_discard", "Discard")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def test_buttons_at_the_desk_send_and_refuse(world: World, desk: Desk) -> None:
    """I12: what is pressed is kept with the draft; who comes too late is told so at the desk."""
    await desk.drafts_only()
    ann, sam = world.customer(), world.customer("+14155550102")
    dana, ravi = Staff(world), Staff(world, "U0RAVI")
    first = (await desk.draft_for(ann, PRICE)).draft
    other = (await desk.draft_for(sam, PRICE)).draft
    notice = await dana.reads(first.code)
    await dana.presses(notice, "draft_edit")
    assert await dana.submits({"text": ""})
    assert await dana.submits({"text": "$1,280 for all of you."}) == {}
    assert await ann.hears() == "$1,280 for all of you."
    await world.until("SELECT status = 'edited' FROM drafts WHERE code = $1", first.code)
    late = {"type": "actions", "elements": [DISCARD | {"value": first.code}]}
    old = replace(notice, blocks=(late,))
    await ravi.presses(old, "draft_discard")
    assert "sent with other words by Dana" in shown(await ravi.whispered(first.code))

    # Pressed, and in the same moment a person takes over: the job tells the desk why not.
    async with world.pool.acquire() as conn:
        wanted = await drafts.want(conn, other.code, by="staff")
        await conn.execute(
            "UPDATE conversations SET mode = 'human', epoch = epoch + 1 WHERE id = $1",
            other.conversation_id,
        )
        assert await drafts.list_wanted(conn, limit=5) == (wanted,)
        await perform(world.deps, "send_draft", {"draft_id": str(wanted)})
        assert await drafts.list_wanted(conn, limit=5) == ()
    said = "SELECT text FROM desk_notices WHERE key LIKE '%refused'"
    assert "a person has taken the conversation" in str(await world.value(said))
    assert sam.received == []


async def test_the_terminal_sends_and_discards(
    world: World, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    async def types(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), world.ground.environment) == 0
        return capsys.readouterr().out

    await desk.drafts_only()
    ann = world.customer()
    code = (await desk.draft_for(ann, PRICE)).draft.code
    assert code in await types("list")
    shown = await types("show", code)
    assert PRICE in shown
    assert "waits for you" in shown
    assert "goes out" in await types("send", code, "--by", "Maria")
    assert TOTAL in await ann.hears()
    assert "sent, by Maria" in await types("show", code)
    assert await types("list") == "No draft waits.\n"
    another = (await desk.draft_for(ann, PRICE)).draft.code
    assert "is discarded" in await types("discard", another, "--by", "Maria")


async def test_approved_words_are_written_by_no_model(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """The model is not asked at all: the one here has nothing to say."""
    async with modelled(Stores(database_url, redis_url, encoder)) as (world, _scripted):
        async with world.pool.acquire() as conn:
            await autonomy.choose(conn, "party_price", TopicMode.APPROVED_TEXT, by="Rosa")
        assert TOTAL in await world.customer().asks(PRICE)
        used = await world.rows("SELECT DISTINCT provider FROM llm_calls")
        assert [row["provider"] for row in used] == ["offline"]
        assert await world.value("SELECT outcome FROM turns") in ("answered", "templated")
