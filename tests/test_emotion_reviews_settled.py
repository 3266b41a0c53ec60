"""Stories of readings that people look at: found by what staff did, settled once, masked."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from console_eyes import faults
from console_ground import DANA, ROSA, link_of, new_browser, sign_in
from follow_up_ground import Somebody, somebody
from playground_sample import open_browser
from playwright.async_api import Page, expect
from world import World, profile_of_worlds

from bot.domain import MessageId
from bot.errors import CallerError, NotFound
from bot.feelings import reviewing
from bot.language.training.lines import read_hand
from bot.store import emotion_reviews
from bot.store.connection import Pool
from handlers.commands.emotions import command

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLED = {"primary": "angry", "polarity": "negative", "intensity": "0.8", "escalate": "yes"}


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


async def handed_over(
    who: Somebody, about: MessageId | None, *, reason: str, outcome: str, at: datetime
) -> None:
    await who.pool.execute(
        """INSERT INTO escalations (conversation_id, message_id, reason, status, post_status,
        created_at, resolved_at, outcome) VALUES ($1, $2, $3, 'resolved', 'posted', $4, $4, $5)""",
        *(who.conversation_id, about, reason, at, outcome),
    )


async def rang(who: Somebody, message: MessageId) -> None:
    await who.pool.execute(
        """INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act,
        explanation) VALUES ($1, $2, 'furious', 'high', 'hand_over', 'angry 0.9')""",
        *(message, who.conversation_id),
    )


async def doubted(pool: Pool, message: MessageId, confidence: float) -> None:
    await pool.execute(
        "UPDATE emotion_history SET confidence = $2 WHERE message_id = $1", message, confidence
    )


async def gathered(pool: Pool, *, at: datetime = NOW) -> dict[str, str]:
    """What is up for review after one more look, by its words."""
    async with pool.acquire() as conn, conn.transaction():
        await reviewing.gather(conn, profile_of_worlds(), ["sms"], now=at)
        found = await emotion_reviews.list_open(conn, limit=100)
    return {each.text: each.source for each in found}


async def test_what_staff_did_and_what_the_scorer_doubts_comes_up_for_review(pool: Pool) -> None:
    """Nobody who asked to be forgotten, nothing that rang rightly, and few doubts a day."""
    ana, bea, eva = [await somebody(pool, name=name, at=NOW) for name in ("Ana", "Bea", "Eva")]
    false = await ana.wrote("lovely, just lovely", NOW - 300 * MINUTE, emotion="angry")
    await handed_over(ana, false, reason="emotion", outcome="not_needed", at=NOW - 290 * MINUTE)
    right = await ana.wrote("you robbed us", NOW - 200 * MINUTE, emotion="angry")
    await handed_over(ana, right, reason="emotion", outcome="apologised", at=NOW - 190 * MINUTE)
    await bea.wrote("when is it", NOW - 110 * MINUTE, emotion="neutral", intensity=0.0)
    await bea.wrote("the children ate cereal", NOW - 90 * MINUTE, emotion="neutral", intensity=0.1)
    await handed_over(bea, None, reason="taken_over", outcome="answered", at=NOW - 80 * MINUTE)
    heard = await ana.wrote("where ARE they", NOW - 60 * MINUTE, emotion="angry")
    await rang(ana, heard)
    await handed_over(ana, None, reason="taken_over", outcome="answered", at=NOW - 50 * MINUTE)
    gone = await eva.wrote("forget me", NOW - 40 * MINUTE, emotion="angry")
    await doubted(pool, gone, 0.2)
    await pool.execute(
        """INSERT INTO memories (customer_id, kind, value, source, said_at, forgotten_at)
        VALUES ($1, 'name', '', 'customer', $2, $2)""",
        *(eva.customer_id, NOW),
    )
    for number in range(9):
        unsure = await bea.wrote(f"hm {number}", NOW - 30 * MINUTE, emotion="sad", intensity=0.4)
        await doubted(pool, unsure, 0.1 + number / 100)
    staffs = {"lovely, just lovely": "staff", "the children ate cereal": "staff"}
    expected = staffs | {f"hm {number}": "unsure" for number in range(5)}
    assert await gathered(pool) == expected
    assert await gathered(pool) == expected, "said again it is the same"
    await pool.execute("UPDATE customers SET erased_at = $2 WHERE id = $1", ana.customer_id, NOW)
    left = await gathered(pool)
    assert "lovely, just lovely" not in left
    assert len(left) == 6


async def one_to_review(world: World) -> MessageId:
    """A message of Dana Okonkwo that staff were called for and need not have been."""
    dana = await somebody(world.pool, name="Dana Okonkwo", at=NOW)
    await dana.was_told("Your chef is late, Dana.", NOW - 2 * MINUTE)
    message = await dana.wrote("fine, <b>dana</b> is waiting", NOW - MINUTE, emotion="angry")
    await handed_over(dana, message, reason="emotion", outcome="not_needed", at=NOW)
    await gathered(world.pool)
    return message


async def test_two_people_settle_the_same_message_and_the_second_sees_whose_word_stands(
    idle_world: World, http: ClientSession
) -> None:
    """I11: only with a form of one's own; each deed has its line in the audit log."""
    world, message = idle_world, await one_to_review(idle_world)
    path = f"/feelings/review/{message}"
    dana = await sign_in(world, http, DANA)
    token = (await dana.hidden("/feelings/review"))["token"]
    forged = await dana.sends(path, SETTLED | {"token": "another"})
    half = await dana.sends(path, {"token": token, "primary": "angry"})
    assert (forged.status, half.status) == (403, 422)
    assert "yes or no" in await half.text()
    done = await dana.sends(path, SETTLED | {"token": token})
    assert done.headers["Location"] == "/console/feelings/review?said=reviewed"
    async with new_browser() as other:
        rosa = await sign_in(world, other, ROSA)
        theirs = {"token": (await rosa.hidden("/follow-ups/new"))["token"], "take": "ours"}
        late = await rosa.sends(path, theirs)
        assert late.status == 409
        assert "Dana has settled this one: angry, negative, 0.80" in await late.text()
        assert "No reading waits for you" in (await rosa.reads("/feelings/review"))[1]
    kept = await world.rows("SELECT actor, act, subject, detail FROM audit_log")
    verdict = {"primary": "angry", "polarity": "negative", "intensity": 0.8, "escalate": True}
    ours = [tuple(row) for row in kept if row["act"] == "emotion.reviewed"]
    assert ours == [(DANA, "emotion.reviewed", str(message), verdict)]


