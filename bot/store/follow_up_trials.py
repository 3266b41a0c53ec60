"""Comparisons of wordings: the rule each began by, how full its arms are, and how it ended.

The rule is kept as it was at the beginning: a profile that is changed meanwhile does not move the
end of what runs. bot/follow_ups/trials.py judges.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.profile_follow_ups import Trial
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrial:
    """A comparison as it is kept."""

    name: str
    rule: Trial
    began_at: datetime
    ended_at: datetime | None
    winner: str
    """A wording of its two; empty: none."""
    verdict: str
    """In the owner's words; empty while it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """Customers who got one of the two wordings, each counted once."""

    customers: int
    over: int
    """Of them, those whose watching is over."""
    hits: int
    """Of those, who did what it is about."""
    opted_out: int
    """Of those, who wanted to hear no more."""


NOBODY = ArmCount(customers=0, over=0, hits=0, opted_out=0)

_BEGIN = """INSERT INTO follow_up_trials (name, cause, began_at, figures)
SELECT name, rule ->> 'cause', $2, jsonb_build_object('rule', rule)
FROM jsonb_to_recordset($1) AS said(name text, rule jsonb)
ON CONFLICT (name) DO NOTHING"""

_NAMES = "SELECT name FROM follow_up_trials WHERE name = ANY($1::text[])"

_LIST = """SELECT name, figures -> 'rule' AS rule, began_at, ended_at, winner, verdict
FROM follow_up_trials WHERE $1::text[] IS NULL OR name = ANY($1) ORDER BY began_at, name"""

# A customer is in the arm of their first message, whatever became of that message: one that failed
# is no success of its wording. What any message of the trial brought is its arm's.
_ARMS = """WITH got AS (
  SELECT customer_id, arm, created_at, watched_until IS NULL AND status <> 'sending' AS is_over,
    CASE $3 WHEN 'answered' THEN answered_at ELSE converted_at END IS NOT NULL AS is_hit,
    opted_out_at IS NOT NULL AS is_out, id
  FROM follow_ups
  WHERE cause = $2 AND trial = $1 AND message_id IS NOT NULL AND due_at > $4::timestamptz
),
each AS (
  SELECT customer_id, (array_agg(arm ORDER BY created_at, id))[1] AS arm,
    (array_agg(is_over ORDER BY created_at, id))[1] AS is_over,
    bool_or(is_hit) AS is_hit, bool_or(is_out) AS is_out
  FROM got GROUP BY customer_id
)
SELECT arm, count(*)::int AS customers, (count(*) FILTER (WHERE is_over))::int AS over,
  (count(*) FILTER (WHERE is_over AND is_hit))::int AS hits,
  (count(*) FILTER (WHERE is_over AND is_out))::int AS opted_out
FROM each GROUP BY arm"""

_END = """UPDATE follow_up_trials SET ended_at = $2, winner = $3, verdict = $4,
  figures = figures || $5
WHERE name = $1 AND ended_at IS NULL RETURNING true"""


async def begin(conn: Connection, trials: Mapping[str, Trial], *, at: datetime) -> None:
    """Those of the profile that have not begun, begin."""
    said = [{"name": name, "rule": trial.model_dump(mode="json")} for name, trial in trials.items()]
    if said:
        await conn.execute(_BEGIN, said, at)


async def has_all(conn: Connection, names: Collection[str]) -> bool:
    """Whether each of these has begun."""
    found = await conn.fetch(_NAMES, list(names))
    return {row["name"] for row in found} == set(names)


async def list_kept(
    conn: Connection, names: Collection[str] | None = None
) -> tuple[KeptTrial, ...]:
    """Trials that have begun, the oldest first: those of these names, or all."""
    rows = await conn.fetch(_LIST, None if names is None else list(names))
    return tuple(
        KeptTrial(
            name=row["name"],
            rule=Trial.model_validate(row["rule"]),
            began_at=row["began_at"],
            ended_at=row["ended_at"],
            winner=row["winner"],
            verdict=row["verdict"],
        )
        for row in rows
    )


async def count_arms(
    conn: Connection, trial: KeptTrial, *, since: datetime
) -> tuple[ArmCount, ArmCount]:
    """How the two arms stand, in the order of the rule's variants.

    `since`: nothing of the trial was due before.
    """
    rows = await conn.fetch(_ARMS, trial.name, trial.rule.cause, trial.rule.goal, since)
    counts = {
        row["arm"]: ArmCount(
            customers=row["customers"],
            over=row["over"],
            hits=row["hits"],
            opted_out=row["opted_out"],
        )
        for row in rows
    }
    first, second = trial.rule.variants
    return counts.get(first, NOBODY), counts.get(second, NOBODY)


async def end(
    conn: Connection,
    name: str,
    *,
    winner: str,
    verdict: str,
    figures: Mapping[str, str | int | Decimal],
    at: datetime,
) -> bool:
    """It has ended; False where it had before."""
    plain = {
        key: str(value) if isinstance(value, Decimal) else value for key, value in figures.items()
    }
    return bool(await conn.fetchval(_END, name, at, winner, verdict, plain))
