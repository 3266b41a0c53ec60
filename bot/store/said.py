"""The bot's last answers in a conversation with what they answered, for staff who correct them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer of the bot, put together where it went out in parts."""

    message_id: UUID
    """Its first part."""
    text: str
    asked: str
    """The customer's words that it answered."""
    language: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which conversation something at the desk is about, and whose it is."""

    conversation_id: UUID
    customer_name: str
    language: str
    message_id: UUID | None = None
    """The one message that is meant; None: the conversation as a whole."""


_LIST = """WITH latest AS (
  SELECT coalesce(turn_id, id) AS whole, turn_id, id, text, seq, created_at, conversation_id
  FROM messages WHERE conversation_id = $1 AND direction = 'outbound' AND author = 'bot'
  ORDER BY seq DESC LIMIT $2 * 4)
SELECT (array_agg(l.id ORDER BY l.seq))[1] AS message_id, string_agg(l.text, ' ' ORDER BY l.seq)
  AS text, max(l.created_at) AS said_at,
  coalesce((SELECT string_agg(q.text, ' ' ORDER BY q.seq) FROM messages q
    WHERE q.conversation_id = $1 AND q.direction = 'inbound' AND q.turn_id = l.turn_id), '')
    AS asked,
  coalesce((SELECT max(q.language) FROM messages q WHERE q.conversation_id = $1
    AND q.direction = 'inbound' AND q.turn_id = l.turn_id), '') AS language
FROM latest l GROUP BY l.whole, l.turn_id ORDER BY max(l.seq) DESC LIMIT $2"""

_LAST_ASKED = """SELECT text FROM messages WHERE conversation_id = $1 AND direction = 'inbound'
  AND text <> '' ORDER BY seq DESC LIMIT 1"""

_PLACE = """SELECT c.id AS conversation_id, p.name AS customer_name, c.language
FROM conversations c JOIN customers p ON p.id = c.customer_id WHERE c.id = """

_OF_CONVERSATION = f"{_PLACE} $1"

_OF_ESCALATION = f"{_PLACE} (SELECT conversation_id FROM escalations WHERE id = $1)"

_IN_THREAD = f"""{_PLACE} (SELECT conversation_id FROM escalations
  WHERE desk_channel = $1 AND desk_ts = $2)"""


_OF_POST = """SELECT message_id FROM desk_notices WHERE escalation_id = (
  SELECT id FROM escalations WHERE desk_channel = $1 AND desk_ts = $2)
AND desk_ts = $3 AND message_id IS NOT NULL LIMIT 1"""


async def list_said(conn: Connection, conversation_id: UUID, *, limit: int) -> tuple[Said, ...]:
    """The bot's answers, newest first."""
    rows = await conn.fetch(_LIST, conversation_id, limit)
    return tuple(Said(**dict(row)) for row in rows)


async def find_last_asked(conn: Connection, conversation_id: UUID) -> str:
    """The customer's last words; empty where there are none."""
    return str(await conn.fetchval(_LAST_ASKED, conversation_id) or "")


async def find_place(conn: Connection, conversation_id: UUID) -> Place | None:
    """Whose conversation it is."""
    return _place(await conn.fetch(_OF_CONVERSATION, conversation_id), None)


async def find_of_escalation(conn: Connection, escalation_id: UUID) -> Place | None:
    """What an escalation is about."""
    return _place(await conn.fetch(_OF_ESCALATION, escalation_id), None)


async def find_in_thread(conn: Connection, channel: str, root: str, ts: str) -> Place | None:
    """What a thread is about, with the message that its post `ts` shows, where it shows one."""
    shown = await conn.fetchval(_OF_POST, channel, root, ts) if ts != root else None
    return _place(await conn.fetch(_IN_THREAD, channel, root), shown)


def _place(rows: Sequence[Record], message_id: UUID | None) -> Place | None:
    if not rows:
        return None
    return Place(
        conversation_id=rows[0]["conversation_id"],
        customer_name=rows[0]["customer_name"] or "",
        language=rows[0]["language"] or "",
        message_id=message_id,
    )
