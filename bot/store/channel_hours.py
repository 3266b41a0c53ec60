"""How many people usually write on a channel in an hour of the week, and how many wrote lately.

bot/silence.py says what an hour is and what is usual. People are counted, not messages, because
one person's four texts are one event. Who came late, by a gap fill, is not counted: a webhook that
is dead must not look alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.connection import Connection

LATE_AFTER_S = 15 * 60
"""What was sent so long before it came has not come the usual way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is known of one hour of the week."""

    mean: float
    weeks: int
    """How many times it was counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Since when a channel has been listened to without a break of ours."""

    up_since: datetime
    counted: datetime | None
    """The start of the last hour that was learnt or left out; None: none yet."""


Slot = tuple[int, int]
"""ISO weekday and hour, in the business's zone."""

WATCH = "watch"

# A first look begins to listen now. One that comes after a break begins anew: what came in while
# nobody of ours listened says nothing about the vendor.
_CLAIM = """INSERT INTO channel_grants AS g (channel, name, value, checked_at)
VALUES ($1, 'watch', jsonb_build_object('up_since', $2::timestamptz), $2)
ON CONFLICT (channel, name) DO UPDATE SET checked_at = $2,
  value = CASE WHEN g.checked_at < $2 - make_interval(secs => $4)
    THEN g.value || jsonb_build_object('up_since', $2::timestamptz) ELSE g.value END
WHERE g.checked_at <= $2 - make_interval(secs => $3)
RETURNING (value ->> 'up_since')::timestamptz AS up_since,
  (value ->> 'counted')::timestamptz AS counted"""

_DUE = """SELECT asked.name FROM unnest($1::text[]) AS asked (name)
WHERE NOT EXISTS (SELECT FROM channel_grants g WHERE g.channel = asked.name AND g.name = 'watch'
  AND g.checked_at > $2)"""

_COUNTED = """UPDATE channel_grants
SET value = value || jsonb_build_object('counted', $2::timestamptz)
WHERE channel = $1 AND name = 'watch'"""

_LEARN = """INSERT INTO channel_hours AS h (channel, weekday, hour, mean, weeks, counted)
VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (channel, weekday, hour) DO UPDATE SET
  mean = h.mean + ($4 - h.mean) / least(h.weeks + 1, $6), weeks = h.weeks + 1, counted = $5
WHERE h.counted < $5"""

_UNLEARN = """UPDATE channel_hours SET
  mean = greatest(0, mean + (mean - $4) / (least(weeks, $6) - 1)), weeks = weeks - 1,
  counted = counted - interval '7 days'
WHERE channel = $1 AND weekday = $2 AND hour = $3 AND counted = $5 AND weeks > 1"""

_USUAL = "SELECT weekday, hour, mean, weeks FROM channel_hours WHERE channel = $1"

_PEOPLE = """SELECT date_trunc('hour', created_at, 'UTC') AS hour,
  count(DISTINCT address_id) AS people
FROM messages WHERE direction = 'inbound' AND channel = $1 AND author = 'customer'
  AND created_at >= $2 AND created_at < $3
  AND (sent_at IS NULL OR sent_at > created_at - make_interval(secs => $4))
GROUP BY 1"""

_FIRST = """SELECT min(created_at) FROM messages WHERE direction = 'inbound' AND channel = $1
  AND author = 'customer' AND created_at > $2
  AND (sent_at IS NULL OR sent_at > created_at - make_interval(secs => $3))"""

_LAST = """SELECT asked.name, (SELECT m.created_at FROM messages m WHERE m.direction = 'inbound'
  AND m.channel = asked.name ORDER BY m.created_at DESC LIMIT 1) AS at
FROM unnest($1::text[]) AS asked (name)"""


async def claim(
    conn: Connection, channel: str, *, now: datetime, every: timedelta, break_after: timedelta
) -> Watch | None:
    """Take this look at a channel, or None where another worker has just looked."""
    spans = every.total_seconds(), break_after.total_seconds()
    row = await conn.fetchrow(_CLAIM, channel, now, *spans)
    return None if row is None else Watch(up_since=row["up_since"], counted=row["counted"])


async def list_due(
    conn: Connection, channels: Sequence[str], *, looked_before: datetime
) -> tuple[str, ...]:
    """The channels that nobody has looked at since then."""
    rows = await conn.fetch(_DUE, list(channels), looked_before)
    return tuple(row["name"] for row in rows)


async def learn(
    conn: Connection, channel: str, slot: Slot, *, people: int, hour: datetime, weeks_max: int
) -> None:
    """Take one hour into the running mean of its place in the week; the same hour only once."""
    await conn.execute(_LEARN, channel, *slot, float(people), hour, weeks_max)


async def unlearn(
    conn: Connection, channel: str, slot: Slot, *, people: int, hour: datetime, weeks_max: int
) -> None:
    """Take one hour out again, where it was the last that was taken in."""
    await conn.execute(_UNLEARN, channel, *slot, float(people), hour, weeks_max)


async def mark_counted(conn: Connection, channel: str, hour: datetime) -> None:
    """All hours up to this one are dealt with."""
    await conn.execute(_COUNTED, channel, hour)


async def read_usual(conn: Connection, channel: str) -> Mapping[Slot, Usual]:
    """What is known of a channel's week."""
    rows = await conn.fetch(_USUAL, channel)
    return {
        (row["weekday"], row["hour"]): Usual(mean=row["mean"], weeks=row["weeks"]) for row in rows
    }


async def count_people(
    conn: Connection, channel: str, *, since: datetime, until: datetime
) -> Mapping[datetime, int]:
    """How many people wrote in each hour, by its start in UTC; hours without any are missing."""
    rows = await conn.fetch(_PEOPLE, channel, since, until, LATE_AFTER_S)
    return {row["hour"]: row["people"] for row in rows}


async def find_first(conn: Connection, channel: str, *, after: datetime) -> datetime | None:
    """When somebody wrote for the first time after that."""
    at: datetime | None = await conn.fetchval(_FIRST, channel, after, LATE_AFTER_S)
    return at


async def read_last(conn: Connection, channels: Sequence[str]) -> Mapping[str, datetime | None]:
    """When each channel last brought a message, however it came."""
    rows = await conn.fetch(_LAST, list(channels))
    return {row["name"]: row["at"] for row in rows}
