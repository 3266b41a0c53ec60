"""`concierge why`: the operator asks how an answer came about, and is told all of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from world import World

from bot.errors import CallerError, Conflict, NotFound
from bot.explaining import explain
from bot.versions import digests, read, together
from handlers.commands.why import command

PRICE = "How much for 20 adults and 6 kids?"
TABLES = "Do you bring the tables and chairs?"


PARTS = (
    f"Asked      {PRICE}",
    "Outcome    answered",
    "Route      lead_nurturing, for party_price, ",
    "Candidates party_price ",
    "Language   en",
    "Emotion    neutral at ",
    "Mode       auto: the bot answers (party_price, by the default)",
    "Tool       price_party(guests (code adult, count 20; code child, count 6)) ok, ",
    "total $1,280.00",
    "Guard      every fact is supported",
    "Model      offline, as lead_nurturing, 0 tokens in, 0 out",
    "Cost       $0 (exact), 0 + 0 tokens",
    "Time       waited ",
)
Why = Callable[..., Awaitable[str]]


async def test_every_answer_and_every_silence_is_explained(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async def why(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), world.ground.environment) == 0
        return capsys.readouterr().out

    ann, sam = world.customer(), world.customer("+14155550102")
    sid = await ann.texts(PRICE)
    answer = await ann.hears()
    await ann.asks(TABLES)
    await sam.asks("Please let me talk to a person.")
    await sam.texts("hello?")
    await world.settles()
    await the_price_is_explained(world, why, sid, answer)

    by_text = "SELECT id FROM messages WHERE text = $1"
    cited = await why(str(await world.value(by_text, TABLES)))
    assert "Passage    " in cited
    assert "version 1): " in cited

    handed = await why(str(await world.value(by_text, "Please let me talk to a person.")))
    assert "Outcome    escalated" in handed
    assert "Escalated  asked_for_person: " in handed
    ignored = await why(str(await world.value(by_text, "hello?")))
    assert "Outcome    silent" in ignored
    assert "Because    a person has the floor" in ignored
    await nothing_else_is_found(world)


async def the_price_is_explained(world: World, why: Why, sid: str, answer: str) -> None:
    """By the vendor's id of what was asked, and by our id of what was answered."""
    said = await why(sid)
    for part in (*PARTS, f"profile {digests(None)['profile']}"):
        assert part in said, part
    outbound = await world.value(
        "SELECT id FROM messages WHERE direction = 'outbound' ORDER BY seq LIMIT 1"
    )
    assert await why(str(outbound)) == said
    assert await why(str(outbound)[:18]) == said
    whole = json.loads(await why(str(outbound), "--json"))
    assert whole["said"][0]["text"] == answer
    assert whole["tools"][0]["result"]["total"] == "$1,280.00"
    assert whole["versions"] == dict(digests(None))


async def nothing_else_is_found(world: World) -> None:
    """One clear error for each thing that is no message."""
    async with world.pool.acquire() as conn:
        with pytest.raises(CallerError, match="first 8 letters"):
            await explain(conn, "abc")
        with pytest.raises(NotFound, match="none with this id"):
            await explain(conn, "SM00000000000000000000000000000000")
        first = await world.value("SELECT id FROM messages ORDER BY seq LIMIT 1")
        with pytest.raises(Conflict, match=f"several ids begin so.*{first}"):
            await explain(conn, str(first)[:8])


def test_versions_tell_what_has_changed(tmp_path: Path) -> None:
    """A corrected price is another profile, and everything together another rehearsal."""
    folder = tmp_path
    (folder / "articles" / "en").mkdir(parents=True)
    (folder / "profile.toml").write_text("price = 55\n")
    before = read(folder)
    assert before == read(folder / "profile.toml")
    (folder / "articles" / "en" / "menu.md").write_text("Rice.\n")
    after = read(folder)
    assert {part for part in after if after[part] != before[part]} == {"profile"}
    assert together(after) != together(before)
    assert together(after) == together(read(folder / "profile.toml"))
    assert set(before) >= {"profile", "instructions", "intents", "emotion", "knowing", "encoder"}
