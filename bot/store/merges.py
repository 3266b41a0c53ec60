"""Two customers who are one: their rows move together, with a note by which they move back.

`TABLES` is everything that names its customer itself; a booking follows its quote. Which of it
moves when, and who may ask, is decided in bot/identity_joining.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.domain import ConversationId, CustomerId, Mode
from bot.store.connection import Connection
from bot.store.drafts import WAITS

TABLES = (
    "addresses",
    "conversations",
    "quotes",
    "follow_ups",
    "allergies",
    "memories",
    "feedback",
    "address_proofs",
    "customer_notes",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """An open conversation."""

    id: ConversationId
    customer_id: CustomerId
    mode: Mode
    epoch: int


@dataclass(frozen=True, slots=True)
class Merge:
    """What was done, as far as undoing it asks."""

    id: UUID
    kept_id: CustomerId
    joined_id: CustomerId
    moved: Mapping[str, Any]
    is_undone: bool


_LOCK = "SELECT id FROM customers WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"

_TALKS = """SELECT id, customer_id, mode, epoch FROM conversations
WHERE customer_id = ANY($1::uuid[]) AND mode <> 'closed' ORDER BY id FOR NO KEY UPDATE NOWAIT"""

_JOINED = "SELECT kept_id FROM customer_merges WHERE joined_id = $1 AND undone_at IS NULL"

# A turn that thinks in it dies; a reply that is queued, and a draft that waits, were this epoch's.
_FENCE = """WITH raised AS (UPDATE conversations SET epoch = epoch + 1
  WHERE id = $1 RETURNING id, epoch),
replies AS (UPDATE messages m SET epoch = r.epoch FROM raised r WHERE m.conversation_id = r.id
  AND m.direction = 'outbound' AND m.status IN ('queued', 'sending') AND m.epoch = r.epoch - 1),
waiting AS (UPDATE drafts d SET epoch = r.epoch FROM raised r WHERE d.conversation_id = r.id
  AND d.status = 'open' AND d.epoch = r.epoch - 1)
SELECT epoch FROM raised"""

_CLOSE = """UPDATE conversations SET mode = 'closed', epoch = epoch + 1, closed_at = now(),
  lease_until = NULL WHERE id = $1"""

# What waits is answered, and what was answered goes out, in the conversation that stays. What was
# dead before stays behind and dead (I7).
_MOVE_WAITING = """UPDATE messages SET conversation_id = $2, updated_at = now(),
  epoch = CASE WHEN direction = 'outbound' THEN $3 ELSE epoch END
WHERE conversation_id = $1 AND status IN ('received', 'queued', 'sending')
  AND NOT (author = 'bot' AND epoch <> $4) RETURNING id"""

# What a draft was to answer waits again (I4).
_VOID = """WITH terms AS (UPDATE proposals SET status = 'superseded'
  WHERE conversation_id = $1 AND status = 'open'),
void AS (UPDATE drafts SET status = 'superseded', decided_at = now()
  WHERE conversation_id = $1 AND status = 'open' RETURNING turn_id)
UPDATE messages m SET status = 'received', reason = NULL, updated_at = now() FROM void
WHERE m.conversation_id = $1 AND m.turn_id = void.turn_id AND m.direction = 'inbound'
  AND m.status = 'answered' AND m.reason = $2"""

_HOLDS = """SELECT customer_id FROM bookings WHERE customer_id = ANY($1::uuid[])
  AND status = 'held' AND agreed_at IS NULL ORDER BY created_at"""

# The newer word stands: of kinds with one value, and where both have said the same.
_SETTLE = """WITH live AS (
  SELECT id, customer_id, kind, value, first_value(id) OVER (
    PARTITION BY kind, CASE WHEN kind = ANY($3::text[]) THEN lower(value) END
    ORDER BY said_at DESC, id DESC) AS stands
  FROM memories WHERE customer_id IN ($1, $2) AND replaced_by IS NULL AND forgotten_at IS NULL)
