"""Home tabs: who looked at theirs and what it shows, and the lists that stand in it.

jobs/publish_home.py publishes them; the version is a word that differs as soon as anything in them
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bot.store.connection import Connection
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrouble:
    """An escalation that is not resolved."""

    id: UUID
    customer: str
    channel: str
    reason: str
    created_at: datetime
    holder: str
    """Empty where nobody holds it."""
    claimed_at: datetime | None
    answered_at: datetime | None
    """When staff first wrote to the customer."""
    waiting_since: datetime | None
    snoozed_until: datetime | None
    desk_channel: str
    """Empty where its card does not stand yet."""
    desk_ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFollowUp:
    """A message that is to go out today."""

    customer: str
    due_at: datetime
    cause: str
    step: str
    text: str
    planned_by: str
    """By name; empty: a rule."""
    held: str
    """Why it waits for something; empty where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringQuote:
    """An offer that nobody has taken yet."""

    customer_id: UUID
    customer: str
    total: Decimal
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Somebody who looked at their home, and the version that it shows."""

    staff_id: str
    version: str


_WHO = f"""coalesce(p.name, (SELECT {SHOWN} FROM addresses a WHERE a.customer_id = p.id
  ORDER BY a.last_inbound_at DESC NULLS LAST LIMIT 1), '') AS customer"""

_OPENED = """INSERT INTO desk_homes (staff_id, opened_at) VALUES ($1, $2)
ON CONFLICT (staff_id) DO UPDATE SET opened_at = $2, version = ''"""

_LOOKED = """SELECT staff_id, version FROM desk_homes
WHERE opened_at > $1 AND (claimed_until IS NULL OR claimed_until < now()) LIMIT $2"""

_CLAIM = """UPDATE desk_homes SET claimed_until = now() + make_interval(secs => $2)
WHERE staff_id = $1 AND (claimed_until IS NULL OR claimed_until < now()) RETURNING true"""

_RELEASE = """UPDATE desk_homes SET claimed_until = now() + make_interval(secs => $2)
WHERE staff_id = $1"""

_SHOWN = """UPDATE desk_homes SET version = $2, claimed_until = NULL WHERE staff_id = $1"""

# By indexes of what is open only; the hour renews the picture and what is due by then.
_VERSION = """SELECT md5(concat_ws('|',
  (SELECT string_agg(concat_ws(',', id, status, claimed_by, desk_ts, snoozed_until, waiting_since),
    ';' ORDER BY id) FROM escalations WHERE status <> 'resolved'),
  (SELECT string_agg(concat_ws(',', id, due_at, status = 'held', md5(text)), ';' ORDER BY id)
    FROM follow_ups WHERE status IN ('planned', 'due', 'held') AND due_at < $1),
  (SELECT string_agg(concat_ws(',', b.id, b.version, (SELECT count(*) FROM chef_assignments s
      WHERE s.booking_id = b.id AND s.released_at IS NULL)), ';' ORDER BY b.id) FROM bookings b
    WHERE b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $2 AND b.starts_at < $1),
  (SELECT id FROM pauses WHERE ended_at IS NULL),
  (SELECT string_agg(name, ',' ORDER BY id) FROM staff_members),
  date_trunc('hour', $2::timestamptz)))"""

_TROUBLES = f"""SELECT e.id, {_WHO}, c.channel, e.reason, e.created_at,
  coalesce(s.name, e.claimed_by, '') AS holder, e.claimed_at, e.answered_at,
  e.waiting_since, e.snoozed_until,
  coalesce(e.desk_channel, '') AS desk_channel, coalesce(e.desk_ts, '') AS desk_ts
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id LEFT JOIN staff_members s ON s.id = e.claimed_by
WHERE e.status <> 'resolved' ORDER BY e.status = 'claimed', e.created_at LIMIT $1"""

_DUE = f"""SELECT {_WHO}, f.due_at, f.cause, f.step, f.text,
  coalesce(s.name, f.planned_by) AS planned_by,
  CASE WHEN f.status = 'held' THEN coalesce(f.reason, '') ELSE '' END AS held
FROM follow_ups f JOIN customers p ON p.id = f.customer_id
LEFT JOIN staff_members s ON s.id = f.planned_by
WHERE f.status IN ('planned', 'due', 'held') AND f.due_at < $1 ORDER BY f.due_at, f.id LIMIT $2"""

# The last offer of a conversation counts, and only where nothing was agreed since it was made.
_EXPIRING = f"""SELECT q.customer_id, {_WHO}, q.total, q.expires_at
FROM quotes q JOIN customers p ON p.id = q.customer_id
WHERE q.expires_at >= $1 AND q.expires_at < $2
  AND NOT EXISTS (SELECT FROM quotes n WHERE n.conversation_id = q.conversation_id
    AND n.version > q.version)
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.customer_id = q.customer_id
    AND b.agreed_at >= q.created_at)
ORDER BY q.expires_at, q.id LIMIT $3"""


async def note_opened(conn: Connection, staff_id: str, *, at: datetime) -> None:
    """Somebody looks at their home: it is to be shown anew."""
    await conn.execute(_OPENED, staff_id, at)


async def list_looked_at(conn: Connection, *, since: datetime, limit: int) -> tuple[Home, ...]:
    """Homes that were looked at since then and that nobody is publishing."""
    return tuple(Home(**dict(row)) for row in await conn.fetch(_LOOKED, since, limit))


async def claim(conn: Connection, staff_id: str, *, claim_s: float) -> bool:
    """Take the publishing of a home; False where somebody else is at it, or it was never opened."""
    return bool(await conn.fetchval(_CLAIM, staff_id, claim_s))


async def release(conn: Connection, staff_id: str, *, wait_s: float) -> None:
    """It could not be published: nobody tries for so long, then anybody may."""
    await conn.execute(_RELEASE, staff_id, wait_s)


async def mark_shown(conn: Connection, staff_id: str, version: str) -> None:
    """Keep what it shows; whatever has changed since differs from it."""
    await conn.execute(_SHOWN, staff_id, version)


async def read_version(conn: Connection, *, until: datetime, now: datetime) -> str:
    """A word for all that homes show of the time up to `until`."""
    return str(await conn.fetchval(_VERSION, until, now))


async def list_troubles(conn: Connection, *, limit: int) -> tuple[OpenTrouble, ...]:
    """What is not resolved: first what nobody holds, the oldest before the others."""
    return tuple(OpenTrouble(**dict(row)) for row in await conn.fetch(_TROUBLES, limit))


async def list_due(conn: Connection, *, until: datetime, limit: int) -> tuple[DueFollowUp, ...]:
    """What is to go out before then, soonest first."""
    return tuple(DueFollowUp(**dict(row)) for row in await conn.fetch(_DUE, until, limit))


async def list_expiring(
    conn: Connection, *, since: datetime, until: datetime, limit: int
) -> tuple[ExpiringQuote, ...]:
    """Offers that end in that stretch without an answer."""
    rows = await conn.fetch(_EXPIRING, since, until, limit)
    return tuple(ExpiringQuote(**dict(row)) for row in rows)
