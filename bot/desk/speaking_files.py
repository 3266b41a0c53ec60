"""Carries the files that staff attach over to the customer, each as a message of its own.

They leave with the words they hang on, and Undo takes back both. What the channel cannot carry is
kept all the same and offered to staff as a link. Called by handlers/desk/thread.py and
jobs/carry_files.py, which has got the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot import media_links
from bot.deps import Deps
from bot.desk import speaking
from bot.desk.floor import Floor
from bot.desk.people import Member, Role
from bot.desk.speaking_out import get_listener, introduction, way
from bot.domain import Author, MessageId, Purpose
from bot.errors import Conflict
from bot.store import desk_files, desk_floor, desk_notices, desk_words, outbox, staff
from bot.store.connection import Connection
from bot.store.desk_files import StaffFile
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.desk_words import Listener, Words, WordsId
from bot.store.media_files import NewFile

CANNOT = "the channel cannot carry this file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One attached file: what is kept of it, or why nothing is."""

    name: str
    """As staff called it."""
    kept: NewFile | None = None
    refused: str = ""
    can_go: bool = False
    """Whether the customer's channel takes it."""


async def say_files(
    conn: Connection,
    floor: Floor,
    *,
    by: Member,
    desk_message: tuple[str, str],
    status: Literal["offered", "waiting"],
) -> WordsId | None:
    """Keep a message of the holder that is only files; None where it is kept already.

    Offered, they wait for whoever presses Send.

    Raises:
        Held, Conflict: as for words.
    """
    await speaking.require_floor(conn, floor, by)
    words = await desk_words.add(
        conn,
        floor.escalation_id,
        staff_id=by.id,
        desk_message=desk_message,
        text="",
        status=status,
    )
    return None if words is None else words.id


async def attach(
    conn: Connection, words_id: WordsId, files: Sequence[StaffFile], *, at: datetime | None
) -> None:
    """Owe the customer what hangs on these words; at None only once the words are sent."""
    await desk_files.attach(conn, words_id, files, at=at)


async def find_addressee(conn: Connection, words_id: WordsId) -> Listener | None:
    """Whom these words go to; None where they were taken back or nobody can be written to."""
    words = await speaking.get(conn, words_id)
    floor = await desk_floor.get(conn, words.escalation_id) if words.status == "waiting" else None
    if floor is None:
        return None
    try:
        return await get_listener(conn, floor.conversation_id)
    except Conflict:
        return None


async def carry(
    deps: Deps, conn: Connection, words_id: WordsId, files: Sequence[Carried], *, said_at: datetime
) -> tuple[Listener | None, tuple[NoticeId, ...]]:
    """Put the files into the outbox behind their words, and tell staff of what cannot go.

    Nothing where the words were taken back meanwhile. In the caller's transaction.
    """
    to = await find_addressee(conn, words_id)
    words = await speaking.get(conn, words_id)
    await desk_files.finish(conn, words_id)
    if to is None:
        return None, ()
    leaves = await desk_files.leaves_at(conn, words_id)
    delay = timedelta(seconds=float(deps.profile.desk.undo_seconds))
    due_at = leaves or max(deps.clock.now(), said_at + delay)
    told: list[NoticeId | None] = []
    for number, file in enumerate(files):
        kept = file.kept
        if kept is None:
            why = f"{file.name} was not sent: {file.refused}."
            told.append(await _tell(conn, words, number, why))
            continue
        going = (kept, file.can_go)
        message_id = await _put(deps, conn, (words, to), going, due_at=due_at)
        if not file.can_go:
            told.append(await _offer_link(deps, conn, (words, to), number, (message_id, file)))
    if not await desk_words.list_parts(conn, words_id):
        await desk_words.change(conn, words_id, text=words.text, status="undone")
    return to, tuple(each for each in told if each is not None)


async def _put(
    deps: Deps,
    conn: Connection,
    where: tuple[Words, Listener],
    going: tuple[NewFile, bool],
    *,
    due_at: datetime,
) -> MessageId:
    (words, to), (kept, can_go) = where, going
    introduces = (
        can_go and await desk_words.find_introduced(conn, words.escalation_id) != words.staff_id
    )
    name = (await staff.read_names(conn, [words.staff_id])).get(words.staff_id, words.staff_id)
    by = Member(id=words.staff_id, name=name, role=Role.STAFF)
    draft = outbox.Draft(
        conversation_id=to.conversation_id,
        address_id=to.address_id,
        channel=to.channel,
        text=introduction(deps, by, to) if introduces else "",
        author=Author.STAFF,
        purpose=Purpose.CONVERSATIONAL,
        epoch=to.epoch,
        due_at=due_at,
        language=to.language or None,
        rest={"staff": by.id, "introduces": introduces},
        files=(kept,),
    )
    message_id = await outbox.insert(conn, draft)
    if can_go:
        await desk_words.add_part(conn, words.id, message_id)
    else:
        await desk_files.keep_back(conn, message_id, reason=CANNOT)
    return message_id


async def _offer_link(
    deps: Deps,
    conn: Connection,
    where: tuple[Words, Listener],
    number: int,
    what: tuple[MessageId, Carried],
) -> NoticeId | None:
    (words, to), (message_id, file) = where, what
    link = media_links.message_file_link(
        deps.settings, message_id, 0, now=deps.clock.now(), lasts=media_links.FOR_STAFF
    )
    told = f"{file.name} cannot go by {way(to.channel)}. You can send this link instead, which "
    return await _tell(conn, words, number, f"{told}opens it for seven days: {link}")


async def _tell(conn: Connection, words: Words, number: int, told: str) -> NoticeId | None:
    key = f"file:{words.id}:{number}"
    post = NewPost(key=key, text=told, kind="thread", escalation_id=words.escalation_id)
    return await desk_notices.owe_post(conn, post)
