"""I7: a conversation has one voice. Who holds it, what dies with a change of hands, and races."""

from __future__ import annotations

import asyncio

import pytest
from desk_floor_room import DANA, RAVI, ROSA, Room, open_room

from bot.desk import floor
from bot.desk.floor import Floor, Held
from bot.domain import Author, EscalationId, Status, TurnId
from bot.errors import Conflict, NotFound
from bot.ids import new_id
from bot.send_gate import Refuse, Rules, judge
from bot.store import drafts, outbox
from bot.store.connection import Pool
from bot.store.drafts import NewDraft

EPOCH = "SELECT epoch, mode FROM conversations"
DEEDS = "SELECT actor, act, subject FROM audit_log WHERE act LIKE 'desk.%' ORDER BY id"


@pytest.fixture
async def room(pool: Pool) -> Room:
    return await open_room(pool)


async def test_claim_hold_and_take_over(room: Room) -> None:
    """The claim raises the epoch although staff had it; who comes second sees who holds it."""
    card = await room.needs_staff()
    assert [tuple(row) for row in await room.rows(EPOCH)] == [(1, "human")]
    held = await room.claims(card)
    assert (held.status, held.holder, held.holder_name, held.epoch) == (
        "claimed", "U0DANA", "Dana", 2,
    )  # fmt: skip
    room.passes(minutes=2)
    again = await room.claims(card)
    assert (again.epoch, again.is_changed, again.held_since) == (2, False, held.held_since)
    with pytest.raises(Held, match="Dana holds this conversation") as refused:
        await room.claims(card, RAVI)
    assert (refused.value.holder, refused.value.floor.held_since) == ("U0DANA", held.held_since)
    taken = await room.takes_over(RAVI)
    assert (taken.holder, taken.epoch, taken.claimed_at) == ("U0RAVI", 3, held.claimed_at)
    assert taken.held_since == room.now
    assert await room.posts("thread") == ["Ravi took over from Dana."]
    told = [tuple(row) for row in await room.rows(DEEDS)]
    assert told == [
        ("U0DANA", "desk.claimed", str(card)),
        ("U0RAVI", "desk.taken_over", str(card)),
    ]


async def test_two_who_claim_at_once(room: Room) -> None:
    """On two connections at the same moment: one holds it, the other is told who does."""
    card = await room.needs_staff()
    done = await asyncio.gather(
        *(room.claims(card, by) for by in (DANA, RAVI, ROSA)), return_exceptions=True
    )
    winners = [each for each in done if isinstance(each, Floor)]
    losers = [each for each in done if isinstance(each, Held)]
    assert (len(winners), len(losers)) == (1, 2)
    assert {each.holder for each in losers} == {winners[0].holder}
    assert [tuple(row) for row in await room.rows(EPOCH)] == [(2, "human")]
    assert len(await room.rows(DEEDS)) == 1


async def test_everything_at_once_ends_with_one_owner(room: Room) -> None:
    """No order of locks waits for ever, and row and conversation agree afterwards."""
    card = await room.needs_staff()
    await room.claims(card)
    done = await asyncio.gather(
        room.takes_over(RAVI),
        room.gives_back(card),
        room.takes_over(ROSA, via="phone app"),
        room.writes("Anybody there?"),
        room.reminds(card),
        room.tends(card),
        room.claims(card, RAVI),
        room.escalates("emotion", "angry at 0.91"),
        return_exceptions=True,
    )
    raised = [each for each in done if isinstance(each, BaseException)]
    assert all(isinstance(each, Conflict) for each in raised), raised
    (talk,) = await room.rows("SELECT mode FROM conversations")
    open_cards = await room.rows("SELECT status FROM escalations WHERE status <> 'resolved'")
    assert len(open_cards) == (talk["mode"] == "human")


async def test_what_the_bot_had_queued_dies(room: Room) -> None:
    """I7: also its notice, once a person is there; staff's own words do not."""
    card = await room.needs_staff()
    await room.speaks(card, author=Author.BOT)
    await room.claims(card)
    await room.speaks(card)
    verdicts = []
    async with room.pool.acquire() as conn:
        while departure := await outbox.claim_next(
            conn, room.conversation_id, now=room.now, claim_s=60
        ):
            verdicts.append(judge(departure, Rules(window_s=None), now=room.now))
            await outbox.mark_ended(conn, departure.message.id, status=Status.DROPPED, reason="-")
    assert [isinstance(each, Refuse) for each in verdicts] == [True, True, False]


async def test_taking_over_from_the_bot(room: Room) -> None:
    """By any way: an escalation is opened and held at once, and an open draft dies."""
    asked = await room.writes("How much for 20?")
    draft = await _drafted(room)
    held = await room.takes_over(via="phone app")
    assert (held.status, held.holder, held.reason, held.is_new) == (
        "claimed", "U0DANA", "taken_over", True,
    )  # fmt: skip
    assert [tuple(row) for row in await room.rows(EPOCH)] == [(1, "human")]
    assert await room.rows("SELECT status FROM drafts") == [("superseded",)]
    (message,) = await room.rows("SELECT status, reason FROM messages WHERE id = $1", asked)
    assert tuple(message) == ("ignored", drafts.TAKEN_OVER)
    # The question is theirs now: they are reminded of it, and may give it to the bot again.
    assert held.waiting_since is not None
    assert held.remind_at is not None
    assert (await room.takes_over()).is_changed is False
    back = await room.gives_back(held.escalation_id)
    assert back.is_bots_turn
    (message,) = await room.rows("SELECT status, reason FROM messages WHERE id = $1", asked)
    assert tuple(message) == ("received", None)
    assert draft


