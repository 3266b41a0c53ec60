"""What became in the outbox of the follow-ups that lie there, read from their messages, in bulk.

A follow-up learns of it here and nowhere else, so that a worker that is killed between the two
leaves it to the next pass. A receipt that comes later opens a settled one again.
bot/follow_ups/settling.py decides about those that got nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain import MessageId, Status
from bot.domain_follow_ups import FollowUpId, Owed
from bot.store.connection import Connection
from bot.store.follow_ups import to_owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """One whose message did not get there, or perhaps not."""

    owed: Owed
    status: Status
    """Of the message: dropped, failed or unknown."""
    why: str
    """The send gate's words, or the vendor's."""


_MOVED = """f.message_id IS NOT NULL AND f.status IN ('sending', 'held') AND NOT (
  (f.status = 'sending' AND m.status IN ('queued', 'sending'))
  OR (f.status = 'held' AND m.status = 'held'))"""

_IS_DUE = f"""SELECT EXISTS (SELECT FROM follow_ups f JOIN messages m ON m.id = f.message_id
WHERE {_MOVED})"""

# It may have waited in the outbox, or gone by another way than was chosen: what is kept of it is
# what was so when it left. A clock that was set back meanwhile counts backwards.
_SENT = """WITH gone AS (
  SELECT f.id, m.sent_at, m.channel, m.address_id, m.created_at
  FROM follow_ups f JOIN messages m ON m.id = f.message_id
  WHERE f.message_id IS NOT NULL AND f.status IN ('sending', 'held')
    AND m.status IN ('sent', 'delivered', 'read')
  ORDER BY f.id LIMIT $2 FOR UPDATE OF f SKIP LOCKED
)
UPDATE follow_ups f SET status = 'sent', reason = NULL, sent_at = coalesce(gone.sent_at, $1),
  channel = gone.channel, address_id = gone.address_id, changed_at = $1, changed_by = '',
  watched_until = f.watched_until + (coalesce(gone.sent_at, $1) - gone.created_at),
  local_hour = mod(24 + mod(f.local_hour + (extract(epoch FROM date_trunc('hour',
    coalesce(gone.sent_at, $1)) - date_trunc('hour', gone.created_at)) / 3600)::int, 24), 24)
FROM gone WHERE f.id = gone.id"""

# After those that are taken back: what staff wrote to one address stays in the outbox until it may
# leave there, and so does what another one has been planned in place of.
_WAITING = """WITH moved AS (
  SELECT f.id, m.status = 'held' AS is_held, m.reason
  FROM follow_ups f JOIN messages m ON m.id = f.message_id
  WHERE f.message_id IS NOT NULL
    AND ((f.status = 'sending' AND m.status = 'held')
      OR (f.status = 'held' AND m.status IN ('queued', 'sending')))
  ORDER BY f.id LIMIT $2 FOR UPDATE OF f SKIP LOCKED
)
UPDATE follow_ups f SET status = CASE WHEN is_held THEN 'held' ELSE 'sending' END,
  reason = CASE WHEN is_held THEN moved.reason END, changed_at = $1, changed_by = ''
FROM moved WHERE f.id = moved.id"""

_OTHER = """SELECT FROM follow_ups o WHERE o.booking_id = f.booking_id AND o.cause = f.cause
  AND o.step = f.step AND o.status IN ('planned', 'due', 'held') AND o.message_id IS NULL"""

# A rule's is taken out of the outbox: by the time it may leave, its booking may be another, or
# another way better. All its parts go.
_TAKEN_BACK = f"""WITH moved AS (
  SELECT f.id, m.address_id, m.due_at, m.reason FROM follow_ups f
  JOIN messages m ON m.id = f.message_id
  WHERE f.message_id IS NOT NULL AND f.status = 'sending' AND m.status = 'held'
    AND f.planned_by = '' AND NOT EXISTS ({_OTHER})
  ORDER BY f.id LIMIT $2 FOR UPDATE OF f, m SKIP LOCKED
), dropped AS (
  UPDATE messages p SET status = 'dropped', reason = 'taken back: ' || moved.reason,
    updated_at = $1
  FROM moved WHERE p.address_id = moved.address_id AND p.direction = 'outbound'
    AND p.status IN ('held', 'queued') AND p.rest ->> 'follow_up' = moved.id::text
)
UPDATE follow_ups f SET status = 'held', reason = moved.reason,
  due_at = greatest(moved.due_at, $1), message_id = NULL, watched_until = NULL,
  attempts = attempts + 1, changed_at = $1, changed_by = ''
