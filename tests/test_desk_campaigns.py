"""The owner writes to a part of the customers from Slack, or from a terminal."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk_hands import DANA, ROSA, Hands, buttons_of, set_clock, words_of
from follow_up_ground import NOW, somebody
from staff_room import Staff, shown
from world import World

from bot.desk.people import Member, Role
from bot.errors import CallerError, Conflict
from bot.ids import new_id
from handlers.commands.campaigns import Office as Terminal
from handlers.commands.campaigns import _arguments, _read_file
from handlers.desk import campaigns as part
from jobs.base import perform
from jobs.plan_campaign import means_of

OTTO = Member(id="U0OTTO", name="Otto", role=Role.OWNER)
WORDS = "Hi[ {name}], {business} has winter dates. <!channel>"
FORM = {"name": "Winter", "words_en": WORDS, "per_hour": "60"}


def _press(hands: Hands, deed: str) -> Mapping[str, Any]:
    return next(b for b in buttons_of(hands.window) if b["action_id"].split(":")[1] == deed)


async def _previewed(world: World, who: Member = ROSA, **other: str) -> Hands:
    hands = Hands(world, who)
    await hands.commands("/campaign")
    await hands.presses(_press(hands, "new"))
    answer = await hands.submits({**FORM, **other})
    assert not answer.errors, answer.errors
    return hands


async def _is_refused(world: World) -> Hands:
    """Staff may not, and what is wrong is said by its field."""
    staff = Hands(world, DANA)
    assert "Only the owner" in (await staff.commands("/campaign")).text
    rosa = Hands(world, ROSA)
    assert "/campaign takes no words" in (await rosa.commands("/campaign", "now")).text
    await rosa.commands("/campaign")
    assert "There are none yet" in words_of(rosa.window)
    await rosa.presses(_press(rosa, "new"))
    wrong = {"name": "", "words_en": "Hi {name}", "near": "Atlantis", "customers": "Nemo"}
    errors = (await rosa.submits({**FORM, **wrong})).errors
    assert set(errors) == {"name", "words_en", "near", "customers"}
    assert await world.value("SELECT count(*) FROM campaigns") == 0
    return staff


async def _is_steered(world: World, rosa: Hands) -> None:
    """Looked at, paused, gone on with and stopped from its window."""
    await rosa.commands("/campaign")
    await rosa.presses(_press(rosa, "look"))
    assert "0 sent, 0 answered, 0 booked, 4 waiting" in words_of(rosa.window)
    await rosa.presses(_press(rosa, "pause"))
    assert "paused, 60 an hour" in words_of(rosa.window)
    await rosa.presses(_press(rosa, "resume"))
    assert "running, 60 an hour" in words_of(rosa.window)
    stopping = _press(rosa, "stop")
    await rosa.presses(stopping)
    assert "4 cancelled" in words_of(rosa.window)
    assert not buttons_of(rosa.window)
    await rosa.presses(stopping)
    acts = await world.rows("SELECT act FROM audit_log WHERE act LIKE 'campaign%' ORDER BY id")
    assert [row["act"].removeprefix("campaign.") for row in acts] == [
        "started", "paused", "resumed", "stopped",
    ]  # fmt: skip


async def test_only_an_owner_starts_a_campaign_and_only_by_what_was_shown(
    idle_world: World,
) -> None:
    """Written, previewed, another count confirmed anew, started once by whoever came first."""
    world = idle_world
    set_clock(world, NOW)
    people = [await somebody(world.pool, name="Ann Marie") for _ in range(3)]
    await somebody(world.pool, consent="revoked")
    staff = await _is_refused(world)
    rosa = await _previewed(world)
    shown = words_of(rosa.window)
    assert "Reached: 3 customers (sms 3)" in shown
    assert "Left out: 1, opted out" in shown
    said = "Hi A., My Hibachi Chef has winter dates. &lt;!channel&gt; Reply STOP to end."
    assert shown.count(said) == 3
    assert "Ann" not in shown
    # One more agreed meanwhile: more than a tenth of three.
    people.append(await somebody(world.pool))
    await rosa.submits()
    assert "Not started" in words_of(rosa.window)
    assert await world.value("SELECT status FROM campaigns") == "draft"
    otto = Hands(world, OTTO, window=rosa.window, view_id="V2")
    staff.window = rosa.window
    assert "Only the owner" in str((await staff.submits()).errors or (await staff.submits()).text)
    answers = await asyncio.gather(rosa.submits(), otto.submits())
    assert {ring.job for each in answers for ring in each.rings} == {"plan_campaign"}
    told = [words_of(rosa.window), words_of(otto.window)]
    assert sum("It runs." in each for each in told) == 1
    assert sum("has started it already" in each for each in told) == 1

    ids = answers[0].rings[0].ids
    await asyncio.gather(*(perform(world.deps, "plan_campaign", ids) for _ in range(2)))
    rows = await world.rows("SELECT customer_id FROM follow_ups WHERE cause = 'campaign'")
    assert len(rows) == 4
    assert {row["customer_id"] for row in rows} == {each.customer_id for each in people}

    await _is_steered(world, rosa)


async def test_a_campaign_to_nobody_has_no_start_and_a_slow_count_follows_the_answer(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = idle_world
    set_clock(world, NOW)
    rosa = await _previewed(world, language="zh")
    assert "Nobody would be reached" in words_of(rosa.window)
    assert "submit" not in rosa.window
    gone = dict(rosa.window, private_metadata=f'{{"c": "{new_id()}", "n": 0}}')
    rosa.window = gone
    assert "not there any more" in str(await rosa.submits())
    rosa.window = dict(gone, private_metadata='{"c": "x", "n": true}')
    assert "another version" in str(await rosa.submits())

    monkeypatch.setattr(part, "ANSWER_WITHIN_S", 0.0)
    await somebody(world.pool)
    owner = Staff(world, "U0ROSA")
    await owner.commands("/campaign")
    await owner.presses(await owner.window("campaign_shown"), "campaign:new")
    form = await owner.window("campaign_new")
    assert form.name == "campaign_new"
    assert not await owner.submits(FORM)
    preview = await owner.window("campaign_start")
    assert "Reached: 1 customer (sms 1)" in shown(preview)
    assert not await owner.submits({})
    await owner.sees(lambda: _is_running(owner), "that it runs")
    assert await world.value("SELECT count(*) FROM campaigns WHERE status = 'running'") == 1


def _is_running(owner: Staff) -> bool:
    top = owner.slack.views.top(owner.id)
    return top is not None and "It runs." in shown(top)


async def _all_go(world: World) -> list[Any]:
    """Whatever is due is judged, twice and at once; what came of it in the outbox."""
    set_clock(world, NOW + timedelta(minutes=5))
    due = [str(row["id"]) for row in await world.rows("SELECT id FROM follow_ups")]
    for _ in range(2):
        await asyncio.gather(
            *(perform(world.deps, "send_follow_up", {"follow_up_id": each}) for each in due)
        )
    return await world.rows(
        """SELECT a.customer_id, m.text, m.purpose FROM messages m
        JOIN addresses a ON a.id = m.address_id WHERE m.direction = 'outbound'"""
    )


async def test_each_gets_it_once_and_who_has_left_meanwhile_does_not(idle_world: World) -> None:
    """I2, I6: judged again when it goes; answered for with its counts when all had their turn."""
    world = idle_world
    set_clock(world, NOW)
    ann = await somebody(world.pool, name="Ann")
    ben = await somebody(world.pool, name="", consent="unknown", promotional="given")
    eva = await somebody(world.pool, name="Eva", language="es")
    rosa = await _previewed(world, words_es="Hola[ {name}], hay fechas de invierno.")
    answer = await rosa.submits()
    ids = answer.rings[0].ids
    await perform(world.deps, "plan_campaign", ids)
    leaves = "UPDATE addresses SET consent = 'revoked' WHERE id = $1"
    await world.rows(leaves, ben.address_id)
    sent = await _all_go(world)
    by_customer = {row["customer_id"]: row["text"] for row in sent}
    assert len(sent) == 2
    assert by_customer[ann.customer_id].endswith(
        "Hi Ann, My Hibachi Chef has winter dates. <!channel> Reply STOP to end."
    )
    assert by_customer[eva.customer_id].endswith(
        "Hola Eva, hay fechas de invierno. Responda STOP para no recibir más."
    )
    assert {row["purpose"] for row in sent} == {"promotional"}
    why = "SELECT status, reason FROM follow_ups WHERE customer_id = $1"
    (gone,) = await world.rows(why, ben.customer_id)
    assert gone["status"] == "skipped"
    assert "opted out" in gone["reason"]

    await world.rows("UPDATE messages SET status = 'delivered', sent_at = $1", NOW)
    await world.rows("UPDATE follow_ups SET status = 'sent' WHERE message_id IS NOT NULL")
    for _ in range(2):
        await perform(world.deps, "plan_campaign", ids)
    told = await world.rows("SELECT text FROM desk_notices WHERE recipient = 'U0ROSA'")
    assert [row["text"].splitlines()[:2] for row in told] == [
        ["Campaign Winter: done", "2 sent, 0 answered, 0 booked"]
    ]
    assert await world.value("SELECT status FROM campaigns") == "done"


def _terminal(world: World, conn: Any) -> Terminal:
    office = Hands(world, ROSA).office
    means = means_of(office.channels, office.tools.render)
    return Terminal(desk=office.tools, means=means, conn=conn)


async def test_a_terminal_does_the_same(idle_world: World, tmp_path: Path) -> None:
    world = idle_world
    set_clock(world, NOW)
    await somebody(world.pool, name="Ann")
    file = tmp_path / "winter.toml"
    parser = argparse.ArgumentParser()
    _arguments(parser)

    async def types(*words: str) -> str:
        asked = parser.parse_args(words)
        async with world.pool.acquire() as conn, conn.transaction():
            said: str = await asked.act(_terminal(world, conn), asked)
            return said

    assert await types("list") == "There are none yet."
    file.write_text('name = "Winter"\nper_hours = 3\n[words]\nen = "Hi {name}"\n')
    with pytest.raises(CallerError, match="per_hours: there is no such field") as wrong:
        await types("preview", str(file))
    assert "words_en: not everybody's name is known" in str(wrong.value)
    file.write_text(
        'name = "Winter"\nstarts = 2026-12-02T09:00:00-08:00\n'
        '[segment]\nguests_most = 40\nanswered = false\n[words]\nen = "Hi[ {name}]."\n'
    )
    assert "Reached: 0 customers" in await types("preview", str(file))
    file.write_text(
        'name = "Winter"\n[segment]\ncustomers = ["Ann"]\n[words]\nen = "Hi[ {name}]."\n'
    )
    page = await types("preview", str(file))
    assert "Reached: 1 customer (sms 1)" in page
    assert "sms: Hi A. Reply STOP to end." in page
    start = page.splitlines()[-1].partition("concierge campaigns ")[2].split()
    assert await types("preview", str(file)) == page
    with pytest.raises(Conflict, match="9 was confirmed, it is 1 by now"):
        await types(*start[:2], "--count", "9")
    assert [await types(*start) for _ in "12"] == ["Winter: running, 30 an hour"] * 2
    deeds = {"pause": "paused", "resume": "running", "show": "0 sent", "stop": "cancelled"}
    for deed, told in deeds.items():
        assert told in await types(deed, "winter")
    assert start[1] in await types("list")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    with pytest.raises(CallerError, match="cannot be read"):
        _read_file(tmp_path / "none.toml", zone)
    file = tmp_path / "large.toml"
    file.write_text("# " + "x" * 100_000)
    with pytest.raises(CallerError, match="more than 100000 bytes"):
        _read_file(file, zone)
    file.write_text("starts = 2026-12-02T17:00:00Z\n[segment]\nanswered = true\nmonth = 5\n")
    given = {"starts": "2026-12-02 09:00", "answered": "yes", "month": "5"}
    assert _read_file(file, zone)[0] == given
