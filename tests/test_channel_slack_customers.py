"""Customers who write in Slack, in the workspace where staff work: stories of both.

I1 durable, I2 once, I11 verified or refused: no words of staff become a customer's, and no customer
reaches what staff can do.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from world import PATIENCE_S, World, open_world

from bot.domain import Kind
from bot.language.embed import Encoder
from jobs.base import perform

PHOTO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
SHARED = "C0SHARED1"
ON = {"SLACK_CUSTOMERS": "1"}
INBOUND = "SELECT count(*) FROM messages WHERE direction = 'inbound'"


@pytest.fixture
async def open_to_customers(
    database_url: str, redis_url: str, encoder: Encoder
) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url, encoder, environment=ON) as opened:
        yield opened


async def test_a_customer_writes_to_the_app_and_in_a_shared_channel(
    open_to_customers: World,
) -> None:
    """I2: told twice it is one message; the answer stands in the thread it was asked in."""
    world = open_to_customers
    slack, callers = world.stand_ins.slack, world.stand_ins.slack.callers
    asked, told = await callers.writes("How much for 20 adults and 6 kids?", repeat=True)
    assert told.ok
    await slack.wait_until(lambda: bool(callers.heard(asked.channel)), PATIENCE_S)
    [answer] = callers.heard(asked.channel)
    assert "$1,280.00" in answer.text
    assert answer.thread_ts == ""
    # A thread that the customer began is kept.
    root = answer.ts
    await callers.writes("and for 18 adults and 6 kids?", thread_ts=root)
    await slack.wait_until(lambda: len(callers.heard(asked.channel)) == 2, PATIENCE_S)
    assert callers.heard(asked.channel)[1].thread_ts == root
    # In a channel that two workspaces share, one mention is two events and one message.
    callers.share(SHARED, "with-acme", "U0STRANGER", "U0GUEST")
    mention, told = await callers.mentions("how much for 20 adults?", channel=SHARED)
    assert told.ok
    await slack.wait_until(lambda: bool(callers.heard(SHARED)), PATIENCE_S)
    assert [each.thread_ts for each in callers.heard(SHARED)] == [mention.ts]
    await callers.mentions("hello", channel=SHARED, user="U0GUEST")
    await world.settles()
    rows = await world.rows("SELECT value, our_address FROM addresses WHERE channel = 'slack'")
    # What is said before others is another customer's until they prove to be the same.
    assert {(row["value"], row["our_address"]) for row in rows} == {
        ("T0SANDBOX/U0GUEST", asked.channel),
        (f"T0ELSEWHERE/U0STRANGER/{SHARED}", SHARED),
        (f"T0SANDBOX/U0GUEST/{SHARED}", SHARED),
    }
    assert await world.value("SELECT count(DISTINCT customer_id) FROM addresses") == 3
    inbound = "SELECT count(*) FROM messages WHERE direction = 'inbound'"
    assert await world.value(inbound) == 4
    names = await world.rows("SELECT rest #>> '{extras,profile_name}' AS name FROM messages")
    assert {row["name"] for row in names} >= {"Gus", "Sasha"}


async def test_words_of_staff_become_no_customers(open_to_customers: World) -> None:
    """I11: no words of staff become a customer's, and no customer reaches what staff can do."""
    world = open_to_customers
    slack, callers = world.stand_ins.slack, world.stand_ins.slack.callers
    desk = slack.credentials.channel_id
    none = "SELECT count(*) FROM messages"
    # Staff who write to the app are told, once, where the desk is.
    for text in ("please tell Ann that we are late", "hello?"):
        _message, told = await callers.writes(text, user="U0DANA")
        assert told.ok
    await slack.wait_until(lambda: bool(callers.heard("D0DANA")), PATIENCE_S)
    # The staff channel stays staff's, whoever writes there, and were it shared ten times.
    slack.events.shared.add(desk)
    for user in ("U0DANA", "U0STRANGER", "U0GUEST"):
        assert (await callers.mentions("a customer asks", channel=desk, user=user))[1].ok
    callers.share(SHARED, "with-acme", "U0DANA", "U0GUEST")
    assert (await callers.mentions("I'm staff here too", channel=SHARED, user="U0DANA"))[1].ok
    # A colleague of the house who is no staff, in a channel that nobody opened.
    slack.workspace.channels["C0INHOUSE"] = "lunch"
    assert (await callers.mentions("lunch?", channel="C0INHOUSE", user="U0GUEST"))[1].ok
    assert await world.value(none) == 0
    [told_dana] = callers.heard("D0DANA")
    assert desk in f"{told_dana.text} {json.dumps(list(told_dana.blocks))}"


