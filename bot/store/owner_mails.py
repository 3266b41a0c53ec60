"""Mails to the owner, for when the desk itself cannot be reached: owed, sent once each.

bot/desk/weathering.py owes them, jobs/mail_owner.py sends them. They name customers, so that the
owner can call them: personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerMail:
    """One claimed for sending."""

    id: UUID
    recipient: str
    subject: str
    text: str
    attempts: int
    created_at: datetime


# Of two workers at once the second waits here and then finds the first one's mail.
_LOCK = "SELECT pg_advisory_xact_lock(7238119)"

_LAST = """SELECT created_at FROM owner_mails WHERE key LIKE $1 || ':%'
ORDER BY id DESC LIMIT 1"""

_ADD = """INSERT INTO owner_mails (key, recipient, subject, text, created_at, due_at)
VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT ON CONSTRAINT one_mail_per_key DO NOTHING
RETURNING id"""

_CLAIM = """UPDATE owner_mails SET status = 'sending', attempts = attempts + 1,
  due_at = $2 + make_interval(secs => $3)
WHERE id = $1 AND status IN ('queued', 'sending') AND due_at <= $2
RETURNING id, recipient, subject, text, attempts, created_at"""

_SENT = "UPDATE owner_mails SET status = 'sent', error = NULL WHERE id = $1"

_RETRY = """UPDATE owner_mails SET status = 'queued', due_at = $2, error = $3
WHERE id = $1 AND status = 'sending'"""

_FAILED = "UPDATE owner_mails SET status = 'failed', error = $2 WHERE id = $1"

_DUE = """SELECT id FROM owner_mails WHERE status IN ('queued', 'sending') AND due_at <= $1
ORDER BY due_at LIMIT $2"""


async def lock(conn: Connection) -> None:
    """Wait until nobody else is about to owe a mail; until the transaction ends."""
    await conn.execute(_LOCK)


async def find_last(conn: Connection, about: str) -> datetime | None:
    """When the owner was last owed a mail about this: what stands before the key's colon."""
    at: datetime | None = await conn.fetchval(_LAST, about)
    return at


async def add(
    conn: Connection, key: str, *, recipient: str, subject: str, text: str, now: datetime
) -> UUID | None:
    """Owe the owner a mail; its id, or None where that key is known."""
    row_id: UUID | None = await conn.fetchval(_ADD, key, recipient, subject, text, now)
    return row_id


async def claim(
    conn: Connection, mail_id: UUID, *, now: datetime, claim_s: float
) -> OwnerMail | None:
    """Take the sending of a mail, or None where it is sent or another worker is at it."""
    row = await conn.fetchrow(_CLAIM, mail_id, now, claim_s)
    return None if row is None else OwnerMail(**dict(row))


async def mark_sent(conn: Connection, mail_id: UUID) -> None:
    """The mail server has it."""
    await conn.execute(_SENT, mail_id)


async def retry(conn: Connection, mail_id: UUID, *, due_at: datetime, error: str) -> None:
    """It was not taken and stays owed."""
    await conn.execute(_RETRY, mail_id, due_at, error)


async def fail(conn: Connection, mail_id: UUID, *, error: str) -> None:
    """It will never be taken."""
    await conn.execute(_FAILED, mail_id, error)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Mails that are owed."""
    return tuple(row["id"] for row in await conn.fetch(_DUE, now, limit))