async def test_the_page_is_settled_by_keyboard_and_shows_words_as_words(idle_world: World) -> None:
    world = idle_world
    await one_to_review(world)
    async with open_browser() as browser:
        page = await (await browser.new_context(java_script_enabled=True)).new_page()
        await page.goto(link_of(world, DANA))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("link", name="Readings").click()
        await expect(page.get_by_role("main")).to_contain_text("fine, <b>dana</b> is waiting")
        await expect(page.get_by_role("main")).to_contain_text("Your chef is late, Dana.")
        await expect(page.get_by_role("radio", name="happy")).to_be_focused()
        await _looks_right_everywhere(page)
        for key in ("ArrowDown", "ArrowDown", "Tab", "ArrowDown", "Tab"):
            await page.keyboard.press(key)
        await page.keyboard.type("0.8")
        for key in ("Tab", "Space", "Enter"):
            await page.keyboard.press(key)
        await expect(page.get_by_role("status")).to_contain_text("Settled.")
    verdict = await world.value("SELECT verdict FROM emotion_reviews")
    assert isinstance(verdict, Mapping)
    assert verdict["primary"] == "angry"
    assert (verdict["polarity"], verdict["intensity"]) == ("negative", 0.8)
    assert verdict["escalate"] is True


async def _looks_right_everywhere(page: Page) -> None:
    """On a phone and a screen, by day and by night; a choice is as large as a finger."""
    for width, scheme in ((390, "dark"), (390, "light"), (1440, "dark"), (1440, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # One of its two.
        assert await faults(page) == [], (width, scheme)
        if width == 390:
            box = await page.locator("label", has_text="disgusted").bounding_box()
            assert box is not None
            assert box["height"] >= 24


async def test_the_terminal_settles_and_writes_the_lines_masked(
    idle_world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """I13: no name leaves; what nobody can mask surely is counted and stays."""
    world, message = idle_world, await one_to_review(idle_world)

    async def says(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), world.ground.environment) == 0
        return capsys.readouterr().out

    ending = str(message)[-8:]
    assert ending in await says("review")
    assert "Your chef is late, Dana." in await says("review", ending)
    with pytest.raises(CallerError, match="--polarity"):
        await says("review", ending, "--primary", "angry")
    with pytest.raises(NotFound):
        await says("review", "nobody")
    given = [f"--{name}={value}" for name, value in SETTLED.items()]
    assert "Settled." in await says("review", ending, *given, "--by", "Rosa")
    assert "Rosa had settled it before" in await says("review", str(message), "--leave-out")
    assert "Nothing waits" in await says("review")
    where = tmp_path / "desk.jsonl"
    assert "1 lines" in await says("export", "--to", str(where))
    (line,) = map(json.loads, where.read_text(encoding="utf-8").splitlines())
    assert line["text"] == "fine, <b>[name]</b> is waiting"
    assert line["before"] == [["us", "Your chef is late, [name]."]]
    assert (line["hand"], line["tags"], line["escalate"]) == ("desk", ["review", "staff"], True)
    (read,) = read_hand(where)
    assert (read.spoken.text, read.language, read.escalates) == (line["text"], "en", 1.0)
    await world.rows("UPDATE messages SET text = 'Xochitl ruined it' WHERE id = $1", message)
    assert "0 lines" in await says("export", "--to", str(where))
    assert where.read_text(encoding="utf-8") == ""
