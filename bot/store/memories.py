"""What customers have told of themselves: kept, corrected by a new row, forgotten at their word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bot.domain import ConversationId, CustomerId, MessageId
from bot.domain_answers import Memory
from bot.domain_memory import MemoryKind
from bot.store.connection import Connection

Source = Literal["customer", "staff", "booking"]
FORGOTTEN = "the customer asked us to forget it"
"""Why an address that was only told is not written to any more."""

# What is known already is not told again; the date of the first telling stands.
_INSERT = """INSERT INTO memories (customer_id, kind, value, source, message_id, said_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (customer_id, kind, lower(value)) WHERE replaced_by IS NULL AND forgotten_at IS NULL
DO NOTHING RETURNING id"""

# Told before what stands: a message that was fetched late corrects nothing.
_IS_LATE = """SELECT EXISTS (SELECT FROM memories WHERE customer_id = $1 AND kind = $2
  AND (replaced_by IS NOT NULL OR forgotten_at IS NULL) AND said_at > $3)"""

_REPLACE = """UPDATE memories SET replaced_by = $3 WHERE customer_id = $1 AND kind = $2
  AND id <> $3 AND replaced_by IS NULL AND forgotten_at IS NULL
  AND ($4 = '' OR lower(value) = lower($4))"""

_LIVE = """SELECT kind, value, source, said_at, message_id FROM memories
WHERE customer_id = $1 AND replaced_by IS NULL AND forgotten_at IS NULL
ORDER BY said_at DESC, id DESC LIMIT 200"""

_VALUES = """SELECT value FROM memories
WHERE customer_id = $1 AND kind = ANY($2::text[]) AND value <> ''"""

_FORGET = """UPDATE memories SET value = '', forgotten_at = $3
WHERE customer_id = $1 AND kind = ANY($2::text[]) AND forgotten_at IS NULL"""

# Also where nothing was kept: what the conversation still holds of it goes into no summary.
_MARK = """INSERT INTO memories (customer_id, kind, value, source, said_at, forgotten_at)
SELECT $1, kind, '', 'customer', $3, $3 FROM unnest($2::text[]) AS forgotten(kind)
WHERE NOT EXISTS (SELECT FROM memories m
  WHERE m.customer_id = $1 AND m.kind = forgotten.kind AND m.forgotten_at = $3)"""

_FORGOTTEN = """SELECT kind, max(forgotten_at) AS at FROM memories
WHERE customer_id = (SELECT customer_id FROM conversations WHERE id = $1)
  AND forgotten_at IS NOT NULL GROUP BY kind"""

_NAME = "UPDATE customers SET name = $2 WHERE id = $1"

_UNREACH = """UPDATE addresses SET suspended_reason = $2 WHERE customer_id = $1
  AND channel = 'email' AND last_inbound_at IS NULL AND suspended_reason IS NULL"""

_REACH = """UPDATE addresses SET suspended_reason = NULL WHERE customer_id = $1
  AND channel = 'email' AND value = lower($2) AND suspended_reason = $3"""


async def keep(
    conn: Connection,
    customer_id: CustomerId,
    memory: Memory,
    *,
    replaces: str | None,
) -> bool:
    """Keep what was told; False where it is known already or newer words stand.

    `replaces` names the value it takes the place of; "" is whatever stands, None is nothing.
    """
    late = await conn.fetchval(_IS_LATE, customer_id, memory.kind, memory.said_at)
    if replaces is not None and late:
        return False
    made: UUID | None = await conn.fetchval(
        _INSERT,
        customer_id,
        memory.kind,
        memory.value,
        memory.source,
        memory.message_id,
        memory.said_at,
    )
    if made is None:
        return False
    if replaces is not None:
        await conn.execute(_REPLACE, customer_id, memory.kind, made, replaces)
    if memory.kind == MemoryKind.NAME:
        await conn.execute(_NAME, customer_id, memory.value)
    if memory.kind == MemoryKind.EMAIL:
        await conn.execute(_REACH, customer_id, memory.value, FORGOTTEN)
    return True


async def list_live(conn: Connection, customer_id: CustomerId) -> tuple[Memory, ...]:
    """What is known now, newest first."""
    return tuple(_memory(dict(row)) for row in await conn.fetch(_LIVE, customer_id))


async def list_values(
    conn: Connection, customer_id: CustomerId, kinds: Sequence[MemoryKind]
) -> tuple[str, ...]:
    """Everything that was ever told of these kinds and is not forgotten yet."""
    rows = await conn.fetch(_VALUES, customer_id, list(kinds))
    return tuple(row["value"] for row in rows)


async def forget(
    conn: Connection, customer_id: CustomerId, kinds: Sequence[MemoryKind], *, at: datetime
) -> None:
    """Empty these kinds, what they once were included; a mailbox only told is not written to."""
    await conn.execute(_FORGET, customer_id, list(kinds), at)
    await conn.execute(_MARK, customer_id, list(kinds), at)
    if MemoryKind.NAME in kinds:
        await conn.execute(_NAME, customer_id, None)
    if MemoryKind.EMAIL in kinds:
        await conn.execute(_UNREACH, customer_id, FORGOTTEN)


async def list_forgotten(
    conn: Connection, conversation_id: ConversationId
) -> Mapping[MemoryKind, datetime]:
    """Which kinds the conversation's customer had forgotten, and when last."""
    rows = await conn.fetch(_FORGOTTEN, conversation_id)
    return {MemoryKind(row["kind"]): row["at"] for row in rows}


def _memory(row: Mapping[str, Any]) -> Memory:
    message_id = row["message_id"]
    return Memory(
        kind=row["kind"],
        value=row["value"],
        source=row["source"],
        said_at=row["said_at"],
        message_id=None if message_id is None else MessageId(message_id),
    )
