"""Since when the rule of each cause is in force, and up to when its matters have their rows.

A rule that is changed takes over where the one before it stopped, and a little before: a cause may
wait a while before it plans what arose. Nothing in between is lost, and what has its row is not
planned anew. One that was off begins at the moment it is on again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A cause's rule as it is in force."""

    cause: str
    digest: str
    live_since: datetime
    is_on: bool
    planned_until: datetime


_TRY = "SELECT pg_try_advisory_xact_lock(7238118)"

# Excluded is what the profile says now, the row what was in force until now. A server's clock may
# have been ahead: what it noted of the future counts from now.
_SET = """INSERT INTO follow_up_rules AS r (cause, digest, live_since, is_on, planned_until)
SELECT cause, digest, $2, is_on, $2
FROM jsonb_to_recordset($1) AS said(cause text, digest text, is_on boolean)
ON CONFLICT (cause) DO UPDATE SET digest = excluded.digest, is_on = excluded.is_on,
  live_since = least($2, CASE
    WHEN r.is_on AND excluded.is_on AND r.digest <> excluded.digest
      THEN greatest(r.live_since, r.planned_until - $3::interval)
    WHEN excluded.is_on AND NOT r.is_on THEN excluded.live_since ELSE r.live_since END),
  planned_until = least($2, CASE WHEN NOT r.is_on AND excluded.is_on THEN excluded.planned_until
    ELSE r.planned_until END)
WHERE (r.digest, r.is_on) IS DISTINCT FROM (excluded.digest, excluded.is_on)
  OR r.planned_until > $2"""

_LIST = "SELECT * FROM follow_up_rules ORDER BY cause"

_DONE = "UPDATE follow_up_rules SET planned_until = greatest(planned_until, $2) WHERE cause = $1"

_IS_DUE = """SELECT count(*) FILTER (WHERE NOT r.is_on
    OR planned_until > $2 AND planned_until < $2 + 2 * $3::interval) < count(*)
FROM jsonb_to_recordset($1) AS said(cause text, digest text, is_on boolean)
LEFT JOIN follow_up_rules r
  ON (r.cause, r.digest, r.is_on) = (said.cause, said.digest, said.is_on)"""


async def hold(conn: Connection) -> bool:
    """Be the only one who plans until the transaction ends; False where another does."""
    return bool(await conn.fetchval(_TRY))


async def bring_up(
    conn: Connection,
    rules: Mapping[str, tuple[str, bool]],
    *,
    now: datetime,
    overlap: timedelta,
) -> tuple[Rule, ...]:
    """Put the rules in force: by cause, digest and whether it is on; all that are kept."""
    await conn.execute(_SET, _said(rules), now, overlap)
    return tuple(Rule(**dict(row)) for row in await conn.fetch(_LIST))


async def mark_planned(conn: Connection, cause: str, *, until: datetime) -> None:
    """Whatever arose before that moment has its row."""
    await conn.execute(_DONE, cause, until)


async def is_due(
    conn: Connection, rules: Mapping[str, tuple[str, bool]], *, now: datetime, every: timedelta
) -> bool:
    """Whether a cause was planned too long ago, in a future, or by another rule than now."""
    return bool(await conn.fetchval(_IS_DUE, _said(rules), now - every, every))


def _said(rules: Mapping[str, tuple[str, bool]]) -> list[dict[str, object]]:
    return [
        {"cause": cause, "digest": digest, "is_on": is_on}
        for cause, (digest, is_on) in rules.items()
    ]
