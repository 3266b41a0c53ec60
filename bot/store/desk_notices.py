"""Notices to staff: owed to the desk from the transaction that causes them, posted once each.

The key says what is told; telling it twice changes nothing. jobs/notify_desk.py posts the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType
from uuid import UUID

from bot.domain import NOTHING, EscalationId, MessageId
from bot.domain_booking import BookingId
from bot.store.connection import Connection

NoticeId = NewType("NoticeId", UUID)

Kind = Literal[
    "notice",
    "draft",
    "thread",
    "customer",
    "bundle",
    "reminder",
    "person",
    "brief",
    "question",
]
IN_THREAD: frozenset[Kind] = frozenset({"thread", "customer", "reminder"})
"""What stands in an escalation's thread, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice claimed for posting, or to be drawn anew."""

    id: NoticeId
    text: str
    """What staff read; a command in it stands between backticks."""
    attempts: int
    in_doubt: bool
    """A post was begun before and never had an outcome: look it up first."""
    created_at: datetime
    kind: Kind = "notice"
    escalation_id: EscalationId | None = None
    message_id: MessageId | None = None
    recipient: str = ""
    """The staff member it goes to; empty: the staff channel, or the thread."""
    extra: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """Buttons and blocks beside the text; see channels/desk_posts.py."""
    desk_channel: str = ""
    desk_ts: str = ""
    """Where it stands; empty before."""
    wanted: int = 0
    """How often it was wanted to show something new, until now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """Something the desk is to be told, about to be owed; see schema.sql for the kinds."""

    key: str
    """The same is told once."""
    text: str
    kind: Kind = "notice"
    escalation_id: EscalationId | None = None
    """In whose thread."""
    message_id: MessageId | None = None
    """The customer's words that it shows."""
    booking_id: BookingId | None = None
    recipient: str = ""
    """The staff member it goes to; empty: the staff channel."""
    extra: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """What its buttons need."""


_ADD = """INSERT INTO desk_notices (key, booking_id, text, kind, escalation_id, message_id,
  recipient, extra) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT one_notice_per_key DO NOTHING RETURNING id"""

# In a thread the oldest that is due goes first, whichever was asked for, and nothing overtakes one
# that is being posted; one that has to wait, because Slack refused it, holds nothing up.
_CLAIM = """WITH asked AS (SELECT id, escalation_id, kind FROM desk_notices WHERE id = $1),
head AS (
  SELECT n.id FROM desk_notices n, asked a
  WHERE n.escalation_id = a.escalation_id AND a.kind = ANY ($3) AND n.kind = ANY ($3)
    AND (n.post_status = 'queued' AND (n.post_due_at <= clock_timestamp() OR n.id = a.id)
      OR n.post_status = 'posting')
  ORDER BY n.created_at, n.id LIMIT 1
),
before AS (SELECT id, post_status FROM desk_notices
  WHERE id = coalesce((SELECT id FROM head), $1) FOR UPDATE)
UPDATE desk_notices n SET post_status = 'posting', post_attempts = post_attempts + 1,
  post_claimed_at = now(), post_due_at = now() + make_interval(secs => $2)
FROM before b WHERE n.id = b.id AND (n.post_status = 'queued'
  OR (n.post_status = 'posting' AND n.post_due_at < now()))
RETURNING n.*, b.post_status = 'posting' AS in_doubt"""

_NEXT = """SELECT id FROM desk_notices WHERE escalation_id = $1 AND post_status = 'queued'
  AND post_due_at <= clock_timestamp() ORDER BY created_at, id LIMIT 1"""

_HURRY = """UPDATE desk_notices SET post_due_at = now()
WHERE escalation_id = $1 AND post_status = 'queued' AND post_due_at > now() RETURNING true"""

_WANT = """UPDATE desk_notices SET wanted = wanted + 1, shown_due_at = coalesce(shown_due_at, now())
WHERE id = $1"""

# The moment before which nobody else redraws it: while somebody does, and a while after.
_CLAIM_REDRAW = """UPDATE desk_notices SET shown_due_at = now() + make_interval(secs => $2)
WHERE id = $1 AND wanted > shown AND post_status = 'posted'
  AND (shown_due_at IS NULL OR shown_due_at <= clock_timestamp())
RETURNING *, false AS in_doubt"""

_WAIT = """SELECT greatest(0, extract(epoch FROM shown_due_at - clock_timestamp()))::float8
FROM desk_notices WHERE id = $1 AND wanted > shown AND post_status = 'posted'"""

