"""What staff see of how a customer feels: on a card, in its notification, in a storm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from staff_room import buttons, shown
from test_desk_card import CARD
from test_desk_storm import counts, lists, tell
from test_desk_storm import escalate as enter
from world import World

from bot.desk.card_feelings import say_now, say_worst
from bot.domain import (
    Author,
    ConversationId,
    CustomerId,
    Emotion,
    MessageId,
    Polarity,
    PrimaryEmotion,
)
from bot.feelings.history import History, Recovery
from bot.feelings.trends import Felt, trend_of
from channels.desk_card import Card, blocks, fallback
from jobs.base import perform
from jobs.desk_pace import FarSlot, paced
from jobs.felt_cards import redraw_felt

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
TALK = ConversationId(UUID(int=7))
SIDES = {"happy": "positive", "neutral": "neutral", "surprised": "neutral"}
HEARD = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, scored) SELECT c.id, a.id, 'inbound', 'sms', 'customer', $2, 'ignored', $3
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN addresses a ON a.customer_id = c.customer_id WHERE e.id = $1::uuid RETURNING id"""
FELT = """INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer) SELECT id, conversation_id, 'angry', 'negative', 0.8, 0.9, 'test-1'
FROM messages WHERE id = $1"""


def course(*told: tuple[str, float], recoveries: Sequence[Recovery] = ()) -> History:
    """Messages an hour apart, the oldest first."""
    felt = tuple(
        Felt(
            message_id=MessageId(UUID(int=number)),
            conversation_id=TALK,
            seq=number,
            at=NOW + timedelta(hours=number),
            emotion=Emotion(
                primary=PrimaryEmotion(primary),
                polarity=Polarity(SIDES.get(primary, "negative")),
                intensity=intensity,
                confidence=0.9,
                scorer="test",
            ),
        )
        for number, (primary, intensity) in enumerate(told)
    )
    return History(felt=felt, trend=trend_of(felt), recoveries=tuple(recoveries))


def recovered(number: int, was: float, became: float, *, by: Author = Author.BOT) -> Recovery:
    return Recovery(
        message_id=MessageId(UUID(int=number)),
        conversation_id=TALK,
        customer_id=CustomerId(UUID(int=8)),
        at=NOW + timedelta(hours=number),
        author=by,
        agent="",
        topic="",
        was=was,
        became=became,
    )


def test_the_emotion_of_a_card_is_a_course_with_a_side_for_each_message() -> None:
    assert say_now(course()) == ""
    assert say_now(course(("sad", 0.4))) == "sad 0.40"
    assert say_now(course(("neutral", 0.1))) == "neutral"
    down = course(("happy", 0.6), ("neutral", 0.0), ("sad", 0.3), ("angry", 0.9))
    assert say_now(down) == "angry 0.90 ↘ falling, was sad 🟩⬜🟧🟥"
    even = course(("angry", 0.5), ("angry", 0.5))
    assert say_now(even) == "angry 0.50 → steady 🟧🟧"
    # A figure never looks the same with another colour: both read 0.60 and are strong.
    assert say_now(course(("angry", 0.504), ("angry", 0.594))).endswith("🟧🟧")
    assert say_now(course(("angry", 0.596), ("angry", 0.604))).endswith("🟥🟥")
    assert say_now(course(*[("happy", 0.9)] * 9)).count("🟩") == 6


def test_what_our_answer_did_is_said_while_it_is_news() -> None:
    told = (("angry", 0.9), ("happy", 0.4))
    by_us = course(*told, recoveries=[recovered(0, -0.9, 0.4)])
    assert say_now(by_us).endswith("🟥🟩 · better since our answer")
    by_staff = course(*told, recoveries=[recovered(0, -0.9, 0.4, by=Author.STAFF)])
    assert say_now(by_staff).endswith("better since staff answered")
    worse = course(("sad", 0.3), ("angry", 0.9), recoveries=[recovered(0, -0.3, -0.9)])
    assert say_now(worse).endswith("worse since our answer")
    same = course(("sad", 0.3), ("sad", 0.3), recoveries=[recovered(0, -0.3, -0.3)])
    assert "since" not in say_now(same)
    long_ago = course(*told, *[("neutral", 0.0)] * 6, recoveries=[recovered(0, -0.9, 0.4)])
    assert "since" not in say_now(long_ago)


def test_the_worst_moment_and_how_it_ended() -> None:
    assert say_worst(course(("happy", 0.9), ("sad", 0.1))) is None
    told = (("neutral", 0.0), ("angry", 0.9), ("sad", 0.4), ("happy", 0.5))
    open_end = say_worst(course(*told[:2]))
    assert open_end is not None
    assert open_end.ended == "they have not written in that talk since"
    mended = say_worst(course(*told, recoveries=[recovered(1, -0.9, 0.5, by=Author.STAFF)]))
    assert mended is not None
    assert (mended.felt, mended.at) == ("angry 0.90", NOW + timedelta(hours=1))
    assert mended.ended == "better since staff answered, unhappy for 2 h"
    alone = say_worst(course(*told))
    assert alone is not None
    assert alone.ended == "then happy 0.50, unhappy for 2 h"


def top(card: Card) -> str:
    return str(blocks(card)[0]["text"])


