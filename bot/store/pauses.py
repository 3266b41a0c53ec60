"""Pauses: times in which the bot answers nobody by itself, and who was given to staff by them.

One is open at most; one with an end is over at that moment, whoever notes it. The turn asks for it
with everything else it reads (bot/store/context.py) and proves it again when it commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

import asyncpg

from bot.domain import EscalationId
from bot.store.connection import Connection

PauseId = NewType("PauseId", UUID)

REASON = "paused"
"""Why a conversation was given to staff, where nothing else was the matter."""
OPEN = "SELECT FROM pauses WHERE ended_at IS NULL AND (ends_at IS NULL OR ends_at > $2)"
"""A condition of queries whose second parameter is the present moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause that is not over."""

    id: PauseId
    reason: str
    """In staff's words; may be empty."""
    started_by: str
    started_at: datetime
    ends_at: datetime | None
    """None: until somebody ends it."""


_FIND = """SELECT id, reason, started_by, started_at, ends_at FROM pauses
WHERE ended_at IS NULL AND (ends_at IS NULL OR ends_at > $1)"""

_START = """INSERT INTO pauses (reason, started_by, started_at, ends_at) VALUES ($1, $2, $3, $4)
ON CONFLICT ((true)) WHERE ended_at IS NULL DO UPDATE
SET reason = $1, started_by = $2, ends_at = $4
RETURNING id, reason, started_by, started_at, ends_at"""

# What ran out while nobody looked ended when it said, not now.
_END_OVER = """UPDATE pauses SET ended_at = ends_at, ended_by = 'clock'
WHERE ended_at IS NULL AND ends_at <= $1
RETURNING id, reason, started_by, started_at, ends_at"""

_END = """UPDATE pauses SET ended_at = $1, ended_by = $2 WHERE ended_at IS NULL
RETURNING id, reason, started_by, started_at, ends_at"""

_LEFT = """SELECT id FROM escalations WHERE reason = 'paused' AND status = 'open'
  AND answered_at IS NULL ORDER BY created_at LIMIT $1"""

_COUNT_LEFT = """SELECT count(*) FROM escalations WHERE reason = 'paused' AND status = 'open'
  AND answered_at IS NULL"""

_IS_OWED = """SELECT EXISTS (SELECT FROM pauses WHERE ended_at IS NULL AND ends_at <= $1)
  OR (NOT EXISTS (SELECT FROM pauses WHERE ended_at IS NULL)
    AND EXISTS (SELECT FROM escalations WHERE reason = 'paused' AND status = 'open'
      AND answered_at IS NULL))"""

# All that the turn which gave it to staff would have answered.
_FREE = """UPDATE messages SET status = 'received', reason = NULL, turn_id = NULL,
  updated_at = now()
WHERE direction = 'inbound' AND status = 'answered'
  AND conversation_id = (SELECT conversation_id FROM escalations WHERE id = $1)
  AND turn_id = (SELECT m.turn_id FROM messages m JOIN escalations e ON e.message_id = m.id
    WHERE e.id = $1)"""


def _pause(row: asyncpg.Record | None) -> Pause | None:
    return None if row is None else Pause(**dict(row))


async def find_open(conn: Connection, *, now: datetime) -> Pause | None:
    """The pause that holds now, or None while the bot answers."""
    return _pause(await conn.fetchrow(_FIND, now))


async def start(
    conn: Connection, *, by: str, reason: str, at: datetime, ends_at: datetime | None
) -> Pause:
    """Pause from now on; one that holds already goes on with this reason and end."""
    rows = await conn.fetch(_START, reason, by, at, ends_at)
    return Pause(**dict(rows[0]))


async def end(conn: Connection, *, by: str, at: datetime) -> Pause | None:
    """End the pause; None where none was open."""
    return _pause(await conn.fetchrow(_END, at, by))


async def end_over(conn: Connection, *, now: datetime) -> Pause | None:
    """Note that a pause has come to its end; None where none has."""
    return _pause(await conn.fetchrow(_END_OVER, now))


async def list_left(conn: Connection, *, limit: int) -> tuple[EscalationId, ...]:
    """What staff were given by a pause alone and nobody has claimed, oldest first."""
    return tuple(EscalationId(row["id"]) for row in await conn.fetch(_LEFT, limit))


async def is_owed(conn: Connection, *, now: datetime) -> bool:
    """Whether a pause has run out unnoticed, or something is left to give back while none holds."""
    return bool(await conn.fetchval(_IS_OWED, now))


async def count_left(conn: Connection) -> int:
    """How many there are of them."""
    return int(await conn.fetchval(_COUNT_LEFT))


async def free_messages(conn: Connection, escalation_id: EscalationId) -> None:
    """Let what the customer wrote wait for the bot again, as if no turn had given it away."""
    await conn.execute(_FREE, escalation_id)
