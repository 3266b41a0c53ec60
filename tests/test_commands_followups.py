"""`concierge followups`: the schedule from a terminal, on real stores."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from follow_up_ground import ZONE, Somebody, somebody
from world import World

from bot.booking.reminders import replan
from bot.errors import CallerError, Conflict, NotFound
from bot.store import bookings
from handlers.commands.followups import command

NOW = datetime.now(UTC)


@dataclass
class Terminal:
    """Where somebody of the staff types."""

    world: World
    capsys: pytest.CaptureFixture[str]

    async def says(self, *words: str) -> str:
        """What the command prints."""
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        asked = parser.parse_args(words)
        assert await command.run(asked, self.world.ground.environment) == 0
        return self.capsys.readouterr().out

    async def planned(self) -> dict[str, str]:
        """The shown ids of those that wait, by step; thanks have none."""
        lines = (await self.says("list")).splitlines()[1:]
        found = {}
        for line in lines:
            step = "7d" if "(7d)" in line else "1d" if "(1d)" in line else ""
            found[step] = line.split()[0]
        return found


@pytest.fixture
def terminal(idle_world: World, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(idle_world, capsys)


async def party(world: World) -> Somebody:
    """Somebody whose event is three weeks ahead, at six in the evening."""
    ana = await somebody(world.pool, name="Ana María", at=NOW - timedelta(days=10))
    day = (NOW + timedelta(days=24)).astimezone(ZONE)
    starts_at = day.replace(hour=18, minute=0, second=0, microsecond=0)
    booking_id = await ana.booked(starts_at, at=NOW - timedelta(days=10))
    async with world.pool.acquire() as conn, conn.transaction():
        booking = await bookings.get(conn, booking_id)
        await replan(conn, world.ground.profile, booking, now=NOW)
    return ana


async def test_the_list_and_the_story_of_one(terminal: Terminal) -> None:
    assert await terminal.says("list") == "No follow-ups planned.\n"
    await party(terminal.world)
    said = await terminal.says("list")
    assert said.splitlines()[0].split() == ["ID", "WHEN", "WHO", "WHAT", "WHY", "STATE"]
    assert len(said.splitlines()) == 4
    assert "Ana María" in said
    ids = await terminal.planned()
    story = await terminal.says("why", ids["7d"])
    for words in (
        "Reminder before the event (7d)",
        "What called for it",
        "7 and 1 days before the event",
        "At its moment, as things stand",
        "What they would read",
    ):
        assert words in story
    assert "... and" not in await terminal.says("list", "--most", "1")
    assert "… and 2 later ones" in await terminal.says("list", "--most", "1")


async def test_an_edit_a_cancel_and_their_refusals(terminal: Terminal) -> None:
    """Each refusal names its option; what is cancelled stays so, in the operator's name."""
    await party(terminal.world)
    ids = await terminal.planned()
    due_at = await terminal.world.value("SELECT due_at FROM follow_ups WHERE step = '7d'")
    day = due_at.astimezone(ZONE)
    with pytest.raises(CallerError, match="--at or --text: say what"):
        await terminal.says("edit", ids["7d"])
    with pytest.raises(CallerError, match="--at: that is no time"):
        await terminal.says("edit", ids["7d"], "--at", "soon")
    with pytest.raises(Conflict, match="--at: it is 03:00 for the customer then"):
        await terminal.says("edit", ids["7d"], "--at", f"{day:%Y-%m-%d} 03:00")
    with pytest.raises(Conflict, match="--text: at most 1000 characters"):
        await terminal.says("edit", ids["7d"], "--text", "x" * 1001)
    said = await terminal.says(
        "edit", ids["7d"], "--at", f"{day:%Y-%m-%d} 12:30", "--text", "See you soon!"
    )
    assert said.startswith("Kept: it goes on ")
    assert "12:30 PM" in said
    assert "See you soon!" in await terminal.says("why", ids["7d"])
    assert await terminal.says("cancel", ids["7d"]) == "Cancelled.\n"
    with pytest.raises(Conflict, match="nothing to cancel: cancelled: cancelled by the operator"):
        await terminal.says("cancel", ids["7d"])
    with pytest.raises(Conflict, match="not planned any more"):
        await terminal.says("edit", ids["7d"], "--text", "Hi")
    acts = await terminal.world.rows("SELECT actor, act FROM audit_log ORDER BY created_at, id")
    assert [tuple(each) for each in acts] == [
        ("operator", "follow_up.edited"),
        ("operator", "follow_up.cancelled"),
    ]


async def test_now_says_what_becomes_of_it(terminal: Terminal) -> None:
    """I6: an opt-out is never passed."""
    await party(terminal.world)
    ids = await terminal.planned()
    await terminal.world.rows("UPDATE addresses SET consent = 'revoked'")
    said = await terminal.says("now", ids["7d"])
    assert said.startswith("Nothing was changed: now it would be left out: ")
    assert "opted out" in said
    await terminal.world.rows("UPDATE addresses SET consent = 'given'")
    said = await terminal.says("now", ids["7d"])
    # The terminal's clock is the machine's: it may be night for the customer, or a feast.
    assert said.startswith(("It goes now by sms to +1510555", "Not now: "))
    assert await terminal.world.value("SELECT due_at <= now() FROM follow_ups WHERE step = '7d'")


async def test_rules_results_and_a_trial(terminal: Terminal) -> None:
    """A trial keeps nothing; a wrong figure is named."""
    await party(terminal.world)
    said = await terminal.says("rules")
    assert "Reminder before the event (before_event): on" in said
    assert "Staff's own words (staff): by hand" in said
    assert "2 planned; in 30 days 0 sent, 0 answered" in said
    assert "Follow-ups due from" in await terminal.says("results", "--days", "7")
    said = await terminal.says("try", "unanswered_quote", "--set", "quote_hours=12,48")
    assert "A price that was not answered: the past 90 days, with quote_hours = 12,48" in said
    assert await terminal.world.value("SELECT count(*) FROM follow_ups") == 3
    with pytest.raises(CallerError, match="CAUSE: 'nonsense' cannot be tried"):
        await terminal.says("try", "nonsense")
    with pytest.raises(CallerError, match="quote_hours"):
        await terminal.says("try", "unanswered_quote", "--set", "quote_hours=soon")


@pytest.mark.parametrize("words", [("why", "0"), ("why", "ffffffff"), ("now", "zzzzzzzz")])
async def test_a_wrong_id_is_named(terminal: Terminal, words: tuple[str, ...]) -> None:
    with pytest.raises(NotFound, match="ID: "):
        await terminal.says(*words)
