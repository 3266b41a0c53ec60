"""Follow-ups: messages owed at a time; here planned and taken back with their booking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain import CustomerId
from bot.domain_booking import BookingId
from bot.store.connection import Connection

_TAKE_BACK = """UPDATE follow_ups SET status = 'cancelled', reason = $3
WHERE booking_id = $1 AND status = 'planned' AND NOT EXISTS (
  SELECT FROM jsonb_to_recordset($2) AS wanted(cause text, due_at timestamptz)
  WHERE wanted.cause = follow_ups.cause AND wanted.due_at = follow_ups.due_at)"""

_PLAN = """INSERT INTO follow_ups (customer_id, booking_id, cause, due_at, status)
SELECT $1, $2, cause, due_at, 'planned'
FROM jsonb_to_recordset($3) AS wanted(cause text, due_at timestamptz)
ON CONFLICT (booking_id, cause) WHERE status = 'planned' DO NOTHING"""


async def replace_plan(
    conn: Connection,
    customer_id: CustomerId,
    booking_id: BookingId,
    wanted: Mapping[str, datetime],
    *,
    reason: str,
) -> None:
    """Let exactly these be planned for the booking, by cause; those that stay are left as they are.

    `reason` says why the others are taken back.
    """
    rows = [{"cause": cause, "due_at": at.isoformat()} for cause, at in wanted.items()]
    await conn.execute(_TAKE_BACK, booking_id, rows, reason)
    if rows:
        await conn.execute(_PLAN, customer_id, booking_id, rows)
