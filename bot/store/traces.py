"""The life of messages, read whole for whoever wants to see it.

Read-only and bounded: a cheap version tells whether anything moved, then one conversation is read;
or the life of a single message, for whoever asks why it was answered so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from bot.domain import ConversationId, Mode
from bot.errors import NotFound
from bot.store import traced_rows
from bot.store.connection import Connection
from bot.store.traced import ConversationTrace
from bot.store.traced_rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Whose life it is: a message, or a turn that nothing was sent of yet."""

    conversation_id: ConversationId
    message_id: UUID
    turn_id: UUID | None


# Everything that can move a trace moves one of these numbers; each is one short index scan.
_VERSIONS = """SELECT c.id, concat_ws('|', c.mode, c.epoch, c.lease_until,
  (SELECT concat_ws('/', count(*), max(updated_at)) FROM (
     SELECT updated_at FROM messages WHERE conversation_id = c.id
     ORDER BY seq DESC LIMIT 60) AS latest),
  (SELECT count(*) FROM turns WHERE conversation_id = c.id),
  (SELECT count(*) FROM emotion_history WHERE conversation_id = c.id),
  (SELECT count(*) FROM emotion_alarms WHERE conversation_id = c.id),
  (SELECT string_agg(e.status || e.post_status || e.severity, ',' ORDER BY e.created_at)
     FROM escalations e WHERE e.conversation_id = c.id)) AS version
FROM conversations c ORDER BY c.last_message_at DESC LIMIT $1"""

_OF_LIFE = """SELECT m.*, a.value AS address
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 AND (m.turn_id = $2 OR m.id = $3) ORDER BY m.seq DESC"""

_TURN = "SELECT * FROM turns WHERE id = $1"

_BY_ID = "SELECT id, conversation_id, turn_id FROM messages WHERE id BETWEEN $1 AND $2 LIMIT $3"

_BY_VENDOR = "SELECT id, conversation_id, turn_id FROM messages WHERE external_id = $1 LIMIT $2"

_BY_CODE = """SELECT message_id AS id, conversation_id, turn_id FROM drafts
WHERE code = upper($1)"""

_PASSAGES = "SELECT * FROM turn_passages WHERE turn_id = ANY ($1::uuid[]) ORDER BY place"

_DRAFTS = "SELECT * FROM drafts WHERE turn_id = ANY ($1::uuid[])"

_MODE = "SELECT mode FROM conversations WHERE id = $1"

_MESSAGES = """SELECT m.*, a.value AS address
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 ORDER BY m.seq DESC LIMIT $2"""

_TURNS = "SELECT * FROM turns WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT $2"

_TOOLS = "SELECT * FROM tool_calls WHERE turn_id = ANY ($1::uuid[]) ORDER BY step, id"

_MODELS = "SELECT * FROM llm_calls WHERE turn_id = ANY ($1::uuid[]) ORDER BY step, id"

_EMOTIONS = "SELECT * FROM emotion_history WHERE message_id = ANY ($1::uuid[]) ORDER BY created_at"

_ALARMS = """SELECT * FROM emotion_alarms WHERE message_id = ANY ($1::uuid[])
ORDER BY created_at, CASE severity WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, trigger"""

_ESCALATIONS = """SELECT * FROM escalations WHERE conversation_id = $1
ORDER BY created_at DESC LIMIT $2"""


ESCALATIONS_MAX = 60


async def list_versions(conn: Connection, *, limit: int) -> Mapping[ConversationId, str]:
    """The latest conversations, each with a word that differs as soon as its trace does."""
    rows = await conn.fetch(_VERSIONS, limit)
    return {ConversationId(row["id"]): row["version"] for row in rows}


async def read(
    conn: Connection, conversation_id: ConversationId, *, limit: int
) -> ConversationTrace:
    """The life of a conversation's latest `limit` messages.

    Raises:
        NotFound: it has been erased.
    """
    messages = await conn.fetch(_MESSAGES, conversation_id, limit)
    turns = await conn.fetch(_TURNS, conversation_id, limit)
    return await _trace(conn, conversation_id, _plain(messages), _plain(turns))


async def read_life(conn: Connection, life: Life) -> ConversationTrace:
    """The same of one message with its turn: what the turn answered and what it said.

    Raises:
        NotFound: it has been erased.
    """
    messages = await conn.fetch(_OF_LIFE, life.conversation_id, life.turn_id, life.message_id)
    turns = await conn.fetch(_TURN, life.turn_id)
    return await _trace(conn, life.conversation_id, _plain(messages), _plain(turns))


async def find_lives(
    conn: Connection,
    *,
    ids: tuple[UUID, UUID] | None = None,
    external_id: str = "",
    code: str = "",
    limit: int,
) -> tuple[Life, ...]:
    """Messages whose id lies between the two, or with the vendor's id, or a draft's code."""
    rows: Sequence[Record] = []
    if ids is not None:
        rows = await conn.fetch(_BY_ID, *ids, limit)
    if not rows and external_id:
        rows = await conn.fetch(_BY_VENDOR, external_id, limit)
    if not rows and code:
        rows = await conn.fetch(_BY_CODE, code)
    return tuple(
        Life(
            conversation_id=ConversationId(row["conversation_id"]),
            message_id=row["id"],
            turn_id=row["turn_id"],
        )
        for row in rows
    )


async def _trace(
    conn: Connection, conversation_id: ConversationId, messages: Rows, turns: Rows
) -> ConversationTrace:
    mode = await conn.fetchval(_MODE, conversation_id)
    if mode is None:
        raise NotFound(f"no conversation {conversation_id}")
    turn_ids = [row["id"] for row in turns]
    used = {
        name: _plain(await conn.fetch(query, turn_ids))
        for name, query in (
            ("tools", _TOOLS),
            ("models", _MODELS),
            ("passages", _PASSAGES),
            ("drafts", _DRAFTS),
        )
    }
    message_ids = [row["id"] for row in messages]
    emotions = await conn.fetch(_EMOTIONS, message_ids)
    alarms = await conn.fetch(_ALARMS, message_ids)
    escalations = await conn.fetch(_ESCALATIONS, conversation_id, ESCALATIONS_MAX)
    return ConversationTrace(
        id=conversation_id,
        mode=Mode(mode),
        messages=tuple(traced_rows.to_message(row) for row in reversed(messages)),
        turns=tuple(traced_rows.to_turn(row, used) for row in reversed(turns)),
        emotions=tuple(traced_rows.to_emotion(dict(row)) for row in emotions),
        alarms=tuple(traced_rows.to_alarm(dict(row)) for row in alarms),
        escalations=tuple(traced_rows.to_escalation(dict(row)) for row in reversed(escalations)),
    )


def _plain(rows: Sequence[Record]) -> Rows:
    return [dict(row) for row in rows]
