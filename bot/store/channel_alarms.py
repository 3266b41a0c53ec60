"""What is wrong with a channel until it is not: silence, a grant that ends, a missing right.

One alarm of a kind is open for a channel at a time. jobs/watch_channels.py and jobs/check_grants.py
raise and end them, jobs/probe_channel.py says what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from bot.store.connection import Connection

Kind = Literal["silence", "grant", "scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One that was raised."""

    id: UUID
    channel: str
    kind: Kind
    said: str
    """What is wrong, in words for people."""
    since: datetime
    """Since when it has been so, which may be before anybody noticed."""
    created_at: datetime
    probed_at: datetime | None = None
    found: str = ""
    """What asking ourselves and the vendor showed."""
    ended_at: datetime | None = None


FIRST_AFTER = timedelta(minutes=10)

_FIELDS = "id, channel, kind, said, since, created_at, probed_at, found, ended_at"

_RAISE = f"""INSERT INTO channel_alarms (channel, kind, said, since, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel, kind) WHERE ended_at IS NULL DO NOTHING
RETURNING {_FIELDS}"""

_REWORD = """UPDATE channel_alarms SET said = $3
WHERE channel = $1 AND kind = $2 AND ended_at IS NULL"""

_END = f"""UPDATE channel_alarms SET ended_at = $3
WHERE channel = $1 AND kind = $2 AND ended_at IS NULL RETURNING {_FIELDS}"""

_FIND = f"""SELECT {_FIELDS} FROM channel_alarms
WHERE channel = $1 AND kind = $2 AND ended_at IS NULL"""

_GET = f"SELECT {_FIELDS} FROM channel_alarms WHERE id = $1"

_PROBED = f"""UPDATE channel_alarms SET probed_at = $2, found = $3
WHERE id = $1 AND ended_at IS NULL RETURNING {_FIELDS}"""

_OPEN = f"""SELECT {_FIELDS} FROM channel_alarms WHERE ended_at IS NULL ORDER BY since, channel"""

_TO_PROBE = """SELECT id FROM channel_alarms WHERE ended_at IS NULL AND kind = 'silence'
  AND (probed_at IS NULL OR probed_at <= $1) ORDER BY created_at LIMIT $2"""

_LAST = f"""SELECT {_FIELDS} FROM channel_alarms WHERE channel = $1 AND kind = $2
ORDER BY ended_at DESC NULLS FIRST LIMIT 1"""

_BEGIN_CHECKS = """INSERT INTO channel_grants (channel, name, checked_at)
VALUES ($1, 'check', $2) ON CONFLICT DO NOTHING"""

_CLAIM_CHECK = """UPDATE channel_grants SET checked_at = $2
WHERE channel = $1 AND name = 'check'
  AND checked_at <= CASE WHEN trouble = '' THEN $3::timestamptz ELSE $4::timestamptz END
RETURNING coalesce((value ->> 'failures')::int, 0) AS failures"""

_CHECKED = """UPDATE channel_grants
SET trouble = $2, value = jsonb_build_object('failures', $3::int)
WHERE channel = $1 AND name = 'check'"""

_DUE_CHECKS = """SELECT asked.name FROM unnest($1::text[]) AS asked (name)
WHERE NOT EXISTS (SELECT FROM channel_grants g WHERE g.channel = asked.name AND g.name = 'check'
  AND g.checked_at > CASE WHEN g.trouble = '' THEN $2::timestamptz ELSE $3::timestamptz END)"""


async def raise_alarm(
    conn: Connection, channel: str, kind: Kind, *, said: str, since: datetime, now: datetime
) -> Alarm | None:
    """Raise one, or None where it is raised already; its words are then what is true now."""
    row = await conn.fetchrow(_RAISE, channel, kind, said, since, now)
    if row is None:
        await conn.execute(_REWORD, channel, kind, said)
    return None if row is None else Alarm(**dict(row))


async def end(conn: Connection, channel: str, kind: Kind, *, now: datetime) -> Alarm | None:
    """End what is open of this kind; None where nothing was."""
    row = await conn.fetchrow(_END, channel, kind, now)
    return None if row is None else Alarm(**dict(row))


async def find_open(conn: Connection, channel: str, kind: Kind) -> Alarm | None:
    """What is open of this kind."""
    row = await conn.fetchrow(_FIND, channel, kind)
    return None if row is None else Alarm(**dict(row))


async def find(conn: Connection, alarm_id: UUID) -> Alarm | None:
    """One by its id."""
    row = await conn.fetchrow(_GET, alarm_id)
    return None if row is None else Alarm(**dict(row))


async def keep_found(
    conn: Connection, alarm_id: UUID, found: str, *, now: datetime
) -> Alarm | None:
    """Keep what a probe showed; None where the alarm has ended meanwhile."""
    row = await conn.fetchrow(_PROBED, alarm_id, now, found)
    return None if row is None else Alarm(**dict(row))


async def list_open(conn: Connection) -> tuple[Alarm, ...]:
    """Everything that is wrong now, the oldest first."""
    return tuple(Alarm(**dict(row)) for row in await conn.fetch(_OPEN))


async def list_to_probe(
    conn: Connection, *, probed_before: datetime, limit: int
) -> tuple[UUID, ...]:
    """Silences that were never looked into, or not for a while."""
    return tuple(row["id"] for row in await conn.fetch(_TO_PROBE, probed_before, limit))


async def find_last(conn: Connection, channel: str, kind: Kind) -> Alarm | None:
    """The latest of a kind: what is open, else what ended last."""
    row = await conn.fetchrow(_LAST, channel, kind)
    return None if row is None else Alarm(**dict(row))


async def claim_check(
    conn: Connection, channel: str, *, now: datetime, well_before: datetime, ill_before: datetime
) -> int | None:
    """Take the asking of a vendor: how often in a row it failed to answer; None: not due.

    Of a channel that is new here it is due a little later: a service that starts has better to do.
    """
    await conn.execute(_BEGIN_CHECKS, channel, well_before + FIRST_AFTER)
    failures: int | None = await conn.fetchval(_CLAIM_CHECK, channel, now, well_before, ill_before)
    return failures


async def mark_checked(conn: Connection, channel: str, *, trouble: str, failures: int) -> None:
    """Keep what the vendor said; no trouble: all is well."""
    await conn.execute(_CHECKED, channel, trouble[:1000], failures)


async def list_due_checks(
    conn: Connection, channels: Sequence[str], *, well_before: datetime, ill_before: datetime
) -> tuple[str, ...]:
    """The channels whose vendors are to be asked."""
    rows = await conn.fetch(_DUE_CHECKS, list(channels), well_before, ill_before)
    return tuple(row["name"] for row in rows)
