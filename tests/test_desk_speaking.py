"""People speak to a customer from a card's thread: the holder out loud, all others in private."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from staff_room import Staff, buttons, shown
from world import Customer, World

from bot.clock import ShiftedClock
from bot.desk import floor, speaking
from bot.desk.people import Member, Role
from bot.store.connection import borrow
from handlers.desk.opening import DOOR
from handlers.desk.thread import hear
from handlers.sandbox.desk_channel import DeskMessage
from handlers.sandbox.slack_talk import Ephemeral
from jobs.base import perform

RAVI = Member(id="U0RAVI", name="Ravi", role=Role.STAFF)

STAFF_ROWS = "SELECT text, status, reason, rest FROM messages WHERE author = 'staff' ORDER BY seq"


async def held_card(world: World, customer: Customer, staff: Staff) -> DeskMessage:
    """A customer who asked for a person, and the card that somebody claimed."""
    await customer.texts("I want to talk to a real person please")
    card = await world.desk_shows()
    await staff.presses(card, "claim")
    await world.until("SELECT status = 'claimed' FROM escalations")
    await world.settles()
    return card


async def bears(world: World, message: DeskMessage, *names: str) -> None:
    """Wait until the message bears these marks and no other."""
    await world.holds(lambda: sorted(k for k, v in message.reactions.items() if v) == sorted(names))


async def claimed_without_worker(
    world: World, customer: Customer, staff: Staff
) -> tuple[DeskMessage, Callable[[str], Awaitable[None]]]:
    """The same where jobs run when the story says so: the card, and what runs a job."""
    await customer.texts("I want to talk to a real person please")
    conversation = str(await world.value("SELECT id FROM conversations ORDER BY id DESC LIMIT 1"))
    await perform(world.deps, "take_turn", {"conversation_id": conversation})
    escalation = str(await world.value("SELECT id FROM escalations ORDER BY id DESC LIMIT 1"))
    await perform(world.deps, "escalate", {"escalation_id": escalation})
    card = await world.desk_shows()
    await staff.presses(card, "claim")
    await world.until("SELECT status = 'claimed' FROM escalations")

    async def work(job: str) -> None:
        if job == "deliver":
            await perform(world.deps, "deliver", {"conversation_id": conversation})
            return
        for row in await world.rows("SELECT id FROM desk_words"):
            await perform(world.deps, job, {"words_id": str(row["id"])})

    return card, work


async def taken_over(world: World, by: Member) -> None:
    """Somebody else takes the conversation, as the customer card lets them."""
    async with borrow(world.pool) as conn, conn.transaction():
        found = await conn.fetchval("SELECT conversation_id FROM escalations")
        await floor.take_over(world.app[DOOR].office.tools, conn, found, by=by, via="desk")


async def beside(world: World, staff: Staff) -> Ephemeral:
    """The whisper with the buttons for what somebody wrote last."""
    words = str(await world.value("SELECT id FROM desk_words ORDER BY id DESC LIMIT 1"))
    await staff.sees(lambda: any(words in str(w.blocks) for w in staff.whispers), "the buttons")
    return next(w for w in staff.whispers if words in str(w.blocks))


def is_answered(whisper: Ephemeral) -> bool:
    return "in 10 s" not in shown(whisper)


def internal(staff: Staff) -> Sequence[str]:
    return [shown(each) for each in staff.whispers if "Only the team" in shown(each)]


async def test_the_holder_speaks_to_the_customer_and_everybody_else_to_the_team(
    world: World,
) -> None:
    """Before a claim, behind //, by another: nothing leaves (I7). The holder's words do, once."""
    dana, ravi, ann = Staff(world), Staff(world, "U0RAVI"), world.customer()
    await ann.texts("I want to talk to a real person please")
    card = await world.desk_shows()
    await world.settles()
    await dana.writes("Who is that?", card)
    await dana.writes("Anybody?", card)
    assert "Press Claim" in shown(await dana.whispered("Only the team"))
    await dana.presses(card, "claim")
    await world.until("SELECT status = 'claimed' FROM escalations")
    await ravi.writes("Give her a discount", card)
    await ravi.writes("A big one", card)
    assert "Dana" in shown(await ravi.whispered("only the team reads"))
    await dana.writes("// she is a regular", card)
    await dana.writes("This stands in the channel, not in the thread")
    assert await world.rows(STAFF_ROWS) == []

    heard = await _first_words(world, card, ann)
    assert len(internal(dana)) == 1
    assert len([w for w in ravi.whispers if "only the team reads" in shown(w)]) == 1

    # The second words need no introduction; the first of another speaker do.
    await dana.writes("Shall I hold Saturday?", card)
    await dana.presses(await beside(world, dana), "send_now")
    assert await ann.hears(heard + 2) == "Shall I hold Saturday?"
    await taken_over(world, RAVI)
    await ravi.writes("Me again", card)
    await ravi.presses(await beside(world, ravi), "send_now")
    assert "Ravi" in await ann.hears(heard + 3)
    assert len(internal(dana)) == 1


