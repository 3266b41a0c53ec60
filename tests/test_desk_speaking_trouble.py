"""What staff said and the customer did not get: why, what to do, and the ways that mend it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_hands import DANA
from staff_room import Staff, buttons, shown
from test_desk_speaking import bears, beside, claimed_without_worker
from world import World

from bot.booking_desk import write_to
from bot.clock import ShiftedClock
from bot.desk import speaking
from bot.desk.speaking_again import fill_gaps, find_templates
from bot.domain import Status
from bot.domain_sending import Receipt
from bot.errors import CallerError, ConfigError
from bot.profile import DEFAULT_FOLDER, Profile, load_profile
from bot.profile_templates import Template
from bot.store import booking_lists, desk_marks, receipts
from bot.store.connection import Connection, borrow
from bot.store.desk_words import WordsId
from handlers.desk.opening import DOOR
from handlers.sandbox.desk_channel import DeskMessage
from jobs import mark_words
from jobs.base import perform

SID = "HX" + "0123456789abcdef" * 2
NEWS = Template.model_validate(
    {"languages": {"en": {"content_sid": SID, "text": "Hello {{1}}, news: {{2}}. Reply here."}}}
)
META = Template.model_validate(
    {"languages": {"en": {"meta_name": "news", "meta_language": "en_US", "text": "News: {{1}}."}}}
)


def teach(world: World, **changes: object) -> Profile:
    """The same business with other rules, for web process and worker alike."""
    profile = load_profile().model_copy(update=changes)
    office = world.app[DOOR].office
    world.app[DOOR].office = replace(office, tools=replace(office.tools, profile=profile))
    world.deps = replace(world.deps, bot=replace(world.deps.bot, profile=profile))
    return profile


async def post_all(world: World) -> None:
    for row in await world.rows("SELECT id FROM desk_notices ORDER BY id"):
        await perform(world.deps, "notify_desk", {"notice_id": str(row["id"])})


async def test_a_closed_window_is_told_and_opened_by_a_template(idle_world: World) -> None:
    """The gate refuses, the mark says so, the thread says why, and a template leaves (I6)."""
    world, dana = idle_world, Staff(idle_world)
    ann = world.customer("+14155550121", "whatsapp")
    teach(world, templates={"news_on_your_event": NEWS, "other_news": NEWS, "at_meta": META})
    card, work = await claimed_without_worker(world, ann, dana)
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)
    said = await dana.writes("Your date is *free* now", card)
    clock.shift += timedelta(hours=25)
    await work("deliver")
    await work("mark_words")
    await work("mark_words")
    await bears(world, said, "x")
    await post_all(world)
    trouble = await dana.reads("Not sent", card)
    assert "window is closed" in shown(trouble)
    assert buttons(trouble) == ["pick_template"]

    await _each_carrier_has_its_own(world)
    heard = len(ann.received)
    await _picks_template(dana, trouble)
    await work("deliver")
    (sent,) = ann.received[heard:]
    assert SID in sent.body
    assert "your date is free" in sent.body
    row = (await world.rows("SELECT text FROM messages WHERE author = 'staff' ORDER BY seq"))[-1]
    assert row["text"] == "Hello Ann, news: your date is free. Reply here."
    await world.until("SELECT status = 'read' FROM messages WHERE text LIKE 'Hello Ann%'")
    await work("mark_words")
    await bears(world, said, "eyes")
    await dana.presses(trouble, "pick_template")
    await dana.whispered("on its way already")

    await _late_receipt(world)
    await work("mark_words")
    await bears(world, said, "eyes")


async def _picks_template(dana: Staff, trouble: DeskMessage) -> None:
    await dana.presses(trouble, "pick_template")
    await dana.window("template_choice")
    assert await dana.submits({"template": "news_on_your_event"}) == {}
    assert "Your date is" in shown(await dana.window("template_fill"))
    assert list(await dana.submits({"gap_1": "Ann", "gap_2": " "})) == ["gap_2"]
    assert await dana.submits({"gap_1": "Ann", "gap_2": "your date\nis    free"}) == {}


async def _each_carrier_has_its_own(world: World) -> None:
    words_id = WordsId((await world.rows("SELECT id FROM desk_words"))[0]["id"])
    async with borrow(world.pool) as conn:
        for carrier, offered in (("meta", ["at_meta"]), ("", [])):
            _words, _to, found = await find_templates(
                world.deps.bot, conn, words_id, carriers={"whatsapp": carrier}, by=DANA
            )
            assert list(found) == offered


async def _late_receipt(world: World) -> None:
    """Receipts never move the mark backwards, however late they come (I5)."""
    async with borrow(world.pool) as conn:
        key = await conn.fetchval("SELECT external_id FROM messages WHERE text LIKE 'Hello Ann%'")
        late = Receipt(channel="whatsapp", external_id=key, status=Status.SENT)
        await receipts.apply(conn, [late], at=world.ground.clock.now())


async def test_nothing_leaves_without_send_where_the_business_wants_buttons(
    idle_world: World,
) -> None:
    """With `sending = "buttons"`; and a refusal of the vendor is mended by another address."""
    world, dana, ravi = idle_world, Staff(idle_world), Staff(idle_world, "U0RAVI")
    ann = world.customer("+14155550122")
    teach(world, desk=load_profile().desk.model_copy(update={"sending": "buttons"}))
    card, work = await claimed_without_worker(world, ann, dana)
    said = await dana.writes("Six works", card)
    whisper = await beside(world, dana)
    assert buttons(whisper) == ["send_offered"]
    assert await world.rows("SELECT FROM messages WHERE author = 'staff'") == []
    await dana.edits(said, "Seven works")
    await ravi.presses(whisper, "send_offered")
    await ravi.whispered("holds this conversation")
    world.stand_ins.twilio.fail_next(status=400, code=21614)
    await dana.presses(whisper, "send_offered")
    (row,) = await world.rows("SELECT text FROM messages WHERE author = 'staff'")
    assert row["text"].endswith("Seven works")
    await world.rows(
        """WITH owner AS (SELECT customer_id FROM addresses WHERE value = $1)
        INSERT INTO addresses (customer_id, channel, value, consent, last_inbound_at)
        SELECT customer_id, 'whatsapp', $1, 'given', now() FROM owner""",
        ann.number,
    )
    await work("deliver")
    await work("mark_words")
    await post_all(world)
    trouble = await dana.reads("Not sent", card)
    assert buttons(trouble) == ["send_elsewhere"]
    heard = len(ann.received)
    await dana.presses(trouble, "send_elsewhere")
    await dana.presses(trouble, "send_elsewhere")
    await dana.whispered("on its way already")
    await work("deliver")
    (sent,) = ann.received[heard:]
    assert (sent.channel, sent.body.rpartition("\n")[2]) == ("whatsapp", "Seven works")
    assert "Dana" in sent.body


@pytest.mark.parametrize(
    "text",
    [
        "{{1}} first",
        "last {{1}}",
        "two {{1}} {{2}} beside",
        "no {{2}} one",
        "same {{1}}{{1}} twice",
    ],
)
def test_a_template_that_the_vendor_would_refuse_is_no_profile(text: str) -> None:
    shape = {"languages": {"en": {"content_sid": SID, "text": text}}}
    with pytest.raises(ValueError, match="gaps are"):
        Template.model_validate(shape)


def test_an_owner_is_told_which_template_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    whole = (DEFAULT_FOLDER / "profile.toml").read_text("utf-8")
    file.write_text(
        whole + '\n[templates.x]\nlanguages.en = { content_sid = "HX1", text = "Hi" }\n', "utf-8"
    )
    with pytest.raises(ConfigError, match=r"templates\.x\.languages\.en\.content_sid"):
        load_profile(file)


def test_gaps_are_filled_as_the_vendor_takes_them() -> None:
    text = NEWS.languages["en"]
    assert text.gaps == ("1", "2")
    assert fill_gaps(text, {"1": " Ann ", "2": "a\n\n  b      c", "3": "x"}) == {
        "1": "Ann",
        "2": "a b c",
    }
    with pytest.raises(CallerError, match=r"\{\{2\}\}: at most 255"):
        fill_gaps(text, {"1": "Ann", "2": "x" * 256})
    with pytest.raises(CallerError, match=r"\{\{1\}\}: fill"):
        fill_gaps(text, {"2": "x"})


async def test_a_late_change_is_told_as_it_is(idle_world: World) -> None:
    """What cannot be said instead is taken back; what was refused is not said to have arrived."""
    world, dana = idle_world, Staff(idle_world)
    ann = world.customer("+14155550123")
    card, work = await claimed_without_worker(world, ann, dana)
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)
    heard = len(ann.received)
    await work("deliver")
    before = len(ann.received)
    said = await dana.writes("We can do six", card)
    await dana.edits(said, "No! " * 1100)
    assert "Taken back" in shown(await dana.whispered("characters"))
    clock.shift += timedelta(seconds=11)
    await work("deliver")
    assert len(ann.received) == before >= heard

    # They leave, and what was queued for them is refused: by the gate, and told so everywhere.
    said = await dana.writes("We can do seven", card)
    whisper = await beside(world, dana)
    await world.rows("UPDATE addresses SET consent = 'revoked'")
    clock.shift += timedelta(seconds=11)
    await work("deliver")
    await dana.presses(whisper, "undo")
    await dana.whispered("It was not sent")
    await dana.edits(said, "We can do eight")
    await dana.deletes(said)
    assert await world.rows("SELECT FROM desk_notices WHERE key LIKE 'not_carried:%'") == []
    assert len(ann.received) == before


async def test_words_of_the_house_that_may_not_leave_are_told(idle_world: World) -> None:
    """I6: a booking's words to somebody who opted out; staff hear of it and nobody else does."""
    world, dana = idle_world, Staff(idle_world)
    ann = world.customer("+14155550124")
    card, work = await claimed_without_worker(world, ann, dana)
    await work("deliver")
    before = len(ann.received)
    async with borrow(world.pool) as conn, conn.transaction():
        owner = await conn.fetchrow("SELECT id, customer_id FROM conversations")
        to = await booking_lists.find_addressee(conn, owner["customer_id"], owner["id"])
        assert to is not None
        tools = world.app[DOOR].office.tools
        await write_to(tools, conn, to, "Your deposit is in.", language="en")
        await conn.execute("UPDATE addresses SET consent = 'revoked'")
    await work("deliver")
    await work("deliver")
    assert len(ann.received) == before
    await post_all(world)
    told = await dana.reads("did not get what we wrote", card)
    assert "opted out" in shown(told)
    (kept,) = await world.rows("SELECT text FROM desk_notices WHERE key LIKE 'refused:%'")
    assert ann.number not in kept["text"]


