"""What staff note of a customer, for staff alone: no model and no customer ever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import CustomerId
from bot.store.connection import Connection

MAX_CHARS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One of them."""

    text: str
    written_by: str
    """The staff member's name, or their id where nobody has looked them up."""
    created_at: datetime


_ADD = """INSERT INTO customer_notes (customer_id, text, written_by, key, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT ON CONSTRAINT one_note_per_key DO NOTHING RETURNING true"""

_LATEST = """SELECT n.text, coalesce(s.name, n.written_by) AS written_by, n.created_at
FROM customer_notes n LEFT JOIN staff_members s ON s.id = n.written_by
WHERE n.customer_id = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT $2"""


async def add(
    conn: Connection,
    customer_id: CustomerId,
    text: str,
    *,
    written_by: str,
    key: str,
    at: datetime,
) -> bool:
    """Keep a note; False where the same deed has kept it already."""
    return bool(await conn.fetchval(_ADD, customer_id, text, written_by, key, at))


async def list_latest(conn: Connection, customer_id: CustomerId, *, limit: int) -> tuple[Note, ...]:
    """The newest first."""
    return tuple(Note(**dict(row)) for row in await conn.fetch(_LATEST, customer_id, limit))
