"""Summaries of conversations: read with what is to be folded in, written by whoever is first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import ConversationId, CustomerId, StoredMessage
from bot.store.connection import Connection
from bot.store.messages import COLUMNS, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is kept of a conversation; empty and up to 0 where nothing is yet."""

    conversation_id: ConversationId
    customer_id: CustomerId
    up_to_seq: int
    text: str


_SELECT = """SELECT c.id, c.customer_id, coalesce(s.up_to_seq, 0) AS up_to_seq,
  coalesce(s.text, '') AS text
FROM conversations c LEFT JOIN conversation_summaries s ON s.conversation_id = c.id"""

_GET = f"{_SELECT} WHERE c.id = $1"

_OF_CUSTOMER = f"{_SELECT} WHERE c.customer_id = $1 AND (s.text <> '' OR c.mode <> 'closed')"

_AFTER = f"""SELECT {COLUMNS} FROM messages m
WHERE m.conversation_id = $1 AND m.seq > $2 AND m.status NOT IN ('received', 'dropped')
ORDER BY m.seq LIMIT $3"""

# By the turns of the last minutes, which their ids hold in the order of time: whatever is due was
# rung for after one of them.
_DUE = """SELECT t.conversation_id FROM (SELECT DISTINCT conversation_id FROM (
    SELECT conversation_id FROM turns WHERE id > (SELECT uuidv7(interval '-10 minutes'))
    ORDER BY id DESC LIMIT 1000) AS latest) AS t
WHERE (SELECT count(*) FROM (SELECT FROM messages m WHERE m.conversation_id = t.conversation_id
    AND m.seq > coalesce((SELECT up_to_seq FROM conversation_summaries s
      WHERE s.conversation_id = t.conversation_id), 0) AND m.status NOT IN ('received', 'dropped')
    LIMIT $1 + 1) AS after) > $1
LIMIT $2"""

_IS_DUE = """SELECT count(*) > $2 FROM (SELECT FROM messages m WHERE m.conversation_id = $1
    AND m.seq > coalesce((SELECT up_to_seq FROM conversation_summaries
      WHERE conversation_id = $1), 0) AND m.status NOT IN ('received', 'dropped')
    LIMIT $2 + 1) AS after"""

_WRITE = """INSERT INTO conversation_summaries AS s (conversation_id, up_to_seq, text, writer)
VALUES ($1, $3, $4, $5)
ON CONFLICT (conversation_id) DO UPDATE
SET up_to_seq = $3, text = $4, writer = $5, updated_at = now()
WHERE s.up_to_seq = $2 AND s.text = $6 RETURNING true"""


async def get(conn: Connection, conversation_id: ConversationId) -> Summary | None:
    """The summary as it stands; None where there is no such conversation."""
    row = await conn.fetchrow(_GET, conversation_id)
    return None if row is None else _summary(dict(row))


async def list_of_customer(conn: Connection, customer_id: CustomerId) -> tuple[Summary, ...]:
    """Those of all of a customer's conversations, the open one's also where nothing is written."""
    return tuple(_summary(dict(row)) for row in await conn.fetch(_OF_CUSTOMER, customer_id))


async def list_after(
    conn: Connection, conversation_id: ConversationId, seq: int, *, limit: int
) -> tuple[StoredMessage, ...]:
    """The messages after that one, oldest first."""
    rows = await conn.fetch(_AFTER, conversation_id, seq, limit)
    return tuple(stored(dict(row)) for row in rows)


async def is_due(conn: Connection, conversation_id: ConversationId, *, more_than: int) -> bool:
    """Whether more than so many messages lie after the summary."""
    return bool(await conn.fetchval(_IS_DUE, conversation_id, more_than))


async def list_due(conn: Connection, *, more_than: int, limit: int) -> tuple[ConversationId, ...]:
    """Conversations of the last minutes with more messages than that after their summary."""
    rows = await conn.fetch(_DUE, more_than, limit)
    return tuple(ConversationId(row["conversation_id"]) for row in rows)


async def write(
    conn: Connection, before: Summary, *, up_to_seq: int, text: str, writer: str
) -> bool:
    """Put this in the place of what was read; False where another has written meanwhile."""
    done = await conn.fetchval(
        _WRITE, before.conversation_id, before.up_to_seq, up_to_seq, text, writer, before.text
    )
    return bool(done)


def _summary(row: dict[str, object]) -> Summary:
    return Summary(**{("conversation_id" if k == "id" else k): v for k, v in row.items()})  # type: ignore[arg-type]  # The columns are the fields.
