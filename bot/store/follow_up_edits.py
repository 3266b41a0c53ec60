"""What staff change in the schedule: another moment, other words, or at once.

Only what waits and has not left; taking one back is bot/store/follow_ups.py's. Called by
bot/follow_ups/managing.py, in a transaction that holds the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain_follow_ups import FollowUpId, Owed
from bot.store.connection import Connection
from bot.store.follow_ups import to_owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one is from now on."""

    due_at: datetime
    text: str
    """Staff's words; empty: the rule's."""
    reason: str
    """Who changed what, in staff's words."""


_LOCK = "SELECT * FROM follow_ups WHERE id = $1 FOR UPDATE"

_CHANGE = """UPDATE follow_ups SET status = 'planned', due_at = $2, text = $3, reason = $4,
  changed_at = $5, changed_by = $6
WHERE id = $1 AND status IN ('planned', 'due', 'held') AND message_id IS NULL RETURNING id"""


async def lock(conn: Connection, follow_up_id: FollowUpId) -> Owed | None:
    """One, held until the transaction ends; None where there is none of that id."""
    row = await conn.fetchrow(_LOCK, follow_up_id)
    return None if row is None else to_owed(row)


async def change(
    conn: Connection, follow_up_id: FollowUpId, changes: Changes, *, by: str, at: datetime
) -> bool:
    """Keep the changes; False where it had left, or came to nothing, before."""
    found = await conn.fetchval(
        _CHANGE, follow_up_id, changes.due_at, changes.text, changes.reason, at, by
    )
    return found is not None