async def test_giving_back_with_an_instruction(room: Room) -> None:
    """What came after staff's last words waits for the bot; what they answered does not."""
    card = await room.needs_staff()
    await room.claims(card)
    first = await room.writes("First?")
    room.passes(minutes=1)
    await room.speaks(card)
    room.passes(minutes=1)
    later = await room.writes("And this?")
    with pytest.raises(Held):
        await room.gives_back(card, RAVI)
    back = await room.gives_back(card, note="  Offer them Saturday. ")
    assert (back.status, back.outcome, back.resolved_by) == ("resolved", "returned", "U0DANA")
    assert (back.is_bots_turn, back.writes_customer) == (True, True)
    (talk,) = await room.rows("SELECT mode, epoch, staff_note FROM conversations")
    assert tuple(talk) == ("bot", 3, "Offer them Saturday.")
    states = {r["id"]: r["status"] for r in await room.rows("SELECT id, status FROM messages")}
    assert (states[first], states[later]) == ("ignored", "received")
    assert "Dana gave the conversation back" in (await room.posts("thread"))[-1]
    (told,) = await room.rows(
        "SELECT text, author, epoch FROM messages WHERE text LIKE '%digital assistant%'"
    )
    assert (told["author"], told["epoch"]) == ("bot", 3)
    with pytest.raises(Conflict, match="resolved already"):
        await room.gives_back(card)
    # The instruction ends with the next hand-over.
    await room.escalates()
    (talk,) = await room.rows("SELECT staff_note FROM conversations")
    assert talk["staff_note"] == ""


async def test_giving_back_without_a_word(room: Room) -> None:
    """Nobody had spoken and nothing is to be answered: the customer hears nothing at all."""
    card = await room.needs_staff()
    await room.writes("Hello?")
    before = len(await room.rows("SELECT id FROM messages"))
    back = await room.gives_back(card, answer_waiting=False)
    assert (back.is_bots_turn, back.writes_customer) == (False, False)
    assert len(await room.rows("SELECT id FROM messages")) == before
    with pytest.raises(NotFound):
        await room.gives_back(EscalationId(new_id()))


async def test_resolving(room: Room) -> None:
    """Nothing is sent; the thread says who and what came of it; the owner may end another's."""
    card = await room.needs_staff()
    await room.claims(card)
    await room.writes("Thanks!")
    before = await room.rows("SELECT id, status FROM messages ORDER BY seq")

    async def resolve(by: floor.Member, outcome: str = "booked") -> Floor:
        return await room.does(
            lambda conn: floor.resolve(
                room.deps, conn, card, by=by, outcome=outcome, note="60 guests"
            )
        )

    with pytest.raises(Held):
        await resolve(RAVI)
    with pytest.raises(Conflict, match="outcome"):
        await resolve(DANA, "returned")
    ended = await resolve(ROSA)
    assert (ended.status, ended.outcome, ended.resolved_by) == ("resolved", "booked", "U0ROSA")
    assert (ended.remind_at, ended.returns_at) == (None, None)
    assert await room.rows("SELECT id, status FROM messages ORDER BY seq") == before
    assert await room.rows("SELECT mode FROM conversations") == [("bot",)]
    (told,) = await room.posts("thread")
    assert told == "Resolved by Rosa: Booked or changed a booking.\n60 guests"


async def test_one_more_trouble_is_told_once_and_never_lost(room: Room) -> None:
    """No second card for a conversation that staff have; the thread says what came on top."""
    await room.needs_staff()
    for intensity in ("0.82", "0.91", "0.95"):
        assert await room.escalates("emotion", f"angry at {intensity}") is None
    await room.escalates("asked_for_person", "wants a person")
    await room.escalates("failed_send", "a reply could not be sent")
    assert await room.posts("thread") == ["Also: angry at 0.82", "Also: a reply could not be sent"]
    assert len(await room.rows("SELECT id FROM escalations")) == 1


async def _drafted(room: Room) -> bool:
    """What a turn in shadow mode leaves behind."""
    turn = TurnId(new_id())
    async with room.pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "INSERT INTO turns (id, conversation_id, epoch, outcome, guard, trace, wait_ms,"
            " think_ms, versions) VALUES ($1, $2, 0, 'drafted', '{}', '[]', 0, 0, '{}')",
            turn,
            room.conversation_id,
        )
        await conn.execute(
            "UPDATE messages SET status = 'answered', reason = $1, turn_id = $2"
            " WHERE status = 'received'",
            drafts.WAITS,
            turn,
        )
        asked = await conn.fetchval("SELECT id FROM messages WHERE turn_id = $1", turn)
        new = NewDraft(
            conversation_id=room.conversation_id,
            turn_id=turn,
            message_id=asked,
            topic="party_price",
            language="en",
            epoch=0,
            text="It is much.",
        )
        return await drafts.insert(conn, new, code="AB12") is not None
