"""The rows that the history of feelings is made of: readings line by line, and who said what when.

Reads only; bot/feelings/history.py says what they come to. Messages are joined, not the
conversation that a line was written in: what waited when two customers became one has moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bot.domain import Author, ConversationId, CustomerId, Emotion, MessageId
from bot.store.connection import Connection
from bot.store.emotions import to_emotion

MESSAGES_MAX = 400
"""Of a customer; the newest."""
AROUND = timedelta(hours=48)
"""What was said so long before and after a span may belong to what began or went on in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of emotion_history, with its message's place."""

    id: UUID
    message_id: MessageId
    conversation_id: ConversationId
    seq: int
    at: datetime
    """When the message was said."""
    kept_at: datetime
    """The line's created_at: of a message's lines the newest counts."""
    emotion: Emotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message of either side: a customer's, or one of ours that reached them."""

    message_id: MessageId
    conversation_id: ConversationId
    customer_id: CustomerId
    seq: int
    at: datetime
    author: Author
    valence: float | None = None
    """As the customer's message is read now; None for ours, and for one without a reading."""
    agent: str = ""
    """Of the turn that wrote or answered it; empty where there was none."""
    topic: str = ""


_SAID_AT = "coalesce(m.sent_at, m.created_at)"

_LINES = f"""SELECT h.*, m.conversation_id AS talk, m.seq, m.said_at
FROM (SELECT m.id, m.conversation_id, m.seq, {_SAID_AT} AS said_at FROM messages m
  WHERE m.conversation_id = ANY ($1::uuid[]) AND m.direction = 'inbound'
  ORDER BY m.seq DESC LIMIT $2) m
JOIN emotion_history h ON h.message_id = m.id"""

_LINES_OF_MESSAGE = f"""SELECT h.*, m.conversation_id AS talk, m.seq, {_SAID_AT} AS said_at
FROM messages m JOIN emotion_history h ON h.message_id = m.id WHERE m.id = $1"""

_TALKS = "SELECT id FROM conversations WHERE customer_id = $1"

# Ours count where they reached the customer, or may have, and answered something.
_TOLD = f"""SELECT m.id, m.conversation_id, c.customer_id, m.seq, {_SAID_AT} AS said_at, m.author,
  m.direction, f.valence, coalesce(t.agent, '') AS agent,
  coalesce(t.topic, t.intent, '') AS topic
FROM messages m JOIN conversations c ON c.id = m.conversation_id
LEFT JOIN turns t ON t.id = m.turn_id
LEFT JOIN LATERAL (SELECT h.valence FROM emotion_history h WHERE h.message_id = m.id
  ORDER BY h.created_at DESC, h.id DESC LIMIT 1) f ON m.direction = 'inbound'
WHERE (m.direction = 'inbound' OR (m.author IN ('bot', 'staff') AND NOT m.rest ? 'unasked'
    AND m.purpose <> 'promotional' AND m.status IN ('sent', 'delivered', 'read', 'unknown')))"""

_TOLD_IN = f"""{_TOLD} AND m.conversation_id = ANY ($1::uuid[])
ORDER BY m.seq DESC LIMIT $2"""

# Only conversations in which somebody was unhappy by any reading can hold a recovery. A message may
# be heard of late, never a day before it was said: the index finds when it was heard.
_TOLD_BETWEEN = f"""{_TOLD} AND m.conversation_id IN (SELECT u.conversation_id
  FROM emotion_history h JOIN messages u ON u.id = h.message_id
  WHERE h.valence < $3 AND u.direction = 'inbound'
    AND u.created_at >= $1::timestamptz - $4::interval - interval '1 day'
    AND coalesce(u.sent_at, u.created_at) >= $1::timestamptz - $4::interval
    AND coalesce(u.sent_at, u.created_at) < $2::timestamptz)
  AND {_SAID_AT} >= $1::timestamptz - $4::interval
  AND {_SAID_AT} < $2::timestamptz + $4::interval"""


async def list_lines_of_message(conn: Connection, message_id: MessageId) -> tuple[Line, ...]:
    """Every reading of one message."""
    return _lines(await conn.fetch(_LINES_OF_MESSAGE, message_id))


async def list_lines(
    conn: Connection, talks: Iterable[ConversationId], *, limit: int = MESSAGES_MAX
) -> tuple[Line, ...]:
    """Every reading of the newest messages of these conversations, in no order."""
    return _lines(await conn.fetch(_LINES, list(talks), limit))


async def list_talks(conn: Connection, customer_id: CustomerId) -> tuple[ConversationId, ...]:
    """The customer's conversations."""
    return tuple(ConversationId(row["id"]) for row in await conn.fetch(_TALKS, customer_id))


async def list_told(
    conn: Connection, talks: Iterable[ConversationId], *, limit: int = 2 * MESSAGES_MAX
) -> tuple[Told, ...]:
    """The newest of what either side said in these conversations, in no order."""
    return _told(await conn.fetch(_TOLD_IN, list(talks), limit))


async def list_told_between(
    conn: Connection, since: datetime, until: datetime, *, below: float
) -> tuple[Told, ...]:
    """What was said in a span, and shortly before and after it, wherever somebody was unhappy.

    Args:
        below: a valence under this is unhappy.
    """
    rows = await conn.fetch(_TOLD_BETWEEN, since, until, below, AROUND)
    # Of a whole year these are many, and who is being served in this process waits for nothing.
    return await asyncio.to_thread(_told, rows)


def _lines(rows: Sequence[asyncpg.Record]) -> tuple[Line, ...]:
    return tuple(
        Line(
            id=row["id"],
            message_id=MessageId(row["message_id"]),
            conversation_id=ConversationId(row["talk"]),
            seq=row["seq"],
            at=row["said_at"],
            kept_at=row["created_at"],
            emotion=to_emotion(dict(row)),
        )
        for row in rows
    )


def _told(rows: Sequence[asyncpg.Record]) -> tuple[Told, ...]:
    return tuple(
        Told(
            message_id=MessageId(row["id"]),
            conversation_id=ConversationId(row["conversation_id"]),
            customer_id=CustomerId(row["customer_id"]),
            seq=row["seq"],
            at=row["said_at"],
            author=Author.CUSTOMER if row["direction"] == "inbound" else Author(row["author"]),
            valence=row["valence"],
            agent=row["agent"],
            topic=row["topic"],
        )
        for row in rows
    )
