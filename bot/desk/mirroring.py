"""Owes the desk what a customer writes while staff have the conversation, in the turn's commit.

Every kind of message, in order, once each: also what the bot would ignore, such as a thumb up or
STOP. The words themselves are read when they are posted (jobs/customer_posts.py), so that nothing
personal is kept twice. Called by bot/turn.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.booking_desk import DeskDeps
from bot.desk.reminding import settle_open
from bot.domain import ConversationId, EscalationId, StoredMessage
from bot.store import desk_cards, desk_notices
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId

PHOTOS_MAX = 30
"""As many as are kept of one message."""


async def mirror(
    deps: DeskDeps,
    conn: Connection,
    conversation_id: ConversationId,
    heard: Sequence[StoredMessage],
) -> tuple[NoticeId, ...]:
    """Owe the thread these messages, oldest first, and settle what staff are due.

    Returns what is to be rung for after the commit.

    With the conversation locked, and after its messages were accounted for.
    """
    floor = await settle_open(deps, conn, conversation_id)
    if floor is None:
        return ()
    if heard:
        await desk_cards.drop_suggestion(conn, floor.escalation_id)
    owed: list[NoticeId | None] = []
    for message in sorted(heard, key=lambda each: each.seq):
        owed.append(await _owe(conn, floor.escalation_id, message, photo=None))
        for photo in range(min(message.media_count, PHOTOS_MAX)):
            owed.append(await _owe(conn, floor.escalation_id, message, photo=photo))
    return tuple(each for each in owed if each is not None)


async def owe_files(
    conn: Connection, escalation_id: EscalationId, heard: Sequence[StoredMessage]
) -> None:
    """Owe the thread of a new card the files of what opened it; its words stand on the card."""
    for message in heard:
        for photo in range(min(message.media_count, PHOTOS_MAX)):
            await _owe(conn, escalation_id, message, photo=photo)


async def _owe(
    conn: Connection,
    escalation_id: EscalationId,
    message: StoredMessage,
    *,
    photo: int | None,
) -> NoticeId | None:
    what = "words" if photo is None else str(photo)
    post = NewPost(
        key=f"customer:{message.id}:{what}",
        text="",
        kind="customer",
        escalation_id=escalation_id,
        message_id=message.id,
        extra={} if photo is None else {"photo": photo},
    )
    return await desk_notices.owe_post(conn, post)