_SHOWN = """UPDATE desk_notices SET shown = greatest(shown, $2),
  shown_due_at = now() + make_interval(secs => $3) WHERE id = $1 RETURNING wanted > shown"""

_AGAIN = "UPDATE desk_notices SET shown_due_at = now() + make_interval(secs => $2) WHERE id = $1"

_ANEW = """UPDATE desk_notices SET post_status = 'queued', post_due_at = now()
WHERE id = $1 AND post_status = 'posted'"""

_REDRAWS = """SELECT id FROM desk_notices WHERE wanted > shown AND shown_due_at <= now()
  AND post_status = 'posted' ORDER BY shown_due_at LIMIT $1"""

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
    return await owe_post(conn, NewPost(key=key, text=text, booking_id=booking_id))


async def owe_post(conn: Connection, post: NewPost) -> NoticeId | None:
    """Owe the desk a post of any kind, inside the caller's transaction; None where it is known."""
    row_id = await conn.fetchval(
        _ADD,
        post.key,
        post.booking_id,
        post.text,
        post.kind,
        post.escalation_id,
        post.message_id,
        post.recipient,
        dict(post.extra),
    )
    return None if row_id is None else NoticeId(row_id)


async def claim_post(conn: Connection, notice_id: NoticeId, *, claim_s: float) -> Notice | None:
    """Take the posting of a notice, or None where it is posted or another worker is at it.

    Of those that stand in one thread the oldest that is due is taken, so that a customer's words
    are read in their order; `find_next` tells who rings for the others.
    """
    row = await conn.fetchrow(_CLAIM, notice_id, claim_s, sorted(IN_THREAD))
    return None if row is None else _notice(dict(row))


async def find_next(conn: Connection, escalation_id: EscalationId) -> NoticeId | None:
    """What is to be posted next in that thread."""
    found = await conn.fetchval(_NEXT, escalation_id)
    return None if found is None else NoticeId(found)


async def hurry(conn: Connection, escalation_id: EscalationId) -> NoticeId | None:
    """The thread is there now: what waited for it is due; the first of it."""
    await conn.fetch(_HURRY, escalation_id)
    return await find_next(conn, escalation_id)


def _notice(row: Mapping[str, Any]) -> Notice:
    return Notice(
        id=NoticeId(row["id"]),
        text=row["text"],
        attempts=row["post_attempts"],
        in_doubt=row["in_doubt"],
        created_at=row["created_at"],
        kind=row["kind"],
        escalation_id=row["escalation_id"],
        message_id=row["message_id"],
        recipient=row["recipient"],
        extra=row["extra"],
        desk_channel=row["desk_channel"] or "",
        desk_ts=row["desk_ts"] or "",
        wanted=row["wanted"],
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


async def want_redraw(conn: Connection, notice_id: NoticeId) -> None:
    """It must show something new; inside the transaction that changes it."""
    await conn.execute(_WANT, notice_id)


async def claim_redraw(conn: Connection, notice_id: NoticeId, *, lease_s: float) -> Notice | None:
    """Take the redrawing of a notice; None where nothing is to be shown, or not now."""
    row = await conn.fetchrow(_CLAIM_REDRAW, notice_id, lease_s)
    return None if row is None else _notice(dict(row))


async def wait_for_redraw(conn: Connection, notice_id: NoticeId) -> float | None:
    """Seconds until a wanted redraw may be done; None where none is wanted."""
    wait_s: float | None = await conn.fetchval(_WAIT, notice_id)
    return wait_s


async def mark_shown(conn: Connection, notice_id: NoticeId, *, shown: int, pause_s: float) -> bool:
    """It shows that count, and rests for so long; whether more is wanted meanwhile."""
    return bool(await conn.fetchval(_SHOWN, notice_id, shown, pause_s))


async def redraw_later(conn: Connection, notice_id: NoticeId, *, wait_s: float) -> None:
    """The desk did not take the redraw; it stays wanted."""
    await conn.execute(_AGAIN, notice_id, wait_s)


async def post_anew(conn: Connection, notice_id: NoticeId) -> None:
    """It was deleted at the desk and is needed there: owe it again."""
    await conn.execute(_ANEW, notice_id)


async def list_to_redraw(conn: Connection, *, limit: int) -> tuple[NoticeId, ...]:
    """Notices that show less than they should."""
    return tuple(NoticeId(row["id"]) for row in await conn.fetch(_REDRAWS, limit))