async def test_no_customer_reaches_what_staff_can_do(open_to_customers: World) -> None:
    """I11: commands, shortcuts and edits of somebody who is no staff change nothing at the desk."""
    world = open_to_customers
    slack, callers = world.stand_ins.slack, world.stand_ins.slack.callers
    # A customer's commands, shortcuts and buttons do nothing, wherever they try.
    asked, _told = await callers.writes("How much for 20 adults?")
    await slack.wait_until(lambda: bool(callers.heard(asked.channel)), PATIENCE_S)
    for command in ("/concierge", "/pause", "/booking", "/followups"):
        told = await slack.staff_commands(command, "all", user="U0GUEST", channel=asked.channel)
        said = " ".join([told.text, *(each.text for each in slack.ephemerals)])
        assert "Nothing was done" in said or "no such command" in said.lower()
    for shortcut in ("teach", "why_said", "wrong_answer"):
        ts = callers.heard(asked.channel)[0].ts
        assert (await slack.staff_uses_shortcut(shortcut, ts, user="U0GUEST")).ok
    assert slack.windows.get("U0GUEST", []) == []
    assert await world.value("SELECT count(*) FROM escalations") == 0
    await world.settles()
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1
    # What a customer changes or takes back is told of as such, and is not staff's edit.
    await slack.staff_edits(asked.ts, "How much for 30 adults?")
    await slack.staff_deletes(asked.ts)
    await world.settles()
    rows = await world.rows("SELECT kind FROM messages WHERE direction = 'inbound' ORDER BY seq")
    assert [row["kind"] for row in rows] == [Kind.TEXT, Kind.EDIT, Kind.DELETION]
    # A card that somebody has passed on into their talk has working buttons, and none for them.
    await callers.writes("I want to talk to a person, please")
    desk = slack.credentials.channel_id
    await slack.wait_until(lambda: any(m.channel == desk for m in slack.messages), PATIENCE_S)
    card = next(m for m in slack.messages if m.channel == desk)
    passed_on = replace(card, channel=asked.channel, ts=slack.workspace.next_ts())
    floor = "SELECT status, claimed_by FROM escalations"
    for place in (passed_on, card):
        slack.ephemerals.clear()
        assert (await slack.staff_presses(place, "claim", user="U0GUEST")).ok
        await slack.wait_until(lambda: bool(slack.ephemerals), PATIENCE_S)
        assert "Nothing was done" in slack.ephemerals[0].text
        assert [tuple(row) for row in await world.rows(floor)] == [("open", None)]


async def test_who_cannot_be_told_from_staff_is_no_customer(open_to_customers: World) -> None:
    """I1, I11: Slack comes again; what cannot be read is kept whole."""
    world = open_to_customers
    slack, callers = world.stand_ins.slack, world.stand_ins.slack.callers
    # Nobody can say who wrote: nothing is taken in, and Slack comes again (I1).
    slack.fail_next("internal_error", times=9, method="users.info")
    _message, told = await callers.writes("it is me", user="U0STRANGER")
    assert told.status == 503
    slack.behave()
    assert (await callers.writes("it is me", user="U0STRANGER"))[1].ok
    # What cannot be read is kept whole.
    unreadable = await slack.events.event({"type": "message", "channel": "D0GUEST", "user": "U1"})
    assert unreadable.status == 400
    assert await world.value("SELECT count(*) FROM dead_letters") == 1


async def test_an_answer_whose_acceptance_was_lost_is_sent_once(open_to_customers: World) -> None:
    """I5: Slack took it and we were cut off; its mark in the talk says so. A photo comes along."""
    world = open_to_customers
    slack, callers = world.stand_ins.slack, world.stand_ins.slack.callers
    slack.drop_after_accept(method="chat.postMessage")
    photo = ("patio.png", PHOTO)
    asked, told = await callers.writes("How much for 20 adults? Our patio:", files=[photo])
    assert told.ok
    in_doubt = "SELECT id FROM messages WHERE direction = 'outbound' AND status = 'sending'"
    await slack.wait_until(lambda: bool(callers.heard(asked.channel)), PATIENCE_S)
    await world.until(f"SELECT EXISTS ({in_doubt} AND reason IS NOT NULL)")
    message_id = str(await world.value(in_doubt))
    await world.rows("UPDATE messages SET claimed_until = now() WHERE status = 'sending'")
    await perform(world.deps, "look_up_send", {"message_id": message_id})
    await world.settles()
    [answer] = callers.heard(asked.channel)
    row = (await world.rows("SELECT * FROM messages WHERE direction = 'outbound'"))[0]
    assert (row["status"], row["external_id"]) == ("sent", f"{asked.channel}:{answer.ts}")
    await world.until("SELECT EXISTS (SELECT FROM media_files WHERE status = 'kept')")
