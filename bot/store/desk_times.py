"""How long staff take to claim and to answer, each counted once however many workers there are."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.connection import Connection

_TO_COUNT = """(claimed_at IS NOT NULL AND NOT claim_counted)
  OR (answered_at IS NOT NULL AND NOT answer_counted)"""

_ANY = f"SELECT EXISTS (SELECT FROM escalations WHERE {_TO_COUNT})"

# Whoever takes over from the bot claims what nobody asked for: there was nothing to wait for.
# Rows that somebody else counts, or that a deed holds, are left for the next time.
_COUNT = f"""WITH taken AS (
  SELECT id, claim_counted, answer_counted FROM escalations WHERE {_TO_COUNT}
  LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE escalations e SET claim_counted = e.claimed_at IS NOT NULL,
  answer_counted = e.answered_at IS NOT NULL
FROM taken t WHERE t.id = e.id
RETURNING CASE WHEN NOT t.claim_counted AND e.claimed_at IS NOT NULL AND e.reason <> 'taken_over'
    THEN greatest(0, extract(epoch FROM e.claimed_at - e.created_at))::float8 END AS claim_s,
  CASE WHEN NOT t.answer_counted AND e.answered_at IS NOT NULL
    THEN greatest(0, extract(epoch FROM e.answered_at - e.created_at))::float8 END AS answer_s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds from the escalation on; None: that is not so yet, or was counted before."""

    claim_s: float | None
    answer_s: float | None


async def is_any_uncounted(conn: Connection) -> bool:
    """Whether there is a time that the metrics do not have."""
    return bool(await conn.fetchval(_ANY))


async def count(conn: Connection, *, limit: int) -> tuple[Took, ...]:
    """Times that nobody has counted; from the commit on they are."""
    return tuple(Took(**dict(row)) for row in await conn.fetch(_COUNT, limit))
