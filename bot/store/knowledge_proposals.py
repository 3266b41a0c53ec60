"""What staff propose to teach: a question with its answer, put to the owner, decided once.

Called by bot/desk/correcting.py and the job that takes an approved one in as an article. The
question was scrubbed before it came here (I13); the answer is staff's own words, and the owner is
warned of whatever personal is found in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from bot.errors import NotFound
from bot.store.connection import Connection

Cause = Literal["wrong", "better", "unanswered"]
Status = Literal["open", "approved", "live", "dismissed"]
Decided = Literal["approved", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """One about to be put to the owner."""

    key: str
    """The same is proposed once."""
    cause: Cause
    question: str
    answer: str
    language: str
    """Of the answer."""
    proposed_by: str
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    """The answer that it corrects."""
    unanswered_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One as it stands."""

    id: UUID
    cause: Cause
    question: str
    answer: str
    language: str
    conversation_id: UUID | None
    message_id: UUID | None
    unanswered_id: UUID | None
    proposed_by: str
    status: Status
    decided_by: str | None
    decided_at: datetime | None
    article: str | None
    """What it became."""
    created_at: datetime


_COLUMNS = """id, cause, question, answer, language, conversation_id, message_id, unanswered_id,
  proposed_by, status, decided_by, decided_at, article, created_at"""

_ADD = """INSERT INTO knowledge_proposals (key, cause, question, answer, language, conversation_id,
  message_id, unanswered_id, proposed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT one_proposal_per_key DO NOTHING RETURNING id"""

_GET = f"SELECT {_COLUMNS} FROM knowledge_proposals WHERE id = $1"

_DECIDE = f"""UPDATE knowledge_proposals SET status = $2, decided_by = $3, decided_at = $4,
  question = coalesce($5, question), answer = coalesce($6, answer),
  language = coalesce($7, language)
WHERE id = $1 AND status = 'open' RETURNING {_COLUMNS}"""

_LIVE = """UPDATE knowledge_proposals SET status = 'live', article = $2
WHERE id = $1 AND status = 'approved'"""

_APPROVED = """SELECT id FROM knowledge_proposals WHERE status = 'approved'
ORDER BY created_at DESC LIMIT $1"""

_WANT_SHOWN = """UPDATE desk_notices SET wanted = wanted + 1,
  shown_due_at = coalesce(shown_due_at, now()) WHERE key = $1"""

_POST = "SELECT id FROM desk_notices WHERE key = $1"


async def add(conn: Connection, new: NewProposal) -> UUID | None:
    """Keep a proposal, inside the caller's transaction; its id, or None where it is known."""
    row_id: UUID | None = await conn.fetchval(
        _ADD,
        new.key,
        new.cause,
        new.question,
        new.answer,
        new.language,
        new.conversation_id,
        new.message_id,
        new.unanswered_id,
        new.proposed_by,
    )
    return row_id


async def get(conn: Connection, proposal_id: UUID) -> Proposal:
    """One proposal.

    Raises:
        NotFound: there is none of that id.
    """
    row = await conn.fetchrow(_GET, proposal_id)
    if row is None:
        raise NotFound(f"there is no proposal {proposal_id}")
    return Proposal(**dict(row))


async def decide(
    conn: Connection,
    proposal_id: UUID,
    *,
    status: Decided,
    by: str,
    now: datetime,
    words: Mapping[str, str],
) -> Proposal | None:
    """Settle it; None where somebody has done so already.

    Args:
        words: question, answer and language, where they are to be others.
    """
    given = (words.get(name) for name in ("question", "answer", "language"))
    row = await conn.fetchrow(_DECIDE, proposal_id, status, by, now, *given)
    return None if row is None else Proposal(**dict(row))


async def mark_live(conn: Connection, proposal_id: UUID, article: str) -> None:
    """It is an article now."""
    await conn.execute(_LIVE, proposal_id, article)


async def list_approved(conn: Connection, *, limit: int) -> tuple[UUID, ...]:
    """Those that nobody has taken in yet."""
    return tuple(row["id"] for row in await conn.fetch(_APPROVED, limit))


async def want_shown(conn: Connection, post_key: str) -> None:
    """Its post must show something new; inside the transaction that changes it."""
    await conn.execute(_WANT_SHOWN, post_key)


async def find_post(conn: Connection, post_key: str) -> UUID | None:
    """The desk's post about it, or None where it was never owed one."""
    row_id: UUID | None = await conn.fetchval(_POST, post_key)
    return row_id
