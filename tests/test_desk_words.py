"""What staff say, as the outbox has it: in order, by name, not lost with a change of hands."""

from __future__ import annotations

import pytest
from desk_floor_room import DANA, RAVI, Room, open_room
from turn_lab import lab, situation

from bot.deciding import decide
from bot.desk import floor, speaking, speaking_again
from bot.desk.speaking_echo import PHONE_APP
from bot.domain import EscalationId, Mode
from bot.errors import CallerError
from bot.store.connection import Pool
from bot.store.desk_words import WordsId
from bot.trace import Trace

QUEUED = """SELECT text, extract(epoch FROM due_at - $1)::int AS due_s FROM messages
WHERE direction = 'outbound' AND author = 'staff' AND status = 'queued' ORDER BY seq"""


@pytest.fixture
async def room(pool: Pool) -> Room:
    return await open_room(pool)


async def says(room: Room, card: EscalationId, text: str, by: floor.Member = DANA) -> WordsId:
    async with room.pool.acquire() as conn, conn.transaction():
        row = await room.row(card)
        return await speaking.say(room.deps, conn, row, by=by, text=text, delay_s=10.0)


async def takes_back(room: Room, words: WordsId) -> str:
    async with room.pool.acquire() as conn, conn.transaction():
        return await speaking.take_back(room.deps, conn, words)


async def rewords(room: Room, words: WordsId, text: str) -> bool:
    async with room.pool.acquire() as conn, conn.transaction():
        return await speaking.reword(room.deps, conn, words, by=DANA, text=text, delay_s=10.0)


async def queued(room: Room) -> list[tuple[str, str, int]]:
    """Who is introduced, what is said and in how many seconds, in the order in which it leaves."""
    found = []
    for row in await room.rows(QUEUED, room.now):
        before, _, said = row["text"].rpartition("\n")
        who = next((name for name in ("Dana", "Ravi") if name in before), "")
        found.append((who, said, row["due_s"]))
    return found


async def test_what_waits_keeps_its_order_and_says_who_speaks(room: Room) -> None:
    """Edited or undone while more waits behind: no later words overtake, none come nameless."""
    card = await room.needs_staff()
    await room.claims(card)
    first = await says(room, card, "We have six.")
    room.passes(seconds=2)
    second = await says(room, card, "Or eight.")
    room.passes(seconds=2)
    await says(room, card, "Which one?")
    assert await queued(room) == [
        ("Dana", "We have six.", 6), ("", "Or eight.", 8), ("", "Which one?", 10),
    ]  # fmt: skip
    assert await rewords(room, first, "We have seven.")
    assert await queued(room) == [
        ("Dana", "We have seven.", 10), ("", "Or eight.", 8), ("", "Which one?", 10),
    ]  # fmt: skip
    assert await takes_back(room, first) == "taken_back"
    assert await queued(room) == [("Dana", "Or eight.", 8), ("", "Which one?", 10)]
    with pytest.raises(CallerError, match="5000 characters"):
        await rewords(room, second, "x" * 5000)
    assert len(await queued(room)) == 2
    # Somebody else's words behind them keep their speaker.
    await room.takes_over(RAVI)
    await says(room, card, "Ravi here.", RAVI)
    assert await takes_back(room, second) == "taken_back"
    assert [(who, said) for who, said, _ in await queued(room)] == [
        ("Dana", "Which one?"), ("Ravi", "Ravi here."),
    ]  # fmt: skip


async def test_words_that_nobody_got_introduced_nobody(room: Room) -> None:
    """Refused on their way out: edited they are kept for another way, and say who speaks again."""
    card = await room.needs_staff()
    await room.claims(card)
    words = await says(room, card, "Six works.")
    await room.rows("UPDATE messages SET status = 'dropped' WHERE author = 'staff'")
    assert await rewords(room, words, "Seven works.")
    assert await queued(room) == []
    async with room.pool.acquire() as conn, conn.transaction():
        await conn.execute("UPDATE addresses SET consent = 'given'")
        assert not await speaking.has_left(conn, words)
        await speaking_again.say_elsewhere(room.deps, conn, words, room.address_id, by=DANA)
    assert await queued(room) == [("Dana", "Seven works.", 0)]
    await room.rows("UPDATE messages SET status = 'sent' WHERE status = 'queued'")
    await says(room, card, "And eight.")
    assert await queued(room) == [("", "And eight.", 10)]


async def test_an_answer_undone_after_it_was_given_back_leaves_nobody_waiting(room: Room) -> None:
    """I4: what the words would have answered waits for the bot, which has the conversation."""
    card = await room.needs_staff()
    await room.claims(card)
    asked = await room.writes("How late can you come?")
    words = await says(room, card, "At nine.")
    await room.gives_back(card, answer_waiting=False)
    state = "SELECT status FROM messages WHERE id = $1"
    assert await room.rows(state, asked) == [("ignored",)]
    assert await takes_back(room, words) == "taken_back"
    assert await room.rows(state, asked) == [("received",)]


async def test_a_telephone_that_nobody_answers_calls_everybody(room: Room) -> None:
    """Nobody can tell which colleague holds it, so nobody alone is called."""
    await room.writes("How much?")
    held = await room.takes_over(PHONE_APP, "phone app")
    room.passes(minutes=16)
    assert await room.reminds(held.escalation_id, "U0ROSA") is not None
    (post,) = await room.rows("SELECT extra FROM desk_notices WHERE kind = 'reminder'")
    assert post["extra"] == {"here": True, "broadcast": True}


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["Hola, ¿cuánto cuesta una fiesta para veinte personas?"], "es"),
        (["请问二十个人多少钱？"], "zh"),
        (["ok"], "en"),
    ],
)
async def test_a_person_answers_in_the_language_that_the_customer_writes(
    texts: list[str], language: str
) -> None:
    """No agent reads it while a person has the floor; it is heard all the same."""
    given = situation(*texts)
    made = await decide(lab().deps, given, Mode.HUMAN, Trace(lab().deps.clock), last_resort=False)
    assert (made.outcome, made.language, len(made.ignored)) == ("silent", language, 1)