FROM moved WHERE f.id = moved.id"""

# A vendor may say only later that what it took never arrived, or what nobody knew of has.
_REOPEN = """UPDATE follow_ups f SET status = 'sending', reason = NULL, changed_at = $3,
  changed_by = ''
FROM messages m WHERE f.id = $1 AND f.message_id = $2 AND m.id = f.message_id
  AND ((f.status = 'sent' AND m.status = 'failed')
    OR (f.status = 'unknown' AND m.status IN ('sent', 'delivered', 'read')))"""

_LOST = """SELECT f.*, m.status AS message_status, coalesce(m.reason, '') AS why
FROM follow_ups f JOIN messages m ON m.id = f.message_id
WHERE f.status IN ('sending', 'held') AND f.message_id IS NOT NULL
  AND m.status IN ('dropped', 'failed', 'unknown')
ORDER BY f.id LIMIT $1 FOR UPDATE OF f SKIP LOCKED"""

_ANEW = f"""UPDATE follow_ups f SET status = 'planned', reason = $2, due_at = $3,
  message_id = NULL, watched_until = NULL, attempts = attempts + 1, changed_at = $4,
  changed_by = ''
WHERE id = $1 AND NOT EXISTS ({_OTHER}) RETURNING id"""

_NOT_SENT = """UPDATE follow_ups SET status = 'skipped', reason = $2, sent_at = NULL,
  watched_until = NULL, changed_at = $3, changed_by = '' WHERE id = $1"""

_UNKNOWN = """UPDATE follow_ups SET status = 'unknown', reason = $2, changed_at = $3,
  changed_by = '' WHERE id = $1"""


async def is_due(conn: Connection) -> bool:
    """Whether the outbox has news of any."""
    return bool(await conn.fetchval(_IS_DUE))


async def mark_sent(conn: Connection, *, at: datetime, limit: int) -> None:
    """Those that the vendor has taken."""
    await conn.execute(_SENT, at, limit)


async def mark_waiting(conn: Connection, *, at: datetime, limit: int) -> None:
    """Those that the send gate holds, a rule's to be decided anew; and those it holds no more."""
    await conn.execute(_TAKEN_BACK, at, limit)
    await conn.execute(_WAITING, at, limit)


async def reopen(
    conn: Connection, follow_up_id: UUID, message_id: MessageId, *, at: datetime
) -> None:
    """A receipt has moved its message: what was settled otherwise is on its way again."""
    await conn.execute(_REOPEN, follow_up_id, message_id, at)


async def take_lost(conn: Connection, *, limit: int) -> tuple[Lost, ...]:
    """Those that got nowhere, held until the transaction ends."""
    return tuple(
        Lost(owed=to_owed(row), status=Status(row["message_status"]), why=row["why"])
        for row in await conn.fetch(_LOST, limit)
    )


async def plan_anew(
    conn: Connection, follow_up_id: FollowUpId, *, reason: str, due_at: datetime, at: datetime
) -> bool:
    """Its message is given up, and it is owed again; False where another has taken its place."""
    found = await conn.fetchval(_ANEW, follow_up_id, reason, due_at, at)
    return found is not None


async def mark_not_sent(
    conn: Connection, follow_up_id: FollowUpId, *, reason: str, at: datetime
) -> None:
    """It never got there: nothing is watched for, and nothing counts for it."""
    await conn.execute(_NOT_SENT, follow_up_id, reason, at)


async def mark_unknown(
    conn: Connection, follow_up_id: FollowUpId, *, reason: str, at: datetime
) -> None:
    """Nobody can tell whether it got there; what comes of it may still count for it (I5)."""
    await conn.execute(_UNKNOWN, follow_up_id, reason, at)