async def _first_words(world: World, card: DeskMessage, ann: Customer) -> int:
    """In the outbox when Slack is answered (I1), introduced, marked; how much was heard before."""
    dana = Staff(world)
    began = time.perf_counter()
    said = await dana.writes("Hi *Ann*, <https://a.example/menu|our menu> :tada:", card)
    took_ms = (time.perf_counter() - began) * 1000
    (row,) = await world.rows(STAFF_ROWS)
    print(f"staff message to outbox and 200: {took_ms:.0f} ms")
    assert row["status"] == "queued"
    assert row["text"] == (
        "This is Dana from My Hibachi Chef.\nHi Ann, our menu (https://a.example/menu) 🎉"
    ) or row["text"].startswith("Dana from My Hibachi Chef here.\nHi Ann")
    assert row["rest"]["staff"] == "U0DANA"
    await bears(world, said, "hourglass_flowing_sand")
    whisper = await dana.whispered("in 10 s")
    assert buttons(whisper) == ["undo", "send_now"]

    heard = len(ann.received)
    await dana.presses(whisper, "send_now")
    assert "Hi Ann" in await ann.hears(heard + 1)
    await bears(world, said, "white_check_mark")
    await dana.whispered("On its way to")
    return heard


async def test_words_are_taken_back_reworded_or_gone(idle_world: World) -> None:
    """Undo against the worker that sends: one wins, and both know who (I5)."""
    world, dana, ann = idle_world, Staff(idle_world), idle_world.customer("+14155550102")
    card, work = await claimed_without_worker(world, ann, dana)
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)

    # Taken back by the button: the worker finds nothing, however late it is.
    first = await dana.writes("Forget this", card)
    await dana.presses(await beside(world, dana), "undo")
    await dana.whispered("Taken back")
    clock.shift += timedelta(seconds=11)
    await work("deliver")
    assert [(r["status"], r["reason"]) for r in await world.rows(STAFF_ROWS)] == [
        ("dropped", speaking.TAKEN_BACK)
    ]
    await work("mark_words")
    await bears(world, first, "leftwards_arrow_with_hook")

    # Reworded and deleted in Slack within the time; the introduction is not lost with what went.
    second = await dana.writes("We can do six", card)
    await dana.edits(second, "We can do *seven*")
    third = await dana.writes("And free sake", card)
    await dana.deletes(third)
    clock.shift += timedelta(seconds=11)
    heard = len(ann.received)
    await work("deliver")
    (only,) = ann.received[heard:]
    assert only.body.endswith("We can do seven")
    assert "Dana" in only.body

    await work("mark_words")
    await _too_late(world, second)
    assert len(ann.received) == heard + 1
    await _undo_races(world, card, work, ann)


async def _too_late(world: World, second: DeskMessage) -> None:
    """Edited and deleted after it has left: told in the thread, once each; nothing goes out."""
    dana = Staff(world)
    await dana.edits(second, "We can do eight")
    await dana.edits(second, "We can do nine")
    await dana.deletes(second)
    told = await world.rows("SELECT text FROM desk_notices WHERE key LIKE 'not_carried:%'")
    assert sorted(row["text"].partition("Your ")[2] for row in told) == [
        "deletion was not carried over.",
        "edit was not carried over.",
    ]


