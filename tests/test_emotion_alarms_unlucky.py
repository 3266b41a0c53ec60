"""Alarms on a bad day: read days late, in a storm, of one who rages on or plays tricks.

Real rows and locks; the scorer is told what to read.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest
from arq.connections import ArqRedis
from desk_floor_room import PHONE, Room, open_room
from feeling_reader import Told, feels, reader_of
from scoring_ground import come_in

from bot.domain import Mode
from bot.feelings import watching
from bot.feelings.watching import Heard
from bot.feelings.weighing import BUSY_FROM, weigh_span
from bot.language.embed import Embedder, Encoder
from bot.language.emotion_input import Spoken
from bot.store import conversations
from bot.store.connection import Pool
from channels.desk import in_short
from channels.desk_posts import post_blocks
from jobs.base import JobDeps, perform
from jobs.emotion_alarms import LATE
from jobs.emotion_batches import BATCH
from jobs.queue import Doorbell

ALARMS = "SELECT explanation, act FROM emotion_alarms ORDER BY created_at, trigger"


@pytest.fixture
async def room(pool: Pool, encoder: Encoder) -> Room:
    opened = await open_room(pool)
    scorer = Told({"awful": feels("angry", 0.8), "worse": feels("angry", 0.95)})
    reader = reader_of(scorer, Embedder(encoder))
    opened.deps = replace(opened.deps, pool=pool, reader=reader)
    return opened


async def score(room: Room) -> list[str]:
    """Run the emotion job; the explanations of all that has rung."""
    bell = Doorbell(cast(ArqRedis, None), room.deps.clock)
    deps = JobDeps(bot=room.deps, channels={}, desk=None, doorbell=bell)
    await perform(deps, "score_emotion", {})
    return [row["explanation"] for row in await room.rows(ALARMS)]


async def mode_of(room: Room) -> Mode:
    async with room.pool.acquire() as conn, conn.transaction():
        _epoch, mode = await conversations.lock(conn, room.conversation_id)
    return mode


async def test_days_late_and_still_unanswered_it_rings_and_says_how_old_it_is(room: Room) -> None:
    """The workers were away: nobody has answered, so a person is still owed to the customer."""
    await room.writes("awful, nobody came")
    room.passes(days=3, minutes=5)
    assert await score(room) == ["angry 0.80: “awful” (said 3 days ago)"]
    assert await mode_of(room) is Mode.HUMAN


async def test_days_late_and_answered_meanwhile_it_rings_nothing(room: Room) -> None:
    """Neither a turn's answer nor staff's is overtaken by what they knew when they wrote."""
    await room.writes("awful, nobody came")
    await room.rows("UPDATE messages SET status = 'answered'")
    room.passes(days=3)
    assert await score(room) == []
    assert await mode_of(room) is Mode.BOT
    card = await room.needs_staff()
    await room.claims(card)
    await room.writes("awful, all of it")
    await room.speaks(card)
    room.passes(seconds=LATE.total_seconds() + 1)
    assert await score(room) == []
    await room.writes("worse, all of it")
    room.passes(hours=2)
    assert "angry 0.95: “worse” (said 2 h ago)" in await score(room)
    assert (await room.posts("thread"))[-1].startswith("Also, high: angry 0.95")


async def test_what_staff_wrote_past_is_told_them_all_the_same(room: Room) -> None:
    """A word of theirs a second later was typed before they could have read it."""
    card = await room.needs_staff()
    await room.claims(card)
    await room.writes("awful, all of it")
    await room.speaks(card)
    assert len(await score(room)) == 1


async def test_who_rages_on_rings_once_for_each_step(room: Room) -> None:
    """Five hundred angry messages: one alarm, and one more when it becomes worse; one card."""
    for _ in range(250):
        await room.writes("awful")
    assert await score(room) == ["angry 0.80"]
    for _ in range(250):
        await room.writes("worse")
    assert await score(room) == ["angry 0.80", "angry 0.95"]
    assert len(await room.rows("SELECT FROM escalations")) == 1
    assert await room.rows("SELECT FROM messages WHERE direction = 'inbound' AND NOT scored") == []


async def test_a_fall_is_seen_in_what_comes_together_while_staff_have_the_floor(
    room: Room, pool: Pool
) -> None:
    """After a gap all of it still waits, and no turn judges it: each is seen after the others."""
    room.deps = replace(
        room.deps,
        reader=reader_of(
            Told(
                {
                    "lovely": feels("happy", 0.4),
                    "slow": feels("sad", 0.1),
                    "hard": feels("sad", 0.35),
                }
            ),
            room.deps.reader._embedder,
        ),
    )
    await room.claims(await room.needs_staff())
    said = ("lovely so far", "a little slow", "this is hard")
    await come_in(pool, *said, sender=PHONE, at=room.now)
    waiting = "SELECT FROM messages WHERE status = 'received'"
    assert len(await room.rows(waiting)) == len(said)
    (told,) = await score(room)
    assert told.startswith("falling over 3 messages, +0.40 → -0.10 → -0.35, now sad 0.35")
    assert (await room.posts("thread"))[-1].startswith("Also: falling")


async def test_in_a_storm_nobody_waits_for_an_explanation(room: Room, pool: Pool) -> None:
    """While more than a batch waits, alarms give their figure; with time, the words again."""
    assert await score(room) == []
    await come_in(pool, *["awful food"] * (2 * BATCH), sender="", at=room.now)
    told = await score(room)
    assert len(told) == 2 * BATCH
    assert told.count("angry 0.80") == BATCH
    assert told.count("angry 0.80: “awful”") == BATCH
    assert {row["act"] for row in await room.rows(ALARMS)} == {"hand_over"}


async def test_while_the_model_is_busy_with_messages_it_explains_none() -> None:
    """A turn hands over at once; what waits is counted down again, also by who gives up."""
    reader = reader_of(Told({"awful": feels("angry", 0.8)}))
    busy = asyncio.create_task(reader.emotions([Spoken("hi")] * BUSY_FROM))
    await asyncio.sleep(0)
    assert reader.emotions_waiting == BUSY_FROM
    assert await weigh_span(reader, "awful food", lambda felt: felt.intensity) == ""
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    assert reader.emotions_waiting == 0
    assert await weigh_span(reader, "awful food", lambda felt: felt.intensity) == "awful"


async def test_words_that_are_quoted_call_nobody_and_link_nowhere(room: Room) -> None:
    """Whatever stands in them, Slack shows it as it was typed."""
    text = "<!channel> awful <@U0DANA> <https://evil.example|awful refund> `/restore`"
    heard = Heard(id=await room.writes(text), text=text, felt=feels("angry", 0.8))
    (alarm,) = await watching.watch(room.deps, room.conversation_id, [heard])
    line = f"{alarm.explanation}\n“{text}”"
    shown = str(post_blocks(line, {})) + in_short(line)
    assert "awful" in alarm.explanation
    assert not any(each in shown for each in ("<!", "<@", "<http", "|awful>"))
