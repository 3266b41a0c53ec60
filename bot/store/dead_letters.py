"""Verified requests that could not be read, kept whole until replayed; and gap fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A request as it came, with why it could not be read."""

    id: UUID
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    error: str
    created_at: datetime


_INSERT = """INSERT INTO dead_letters (path, query, headers, body, error)
VALUES ($1, $2, $3, $4, $5) RETURNING id"""

_LIST = """SELECT id, path, query, headers, body, error, created_at FROM dead_letters
WHERE replayed_at IS NULL AND ($1::uuid IS NULL OR id = $1) ORDER BY created_at"""

_REPLAYED = "UPDATE dead_letters SET replayed_at = now() WHERE id = $1"

_LOOKED = """INSERT INTO gap_fills (channel, looked_at, found) VALUES ($1, $2, $3)
ON CONFLICT (channel) DO UPDATE
SET looked_at = excluded.looked_at, found = gap_fills.found + excluded.found, wanted = false"""

_WANT = """INSERT INTO gap_fills (channel, looked_at, wanted)
SELECT name, NULL, true FROM unnest($1::text[]) AS asked (name)
ON CONFLICT (channel) DO UPDATE SET wanted = true"""

_DUE = """SELECT name FROM unnest($1::text[]) AS asked (name) WHERE NOT EXISTS (
  SELECT FROM gap_fills g WHERE g.channel = name AND NOT g.wanted AND g.looked_at >= $2)"""

_LAST_LOOK = "SELECT looked_at FROM gap_fills WHERE channel = $1"

_LAST_INBOUND = "SELECT max(created_at) FROM messages WHERE direction = 'inbound' AND channel = $1"


async def insert(
    conn: Connection,
    *,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    error: str,
) -> UUID:
    """Keep a request that could not be read."""
    row_id: UUID = await conn.fetchval(_INSERT, path, query, dict(headers), body, error[:500])
    return row_id


async def list_open(conn: Connection, only: UUID | None = None) -> tuple[DeadLetter, ...]:
    """All that were not replayed yet, oldest first, or just the one."""
    return tuple(DeadLetter(**dict(row)) for row in await conn.fetch(_LIST, only))


async def mark_replayed(conn: Connection, letter_id: UUID) -> None:
    """It has been read after all."""
    await conn.execute(_REPLAYED, letter_id)


async def mark_looked(conn: Connection, channel: str, *, at: datetime, found: int) -> None:
    """Note how far a gap fill has looked and what it found."""
    await conn.execute(_LOOKED, channel, at, found)


async def want_gap_fill(conn: Connection, channels: Sequence[str]) -> None:
    """Somebody was not listening for a while; kept until a look has succeeded."""
    await conn.execute(_WANT, list(channels))


async def list_due_gap_fills(
    conn: Connection, channels: Sequence[str], *, looked_before: datetime
) -> tuple[str, ...]:
    """The channels that must be looked at: wanted, never looked at, or too long ago."""
    rows = await conn.fetch(_DUE, list(channels), looked_before)
    return tuple(row["name"] for row in rows)


async def last_look(conn: Connection, channel: str) -> datetime | None:
    """When a gap fill last looked, or None if never."""
    at: datetime | None = await conn.fetchval(_LAST_LOOK, channel)
    return at


async def last_inbound(conn: Connection, channel: str) -> datetime | None:
    """When the newest message of a channel was taken in."""
    at: datetime | None = await conn.fetchval(_LAST_INBOUND, channel)
    return at
