"""Notices to staff: owed to the desk from the transaction that causes them, posted once each.

The key says what is told; telling it twice changes nothing. jobs/notify_desk.py posts the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from bot.domain_booking import BookingId
from bot.store.connection import Connection

NoticeId = NewType("NoticeId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice claimed for posting."""

    id: NoticeId
    text: str
    """What staff read; a command in it stands between backticks."""
    attempts: int
    in_doubt: bool
    """A post was begun before and never had an outcome: look it up first."""
    created_at: datetime


_ADD = """INSERT INTO desk_notices (key, booking_id, text) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT one_notice_per_key DO NOTHING RETURNING id"""

_CLAIM = """WITH before AS (SELECT id, post_status FROM desk_notices WHERE id = $1 FOR UPDATE)
UPDATE desk_notices n SET post_status = 'posting', post_attempts = post_attempts + 1,
  post_claimed_at = now(), post_due_at = now() + make_interval(secs => $2)
FROM before b WHERE n.id = b.id AND (n.post_status = 'queued'
  OR (n.post_status = 'posting' AND n.post_due_at < now()))
RETURNING n.*, b.post_status = 'posting' AS in_doubt"""

_POSTED = """UPDATE desk_notices SET post_status = 'posted', desk_channel = $2, desk_ts = $3,
  post_error = NULL WHERE id = $1 AND post_status = 'posting'"""

_RETRY = """UPDATE desk_notices SET post_status = 'queued', post_due_at = $2, post_error = $3
WHERE id = $1 AND post_status = 'posting'"""

_DOUBT = """UPDATE desk_notices SET post_due_at = now() + make_interval(secs => $2),
  post_error = $3 WHERE id = $1 AND post_status = 'posting'"""

_DUE = """SELECT id FROM desk_notices WHERE post_status IN ('queued', 'posting')
  AND post_due_at <= $1 ORDER BY post_due_at, id LIMIT $2"""


async def add(conn: Connection, key: str, booking_id: BookingId | None, text: str) -> bool:
    """Owe the desk a notice, inside the caller's transaction; False where that key was told."""
    return await owe(conn, key, booking_id, text) is not None


async def owe(
    conn: Connection, key: str, booking_id: BookingId | None, text: str
) -> NoticeId | None:
    """The same for callers that ring for it after the commit; None where that key was told."""
    row_id = await conn.fetchval(_ADD, key, booking_id, text)
    return None if row_id is None else NoticeId(row_id)


async def claim_post(conn: Connection, notice_id: NoticeId, *, claim_s: float) -> Notice | None:
    """Take the posting of a notice, or None where it is posted or another worker is at it."""
    row = await conn.fetchrow(_CLAIM, notice_id, claim_s)
    if row is None:
        return None
    return Notice(
        id=NoticeId(row["id"]),
        text=row["text"],
        attempts=row["post_attempts"],
        in_doubt=row["in_doubt"],
        created_at=row["created_at"],
    )


async def mark_posted(
    conn: Connection, notice_id: NoticeId, *, desk_channel: str, desk_ts: str
) -> None:
    """Keep where the notice stands."""
    await conn.execute(_POSTED, notice_id, desk_channel, desk_ts)


async def retry_post(
    conn: Connection, notice_id: NoticeId, *, due_at: datetime, error: str
) -> None:
    """The desk did not take the notice; it stays owed (I14)."""
    await conn.execute(_RETRY, notice_id, due_at, error)


async def leave_in_doubt(
    conn: Connection, notice_id: NoticeId, *, look_after_s: float, error: str
) -> None:
    """No answer came: look for the notice before posting it again (I5)."""
    await conn.execute(_DOUBT, notice_id, look_after_s, error)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[NoticeId, ...]:
    """Notices that are owed to the desk."""
    return tuple(NoticeId(row["id"]) for row in await conn.fetch(_DUE, now, limit))
