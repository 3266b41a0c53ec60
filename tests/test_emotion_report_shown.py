"""The report on feelings where it is read: console, desk and terminal say the same."""

from __future__ import annotations

import argparse
import random
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from console_eyes import faults
from console_ground import DANA, link_of
from feeling_past import make_past
from follow_up_ground import Somebody, somebody
from playground_sample import open_browser
from playwright.async_api import Browser, Page, expect
from prometheus_client import REGISTRY
from staff_room import Staff, shown
from world import World

from bot.errors import CallerError
from bot.feelings.report_words import as_csv, sections
from bot.feelings.reporting import Report, read_report
from bot.profile import load_profile
from handlers.commands.emotions import command
from jobs.base import perform
from jobs.count_emotion_alarms import due

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
WORDS = "<b>Nobody</b> came; you ruined it"
CARD = """INSERT INTO escalations (conversation_id, reason, status, post_status, desk_channel,
  desk_ts, created_at) VALUES ($1, 'emotion', 'open', 'posted', 'C0STAFF', '17.5', $2)
RETURNING id"""
ALARM = """INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act,
  explanation, created_at, escalation_id) VALUES ($1, $2, $3, 'high', $4, 'angry', $5, $6)"""

FORGOTTEN = """INSERT INTO memories (customer_id, kind, value, source, said_at, forgotten_at)
VALUES ($1, 'name', '', 'customer', now(), now())"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


async def fill(world: World) -> Somebody:
    """A random week, and Ana, who has written last and worst."""
    now = datetime.now(UTC)
    today = now.astimezone(ZONE).date()
    around = [today - timedelta(days) for days in (9, 12)]
    await make_past(world.pool, random.Random(3), around=around, zone=ZONE)
    ana = await somebody(world.pool, name="Ana <i>María</i>", at=now - timedelta(minutes=9))
    await ana.wrote(WORDS, now - timedelta(minutes=9), emotion="angry", intensity=1.0)
    await world.pool.execute(CARD, ana.conversation_id, now)
    return ana


async def counted(world: World, days: int) -> Report:
    async with world.pool.acquire() as conn:
        return await read_report(conn, PROFILE, days=days, now=world.ground.clock.now())


async def enter(browser: Browser, world: World, **how: object) -> Page:
    context = await browser.new_context(java_script_enabled=True, **how)  # type: ignore[arg-type]  # Named by the test.
    page = await context.new_page()
    await page.goto(link_of(world, DANA))
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Feelings").click()
    await expect(page).to_have_title("Feelings · My Hibachi Chef")
    return page


async def test_owners_read_the_same_figures_everywhere(
    idle_world: World, browser: Browser, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """I11, I13: the page quotes for who is signed in, Slack and the terminal do not."""
    await fill(idle_world)
    report = await counted(idle_world, 30)
    assert report.count > 100
    await reads_the_page(idle_world, browser, report)
    await reads_at_the_desk(idle_world, report)
    await reads_in_the_terminal(report, {"DATABASE_URL": database_url}, capsys)
    acts = await idle_world.rows("SELECT act FROM audit_log WHERE act LIKE 'emotion%'")
    assert [row["act"] for row in acts] == ["emotion.quoted"], "only the terminal's words"


async def reads_the_page(world: World, browser: Browser, report: Report) -> None:
    page = await enter(browser, world, viewport={"width": 1440, "height": 900})
    await page.locator("summary").click()
    for section in sections(report):
        table = page.get_by_role("table", name=section.title, exact=True)
        rows = [await each.all_inner_texts() for each in await cells(table)]
        assert rows == [list(row) for row in section.rows], section.title
        await expect(page.get_by_role("main")).to_contain_text(section.meaning)
    worst = page.get_by_role("table", name="Worst moments").get_by_role("row").nth(1)
    for words in ("Ana <i>María</i>", WORDS, "angry -1.00"):
        await expect(worst).to_contain_text(words)
    link = page.get_by_role("link", name="Slack thread of Ana <i>María</i>, unhappy now 1")
    assert await link.get_attribute("href") == "https://slack.com/archives/C0STAFF/p175"
    await expect(page.get_by_role("img", name="Mean valence by day")).to_be_visible()
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # One of its two.
        assert await faults(page) == [], (width, scheme)
    await page.get_by_role("link", name="7 days").click()
    title = f"Messages read: {(await counted(world, 7)).count}"
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await page.context.close()


async def cells(table: object) -> list[object]:
    rows = await table.locator("tbody tr").all()  # type: ignore[attr-defined]  # A locator.
    return [row.locator("th, td") for row in rows]


async def reads_at_the_desk(world: World, report: Report) -> None:
    ravi, gus = Staff(world, "U0RAVI"), Staff(world, "U0GUEST")
    assert "counting" in await ravi.commands("/feelings")
    told = shown(await ravi.whispered("Messages read"))
    assert f"Messages read: {report.count}" in told
    assert "<https://slack.com/archives/C0STAFF/p175|Ana &lt;i&gt;María&lt;/i&gt;>" in told
    assert "ruined" not in told
    for section in sections(report):
        if section.kind not in ("days", "readers"):
            assert all(cell in told for row in section.rows[:8] for cell in row), section.title
    assert "from 1 to 366 days" in await ravi.commands("/feelings", "0")
    assert "Only people of the staff channel" in await gus.commands("/feelings")


async def reads_in_the_terminal(
    report: Report, environment: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)

    async def typed(*words: str) -> str:
        await command.run(parser.parse_args(["report", *words]), environment)
        return capsys.readouterr().out

    now_or_then = [line for line in as_csv(report).splitlines() if "oldest" not in line]
    told = (await typed("--csv")).splitlines()
    assert [line for line in told if "oldest" not in line] == now_or_then
    plain = await typed("--days", "30")
    assert f"Messages read: {report.count}" in plain
    assert "ruined" not in plain
    assert "ruined" in await typed("--words")
    for wrong in (("--days", "0"), ("--csv", "--words")):
        with pytest.raises(CallerError, match=r"^--"):
            await typed(*wrong)


async def test_who_asked_to_be_forgotten_is_nobody_at_the_desk(idle_world: World) -> None:
    """I13: with the name gone, the number they wrote from would name them just as well."""
    world, now = idle_world, datetime.now(UTC)
    gone = await somebody(world.pool, name="", at=now)
    await gone.wrote(WORDS, now, emotion="angry", intensity=1.0)
    (named,) = (await counted(world, 7)).open
    assert named.customer_name == gone.handle
    await world.pool.execute(FORGOTTEN, gone.customer_id)
    (unnamed,) = (await counted(world, 7)).open
    assert unnamed.customer_name == ""
    ravi = Staff(world, "U0RAVI")
    await ravi.commands("/feelings")
    told = shown(await ravi.whispered("Messages read"))
    assert "Somebody" in told
    assert gone.handle not in told


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"concierge_{name}_total", labels) or 0.0


async def test_alarms_and_what_staff_called_them_are_counted_once(idle_world: World) -> None:
    """By trigger and severity; a false alarm as soon as staff say so, whoever counts how often."""
    world, now = idle_world, datetime.now(UTC)
    ana = await somebody(world.pool, at=now)
    card = await world.pool.fetchval(CARD, ana.conversation_id, now)
    for trigger, act, escalation in (("counted", "hand_over", card), ("told", "tell", None)):
        message = await ana.wrote("again", now, emotion="angry")
        where: tuple[UUID, UUID] = (message, ana.conversation_id)
        await world.pool.execute(ALARM, *where, trigger, act, now, escalation)
    for _ in range(2):
        await perform(world.deps, "count_emotion_alarms", {})
    assert value("emotion_alarms", trigger="counted", severity="high") == 1
    assert value("emotion_alarms", trigger="told", severity="high") == 1
    assert value("emotion_alarms_judged", trigger="counted", verdict="not_needed") == 0
    async with world.pool.acquire() as conn:
        assert await due(world.deps, conn) == []
        await conn.execute(
            "UPDATE escalations SET status = 'resolved', resolved_at = $1, outcome = 'not_needed'",
            now,
        )
        assert await due(world.deps, conn) == [{}]
    for _ in range(2):
        await perform(world.deps, "count_emotion_alarms", {})
    assert value("emotion_alarms_judged", trigger="counted", verdict="not_needed") == 1
    assert value("emotion_alarms", trigger="counted", severity="high") == 1
