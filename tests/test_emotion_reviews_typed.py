"""`concierge emotions review` and `export` where something goes wrong, on real stores."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from asyncpg import CheckViolationError
from follow_up_ground import somebody
from test_emotion_reviews_settled import MINUTE, NOW, gathered, handed_over, one_to_review
from world import World

from bot.domain import MessageId
from bot.errors import BadPayload
from bot.feelings.exporting import Exported
from bot.feelings.exporting import export as export_masked
from bot.feelings.reviewing import settle, verdict_of
from bot.profile import Profile
from bot.store import emotion_reviews
from bot.store.emotion_reviews import Review
from handlers.commands import emotions_review
from handlers.commands.booking_pages import labelled, table
from handlers.commands.emotions import command

ORDERS = "hi \x1b]52;c;AAAA\x07 there\x1b[2J\x9b2J\nyou"
NOTED = "SELECT count(*) FROM audit_log WHERE act = 'emotion.exported'"
IDLE = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
Says = Callable[..., Awaitable[str]]


@pytest.fixture
def says(idle_world: World, capsys: pytest.CaptureFixture[str]) -> Says:
    """Somebody types a line; what is printed."""

    async def say(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        asked = parser.parse_args(words)
        assert await command.run(asked, idle_world.ground.environment) == 0
        return capsys.readouterr().out

    return say


async def settled(world: World) -> MessageId:
    message = await one_to_review(world)
    async with world.pool.acquire() as conn, conn.transaction():
        one = await emotion_reviews.find(conn, message)
        assert one is not None
        await settle(conn, message, verdict_of(one.ours), by="rosa", now=NOW)
    return message


async def test_an_export_that_cannot_be_put_in_its_place_was_noted_before(
    idle_world: World, says: Says, tmp_path: Path
) -> None:
    """I11: a line too many rather than a file that nobody knows of; no draft is left behind."""
    await settled(idle_world)
    where = tmp_path / "desk.jsonl"
    where.mkdir()
    with pytest.raises(BadPayload, match=r"--to: .* cannot be written"):
        await says("export", "--to", str(where))
    assert await idle_world.value(NOTED) == 1
    assert list(tmp_path.iterdir()) == [where]


async def test_an_export_that_cannot_be_noted_leaves_no_file(
    idle_world: World, says: Says, tmp_path: Path
) -> None:
    await settled(idle_world)
    await idle_world.pool.execute(
        "ALTER TABLE audit_log ADD CONSTRAINT fails CHECK (act <> 'emotion.exported')"
    )
    with pytest.raises(CheckViolationError):
        await says("export", "--to", str(tmp_path / "desk.jsonl"))
    assert list(tmp_path.iterdir()) == []


async def test_no_transaction_waits_while_words_are_masked(
    idle_world: World, says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a year's reviews that takes longer than the database lets one be idle."""
    await settled(idle_world)
    loop, idle = asyncio.get_running_loop(), list[object]()

    def looks(profile: Profile, known: Sequence[tuple[Review, Sequence[str]]]) -> Exported:
        counted = asyncio.run_coroutine_threadsafe(idle_world.value(IDLE), loop)
        idle.append(counted.result(timeout=10))
        return export_masked(profile, known)

    monkeypatch.setattr(emotions_review, "export", looks)
    assert "1 lines" in await says("export", "--to", str(tmp_path / "desk.jsonl"))
    assert idle == [0]


async def test_no_terminal_obeys_a_customer(idle_world: World, says: Says) -> None:
    """Neither the clipboard nor the screen is theirs; lines stay lines on a page."""
    world = idle_world
    ana = await somebody(world.pool, name="Ana", at=NOW)
    await ana.was_told(ORDERS, NOW - 2 * MINUTE)
    message = await ana.wrote(ORDERS, NOW - MINUTE, emotion="angry")
    await handed_over(ana, message, reason="emotion", outcome="not_needed", at=NOW)
    await gathered(world.pool)
    page = await says("review", str(message))
    assert "CUSTOMER: hi  ]52;c;AAAA  there [2J 2J\nyou\n" in page
    listed = await says("review")
    assert "“hi ]52;c;AAAA there [2J 2J you”" in listed
    for printed in (page, listed, labelled("Asked", ORDERS), table(("ASKED",), [(ORDERS,)])):
        assert not {"\x1b", "\x07", "\x9b"} & set(printed)
    assert labelled("Asked", "a\nb").splitlines() == ["Asked      a", "b"]
    assert table(("ASKED",), [(ORDERS,)]).count("\n") == 1
