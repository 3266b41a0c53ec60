"""A customer's message as the desk shows it: words, kind and files, read when it is posted."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import ConversationId, Media, MessageId, StoredMessage
from bot.store.connection import Connection
from bot.store.handles import SHOWN
from bot.store.messages import COLUMNS, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMessage:
    """What a customer wrote while staff have the conversation."""

    message: StoredMessage
    conversation_id: ConversationId
    who: str
    """The customer's name, or the address they wrote from."""
    media: tuple[Media, ...]


_GET = f"""SELECT {COLUMNS}, m.conversation_id, coalesce(p.name, {SHOWN}) AS who,
  coalesce(m.rest -> 'media', '[]'::jsonb) AS media
FROM messages m JOIN addresses a ON a.id = m.address_id JOIN customers p ON p.id = a.customer_id
WHERE m.id = $1"""


async def find_heard(conn: Connection, message_id: MessageId) -> HeardMessage | None:
    """The message, if it is still kept."""
    row = await conn.fetchrow(_GET, message_id)
    if row is None:
        return None
    return HeardMessage(
        message=stored(dict(row)),
        conversation_id=ConversationId(row["conversation_id"]),
        who=row["who"],
        media=tuple(Media(each["url"], each["type"]) for each in row["media"]),
    )
