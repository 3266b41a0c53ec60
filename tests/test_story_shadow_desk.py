"""Where staff decide on drafts: the playground's buttons and the terminal; and approved words."""

from __future__ import annotations

import argparse

import pytest
from aiohttp import ClientSession
from modelled import Stores, modelled
from shadow_desk import PRICE, TOTAL, Desk
from world import World

from bot import autonomy
from bot.domain_answers import TopicMode
from bot.language.embed import Encoder
from bot.store import drafts
from handlers.commands.drafts import command
from jobs.base import perform


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def test_buttons_of_the_playground_send_and_refuse(world: World, desk: Desk) -> None:
    """I12: what is pressed is kept with the draft; who comes too late is told so at the desk."""
    await desk.drafts_only()
    ann, sam = world.customer(), world.customer("+14155550102")
    first = await desk.draft_for(ann, PRICE)
    other = await desk.draft_for(sam, PRICE)
    async with ClientSession() as http:

        async def press(status: int, **given: str) -> None:
            async with http.post(f"{world.url}/playground/drafts", json=given) as answer:
                assert answer.status == status, await answer.text()

        await press(201, code=first.draft.code, act="send", text="$1,280 for all of you.")
        assert await ann.hears() == "$1,280 for all of you."
        await press(409, code=first.draft.code, act="send")
        await press(409, code=first.draft.code, act="discard")
        await press(404, code="ZZZZZ", act="discard")
        await press(400, code="", act="burn")

    # Pressed, and in the same moment a person takes over: the job tells the desk why not.
    async with world.pool.acquire() as conn:
        wanted = await drafts.want(conn, other.draft.code, by="staff")
        await conn.execute(
            "UPDATE conversations SET mode = 'human', epoch = epoch + 1 WHERE id = $1",
            other.draft.conversation_id,
        )
        assert await drafts.list_wanted(conn, limit=5) == (wanted,)
        await perform(world.deps, "send_draft", {"draft_id": str(wanted)})
        assert await drafts.list_wanted(conn, limit=5) == ()
    notice = "SELECT text FROM desk_notices WHERE key LIKE '%refused'"
    assert "a person has taken the conversation" in str(await world.value(notice))
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
