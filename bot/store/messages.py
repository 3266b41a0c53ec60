"""The transcript: storing inbound messages once, reading what waits, and accounting for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.domain import (
    NOTHING,
    AddressId,
    Author,
    Consent,
    ConversationId,
    Direction,
    Kind,
    Message,
    MessageId,
    Status,
    StoredMessage,
    TurnId,
)
from bot.errors import Conflict
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What intake learnt of one message."""

    conversation_id: ConversationId
    message_id: MessageId | None
    """None for a duplicate."""
    lease_token: int
    """Names the wake-up; see schema.sql, record_inbound."""

    @property
    def is_fresh(self) -> bool:
        return self.message_id is not None


# However long a text is that somebody sends, no more of it is read than anybody would write: what
# reads it must never keep other customers waiting.
WAITING_MAX = 60
"""More than anybody types: what waits beyond is a flood, and only its end is read."""

_RECORD = "SELECT * FROM record_inbound($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"

COLUMNS = """m.id, m.seq, m.direction, m.author, m.kind, left(m.text, 4000) AS text, m.status,
  m.channel, m.address_id, m.external_id, m.rest #>> '{extras,replied_to}' AS replied_to,
  m.created_at, coalesce(m.sent_at, m.created_at) AS said_at, m.language,
  coalesce(jsonb_array_length(m.rest -> 'media'), 0) AS media_count"""

_WAITING = f"""SELECT {COLUMNS}, a.consent, m.rest -> 'extras' AS extras
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 AND m.status = 'received' ORDER BY m.seq DESC LIMIT $2"""

_FLOOD_SHORT = f"""SELECT {COLUMNS}, a.consent, m.rest -> 'extras' AS extras
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 AND m.status = 'received' AND m.seq < $2 AND length(m.text) <= 160
ORDER BY m.seq DESC LIMIT 1000"""

_TRANSCRIPT = f"""SELECT {COLUMNS} FROM messages m
WHERE m.conversation_id = $1 AND m.status NOT IN ('received', 'dropped')
ORDER BY m.seq DESC LIMIT $2"""

_OF_TURN = f"""SELECT {COLUMNS}, a.consent, m.rest -> 'extras' AS extras
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $3 AND m.turn_id = $1 AND m.direction = 'inbound'
  AND m.status = 'answered' AND m.reason = $2
ORDER BY m.seq"""

_HAS_WAITING = """SELECT EXISTS (SELECT FROM messages WHERE conversation_id = $1
  AND status = 'received' AND seq > $2)"""

_ACCOUNT = """UPDATE messages SET status = $2, reason = $3, turn_id = $4, updated_at = now()
WHERE id = ANY ($1::uuid[]) AND status = 'received'"""

_FLOODED = """UPDATE messages SET status = 'ignored', reason = $3, turn_id = $4, updated_at = now()
WHERE conversation_id = $1 AND status = 'received' AND seq < $2"""

_NEGLECTED = """SELECT m.conversation_id, min(c.lease_token) AS lease_token
FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.status = 'received' AND m.created_at < $1 AND (c.lease_until IS NULL
  OR c.lease_until < now())
GROUP BY m.conversation_id ORDER BY min(m.created_at) LIMIT $2"""

_SET_LANGUAGE = "UPDATE messages SET language = $2 WHERE id = ANY ($1::uuid[])"


def _rest(message: Message) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if message.media:
        rest["media"] = [
            {"url": m.url, "type": m.content_type, **({"name": m.name} if m.name else {})}
            for m in message.media
        ]
    if message.subject:
        rest["subject"] = message.subject
    if message.full_text:
        rest["full_text"] = message.full_text
    if message.thread is not None:
        rest["thread"] = {
            "message_id": message.thread.message_id,
            "in_reply_to": message.thread.in_reply_to,
            "references": list(message.thread.references),
        }
    if message.extras:
        rest["extras"] = dict(message.extras)
    return rest


def stored(row: Mapping[str, Any]) -> StoredMessage:
    """A row of the transcript as a domain value."""
    return StoredMessage(
        id=MessageId(row["id"]),
        seq=row["seq"],
        direction=Direction(row["direction"]),
        author=Author(row["author"]),
        kind=Kind(row["kind"]),
        text=row["text"],
        status=Status(row["status"]),
        channel=row["channel"],
        address_id=AddressId(row["address_id"]),
        external_id=row["external_id"] or "",
        replied_to=row["replied_to"] or "",
        created_at=row["created_at"],
        said_at=row["said_at"],
        language=row["language"],
        media_count=row["media_count"],
    )