async def test_a_failed_send_and_an_undo_wait_for_each_other_and_not_for_ever(
    idle_world: World,
) -> None:
    """I3: both lock the conversation first, however they meet."""
    world, dana = idle_world, Staff(idle_world)
    ann = world.customer("+14155550125")
    card, work = await claimed_without_worker(world, ann, dana)
    await work("deliver")
    await dana.writes("We can do six", card)
    words = WordsId((await world.rows("SELECT id FROM desk_words"))[0]["id"])
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)
    clock.shift += timedelta(seconds=11)
    world.stand_ins.twilio.fail_next(status=400, code=30007)
    waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
    async with borrow(world.pool) as conn, conn.transaction():
        await speaking.get(conn, words)
        failing = asyncio.create_task(work("deliver"))
        await world.until(waits)
        assert await speaking.take_back(world.app[DOOR].office.tools, conn, words) == "gone"
    await failing
    (row,) = await world.rows("SELECT status FROM messages WHERE author = 'staff'")
    assert row["status"] == "failed"


async def test_a_receipt_that_comes_as_a_mark_is_let_go_is_not_left_to_the_sweep(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own ring found the marking taken: whoever had it rings again."""
    dana, ann = Staff(idle_world), idle_world.customer("+14155550127")
    card, work = await claimed_without_worker(idle_world, ann, dana)
    let_go, rung, seen = desk_marks.let_go, list[float](), list[WordsId]()

    async def late(conn: Connection, words_id: WordsId) -> None:
        if await desk_marks.read_standing(conn, words_id) == "waiting" and seen:
            await conn.execute("UPDATE messages SET status = 'delivered' WHERE author = 'staff'")
        seen.append(words_id)
        await let_go(conn, words_id)

    monkeypatch.setattr(desk_marks, "let_go", late)
    monkeypatch.setattr(mark_words, "_ring", lambda *asked: rung.append(asked[2]))
    await dana.writes("We can do six", card)
    await work("mark_words")
    assert rung == [0.0]