def test_an_urgent_card_says_so_first_and_in_its_notification() -> None:
    urgent = replace(CARD, severity="urgent", summary="fearful 0.80: “his throat is closing”")
    assert "🔴 Urgent: Ana & Luis needs a person" in top(urgent)
    assert fallback(urgent).startswith("🔴 Urgent: Ana &amp; Luis (WhatsApp) needs a person")
    assert fallback(urgent).endswith("(fearful 0.80: “his throat is closing”)")
    assert "🟠 High: " in top(replace(CARD, severity="high"))
    assert "Urgent" not in top(CARD)
    assert fallback(CARD).endswith("asks for a person (confidence 0.93)")
    over = replace(urgent, standing=replace(CARD.standing, state="resolved"))
    assert "Urgent" not in top(over)
    assert fallback(over).startswith("Done: ")
    hostile = replace(urgent, summary="<!channel> “<@U1>”")
    assert "<!channel>" not in fallback(hostile)


# ── At the desk ─────────────────────────────────────────────────────────────────────────────


async def raise_to(world: World, escalation: str, severity: str) -> None:
    await world.rows(
        "UPDATE escalations SET severity = $2, card_wanted = card_wanted + 1,"
        " card_due_at = coalesce(card_due_at, now()) WHERE id = $1::uuid",
        escalation,
        severity,
    )


async def stands(world: World, escalation: str) -> str:
    query = "SELECT post_status FROM escalations WHERE id = $1::uuid"
    return str(await world.value(query, escalation))


async def test_what_is_urgent_has_a_card_of_its_own_in_any_storm(idle_world: World) -> None:
    """I14: neither a line of the list nor behind the pace of the others, also where it becomes
    urgent only once it stands in the list."""
    world = idle_world
    limit = world.deps.bot.profile.desk.storm_cards
    ids = [await enter(world, first=n) for n in range(limit + 2)]
    for each in ids:
        await world.rows("UPDATE sender_pace SET next_at = now()")
        await tell(world, each)
    assert await counts(world) == {"posted": limit, "bundled": 2}
    await raise_to(world, ids[-2], "high")
    await lists(world)
    (post,) = [m for m in world.cards if "open_card" in buttons(m)]
    assert f"🟠 High: *Customer {limit}*" in shown(post)

    urgent = await enter(world, first=99)
    await raise_to(world, urgent, "urgent")
    await world.rows(
        "UPDATE sender_pace SET next_at = now() + interval '1 minute'"
        " WHERE sender LIKE 'chat.postMessage:%' AND sender NOT LIKE '%:urgent'"
    )
    await tell(world, urgent)
    assert await stands(world, urgent) == "posted", "the others' pace does not hold it"
    assert "🔴 Urgent: " in shown(world.cards[-1])
    assert world.cards[-1].text.startswith("🔴 Urgent: Customer 99")

    line = ids[-1]
    await raise_to(world, line, "urgent")
    await perform(world.deps, "redraw_card", {"escalation_id": line})
    await tell(world, line)
    assert await stands(world, line) == "posted"
    assert len([m for m in world.cards if "claim" in buttons(m)]) == limit + 2


async def test_what_slack_says_of_waiting_holds_for_urgent_posts_too(idle_world: World) -> None:
    world = idle_world
    called = []

    async def speak() -> None:
        called.append(1)

    for _burst in range(6):
        await paced(world.deps, "chat.postMessage", "C1", speak)
    await world.rows("UPDATE sender_pace SET next_at = now() + interval '1 minute'")
    with pytest.raises(FarSlot):
        await paced(world.deps, "chat.postMessage", "C1", speak)
    await paced(world.deps, "chat.postMessage", "C1", speak, is_urgent=True)
    assert len(called) == 7
    await world.rows("UPDATE sender_pace SET next_at = now() + interval '1 minute'")
    with pytest.raises(FarSlot):
        await paced(world.deps, "chat.postMessage", "C1", speak, is_urgent=True)


async def test_an_open_card_shows_what_is_felt_since_and_asked_twice_is_drawn_once(
    idle_world: World,
) -> None:
    """I7: the customer writes on while staff have the floor."""
    world = idle_world
    escalation = await enter(world, first=5)
    await tell(world, escalation)
    (card,) = world.cards
    assert "*Emotion*" not in shown(card)
    message = await world.value(HEARD, escalation, "And nobody answers me!", True)
    await world.rows(FELT, message)
    talk = await world.value("SELECT conversation_id FROM escalations")
    assert isinstance(talk, UUID)
    for _twice in range(2):
        await redraw_felt(world.deps, [ConversationId(talk)])
    await perform(world.deps, "redraw_card", {"escalation_id": escalation})
    (card,) = world.cards
    assert "angry 0.80" in shown(card)
    assert await world.value("SELECT card_shown = card_wanted FROM escalations")
    await world.rows("UPDATE escalations SET status = 'resolved', resolved_at = now()")
    await redraw_felt(world.deps, [ConversationId(talk)])
    assert await world.value("SELECT card_shown = card_wanted FROM escalations")


async def test_the_emotion_job_has_the_card_drawn_anew(idle_world: World) -> None:
    world = idle_world
    escalation = await enter(world, first=6)
    await tell(world, escalation)
    await world.value(HEARD, escalation, "I am so furious, nobody ever came!!", False)
    before = await world.value("SELECT card_wanted FROM escalations")
    await perform(world.deps, "score_emotion", {})
    assert await world.value("SELECT card_wanted FROM escalations") != before
    await world.rows("UPDATE escalations SET card_due_at = now()")
    await perform(world.deps, "redraw_card", {"escalation_id": escalation})
    (card,) = [m for m in world.cards if "claim" in buttons(m)]
    assert "*Emotion*" in shown(card)