async def _undo_races(
    world: World, card: DeskMessage, work: Callable[[str], Awaitable[None]], ann: Customer
) -> None:
    """Pressed while the worker sends: whoever locks the row first has it, and nobody both."""
    dana, clock = Staff(world), world.ground.clock
    assert isinstance(clock, ShiftedClock)
    for _ in range(6):
        await dana.writes("Now or never", card)
        whisper = await beside(world, dana)
        clock.shift += timedelta(seconds=11)
        before = len(ann.received)
        await asyncio.gather(work("deliver"), dana.presses(whisper, "undo"))
        row = (await world.rows(STAFF_ROWS))[-1]
        await dana.sees(partial(is_answered, whisper), "what came of it")
        left = len(ann.received) - before
        assert (row["status"], left) in {("dropped", 0), ("sent", 1), ("delivered", 1)}
        assert ("Too late" in shown(whisper)) == bool(left)


async def test_one_message_in_two_events_at_once_is_said_once(idle_world: World) -> None:
    """One message in two events, retried meanwhile; and a claim that moves just then (I2, I7)."""
    world, dana, ravi = idle_world, Staff(idle_world), Staff(idle_world, "U0RAVI")
    ann = world.customer("+14155550103")
    card, _ = await claimed_without_worker(world, ann, dana)
    event = {
        "type": "message",
        "channel": card.channel,
        "user": "U0DANA",
        "text": "Twice?",
        "ts": "1800000000.000100",
        "thread_ts": card.ts,
    }
    office = world.app[DOOR].office
    await asyncio.gather(
        *(hear(office, {**event, "event_id": f"Ev{number % 2}"}) for number in range(6))
    )
    assert [row["text"].rpartition("\n")[2] for row in await world.rows(STAFF_ROWS)] == ["Twice?"]

    await _odd_events(world, event)

    # While the claim moves, whoever holds it when the message is committed has spoken.
    before = {**event, "ts": "1800000002.000100", "event_id": "Ev7", "text": "Mine?"}
    answer, _ = await asyncio.gather(hear(office, before), taken_over(world, RAVI))
    said = [r["text"] for r in await world.rows(STAFF_ROWS) if r["text"].endswith("Mine?")]
    assert bool(said) == ("Goes to" in answer.text)
    after = {**event, "ts": "1800000003.000100", "event_id": "Ev8", "text": "Still mine?"}
    told = await hear(office, after)
    # Once a person and holder: the message before may have been told so already.
    assert "only the team reads" in answer.text + told.text
    assert "Goes to" not in told.text
    await ravi.writes("No, mine", card)
    assert (await world.rows(STAFF_ROWS))[-1]["text"].endswith("No, mine")


ODD: tuple[dict[str, object], ...] = (
    {"bot_id": "B1"},
    {"bot_profile": {"id": "B1"}},
    {"subtype": "channel_join"},
    {"subtype": "bot_message"},
    {"hidden": True},
    {"channel": "C0OTHER"},
    {"user_team": "T0OTHER", "team_id": "T0OURS"},
    {"thread_ts": "1800000000.000100"},
    {"thread_ts": ""},
    {"text": ""},
    {"text": 7},
    {"user": None},
    {"ts": None},
    {"subtype": "message_changed"},
    {"subtype": "message_changed", "message": "x", "previous_message": []},
    {"subtype": "message_deleted"},
)
"""What is not a person's message in the thread."""


async def _odd_events(world: World, event: Mapping[str, object]) -> None:
    """They say nothing to anybody, and fail nowhere."""
    office = world.app[DOOR].office
    unfolded = {"ts": event["ts"], "thread_ts": event["thread_ts"], "user": "U0DANA", "text": "new"}
    unfurl: dict[str, object] = {
        "subtype": "message_changed",
        "message": unfolded,
        "previous_message": {"text": "x"},
    }
    for number, change in enumerate((*ODD, unfurl)):
        given = {**event, "ts": f"1800000001.{number:06d}", "event_id": f"Odd{number}", **change}
        if change.get("thread_ts"):
            given["ts"] = change["thread_ts"]
        assert (await hear(office, given)).text == "", change
    assert len(await world.rows(STAFF_ROWS)) == 1