async def record_inbound(
    conn: Connection, messages: Sequence[Message], *, received_at: datetime
) -> tuple[Recorded, ...]:
    """Store each message once, in one round trip and one transaction; answers in the given order.

    Raises:
        Conflict: a conversation was closed under our hands; the whole batch may be tried again.
    """
    rows = await conn.fetch(
        _RECORD,
        [m.channel for m in messages],
        [m.external_id for m in messages],
        [m.sender for m in messages],
        [m.recipient for m in messages],
        [m.author.value for m in messages],
        [m.kind.value for m in messages],
        [m.text for m in messages],
        [m.language for m in messages],
        [m.sent_at for m in messages],
        [m.received_at or received_at for m in messages],
        [_rest(m) for m in messages],
    )
    if len(rows) != len(messages):
        raise Conflict(f"{len(messages) - len(rows)} messages found no open conversation")
    seen: set[UUID] = set()
    return tuple(
        Recorded(
            conversation_id=ConversationId(row["conversation_id"]),
            message_id=_first(row["message_id"], seen),
            lease_token=row["lease_token"] or 0,
        )
        for row in rows
    )


def _first(row_id: UUID | None, seen: set[UUID]) -> MessageId | None:
    """The id, unless the same batch has brought this message before."""
    if row_id is None or row_id in seen:
        return None
    seen.add(row_id)
    return MessageId(row_id)


async def list_waiting(
    conn: Connection, conversation_id: ConversationId, *, limit: int = WAITING_MAX
) -> tuple[StoredMessage, ...]:
    """The newest unanswered inbound messages, oldest first."""
    rows = await conn.fetch(_WAITING, conversation_id, limit)
    return tuple(to_waiting(dict(row)) for row in reversed(rows))


async def list_short_before(
    conn: Connection, conversation_id: ConversationId, seq: int
) -> tuple[StoredMessage, ...]:
    """The short messages of a flood that wait before those a turn reads, oldest first."""
    rows = await conn.fetch(_FLOOD_SHORT, conversation_id, seq)
    return tuple(to_waiting(dict(row)) for row in reversed(rows))


def to_waiting(row: Mapping[str, Any]) -> StoredMessage:
    """A row of what waits, with what is known of its writer."""
    return replace(stored(row), consent=Consent(row["consent"]), extras=row["extras"] or NOTHING)


async def list_transcript(
    conn: Connection, conversation_id: ConversationId, *, limit: int
) -> tuple[StoredMessage, ...]:
    """The latest messages that are accounted for or on their way, oldest first."""
    rows = await conn.fetch(_TRANSCRIPT, conversation_id, limit)
    return tuple(stored(dict(row)) for row in reversed(rows))


async def list_answered_by(
    conn: Connection, conversation_id: ConversationId, turn_id: TurnId, *, reason: str
) -> tuple[StoredMessage, ...]:
    """What a turn has answered with that reason, oldest first."""
    rows = await conn.fetch(_OF_TURN, turn_id, reason, conversation_id)
    return tuple(to_waiting(dict(row)) for row in rows)


async def has_waiting(
    conn: Connection, conversation_id: ConversationId, *, after_seq: int = 0
) -> bool:
    """Whether an unanswered message exists, newer than `after_seq`."""
    return bool(await conn.fetchval(_HAS_WAITING, conversation_id, after_seq))


async def account_for(
    conn: Connection,
    ids: Sequence[MessageId],
    *,
    status: Status,
    reason: str | None = None,
    turn_id: TurnId | None = None,
) -> None:
    """Mark waiting messages answered, or ignored with the reason (I4)."""
    await conn.execute(_ACCOUNT, list(ids), status.value, reason, turn_id)


async def ignore_older(
    conn: Connection, oldest_read: StoredMessage, conversation_id: ConversationId, turn_id: TurnId
) -> None:
    """Account for what waits behind the oldest message that a turn has read: a flood."""
    await conn.execute(_FLOODED, conversation_id, oldest_read.seq, "too many at once", turn_id)


async def list_neglected(
    conn: Connection, *, before: datetime, limit: int
) -> tuple[tuple[ConversationId, int], ...]:
    """Conversations that wait since before then and that nobody is answering, with lease tokens."""
    rows = await conn.fetch(_NEGLECTED, before, limit)
    return tuple((ConversationId(row["conversation_id"]), row["lease_token"]) for row in rows)


async def set_language(conn: Connection, ids: Sequence[UUID], language: str) -> None:
    """Keep the language a turn read from these messages."""
    await conn.execute(_SET_LANGUAGE, list(ids), language)
