"""What vendors grant us until a time, and what we must leave alone until a time; one row for each.

A webhook subscription, the reading of a vendor's store, a penalty for asking too often. Processes
share these rows, so that one keeps the subscription and all keep quiet. No token is ever here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.connection import Connection

PENALTY = "penalty"
SUBSCRIPTION = "subscription"
STORE = "store"
"""Names of rows that more than one module reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One row."""

    channel: str
    name: str
    value: Mapping[str, Any]
    expires_at: datetime | None
    checked_at: datetime | None
    trouble: str
    is_claimed: bool = False
    """Whether somebody is at work on it."""


_COLUMNS = """channel, name, value - 'claimed_until' AS value, expires_at, checked_at, trouble,
  coalesce((value ->> 'claimed_until')::float8, 0) > extract(epoch FROM now()) AS is_claimed"""

_FIND = f"SELECT {_COLUMNS} FROM channel_grants WHERE channel = $1 AND name = $2"

_ALL = f"SELECT {_COLUMNS} FROM channel_grants ORDER BY channel, name"

_CLAIM = f"""INSERT INTO channel_grants AS g (channel, name, value)
VALUES ($1, $2, jsonb_build_object('claimed_until', extract(epoch FROM now()) + $3::float8))
ON CONFLICT (channel, name) DO UPDATE SET value = g.value || excluded.value
WHERE coalesce((g.value ->> 'claimed_until')::float8, 0) < extract(epoch FROM now())
RETURNING {_COLUMNS}"""

_KEEP = """INSERT INTO channel_grants AS g (channel, name, value, expires_at, checked_at, trouble)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (channel, name) DO UPDATE SET value = excluded.value, trouble = excluded.trouble,
  expires_at = excluded.expires_at, checked_at = excluded.checked_at"""

_MERGE = """INSERT INTO channel_grants AS g (channel, name, value, expires_at, checked_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (channel, name) DO UPDATE
SET value = (g.value - 'claimed_until') || excluded.value, expires_at = excluded.expires_at,
  checked_at = coalesce(excluded.checked_at, g.checked_at)"""

_WANT = """INSERT INTO channel_grants AS g (channel, name, value)
SELECT name, 'store', '{"wanted": 1}' FROM unnest($1::text[]) AS asked (name) ORDER BY name
ON CONFLICT (channel, name) DO UPDATE SET value = g.value || jsonb_build_object(
  'wanted', coalesce((g.value ->> 'wanted')::bigint, 0) + 1)"""

_DUE_STORES = """SELECT asked.name FROM unnest($1::text[]) AS asked (name)
LEFT JOIN channel_grants g ON g.channel = asked.name AND g.name = 'store'
WHERE coalesce(g.expires_at, $2) <= $2 AND (g.checked_at IS NULL OR g.checked_at < $3
  OR coalesce((g.value ->> 'wanted')::bigint, 0) > coalesce((g.value ->> 'done')::bigint, 0))
  AND coalesce((g.value ->> 'claimed_until')::float8, 0) < extract(epoch FROM now())"""

_DUE = """SELECT asked.name FROM unnest($1::text[]) AS asked (name)
LEFT JOIN channel_grants g ON g.channel = asked.name AND g.name = $2
WHERE (g.checked_at IS NULL OR g.checked_at < CASE WHEN g.trouble = '' THEN $3::timestamptz
    ELSE $4::timestamptz END)
  AND coalesce((g.value ->> 'claimed_until')::float8, 0) < extract(epoch FROM now())"""

_PENALTY_LEFT = """SELECT greatest(0, extract(epoch FROM expires_at - clock_timestamp()))::float8
FROM channel_grants WHERE channel = $1 AND name = 'penalty'"""

_PENALTY = """INSERT INTO channel_grants AS g (channel, name, expires_at)
VALUES ($1, 'penalty', clock_timestamp() + make_interval(secs => $2))
ON CONFLICT (channel, name) DO UPDATE
SET expires_at = greatest(g.expires_at, excluded.expires_at)"""


async def find(conn: Connection, channel: str, name: str) -> Grant | None:
    """One row."""
    row = await conn.fetchrow(_FIND, channel, name)
    return None if row is None else Grant(**dict(row))


async def list_all(conn: Connection) -> tuple[Grant, ...]:
    """Every row, for watchdogs and the operator."""
    return tuple(Grant(**dict(row)) for row in await conn.fetch(_ALL))


async def claim(conn: Connection, channel: str, name: str, *, for_s: float) -> Grant | None:
    """The row, for whoever is the only one to work on it now; None if that is another.

    Whoever has it ends with `keep` or `merge`, which end the claim too.
    """
    row = await conn.fetchrow(_CLAIM, channel, name, for_s)
    return None if row is None else Grant(**dict(row))


async def keep(conn: Connection, grant: Grant) -> None:
    """Write the row as it is now."""
    await conn.execute(
        _KEEP,
        grant.channel,
        grant.name,
        dict(grant.value),
        grant.expires_at,
        grant.checked_at,
        grant.trouble[:300],
    )


async def merge(
    conn: Connection,
    channel: str,
    name: str,
    value: Mapping[str, Any],
    *,
    not_before: datetime | None,
    checked_at: datetime | None,
) -> None:
    """Change some of a row's values, leaving what others have written beside them meanwhile."""
    await conn.execute(_MERGE, channel, name, dict(value), not_before, checked_at)


async def list_due(
    conn: Connection,
    channels: tuple[str, ...],
    name: str,
    *,
    checked_before: datetime,
    troubled_before: datetime,
) -> tuple[str, ...]:
    """Of these channels those whose row nobody has looked at since; sooner where in trouble."""
    rows = await conn.fetch(_DUE, list(channels), name, checked_before, troubled_before)
    return tuple(row["name"] for row in rows)


async def want_store(conn: Connection, channels: tuple[str, ...]) -> None:
    """A vendor holds more than it has told us: its store is to be read."""
    await conn.execute(_WANT, sorted(channels))


async def list_due_stores(
    conn: Connection, channels: tuple[str, ...], *, now: datetime, read_before: datetime
) -> tuple[str, ...]:
    """Of these channels those whose vendor's store is to be read now."""
    rows = await conn.fetch(_DUE_STORES, list(channels), now, read_before)
    return tuple(row["name"] for row in rows)


async def penalty_left_s(conn: Connection, channel: str) -> float:
    """Seconds in which a vendor wants to hear nothing from us, 0 if it does not mind."""
    left: float | None = await conn.fetchval(_PENALTY_LEFT, channel)
    return left or 0.0


async def start_penalty(conn: Connection, channel: str, seconds: float) -> None:
    """The vendor wants to hear nothing for so long; a longer wait than that stays."""
    await conn.execute(_PENALTY, channel, seconds)
