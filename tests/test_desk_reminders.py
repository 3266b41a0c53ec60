"""Whom the desk reminds and when, and when the concierge takes a resting conversation back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from desk_floor_room import DANA, RAVI, Room, open_room

from bot.desk import floor
from bot.desk.floor import Floor, Held
from bot.domain import Author, EscalationId
from bot.store import desk_floor
from bot.store.connection import Pool

LA = ZoneInfo("America/Los_Angeles")
REMINDERS = "SELECT text, extra FROM desk_notices WHERE kind = 'reminder' ORDER BY created_at, id"


@pytest.fixture
async def room(pool: Pool) -> Room:
    """Ten in the morning."""
    return await open_room(pool)


async def due(room: Room) -> list[EscalationId]:
    """What the sweep finds."""
    async with room.pool.acquire() as conn:
        return list(await desk_floor.list_to_remind(conn, now=room.now, limit=10))


async def snoozes(room: Room, card: EscalationId, **span: float) -> Floor:
    until = room.now + timedelta(**span)
    return await room.does(lambda conn: floor.snooze(room.deps, conn, card, by=RAVI, until=until))


async def test_an_unclaimed_conversation(room: Room) -> None:
    """After five minutes the channel, later the owners, each once; a claim starts anew."""
    card = await room.needs_staff()
    assert (await room.row(card)).remind_at == room.now + timedelta(minutes=5)
    room.passes(minutes=4, seconds=59)
    assert await due(room) == []
    assert await room.reminds(card) is None
    room.passes(seconds=1)
    assert await due(room) == [card]
    # Two workers at once, and a third that comes later, remind once.
    done = await asyncio.gather(room.reminds(card), room.reminds(card))
    assert sum(each is not None for each in done) == 1
    assert await room.reminds(card) is None
    (told,) = await room.rows(REMINDERS)
    assert told["text"].startswith("Nobody has taken this conversation for 5 minutes.")
    assert told["extra"] == {"here": True, "broadcast": True}
    room.passes(minutes=24)
    await room.writes("Hello??")
    assert await due(room) == []
    room.passes(minutes=1)
    await room.reminds(card, "U0ROSA")
    assert (await room.rows(REMINDERS))[1]["extra"] == {"mentions": ["U0ROSA"]}
    room.passes(hours=3)
    assert await due(room) == []
    held = await room.claims(card)
    assert (held.reminded, held.remind_at) == (0, room.now + timedelta(minutes=15))


async def test_a_holder_who_does_not_answer(room: Room) -> None:
    """The holder, then the owners; an answer ends it, and the next message starts it again."""
    card = await room.needs_staff()
    await room.claims(card)
    room.passes(minutes=10)
    await room.writes("Are you there?")
    room.passes(minutes=5)
    await room.reminds(card)
    room.passes(minutes=15)
    await room.reminds(card)
    first, second = await room.rows(REMINDERS)
    assert first["extra"] == {"mentions": ["U0DANA"]}
    assert "waiting for your answer for 15 minutes" in first["text"]
    # No owner is known: everybody is called, and told who holds it.
    assert second["extra"] == {"here": True, "broadcast": True}
    assert "30 minutes. Dana holds" in second["text"]
    room.passes(hours=1)
    assert await due(room) == []
    await room.speaks(card)
    row = await room.row(card)
    assert (row.waiting_since, row.remind_at, row.answered_at) == (None, None, room.now)
    room.passes(minutes=1)
    await room.writes("And the date?")
    wrote = room.now
    assert (await room.row(card)).remind_at == wrote + timedelta(minutes=15)
    # More words in the same wait do not put it off, and a thumb up asks for nothing.
    room.passes(minutes=10)
    await room.writes("??")
    assert (await room.row(card)).remind_at == wrote + timedelta(minutes=15)
    await room.speaks(card)
    await room.writes("Thumb", is_noise=True)
    assert (await room.row(card)).waiting_since is None
    # Who takes over has the whole time.
    await room.writes("Hm.")
    room.passes(minutes=14)
    taken = await room.takes_over(RAVI)
    assert taken.remind_at == room.now + timedelta(minutes=15)


async def test_words_that_were_taken_back_answered_nobody(room: Room) -> None:
    card = await room.needs_staff()
    held = await room.claims(card)
    await room.speaks(card)
    assert (await room.row(card)).waiting_since is None
    async with room.pool.acquire() as conn, conn.transaction():
        await conn.execute("UPDATE messages SET status = 'dropped' WHERE author = 'staff'")
        row = await floor.spoke(room.deps, conn, card)
    assert (row.waiting_since, row.answered_at) == (held.waiting_since, None)
    assert row.remind_at == held.remind_at


async def test_snoozed_until_later(room: Room) -> None:
    card = await room.needs_staff()
    room.passes(minutes=4)
    until = room.now + timedelta(hours=1)
    assert (await snoozes(room, card, hours=1)).remind_at == until
    room.passes(minutes=59)
    assert await room.reminds(card) is None
    room.passes(minutes=1)
    assert await room.reminds(card) is not None
    # Who claims it has not snoozed it.
    await snoozes(room, card, hours=8)
    assert (await room.claims(card)).snoozed_until is None


@pytest.mark.parametrize(
    ("reason", "due_at"),
    [
        ("asked_for_person", datetime(2026, 12, 2, 9, 3, tzinfo=LA)),
        ("event_day", datetime(2026, 12, 1, 21, 3, tzinfo=LA)),
    ],
)
async def test_by_night(pool: Pool, reason: str, due_at: datetime) -> None:
    """Minutes count while the business is open; of an event that is close, always."""
    room = await open_room(pool, datetime(2026, 12, 1, 20, 58, tzinfo=LA))
    card = await room.needs_staff(reason)
    assert (await room.row(card)).remind_at == due_at
    if reason == "event_day":
        return
    # Nobody worked here from nine until ten at night: people have gone home since.
    async with room.pool.acquire() as conn:
        await conn.execute("UPDATE escalations SET created_at = created_at - interval '1 hour'")
    room.passes(hours=1)
    assert await room.reminds(card) is None
    assert (await room.row(card)).remind_at == datetime(2026, 12, 2, 9, tzinfo=LA)


async def test_a_reply_that_failed_keeps_the_customer_waiting(room: Room) -> None:
    """Nothing new was written, and yet somebody waits for words that did not come."""
    card = await room.escalates("failed_send", "a reply could not be sent")
    assert card is not None
    held = await room.claims(card)
    assert held.remind_at == room.now + timedelta(minutes=15)
    assert held.returns_at is None
    await room.speaks(card)
    assert (await room.row(card)).remind_at is None


async def test_resting_goes_back_to_the_concierge(room: Room) -> None:
    """Announced before, then done; the customer is told, because a person had spoken to them."""
    card = await room.needs_staff()
    await room.claims(card)
    assert (await room.row(card)).returns_at is None
    await room.speaks(card)
    room.passes(minutes=224, seconds=59)
    assert await _resting(room) == []
    room.passes(seconds=1)
    assert await _resting(room) == [card]
    assert await room.tends(card) is not None
    assert await room.tends(card) is None
    (told,) = await room.rows("SELECT text, extra FROM desk_notices WHERE kind = 'thread'")
    assert told["text"].startswith("In 15 minutes I take over again")
    assert told["extra"]["buttons"][0]["action"] == "keep"
    # Somebody presses Keep: it rests for the whole time again, and is announced again.
    with pytest.raises(Held):
        await room.does(lambda conn: floor.keep(room.deps, conn, card, by=RAVI))
    kept = await room.does(lambda conn: floor.keep(room.deps, conn, card, by=DANA))
    assert kept.returns_at == room.now + timedelta(minutes=240)
    assert kept.held_since == room.now - timedelta(minutes=225)
    room.passes(minutes=20)
    assert await room.tends(card) is None
    # Nobody worked here for a day: staff still have the time that is announced to them.
    room.passes(days=1)
    await room.tends(card)
    assert (await room.row(card)).returns_at == room.now + timedelta(minutes=15)
    room.passes(minutes=15)
    back = await room.tends(card)
    assert back is not None
    assert (back.status, back.outcome, back.resolved_by) == ("resolved", "returned", "")
    assert (await room.posts("thread"))[-1].startswith("The clock gave the conversation back")
    assert back.writes_customer
    (actor,) = await room.rows("SELECT actor FROM audit_log WHERE act = 'desk.returned'")
    assert actor["actor"] == floor.CLOCK


async def test_a_customer_who_waits_is_never_given_back(room: Room) -> None:
    """Not even one whose message nobody has read yet when the time comes."""
    card = await room.needs_staff()
    await room.claims(card)
    await room.speaks(card)
    room.passes(minutes=230)
    await room.tends(card)
    room.passes(minutes=9)
    await room.writes("One more thing")
    room.passes(days=3)
    assert await _resting(room) == []
    await room.speaks(card)
    assert (await room.row(card)).returns_at == room.now + timedelta(minutes=240)
    room.passes(minutes=230)
    assert await room.tends(card) is not None
    async with room.pool.acquire() as conn:
        # It was stored a moment ago; its turn has not begun.
        await conn.execute(
            "INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,"
            " status, created_at) SELECT conversation_id, address_id, 'inbound', 'sms',"
            " 'customer', 'Wait', 'received', $1 FROM messages LIMIT 1",
            room.now,
        )
    room.passes(minutes=20)
    assert await room.tends(card) is None
    assert (await room.row(card)).status == "claimed"


async def test_at_night_the_customer_is_not_woken(pool: Pool) -> None:
    room = await open_room(pool, datetime(2026, 12, 1, 20, 30, tzinfo=LA))
    card = await room.needs_staff()
    await room.claims(card)
    await room.speaks(card)
    room.passes(minutes=225)
    await room.tends(card)
    room.passes(minutes=15)
    back = await room.tends(card)
    assert back is not None
    assert (back.status, back.writes_customer) == ("resolved", False)
    assert not await room.rows("SELECT 1 FROM messages WHERE text LIKE '%digital assistant%'")


async def test_the_times_of_people(room: Room) -> None:
    """What the metrics and the view are made of."""
    card = await room.needs_staff()
    room.passes(minutes=3)
    await room.claims(card)
    room.passes(minutes=4)
    await room.speaks(card)
    await room.speaks(card, author=Author.BOT)
    (times,) = await room.rows("SELECT claim_s, answer_s, resolve_s FROM desk_times")
    assert tuple(times) == (180.0, 420.0, None)


async def _resting(room: Room) -> list[EscalationId]:
    ahead = timedelta(minutes=room.deps.profile.desk.announce_minutes)
    async with room.pool.acquire() as conn:
        return list(await desk_floor.list_to_return(conn, now=room.now, ahead=ahead, limit=10))
