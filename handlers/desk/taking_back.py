"""The buttons beside what the holder just wrote: Undo, Send now, and Send where nothing goes alone.

They stand in a whisper that only who wrote it sees, and that is replaced by what came of it.
"""

from __future__ import annotations

from uuid import UUID

from bot.desk import speaking
from bot.errors import Conflict, NotFound
from bot.store import desk_floor, desk_words
from bot.store.connection import Connection, borrow
from bot.store.desk_words import Words, WordsId
from channels.desk_blocks import short
from handlers.desk.base import Act, Answer, Asked, Office, Part
from handlers.desk.spoken import ring_of_files, ring_of_mark, rings_of_words

NAME_MAX = 80


async def undo(office: Office, asked: Asked) -> Answer:
    """The button beside what was just written."""
    words_id = read_words_id(asked)
    async with borrow(office.pool) as conn, conn.transaction():
        words = await _require_own(conn, asked, words_id)
        done = await speaking.take_back(office.tools, conn, words_id)
        name = await _name_of(conn, words)
        has_left = await speaking.has_left(conn, words.id)
    if done == "gone":
        told = f"Too late: it has left for {name}." if has_left else _unsent(name)
        return Answer(text=told, replaces=True)
    told = f"Taken back. {name} reads nothing of it."
    return Answer(text=told, replaces=True, rings=(ring_of_mark(words_id),))


async def send_now(office: Office, asked: Asked) -> Answer:
    """Do not wait for the time in which it could be undone."""
    words_id = read_words_id(asked)
    async with borrow(office.pool) as conn, conn.transaction():
        words = await _require_own(conn, asked, words_id)
        hurried = await speaking.hurry(office.tools, conn, words_id)
        floor = await desk_floor.get(conn, words.escalation_id)
        name = await _name_of(conn, words)
        has_left = await speaking.has_left(conn, words.id)
    if words.status == "undone":
        return Answer(text="You took it back.", replaces=True)
    if floor is None or not hurried:
        told = f"It has left for {name}." if has_left else _unsent(name)
        return Answer(text=told, replaces=True)
    rings = rings_of_words(floor.conversation_id, words_id)
    return Answer(text=f"On its way to {name}.", replaces=True, rings=rings)


async def send_offered(office: Office, asked: Asked) -> Answer:
    """Send what the holder wrote; with the setting that nothing leaves without this button."""
    words_id = read_words_id(asked)
    async with borrow(office.pool) as conn, conn.transaction():
        words = await speaking.send_offered(office.tools, conn, words_id, by=asked.by)
        floor = await desk_floor.get(conn, words.escalation_id)
        name = await _name_of(conn, words)
    rings = rings_of_words(floor.conversation_id, words_id) if floor else ()
    told = f"On its way to {name}."
    return Answer(text=told, replaces=True, rings=(*rings, ring_of_files(words_id)))


def read_words_id(asked: Asked) -> WordsId:
    """Which words a button is for.

    Raises:
        NotFound: its value names none.
    """
    try:
        return WordsId(UUID(asked.value))
    except ValueError as error:
        raise NotFound("these words are not known here") from error


async def _require_own(conn: Connection, asked: Asked, words_id: WordsId) -> Words:
    """The words, where whoever asks has written them or holds the conversation."""
    words = await speaking.get(conn, words_id)
    floor = await desk_floor.get(conn, words.escalation_id)
    if asked.by.id not in (words.staff_id, floor.holder if floor else ""):
        raise Conflict("only who wrote it, or holds the conversation, may do this")
    return words


def _unsent(name: str) -> str:
    return f"It was not sent to {name}; the thread says why."


async def _name_of(conn: Connection, words: Words) -> str:
    floor = await desk_floor.get(conn, words.escalation_id)
    to = await desk_words.find_listener(conn, floor.conversation_id) if floor else None
    return short(to.name or to.value, NAME_MAX) if to else "the customer"


part = Part(
    presses={
        "undo": Act(run=undo),
        "send_now": Act(run=send_now),
        "send_offered": Act(run=send_offered),
    },
)
