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

_GET = """SELECT id, question, language, confidence, nearest, created_at
FROM unanswered_questions WHERE id = $1 AND status = 'open'"""

_NEAREST = """SELECT c.answer FROM knowledge_chunks c
JOIN knowledge_documents d ON d.id = c.document_id
WHERE d.article = $1 AND d.live AND c.answer <> ''
ORDER BY d.language = $2 DESC, d.language, c.ordinal LIMIT 1"""

_ANSWER = """UPDATE unanswered_questions SET status = 'answered', decided_at = $2
WHERE id = ANY($1) AND status = 'open'"""

_DISMISS = """UPDATE unanswered_questions SET status = 'dismissed', decided_at = $2
WHERE id = ANY($1) AND status = 'open'"""


async def list_open(conn: Connection, *, limit: int) -> tuple[OpenQuestion, ...]:
    """The latest that wait, newest first."""
    return tuple(OpenQuestion(**dict(row)) for row in await conn.fetch(_OPEN, limit))


async def find_open(conn: Connection, question_id: UUID) -> OpenQuestion | None:
    """One question, or None where it is not to be answered any more."""
    row = await conn.fetchrow(_GET, question_id)
    return None if row is None else OpenQuestion(**dict(row))


async def find_nearest_answer(conn: Connection, question: OpenQuestion) -> str:
    """What the article that lies nearest says first, to begin from; empty where there is none."""
    return str(await conn.fetchval(_NEAREST, question.nearest, question.language) or "")


async def answer(conn: Connection, ids: tuple[UUID, ...], *, now: datetime) -> None:
    """An article answers these from now on."""
    await conn.execute(_ANSWER, list(ids), now)


async def dismiss(conn: Connection, ids: tuple[UUID, ...], *, now: datetime) -> int:
    """Take questions off the list; how many were still on it."""
    tag = await conn.execute(_DISMISS, list(ids), now)
    return int(tag.rpartition(" ")[2])
