"""Alarms for the metrics, each counted once however many workers there are; and false alarms.

An alarm is judged when staff are done with the card that it opened or came to: needed, or not. One
of which staff were only told a line has no judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.store.connection import Connection

_TO_COUNT = """NOT a.counted OR (NOT a.judged AND a.escalation_id IS NOT NULL
  AND EXISTS (SELECT FROM escalations d
    WHERE d.id = a.escalation_id AND d.resolved_at IS NOT NULL))"""

_ANY = f"""SELECT EXISTS (SELECT FROM emotion_alarms a
  WHERE NOT (a.counted AND a.judged) AND ({_TO_COUNT}))"""

# Rows that somebody else counts are left for the next time.
_COUNT = f"""WITH taken AS (
  SELECT a.id, a.counted, a.judged FROM emotion_alarms a
  WHERE NOT (a.counted AND a.judged) AND ({_TO_COUNT})
  ORDER BY a.created_at LIMIT $1 FOR UPDATE SKIP LOCKED
), known AS (
  SELECT t.id, t.counted, t.judged, e.resolved_at IS NOT NULL AS is_settled, e.outcome
  FROM taken t JOIN emotion_alarms a ON a.id = t.id
  LEFT JOIN escalations e ON e.id = a.escalation_id
)
UPDATE emotion_alarms a SET counted = true,
  judged = k.judged OR k.is_settled OR a.escalation_id IS NULL
FROM known k WHERE k.id = a.id
RETURNING a.trigger, a.severity, NOT k.counted AS is_new,
  CASE WHEN k.judged OR NOT k.is_settled THEN ''
    WHEN k.outcome = 'not_needed' THEN 'not_needed' ELSE 'needed' END AS verdict"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is new of an alarm."""

    trigger: str
    severity: str
    is_new: bool
    verdict: Literal["", "needed", "not_needed"]
    """Empty: none yet, or it was counted before."""


async def is_any_uncounted(conn: Connection) -> bool:
    """Whether there is anything that the metrics do not have."""
    return bool(await conn.fetchval(_ANY))


async def count(conn: Connection, *, limit: int) -> tuple[Counted, ...]:
    """What nobody has counted; from the commit on it is."""
    return tuple(Counted(**dict(row)) for row in await conn.fetch(_COUNT, limit))
