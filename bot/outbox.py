"""Writes a reply into the outbox, inside the transaction that commits the turn. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.deps import Deps
from bot.domain import Author, ConversationId, MessageId, Purpose, StoredMessage, TurnId
from bot.store import outbox as store
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What we say, and to which message."""

    conversation_id: ConversationId
    answers: StoredMessage
    """Decides channel and address: the customer reads it where they wrote."""
    text: str
    language: str
    epoch: int
    author: Author = Author.BOT
    purpose: Purpose = Purpose.CONVERSATIONAL
    turn_id: TurnId | None = None


async def write_reply(deps: Deps, conn: Connection, reply: Reply) -> tuple[MessageId, ...]:
    """Queue the reply, one row for each part the channel needs, in order."""
    now = deps.clock.now()
    ids = []
    for part in deps.render(reply.answers.channel, reply.text):
        draft = store.Draft(
            conversation_id=reply.conversation_id,
            address_id=reply.answers.address_id,
            channel=reply.answers.channel,
            text=part,
            author=reply.author,
            purpose=reply.purpose,
            epoch=reply.epoch,
            due_at=now,
            language=reply.language,
            in_reply_to=reply.answers.id,
            turn_id=reply.turn_id,
        )
        ids.append(await store.insert(conn, draft))
    return tuple(ids)
