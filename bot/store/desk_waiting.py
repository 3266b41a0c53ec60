"""What waits at the desk, read from the database alone: it can be told while Slack is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.connection import Connection
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An escalation that nobody has settled, and its card."""

    escalation_id: UUID
    customer: str
    """Their name, or how they are reached."""
    channel: str
    address: str
    reason: str
    status: str
    held_by: str
    """What the one who holds it is called; empty: nobody does."""
    post_status: str
    post_error: str
    post_attempts: int
    created_at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedPost:
    """A post that the desk has not taken, by its kind."""

    kind: str
    count: int
    oldest: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """The bot answers nobody by itself."""

    reason: str
    started_by: str
    started_at: datetime
    ends_at: datetime | None


_WAITING = f"""SELECT e.id AS escalation_id, coalesce(nullif(p.name, ''), {SHOWN}, '') AS customer,
  c.channel, coalesce({SHOWN}, '') AS address, e.reason, e.status,
  coalesce(s.name, e.claimed_by, '') AS held_by, e.post_status, coalesce(e.post_error, '')
  AS post_error, e.post_attempts, e.created_at, e.waiting_since, e.snoozed_until
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id
LEFT JOIN staff_members s ON s.id = e.claimed_by
LEFT JOIN LATERAL (SELECT value FROM addresses WHERE customer_id = p.id
  ORDER BY (channel = c.channel) DESC, last_inbound_at DESC NULLS LAST LIMIT 1) a ON true"""

_OPEN = f"{_WAITING} WHERE e.status <> 'resolved' ORDER BY e.created_at LIMIT $1"

# A card that was never tried has no error; one that Slack answered or left unanswered has. A line
# of a post for many is seen by nobody before that post stands.
_UNPOSTED = f"""{_WAITING} WHERE e.status <> 'resolved'
  AND (e.created_at < $1 OR e.post_error IS NOT NULL)
  AND (e.post_status IN ('queued', 'posting') OR e.post_status = 'bundled' AND EXISTS (
    SELECT FROM desk_notices n WHERE n.id = e.bundle_id AND n.post_status IN ('queued', 'posting')))
ORDER BY e.created_at LIMIT $2"""

_OWED = """SELECT kind, count(*)::int AS count, min(created_at) AS oldest,
  coalesce(max(post_error), '') AS error
FROM desk_notices WHERE post_status IN ('queued', 'posting') GROUP BY kind ORDER BY kind"""

_PAUSE = """SELECT u.reason, coalesce(s.name, u.started_by) AS started_by, u.started_at, u.ends_at
FROM pauses u LEFT JOIN staff_members s ON s.id = u.started_by WHERE u.ended_at IS NULL"""


async def list_open(conn: Connection, *, limit: int) -> tuple[Waiting, ...]:
    """Every escalation that is not settled, the oldest first."""
    return tuple(Waiting(**dict(row)) for row in await conn.fetch(_OPEN, limit))


async def list_unposted(
    conn: Connection, *, older_than: datetime, limit: int
) -> tuple[Waiting, ...]:
    """Those whose card the desk has not taken: tried in vain, or owed since before then."""
    return tuple(Waiting(**dict(row)) for row in await conn.fetch(_UNPOSTED, older_than, limit))


async def list_owed(conn: Connection) -> tuple[OwedPost, ...]:
    """Further posts that the desk has not taken."""
    return tuple(OwedPost(**dict(row)) for row in await conn.fetch(_OWED))


async def find_pause(conn: Connection) -> Paused | None:
    """The pause that is on, if there is one."""
    row = await conn.fetchrow(_PAUSE)
    return None if row is None else Paused(**dict(row))
