"""Parts two customers again who were joined: what moved goes back, and what came of it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.domain import CustomerId
from bot.store.connection import Connection
from bot.store.merges import TABLES, Merge

_GET = """SELECT id, kept_id, joined_id, moved, undone_at FROM customer_merges
WHERE id = $1 FOR UPDATE"""

_UNDONE = "UPDATE customer_merges SET undone_at = $2, undone_by = $3 WHERE id = $1"

_BEFORE = """UPDATE customers SET name = CASE WHEN $2::text IS NULL THEN NULL ELSE name END,
  language = CASE WHEN $3::text IS NULL THEN NULL ELSE language END,
  zone = CASE WHEN $4::text IS NULL THEN NULL ELSE zone END WHERE id = $1"""

_UNSETTLE = """UPDATE memories m SET replaced_by = NULL
FROM jsonb_each_text($1) AS was(id, by) WHERE m.id = was.id::uuid AND m.replaced_by = was.by::uuid
  AND NOT EXISTS (SELECT FROM memories o WHERE o.customer_id = m.customer_id AND o.id <> m.id
    AND o.kind = m.kind AND lower(o.value) = lower(m.value) AND o.replaced_by IS NULL
    AND o.forgotten_at IS NULL)"""

# Conversations begun since in which nobody wrote but from addresses that moved.
_LATER = """SELECT c.id FROM conversations c JOIN customer_merges g ON g.id = $1
WHERE c.customer_id = g.kept_id AND c.created_at > g.created_at
  AND EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id
    AND m.address_id = ANY($2::uuid[]))
  AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id
    AND m.direction = 'inbound' AND m.address_id <> ALL($2::uuid[]))"""

_FOLLOW = (
    """UPDATE quotes SET customer_id = $2
WHERE customer_id = $1 AND conversation_id = ANY($3::uuid[])""",
    """UPDATE follow_ups f SET customer_id = $2 FROM bookings b
WHERE f.customer_id = $1 AND b.id = f.booking_id AND b.customer_id = $2
  AND b.conversation_id = ANY($3::uuid[])""",
    """UPDATE feedback f SET customer_id = $2 FROM bookings b
WHERE f.customer_id = $1 AND b.id = f.booking_id AND b.customer_id = $2
  AND b.conversation_id = ANY($3::uuid[])""",
    """UPDATE allergies l SET customer_id = $2 FROM messages m
WHERE l.customer_id = $1 AND m.id = l.message_id AND m.conversation_id = ANY($3::uuid[])""",
    """UPDATE memories y SET customer_id = $2 FROM messages m
WHERE y.customer_id = $1 AND m.id = y.message_id AND m.conversation_id = ANY($3::uuid[])""",
    """UPDATE address_proofs SET customer_id = $2
WHERE customer_id = $1 AND conversation_id = ANY($3::uuid[])""",
)

_REOPEN = """UPDATE conversations SET mode = 'bot', closed_at = NULL, epoch = epoch + 1
WHERE id = $1 AND customer_id = $2 AND mode = 'closed' AND NOT EXISTS (
  SELECT FROM conversations o WHERE o.customer_id = $2 AND o.mode <> 'closed') RETURNING true"""

_RETURN = """UPDATE messages SET conversation_id = $2, updated_at = now()
WHERE id = ANY($1::uuid[]) AND status = 'received'"""

# A reply that is queued may hold what was the other's: it dies too (I10).
_FENCE = """UPDATE conversations SET epoch = epoch + 1
WHERE customer_id = ANY($1::uuid[]) AND mode <> 'closed'"""


async def get(conn: Connection, merge_id: UUID) -> Merge | None:
    """A merge, held until the transaction ends."""
    row = await conn.fetchrow(_GET, merge_id)
    if row is None:
        return None
    undone = row["undone_at"] is not None
    return Merge(row["id"], row["kept_id"], row["joined_id"], row["moved"], undone)


async def move_back(conn: Connection, merge: Merge) -> int:
    """Give back what moved and is there still, with what came of it since; how many rows."""
    count = 0
    later = [row["id"] for row in await conn.fetch(_LATER, merge.id, _ids(merge, "addresses"))]
    for table in TABLES:
        done = await conn.fetch(
            f"UPDATE {table} SET customer_id = $2"
            " WHERE customer_id = $1 AND id = ANY($3::uuid[]) RETURNING id",
            merge.kept_id,
            merge.joined_id,
            [*_ids(merge, table), *(later if table == "conversations" else ())],
        )
        count += len(done)
    for query in _FOLLOW:
        talks = [*_ids(merge, "conversations"), *later]
        await conn.execute(query, merge.kept_id, merge.joined_id, talks)
    await conn.execute(_UNSETTLE, dict(merge.moved.get("replaced", {})))
    return count


async def reopen(conn: Connection, merge: Merge) -> None:
    """The conversation that was closed for it goes on, with what still waits in it."""
    closed = merge.moved.get("closed")
    if closed is None:
        return
    whose: CustomerId = merge.joined_id
    if merge.moved.get("closed_of") == "kept":
        whose = merge.kept_id
    if await conn.fetchval(_REOPEN, UUID(closed), whose):
        await conn.execute(_RETURN, _ids(merge, "messages"), UUID(closed))


async def restore(conn: Connection, merge: Merge, *, at: datetime, by: str) -> None:
    """Take back what was filled in, fence both, and note who parted them."""
    before: Mapping[str, Any] = merge.moved.get("before", {})
    names = (before.get("name"), before.get("language"), before.get("zone"))
    await conn.execute(_BEFORE, merge.kept_id, *names)
    await conn.execute(_FENCE, [merge.kept_id, merge.joined_id])
    await conn.execute(_UNDONE, merge.id, at, by)


def _ids(merge: Merge, table: str) -> Sequence[UUID]:
    return [UUID(each) for each in merge.moved.get(table, ())]
