"""I5, I6: the gate in the running service: what is held, what goes otherwise, what rests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk_hands import set_clock
from gate_sample import NEWS, SID
from world import World

from bot.domain import AddressId, Author, ConversationId, MessageId, Purpose, Scope
from bot.domain_sending import Preference
from bot.profile import load_profile
from bot.store import consents, outbox
from bot.store.connection import borrow
from bot.store.outbox import Draft
from jobs.base import perform
from jobs.release_held import due as list_held

NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
ANN = "+14155550161"
GONE = ("sent", "delivered", "read")


async def met(world: World, *channels: Any, number: str = ANN) -> dict[str, AddressId]:
    """One customer who has written on these channels; their addresses."""
    found: dict[str, AddressId] = {}
    for channel in channels:
        await world.customer(number, channel).texts("hello there")
        row = (
            await world.rows("SELECT * FROM addresses WHERE channel = $1 AND value = $2",
                             channel, number)
        )[0]  # fmt: skip
        found[channel] = AddressId(row["id"])
    one = "UPDATE addresses SET customer_id = (SELECT customer_id FROM addresses WHERE id = $1)"
    await world.rows(one, found[channels[0]])
    await world.rows("UPDATE messages SET status = 'answered'")
    return found


async def owe(world: World, address: AddressId, text: str, **more: Any) -> MessageId:
    """Put a message of ours into the outbox."""
    channel, conversation = (
        await world.rows(
            "SELECT a.channel, c.id FROM addresses a JOIN conversations c"
            " ON c.customer_id = a.customer_id WHERE a.id = $1",
            address,
        )
    )[0]
    draft: dict[str, Any] = {
        "author": Author.STAFF,
        "purpose": Purpose.CONVERSATIONAL,
        "rest": {},
        **more,
    }
    async with borrow(world.pool) as conn:
        return await outbox.insert(
            conn,
            Draft(
                conversation_id=ConversationId(conversation),
                address_id=address,
                channel=channel,
                text=text,
                epoch=0,
                due_at=world.ground.clock.now(),
                **draft,
            ),
        )


async def deliver(world: World) -> None:
    """Let every conversation's outbox leave."""
    for row in await world.rows("SELECT id FROM conversations"):
        await perform(world.deps, "deliver", {"conversation_id": str(row["id"])})


async def row_of(world: World, message: MessageId) -> Any:
    """The message as it stands."""
    return (await world.rows("SELECT * FROM messages WHERE id = $1", message))[0]


def teach(world: World, **changes: object) -> None:
    """The same business with other rules."""
    profile = load_profile().model_copy(update=changes)
    world.deps = replace(world.deps, bot=replace(world.deps.bot, profile=profile))


async def test_a_closed_window_holds_until_the_customer_writes(idle_world: World) -> None:
    """Held with the reason, told to staff, and sent once, however often it is looked at."""
    world = idle_world
    set_clock(world, NOON)
    only = await met(world, "whatsapp", number="+14155550162")
    set_clock(world, NOON + timedelta(hours=30))
    held = await owe(world, only["whatsapp"], "Your date is free", author=Author.SYSTEM)
    await deliver(world)
    kept = await row_of(world, held)
    assert (kept["status"], "window is closed" in kept["reason"]) == ("held", True)
    notices = "SELECT count(*) FROM desk_notices WHERE key = $1"
    assert await world.value(notices, f"held:{held}") == 1
    job = {"message_id": str(held)}
    await perform(world.deps, "release_held", job)
    assert (await row_of(world, held))["status"] == "held"
    ben = world.customer("+14155550162", "whatsapp")
    await ben.texts("any news?")
    for _ in range(2):
        await perform(world.deps, "release_held", job)
    await deliver(world)
    assert ben.received[-1].body == "Your date is free"


