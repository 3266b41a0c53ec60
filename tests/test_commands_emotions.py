"""`concierge emotions`: history, backlog and rescoring from a terminal, on real stores."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from follow_up_ground import somebody

from bot.errors import NotFound
from bot.language.emotion import EmotionScorer
from bot.store.connection import Pool
from handlers.commands.emotions import command

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


class Says(Protocol):
    """Somebody types a line; what is printed."""

    async def __call__(self, *words: str) -> str: ...


@pytest.fixture
def says(database_url: str, redis_url: str, capsys: pytest.CaptureFixture[str]) -> Says:
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CONCIERGE_SECRET": "only this terminal knows it, nobody else",
    }

    async def say(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), environment) == 0
        return capsys.readouterr().out

    return say


async def test_old_messages_are_read_anew_from_the_terminal_and_seen_in_a_history(
    pool: Pool, says: Says
) -> None:
    """I12: nobody works; the terminal does it alone, and leaves what it may not do yet."""
    version = EmotionScorer.load().name
    ana = await somebody(pool, at=NOW - 9 * HOUR)
    await ana.wrote("you ruined my party", NOW - 50 * HOUR, emotion="happy", intensity=0.5)
    told = await ana.wrote("thank you so much!", NOW - HOUR, emotion="happy", intensity=0.9)
    assert await says("backlog") == "No message waits to be read.\n"
    assert f"happy +0.90 ({version})" not in await says("history", ana.handle)

    await pool.execute("UPDATE messages SET scored = false WHERE id = $1", told)
    assert "1 message waits to be read, the oldest for 3," in await says("backlog")
    said = await says("rescore")
    assert f"By {version}: 0 of 1 messages read (0%)." in said
    assert "Fresh messages come first" in said
    assert f"Being read anew by {version}" in await says("backlog")

    await pool.execute("UPDATE messages SET scored = true WHERE id = $1", told)
    day = (NOW - 24 * HOUR).date().isoformat()
    assert "Done: 2 messages read." in await says("rescore", "--since", day)
    assert "The workers do it." in await says("rescore", "--since", day, "--later")
    for who in (ana.handle, str(ana.conversation_id)):
        page = await says("history", who)
        assert page.startswith("2 messages read. Now ")
        assert "happy +0.90 (test)" in page
        assert version in page
    assert (await says("history", str(told))).startswith("1 message read.")


async def test_a_name_that_nobody_has_is_refused(pool: Pool, says: Says) -> None:
    with pytest.raises(NotFound, match="WHO: no customer"):
        await says("history", "nobody")
    assert await says("history", "00000000-0000-7000-8000-000000000000") == (
        "Nothing was read yet.\n"
    )
