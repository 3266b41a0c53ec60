"""Follow-ups counted for the owner: what was planned, what went, what came of it, and why not.

Reads only. What counts as what is written by bot/store/follow_up_results.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from bot.store.connection import Connection

By = Literal["all", "cause", "channel", "wording", "hour", "language"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The messages of one cause, channel, wording, hour or language."""

    by: By
    name: str
    """Such as after_event, sms, after_event_happy_a, 14 or es; empty: all."""
    planned: int
    """All there were, whatever became of them."""
    waiting: int
    sent: int
    answered: int
    converted: int
    opted_out: int
    skipped: int
    cancelled: int
    unknown: int
    """Nobody can tell whether it got there."""
    held_back: int
    """Left out on purpose, to tell what the others bring."""
    revenue: Decimal
    answer_minutes: float | None
    """Median from the message to the answer; None: nobody has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Why messages of a cause did not go."""

    cause: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Customers of a cause who were written to, and those who were held back."""

    cause: str
    sent: int
    sent_hits: int
    held: int
    held_hits: int


_WENT = "(status IN ('sent', 'answered', 'converted') AND arm <> 'holdout')"

# $3: names of the comparisons that run: their two wordings are one here, or it would be a look.
_ROWS = f"""WITH f AS (
  SELECT *, {_WENT} AS went, CASE WHEN {_WENT} THEN 1 END AS one, CASE WHEN trial = ANY($3::text[])
    THEN regexp_replace(wording, '_[^_]+$', '_*') ELSE wording END AS words
  FROM follow_ups WHERE cause = ANY($4::text[]) AND due_at >= $1 AND due_at < $2
)"""

_COUNT = f"""{_ROWS}
SELECT grouping(cause, channel, words, local_hour, language) AS level,
  cause, channel, words, local_hour, language, count(*)::int AS planned,
  (count(*) FILTER (WHERE status IN ('planned', 'due', 'held', 'sending')))::int AS waiting,
  (count(*) FILTER (WHERE went))::int AS sent,
  (count(*) FILTER (WHERE went AND answered_at IS NOT NULL))::int AS answered,
  (count(*) FILTER (WHERE went AND converted_at IS NOT NULL))::int AS converted,
  (count(*) FILTER (WHERE arm <> 'holdout' AND opted_out_at IS NOT NULL))::int AS opted_out,
  (count(*) FILTER (WHERE status = 'skipped' AND arm <> 'holdout'))::int AS skipped,
  (count(*) FILTER (WHERE status = 'cancelled'))::int AS cancelled,
  (count(*) FILTER (WHERE status = 'unknown'))::int AS unknown,
  (count(*) FILTER (WHERE arm = 'holdout'))::int AS held_back,
  coalesce(sum(revenue) FILTER (WHERE went), 0) AS revenue,
  percentile_cont(0.5) WITHIN GROUP (
    ORDER BY extract(epoch FROM answered_at - sent_at)::float8 / 60)
    FILTER (WHERE went AND answered_at IS NOT NULL) AS answer_minutes
FROM f GROUP BY GROUPING SETS ((), (cause), (one, channel), (one, words), (one, local_hour),
  (one, language))
HAVING grouping(one) = 1 OR one = 1
ORDER BY level, cause, channel, words, local_hour, language"""

_LEVELS: dict[int, tuple[By, str]] = {
    0b11111: ("all", ""),
    0b01111: ("cause", "cause"),
    0b10111: ("channel", "channel"),
    0b11011: ("wording", "words"),
    0b11101: ("hour", "local_hour"),
    0b11110: ("language", "language"),
}

# What follows a colon or stands in brackets is of that one message: a day, a name of a chef.
_LEFT = """SELECT cause, reason, count FROM (
  SELECT *, row_number() OVER (PARTITION BY cause ORDER BY count DESC, reason) AS place FROM (
    SELECT cause, btrim(regexp_replace(coalesce(reason, ''), '[:(;].*$', '')) AS reason,
      count(*)::int AS count
    FROM follow_ups WHERE cause = ANY($3::text[]) AND due_at >= $1 AND due_at < $2
      AND status = 'skipped' AND arm <> 'holdout' GROUP BY 1, 2) AS counted) AS ranked
WHERE place <= $4 ORDER BY cause, place"""

# Each customer once, and only those whose watching is over: the young ones had no time to book.
_SIDES = f"""WITH each AS (
  SELECT cause, customer_id, bool_or(arm = 'holdout') AS is_back,
    bool_or(converted_at IS NOT NULL) AS is_hit, bool_and(watched_until IS NULL) AS is_over
  FROM follow_ups
  WHERE cause = ANY($3::text[]) AND due_at >= $1 AND due_at < $2
    AND (arm = 'holdout' OR {_WENT})
  GROUP BY cause, customer_id
)
SELECT cause, (count(*) FILTER (WHERE is_over AND NOT is_back))::int AS sent,
  (count(*) FILTER (WHERE is_over AND NOT is_back AND is_hit))::int AS sent_hits,
  (count(*) FILTER (WHERE is_over AND is_back))::int AS held,
  (count(*) FILTER (WHERE is_over AND is_back AND is_hit))::int AS held_hits
FROM each GROUP BY cause HAVING bool_or(is_back) ORDER BY cause"""


_STATES = """SELECT cause, status, count(*)::int AS count FROM follow_ups
WHERE cause = ANY($1::text[]) AND due_at > $2 AND due_at <= $3 GROUP BY cause, status"""


async def count_states(
    conn: Connection, since: datetime, until: datetime, *, causes: Sequence[str]
) -> tuple[tuple[str, str, int], ...]:
    """Cause, status and how many: of what was due after `since` and until `until`."""
    rows = await conn.fetch(_STATES, list(causes), since, until)
    return tuple((row["cause"], row["status"], row["count"]) for row in rows)


async def count_all(
    conn: Connection,
    since: datetime,
    until: datetime,
    *,
    causes: Sequence[str],
    running: Sequence[str],
) -> tuple[Counted, ...]:
    """What was due from `since` until before `until`, counted in each way.

    `running`: the comparisons whose wordings must not be told apart yet.
    """
    rows = await conn.fetch(_COUNT, since, until, list(running), list(causes))
    counted = []
    for row in rows:
        by, column = _LEVELS[row["level"]]
        name = "" if not column or row[column] is None else str(row[column])
        figures = {key: row[key] for key in Counted.__slots__ if key not in ("by", "name")}
        counted.append(Counted(by=by, name=name, **figures))
    return tuple(counted)


async def count_left(
    conn: Connection, since: datetime, until: datetime, *, causes: Sequence[str], most: int
) -> tuple[Left, ...]:
    """The commonest reasons of each cause, as staff read them."""
    rows = await conn.fetch(_LEFT, since, until, list(causes), most)
    return tuple(Left(**dict(row)) for row in rows)


async def count_sides(
    conn: Connection, since: datetime, until: datetime, *, causes: Sequence[str]
) -> tuple[Sides, ...]:
    """Of the causes that hold customers back, both sides."""
    rows = await conn.fetch(_SIDES, since, until, list(causes))
    return tuple(Sides(**dict(row)) for row in rows)