async def test_a_closed_window_moves_and_carries(idle_world: World) -> None:
    """By SMS where they have one, saying why; as an approved template where one fits."""
    world = idle_world
    set_clock(world, NOON)
    both = await met(world, "whatsapp", "sms")
    set_clock(world, NOON + timedelta(hours=60))
    moved = await owe(world, both["whatsapp"], "Rain: we bring a tent", purpose=Purpose.ESSENTIAL)
    await deliver(world)
    kept = await row_of(world, moved)
    assert (kept["status"] in GONE, kept["channel"]) == (True, "sms")
    assert kept["address_id"] == both["sms"]
    heard = world.customer(ANN).received[-1].body
    assert heard == (
        "We could not reach you where you wrote to us, so our message comes here:\n"
        "Rain: we bring a tent"
    )

    teach(world, templates={"news": NEWS})
    await world.rows(
        "INSERT INTO template_states (carrier, name, language, state, checked_at)"
        " VALUES ('twilio', $1, '', 'approved', now())",
        SID,
    )
    carried = await owe(world, both["whatsapp"], "Your chef\nis Mia")
    await deliver(world)
    kept = await row_of(world, carried)
    assert (kept["status"] in GONE, kept["channel"]) == (True, "whatsapp")
    assert kept["rest"]["template"]["variables"] == {"1": "there", "2": "Your chef is Mia"}
    counted = "SELECT sent FROM sender_days WHERE channel = 'whatsapp'"
    assert await world.value(counted) == 1


async def test_what_waited_in_vain_is_given_up_and_staff_are_told(idle_world: World) -> None:
    """After the profile's hours, once."""
    world = idle_world
    set_clock(world, NOON)
    only = await met(world, "whatsapp")
    set_clock(world, NOON + timedelta(hours=30))
    held = await owe(world, only["whatsapp"], "Your date is free", author=Author.SYSTEM)
    await deliver(world)
    set_clock(world, NOON + timedelta(hours=103))
    due = await _due(world)
    assert due == [{"message_id": str(held)}]
    await perform(world.deps, "release_held", due[0])
    await deliver(world)
    kept = await row_of(world, held)
    assert kept["status"] == "dropped"
    assert "held for 72 hours" in kept["reason"]
    told = "SELECT count(*) FROM desk_notices WHERE key = $1"
    assert await world.value(told, f"refused:{held}") == 1
    assert await _due(world) == []


async def _due(world: World) -> list[dict[str, str]]:
    async with borrow(world.pool) as conn:
        return [dict(each) for each in await list_held(world.deps, conn)]


async def test_one_stop_covers_the_customer(idle_world: World) -> None:
    """I6: the number on every channel, unasked messages everywhere, caps from the rows."""
    world = idle_world
    set_clock(world, NOON)
    ways = await met(world, "sms", "whatsapp")
    first = await owe(world, ways["whatsapp"], "How was it?", rest={"unasked": "one"})
    await deliver(world)
    assert (await row_of(world, first))["status"] in GONE
    set_clock(world, NOON + timedelta(minutes=5))
    again = await owe(world, ways["sms"], "And the food?", rest={"unasked": "two"})
    await deliver(world)
    kept = await row_of(world, again)
    assert (kept["status"], "in a day" in kept["reason"]) == ("held", True)
    part = await owe(world, ways["sms"], "more of one", rest={"unasked": "one"})
    await deliver(world)
    assert (await row_of(world, part))["status"] in GONE

    await _leaves_while_something_waits(world, ways)
    lines = await world.rows("SELECT act, source, words, scope FROM consents")
    assert [tuple(each) for each in lines] == [("opt_out", "message", "STOP", "all")]
    asked = await owe(world, ways["whatsapp"], "Shall we?")
    await deliver(world)
    assert "this number on another channel" in (await row_of(world, asked))["reason"]
    set_clock(world, NOON + timedelta(days=3))
    later = await owe(world, ways["whatsapp"], "Miss us?", rest={"unasked": "three"})
    await deliver(world)
    assert "opted out at another address" in (await row_of(world, later))["reason"]
    # What they write themselves afterwards is answered where they wrote it.
    await world.customer(ANN, "whatsapp").texts("how much for 20 adults?")
    await _turns(world)
    await deliver(world)
    assert "$" in world.customer(ANN).received[-1].body
    await _leaves_there_too(world)


