"""`concierge why`: the operator asks how an answer came about, and is told all of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from world import World

from bot.domain import ConversationId, Direction, Mode, Status
from bot.errors import CallerError, Conflict, NotFound
from bot.explaining import explain, explain_turn
from bot.explaining_words import describe
from bot.store.traced import ConversationTrace, TracedAlarm, TracedEmotion, TracedMessage
from bot.versions import digests, read, together
from handlers.commands.why import command
from handlers.sandbox.lives import show_lives

PRICE = "How much for 20 adults and 6 kids?"
TABLES = "Do you bring the tables and chairs?"


PARTS = (
    f"Asked      {PRICE}",
    "Outcome    answered",
    "Route      lead_nurturing, for party_price, ",
    "Candidates party_price ",
    "Language   en",
    "Emotion    neutral at ",
    " for a manager ",
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


NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
ASKED = TracedMessage(
    id=UUID(int=1),
    direction=Direction.INBOUND,
    channel="sms",
    address="+14155550101",
    external_id="SM1",
    author="customer",
    text="You let us down.",
    language="en",
    status=Status.ANSWERED,
    reason="",
    turn_id=None,
    in_reply_to=None,
    segments=None,
    created_at=NOW,
    sent_at=None,
    updated_at=NOW,
)
FELT = TracedEmotion(
    message_id=UUID(int=1),
    primary="sad",
    polarity="negative",
    intensity=0.55,
    confidence=0.81,
    scorer="encoder-1",
    created_at=NOW,
    escalate=0.62,
)
RANG = TracedAlarm(
    message_id=UUID(int=1),
    trigger="let_down",
    severity="normal",
    act="hand_over",
    explanation="sad 0.55: “let\nus down”",
    created_at=NOW,
)


def test_what_was_felt_and_what_rang_is_explained_with_its_words() -> None:
    trace = ConversationTrace(
        id=ConversationId(UUID(int=9)),
        mode=Mode.BOT,
        messages=(ASKED,),
        turns=(),
        emotions=(replace(FELT, primary="angry", scorer="old-1"), FELT),
        escalations=(),
        alarms=(RANG, replace(RANG, message_id=UUID(int=2), trigger="furious")),
    )
    said = {line.label: line.said for line in describe(explain_turn(trace, None, trace.messages))}
    assert said["Emotion"] == "sad at 0.55, negative, 81 % sure, for a manager 62 % (encoder-1)"
    assert said["Read before"].startswith("angry at 0.55")
    assert said["Alarm"] == (
        "let_down, normal, staff were given the floor: sad 0.55: “let us down”"
    )
    (life,) = show_lives(trace)
    assert life["alarms"] == [
        {
            "trigger": "let_down",
            "severity": "normal",
            "act": "hand_over",
            "explanation": RANG.explanation,
            "at_ms": 0.0,
        }
    ]
    (_old, felt) = life["emotions"]  # type: ignore[misc]  # A list of plain JSON.
    assert (felt["escalate"], felt["polarity"], felt["scorer"]) == (0.62, "negative", "encoder-1")
