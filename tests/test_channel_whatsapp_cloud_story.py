"""WhatsApp by Meta through the whole service: told as stories, over real HTTP to the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from meta_phone import ANA, hears, meta_of
from world import World, open_world

from bot.language.embed import Encoder
from handlers.sandbox.meta_payloads import new_id
from jobs.base import perform


@pytest.fixture
async def world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with WhatsApp at Meta, and a worker."""
    async with open_world(database_url, redis_url, encoder, vendors=("meta",)) as opened:
        yield opened


@pytest.fixture
async def idle_world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with WhatsApp at Meta, and nobody working yet."""
    async with open_world(
        database_url, redis_url, encoder, vendors=("meta",), with_worker=False
    ) as opened:
        yield opened


async def test_a_customer_asks_taps_a_time_and_is_understood(world: World) -> None:
    meta = meta_of(world)
    asked = await meta.writes(ANA, "Which times are open on Saturday, June 12, 2027?", copies=3)
    offered = await hears(world, 1)
    assert offered.to == ANA.wa_id
    assert offered.titles, "the open times can be tapped"
    assert all(len(title) <= 24 for title in offered.titles)
    await world.holds(lambda: asked in meta.read)
    tapped = await meta.taps(ANA, offered, offered.titles[0])
    again = await hears(world, 2)
    read = await world.rows(
        "SELECT arguments, result FROM tool_calls WHERE name = 'check_availability'"
        " ORDER BY created_at"
    )
    assert read[-1]["result"]["day"] == "2027-06-12", "typed or tapped, it is the same moment"
    assert again.text
    await world.until(
        "SELECT count(*) = 2 FROM messages WHERE direction = 'outbound' AND status = 'read'"
    )
    kinds = await world.rows(
        "SELECT kind, external_id FROM messages WHERE direction = 'inbound' ORDER BY seq"
    )
    assert [(r["kind"], r["external_id"]) for r in kinds] == [
        ("text", asked),
        ("button", tapped),
    ]
    assert set(meta.webhook_statuses) == {200}


async def test_terms_are_answered_by_a_tap(world: World) -> None:
    """I9: a tapped yes books what a typed one would, and only after the terms were stated."""
    meta = meta_of(world)
    await meta.writes(ANA, "How much is it for 20 adults in 94103?")
    await hears(world, 1)
    await meta.writes(ANA, "Please hold Saturday, June 12, 2027 at 6 PM for me")
    stated = await hears(world, 2)
    assert stated.titles == ["Yes", "No"]
    await meta.writes(ANA, "Please make it Sunday, June 13, 2027 at 6 PM instead")
    stated_anew = await hears(world, 3)
    assert stated_anew.titles == ["Yes", "No"]
    # The buttons under what was stated before are still on the phone.
    await meta.taps(ANA, stated, "Yes")
    asked_again = await hears(world, 4)
    assert await world.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 0
    await meta.taps(ANA, asked_again if asked_again.titles else stated_anew, "Yes")
    await hears(world, 5)
    await world.until("SELECT EXISTS (SELECT FROM bookings WHERE agreed_at IS NOT NULL)")


async def test_a_send_whose_answer_was_lost_is_known_by_its_status(world: World) -> None:
    """I5: the tag that comes back settles it; nothing is sent twice and nobody is bothered."""
    meta = meta_of(world)
    meta.drop_after_accept()
    await meta.writes(ANA, "How much is it for 20 adults in 94103?")
    first = await hears(world, 1)
    await world.until("SELECT EXISTS (SELECT FROM messages WHERE external_id = $1)", first.id)
    await world.settles()
    assert len(meta.sent) == 1
    assert await world.value("SELECT count(*) FROM escalations") == 0


async def test_a_send_of_which_nothing_is_heard_is_put_before_a_person_and_settled_late(
    idle_world: World,
) -> None:
    """I5: unknown, never sent again blindly; a status days later still says what became of it."""
    meta = meta_of(idle_world)
    meta.tells_statuses = False
    meta.drop_after_accept()
    await meta.writes(ANA, "How much is it for 20 adults in 94103?")
    talk = await idle_world.value("SELECT id FROM conversations")
    deps = idle_world.deps
    await perform(deps, "take_turn", {"conversation_id": str(talk)})
    await perform(deps, "deliver", {"conversation_id": str(talk)})
    row = await idle_world.value(
        "UPDATE messages SET claimed_until = now() - interval '1 s'"
        " WHERE direction = 'outbound' RETURNING id"
    )
    await perform(deps, "look_up_send", {"message_id": str(row)})
    assert await idle_world.value("SELECT status FROM messages WHERE id = $1", row) == "unknown"
    assert await idle_world.value("SELECT reason FROM escalations") == "unknown_send"
    assert await meta.tell_status(meta.sent[0], "delivered") == 200
    found = await idle_world.rows("SELECT status, external_id FROM messages WHERE id = $1", row)
    assert tuple(found[0]) == ("delivered", meta.sent[0].id)
    assert len(meta.sent) == 1


async def test_a_colleagues_answer_from_the_phone_takes_the_conversation(world: World) -> None:
    """I7: the bot is silent from then on; the echo of our own words changes nothing."""
    meta = meta_of(world)
    await meta.writes(ANA, "How much is it for 20 adults in 94103?")
    ours = await hears(world, 1)
    own = {"from": "1", "to": ANA.wa_id, "id": ours.id, "timestamp": "1795370400", "type": "text"}
    await meta.tells("smb_message_echoes", message_echoes=[{**own, "text": {"body": ours.text}}])
    assert await world.value("SELECT mode FROM conversations") == "bot"
    theirs = {**own, "id": new_id(), "text": {"body": "I'll call you"}}
    await meta.tells("smb_message_echoes", message_echoes=[theirs, theirs])
    assert await world.value("SELECT mode FROM conversations") == "human"
    unread = await meta.writes(ANA, "thanks, what about 30 adults?")
    await world.settles()
    assert len(meta.sent) == 1
    assert unread not in meta.read, "nobody has read it yet"


async def test_too_much_for_one_person_holds_up_nobody_else(idle_world: World) -> None:
    """131056 is one person's, 130429 is our number's; what Meta takes and then cannot get there is
    put before staff, once."""
    meta = meta_of(idle_world)
    meta.tells_statuses = False
    people = [replace(ANA, number=f"+1415555018{n}", user_id="") for n in range(4)]
    for who in people:
        await meta.writes(who, "Do you bring tables and chairs?")
    rows = await idle_world.rows("SELECT id FROM conversations ORDER BY id")
    talks = [{"conversation_id": str(row["id"])} for row in rows]
    for talk in talks:
        await perform(idle_world.deps, "take_turn", talk)
    sent = []
    for talk, code in zip(talks, (131056, None, 130429, None), strict=True):
        if code is not None:
            meta.fail_next(400, code)
        await perform(idle_world.deps, "deliver", talk)
        sent.append(len(meta.sent))
    assert sent == [0, 1, 1, 1], "the second is not held up by the first, the last by our number"
    for _ in range(2):
        assert await meta.tell_status(meta.sent[0], "failed", code=131047) == 200
    told = await idle_world.rows("SELECT text FROM desk_notices WHERE key LIKE 'unreached:%'")
    assert len(told) == 1
    assert meta.sent[0].to in told[0]["text"]
    assert "24 hours" in told[0]["text"]
