"""Questions that no article answers, for the owner to answer once for all.

bot/store/turns.py writes them with the turn, masked already; here they are read and decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """One that is still to be answered."""

    id: UUID
    question: str
    language: str
    confidence: float
    nearest: str
    created_at: datetime


_OPEN = """SELECT id, question, language, confidence, nearest, created_at
FROM unanswered_questions WHERE status = 'open' ORDER BY created_at DESC LIMIT $1"""

_DISMISS = """UPDATE unanswered_questions SET status = 'dismissed', decided_at = $2
WHERE id = ANY($1) AND status = 'open'"""


async def list_open(conn: Connection, *, limit: int) -> tuple[OpenQuestion, ...]:
    """The latest that wait, newest first."""
    return tuple(OpenQuestion(**dict(row)) for row in await conn.fetch(_OPEN, limit))


async def dismiss(conn: Connection, ids: tuple[UUID, ...], *, now: datetime) -> int:
    """Take questions off the list; how many were still on it."""
    tag = await conn.execute(_DISMISS, list(ids), now)
    return int(tag.rpartition(" ")[2])
