"""Escalations of a storm: many lines in one post, until somebody opens one's own card.

Each function is one step inside the caller's transaction; jobs/storm.py puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import EscalationId
from bot.store.connection import Connection
from bot.store.desk_notices import NoticeId
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An escalation that stands in a post for many."""

    id: EscalationId
    customer: str
    channel: str
    reason: str
    severity: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The escalations of one post, the pressing ones first, then the oldest."""

    lines: tuple[Line, ...]
    count: int
    """How many still stand in it, those that are not among the lines included."""
    opened: int
    """How many have a card of their own now."""
    resolved: int


# One at a time: how many cards there are of late decides, and all who post ask at once.
_STORM_LOCK = "SELECT pg_advisory_xact_lock(hashtext('concierge:desk:storm'))"

_RECENT = """SELECT count(*) FROM escalations WHERE id <> $1 AND bundle_id IS NULL
  AND post_status IN ('posting', 'posted')
  AND post_claimed_at > now() - make_interval(secs => $2)"""

_OPEN_BUNDLE = """SELECT id FROM desk_notices WHERE kind = 'bundle'
  AND created_at > now() - make_interval(secs => $1) ORDER BY created_at DESC LIMIT 1"""

_BUNDLE = """UPDATE escalations SET post_status = 'bundled', bundle_id = $2, post_error = NULL
WHERE id = $1 AND post_status = 'posting' RETURNING true"""

_UNBUNDLE = """UPDATE escalations SET post_status = 'queued', post_due_at = now()
WHERE id = $1 AND post_status = 'bundled' RETURNING bundle_id"""

_LINES = f"""SELECT e.id, coalesce(p.name, {SHOWN}, '') AS customer, c.channel, e.reason,
  e.severity, e.created_at
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id
LEFT JOIN LATERAL (SELECT value FROM addresses WHERE customer_id = p.id
  ORDER BY (channel = c.channel) DESC, last_inbound_at DESC NULLS LAST LIMIT 1) a ON true
WHERE e.bundle_id = $1 AND e.post_status = 'bundled' AND e.status <> 'resolved'
ORDER BY (e.severity = 'normal'), e.created_at, e.id LIMIT $2"""

_TALLY = """SELECT
  count(*) FILTER (WHERE post_status = 'bundled' AND status <> 'resolved') AS count,
  count(*) FILTER (WHERE post_status <> 'bundled') AS opened,
  count(*) FILTER (WHERE post_status = 'bundled' AND status = 'resolved') AS resolved
FROM escalations WHERE bundle_id = $1"""


async def count_recent(conn: Connection, escalation_id: EscalationId, *, within_s: float) -> int:
    """How many other cards have gone to the desk of late; nobody else counts meanwhile."""
    await conn.execute(_STORM_LOCK)
    return int(await conn.fetchval(_RECENT, escalation_id, within_s))


async def find_bundle(conn: Connection, *, within_s: float) -> NoticeId | None:
    """The post for many that still takes lines."""
    found = await conn.fetchval(_OPEN_BUNDLE, within_s)
    return None if found is None else NoticeId(found)


async def put_into(conn: Connection, escalation_id: EscalationId, bundle_id: NoticeId) -> bool:
    """Let it stand as a line of that post instead of a card."""
    return bool(await conn.fetchval(_BUNDLE, escalation_id, bundle_id))


async def take_out(conn: Connection, escalation_id: EscalationId) -> NoticeId | None:
    """Owe it a card of its own; the post it stood in, or None where it stands in none."""
    found = await conn.fetchval(_UNBUNDLE, escalation_id)
    return None if found is None else NoticeId(found)


async def read_bundle(conn: Connection, bundle_id: NoticeId, *, limit: int) -> Bundle:
    """What a post for many shows."""
    rows = await conn.fetch(_LINES, bundle_id, limit)
    counts = {"count": 0, "opened": 0, "resolved": 0}
    for row in await conn.fetch(_TALLY, bundle_id):
        counts |= dict(row)
    return Bundle(lines=tuple(Line(**dict(row)) for row in rows), **counts)