UPDATE memories m SET replaced_by = live.stands FROM live
WHERE m.id = live.id AND live.stands <> live.id RETURNING m.id, m.replaced_by"""

_NAME = """UPDATE customers k SET name = coalesce(k.name, j.name),
  language = coalesce(k.language, j.language), zone = coalesce(k.zone, j.zone)
FROM customers j, customers before WHERE k.id = $1 AND j.id = $2 AND before.id = k.id
RETURNING jsonb_build_object('name', before.name, 'language', before.language,
  'zone', before.zone) AS before"""

_INSERT = """INSERT INTO customer_merges (kept_id, joined_id, proof, actor, moved)
VALUES ($1, $2, $3, $4, $5) RETURNING id"""


async def lock_customers(conn: Connection, ids: Sequence[CustomerId]) -> int:
    """Hold these customers, in one order; how many there are."""
    return len(await conn.fetch(_LOCK, list(ids)))


async def lock_talks(conn: Connection, ids: Sequence[CustomerId]) -> tuple[Talk, ...]:
    """Hold their open conversations. Never waits: who holds one may be waiting for us."""
    rows = await conn.fetch(_TALKS, list(ids))
    return tuple(Talk(r["id"], r["customer_id"], Mode(r["mode"]), r["epoch"]) for r in rows)


async def find_joined(conn: Connection, customer_id: CustomerId) -> CustomerId | None:
    """Whom this customer was joined to."""
    kept: CustomerId | None = await conn.fetchval(_JOINED, customer_id)
    return kept


async def fence(conn: Connection, talk: Talk) -> int:
    """Let what is thought in the conversation die, and nothing that was said; its epoch now."""
    epoch: int = await conn.fetchval(_FENCE, talk.id)
    return epoch


async def void(conn: Connection, talk: Talk) -> None:
    """End what rests on whose conversation it was: open terms, and the draft that waits."""
    await conn.execute(_VOID, talk.id, WAITS)


async def close_into(
    conn: Connection, closed: Talk, kept: ConversationId, *, epoch: int
) -> tuple[UUID, ...]:
    """Close one conversation in favour of another; the messages that moved over."""
    await conn.execute(_CLOSE, closed.id)
    await void(conn, closed)
    rows = await conn.fetch(_MOVE_WAITING, closed.id, kept, epoch, closed.epoch)
    return tuple(row["id"] for row in rows)


async def list_undecided(conn: Connection, ids: Sequence[CustomerId]) -> tuple[CustomerId, ...]:
    """Whose undecided holds there are, the oldest hold first."""
    return tuple(row["customer_id"] for row in await conn.fetch(_HOLDS, list(ids)))


async def move(conn: Connection, joined: CustomerId, kept: CustomerId) -> dict[str, list[str]]:
    """Give all that is one customer's to the other; ids by table."""
    moved: dict[str, list[str]] = {}
    for table in TABLES:
        rows = await conn.fetch(
            f"UPDATE {table} SET customer_id = $2 WHERE customer_id = $1 RETURNING id",
            joined,
            kept,
        )
        moved[table] = [str(row["id"]) for row in rows]
    return moved


async def settle_memories(
    conn: Connection, kept: CustomerId, joined: CustomerId, *, many: Sequence[str]
) -> dict[str, str]:
    """Let the newer word stand where both have told something; which row took which one's place."""
    rows = await conn.fetch(_SETTLE, kept, joined, list(many))
    return {str(row["id"]): str(row["replaced_by"]) for row in rows}


async def fill_in(conn: Connection, kept: CustomerId, joined: CustomerId) -> Mapping[str, Any]:
    """Take over name, language and zone where they are not known; as they were before."""
    before: Mapping[str, Any] = await conn.fetchval(_NAME, kept, joined)
    return before


async def insert(
    conn: Connection,
    kept: CustomerId,
    joined: CustomerId,
    *,
    by: tuple[str, str],
    moved: Mapping[str, object],
) -> UUID:
    """Note what was done, by which proof and whom."""
    row_id: UUID = await conn.fetchval(_INSERT, kept, joined, *by, dict(moved))
    return row_id