async def _leaves_while_something_waits(world: World, ways: dict[str, AddressId]) -> None:
    """What is about to leave when the STOP comes stays, before any turn has read it."""
    await world.customer(ANN).texts("STOP")
    owed = [
        await owe(world, ways["sms"], "About your menu"),
        await owe(world, ways["whatsapp"], "Nice day", rest={"unasked": "nice"}),
    ]
    await deliver(world)
    assert [(await row_of(world, each))["reason"] for each in owed] == [
        "the customer has just opted out"
    ] * 2
    await _turns(world)
    await deliver(world)


async def _leaves_there_too(world: World) -> None:
    """That they leave at another address as well is kept, and not confirmed a second time."""
    await world.customer(ANN, "whatsapp").texts("please stop texting me")
    await _turns(world)
    stopped = (
        await world.rows("SELECT status, reason FROM messages WHERE text LIKE 'please stop%'")
    )[0]
    assert tuple(stopped) == ("ignored", "had opted out already")
    assert await world.value("SELECT count(*) FROM consents WHERE act = 'opt_out'") == 2
    assert await world.value("SELECT count(*) FROM messages WHERE purpose = 'required'") == 0


async def _turns(world: World) -> None:
    for row in await world.rows("SELECT id FROM conversations"):
        await perform(world.deps, "take_turn", {"conversation_id": str(row["id"])})


async def test_a_vendor_that_wants_quiet_gets_it_for_the_whole_sender(idle_world: World) -> None:
    """429 with Retry-After: nobody else's message takes the place of the one that was refused."""
    world = idle_world
    set_clock(world, NOON)
    ann = await met(world, "sms")
    ben = await met(world, "sms", number="+14155550163")
    first = await owe(world, ann["sms"], "one")
    world.stand_ins.twilio.fail_next(429, 20429, retry_after=30.0)
    await deliver(world)
    second = await owe(world, ben["sms"], "two")
    await deliver(world)
    rows = [await row_of(world, each) for each in (first, second)]
    assert [each["status"] for each in rows] == ["queued", "queued"]
    assert "pace" in rows[1]["reason"]
    assert rows[1]["due_at"] > NOON + timedelta(seconds=25)

    await world.rows("DELETE FROM sender_pace")
    await world.rows("UPDATE messages SET due_at = $1, slot_at = NULL", NOON)
    world.stand_ins.twilio.fail_next(429, 30023)
    await deliver(world)
    capped = "SELECT count(*) FROM sender_days WHERE capped"
    assert await world.value(capped) == 1


async def test_what_people_tell_a_vendor_stands_in_the_ledger(idle_world: World) -> None:
    """I2, I6: of strangers too, told twice it is one line, and what was said later stands."""
    world = idle_world
    told = Preference(
        channel="whatsapp",
        handle="US.1234567890",
        wants=False,
        scope=Scope.PROMOTIONAL,
        said_at=NOON,
        words="user_preferences stop",
    )
    earlier = Preference(
        channel="whatsapp",
        handle="US.1234567890",
        wants=True,
        scope=Scope.PROMOTIONAL,
        said_at=NOON - timedelta(days=1),
    )
    async with borrow(world.pool) as conn:
        for _ in range(2):
            await consents.take_preferences(conn, [told, earlier], at=NOON)
        customer = await conn.fetchval("SELECT customer_id FROM addresses")
        (entry,) = await consents.list_standing(conn, customer)
        lines = await consents.list_lines(conn, entry.address_id)
    assert (entry.promotional, entry.consent) == ("revoked", "unknown")
    assert entry.last is not None
    assert (entry.last.source, entry.last.said_at) == ("vendor", NOON)
    assert len(lines) == 2
    assert await world.value("SELECT count(*) FROM customers") == 1
