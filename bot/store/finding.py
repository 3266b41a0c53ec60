"""Finds customers by what staff type of them: a number, a mailbox, a booking's code, a name.

Only rows that can be written to count: whoever was erased, or joined to another, has no address.
bot/desk/finding.py reads the words and calls this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain import ConversationId, CustomerId
from bot.store.connection import Connection
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A customer as a list of them shows one."""

    customer_id: CustomerId
    name: str
    """Empty where no name is known."""
    handle: str
    """The address last written from, without its channel."""
    conversation_id: ConversationId | None
    """The open conversation, or else the latest."""
    last_at: datetime | None
    """When anybody wrote last."""


_BY_CODE = "SELECT customer_id FROM bookings WHERE code = $1"

_BY_HANDLE = """SELECT customer_id FROM addresses
WHERE channel IN (SELECT DISTINCT channel FROM addresses) AND value = ANY ($1::text[])
GROUP BY customer_id LIMIT $2"""

_BY_ENDING = """SELECT customer_id FROM addresses WHERE value LIKE '%' || $1::text
GROUP BY customer_id LIMIT $2"""

# Whole names before beginnings before what merely holds the words.
_BY_NAME = """SELECT c.id AS customer_id FROM customers c
WHERE lower(c.name) LIKE '%' || $1::text || '%' AND c.erased_at IS NULL
  AND EXISTS (SELECT FROM addresses WHERE customer_id = c.id)
ORDER BY lower(c.name) <> $2, NOT lower(c.name) LIKE $1 || '%', c.created_at DESC LIMIT $3"""

_DESCRIBE = f"""SELECT c.id AS customer_id, coalesce(c.name, '') AS name, {SHOWN} AS handle,
  t.id AS conversation_id, t.last_message_at AS last_at
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
JOIN customers c ON c.id = wanted.id AND c.erased_at IS NULL
JOIN LATERAL (SELECT value FROM addresses WHERE customer_id = c.id
  ORDER BY last_inbound_at DESC NULLS LAST, created_at LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT id, last_message_at FROM conversations WHERE customer_id = c.id
  ORDER BY (mode <> 'closed') DESC, last_message_at DESC LIMIT 1) t ON true
ORDER BY wanted.place"""


async def find_by_code(conn: Connection, code: str) -> tuple[CustomerId, ...]:
    """Whose booking has this code, in capitals."""
    return _ids(await conn.fetch(_BY_CODE, code))


async def find_by_handle(
    conn: Connection, handles: Sequence[str], *, limit: int
) -> tuple[CustomerId, ...]:
    """Who has one of these addresses, on whatever channel."""
    return _ids(await conn.fetch(_BY_HANDLE, list(handles), limit))


async def find_by_ending(conn: Connection, digits: str, *, limit: int) -> tuple[CustomerId, ...]:
    """Whose number ends so."""
    return _ids(await conn.fetch(_BY_ENDING, digits, limit))


async def find_by_name(conn: Connection, words: str, *, limit: int) -> tuple[CustomerId, ...]:
    """Whose name holds these words, in small letters; the nearest first."""
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _ids(await conn.fetch(_BY_NAME, pattern, words, limit))


async def describe(conn: Connection, ids: Sequence[CustomerId]) -> tuple[Found, ...]:
    """These customers, in this order, without those who have no address any more."""
    rows = await conn.fetch(_DESCRIBE, list(ids))
    return tuple(Found(**dict(row)) for row in rows)


def _ids(rows: Sequence[object]) -> tuple[CustomerId, ...]:
    found: list[UUID] = [row["customer_id"] for row in rows]  # type: ignore[index]  # A record.
    return tuple(CustomerId(each) for each in dict.fromkeys(found))
