"""The schedule of follow-ups: taken when due, and what became of each.

A row is held by a lock from the look to the outbox, never by a mark: what becomes of it is written
before the lock ends, or nothing is (I5). The trigger of schema.sql keeps each step. Planned by
bot/store/follow_up_plans.py, shown by follow_up_lists.py, measured by follow_up_results.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg

from bot.domain import AddressId, ConversationId, CustomerId, MessageId, QuoteId
from bot.domain_booking import BookingId
from bot.domain_follow_ups import CampaignId, FollowUpId, FollowUpStatus, Owed
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is kept of how a follow-up was worded and sent."""

    message_id: MessageId
    address_id: AddressId
    channel: str
    language: str
    wording: str
    local_hour: int
    watched_until: datetime
    trial: str = ""
    arm: str = ""
    chosen: dict[str, object]
    """What way, hour and words were chosen by; plain JSON."""


_MARK_DUE = """UPDATE follow_ups SET status = 'due', changed_at = $1, changed_by = ''
WHERE id = ANY (ARRAY(SELECT id FROM follow_ups WHERE status = 'planned' AND due_at <= $1
  ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED))"""

# Each cause has its turn: thousands of a campaign keep no reminder waiting, nor does a cause that
# fails over and over.
_DUE = """SELECT id FROM (
  SELECT id, due_at, row_number() OVER (PARTITION BY cause ORDER BY due_at, id) AS place
  FROM follow_ups
  WHERE status IN ('planned', 'due', 'held') AND message_id IS NULL AND due_at <= $1) AS owed
ORDER BY place, due_at, id LIMIT $2"""

_TAKE = """SELECT * FROM follow_ups WHERE id = $1 AND status IN ('planned', 'due', 'held')
  AND message_id IS NULL AND due_at <= $2 FOR UPDATE SKIP LOCKED"""

_FIND = "SELECT * FROM follow_ups WHERE id = $1"

_WRITTEN = """UPDATE follow_ups SET status = 'sending', reason = NULL, message_id = $2,
  address_id = $3, channel = $4, language = $5, wording = $6, local_hour = $7,
  watched_until = $8, trial = $9, arm = $10, chosen = $11, changed_at = $12, changed_by = ''
WHERE id = $1"""

_END = """UPDATE follow_ups SET status = $2, reason = $3, changed_at = $4, changed_by = $5
WHERE id = $1"""

_HOLD_BACK = """UPDATE follow_ups SET status = 'skipped', reason = $2, arm = 'holdout', trial = $3,
  sent_at = $4, watched_until = $5, changed_at = $4, changed_by = '' WHERE id = $1"""

_LATER = """UPDATE follow_ups SET status = $2, reason = $3, due_at = $4, attempts = attempts + 1,
  changed_at = $5, changed_by = '' WHERE id = $1"""

_CANCEL = """UPDATE follow_ups SET status = 'cancelled', reason = $2, changed_at = $3,
  changed_by = $4
WHERE id = $1 AND status IN ('planned', 'due', 'held') AND message_id IS NULL
RETURNING customer_id"""


async def mark_due(conn: Connection, *, now: datetime, limit: int) -> None:
    """Those whose time has come are due."""
    await conn.execute(_MARK_DUE, now, limit)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[FollowUpId, ...]:
    """Those to be judged now, each cause's longest due first; held ones are looked at again."""
    return tuple(FollowUpId(row["id"]) for row in await conn.fetch(_DUE, now, limit))


async def take_due(conn: Connection, follow_up_id: FollowUpId, *, now: datetime) -> Owed | None:
    """Hold a due one until the transaction ends; None where another has it or nothing is owed."""
    row = await conn.fetchrow(_TAKE, follow_up_id, now)
    return None if row is None else to_owed(row)


async def find(conn: Connection, follow_up_id: FollowUpId) -> Owed | None:
    """One of the schedule, whatever became of it."""
    row = await conn.fetchrow(_FIND, follow_up_id)
    return None if row is None else to_owed(row)


async def mark_written(
    conn: Connection, follow_up_id: FollowUpId, written: Written, *, at: datetime
) -> None:
    """It lies in the outbox."""
    await conn.execute(
        _WRITTEN,
        follow_up_id,
        written.message_id,
        written.address_id,
        written.channel,
        written.language,
        written.wording,
        written.local_hour,
        written.watched_until,
        written.trial,
        written.arm,
        written.chosen,
        at,
    )


async def end(
    conn: Connection,
    follow_up_id: FollowUpId,
    *,
    status: FollowUpStatus,
    reason: str,
    at: datetime,
    by: str = "",
) -> None:
    """It goes no further: skipped, cancelled or unknown, with the reason in staff's words."""
    await conn.execute(_END, follow_up_id, status.value, reason, at, by)


async def hold_back(
    conn: Connection,
    follow_up_id: FollowUpId,
    *,
    reason: str,
    trial: str,
    at: datetime,
    watched_until: datetime,
) -> None:
    """It is left out on purpose, and watched as if it had gone, to tell what it would bring."""
    await conn.execute(_HOLD_BACK, follow_up_id, reason, trial, at, watched_until)


async def put_off(
    conn: Connection,
    follow_up_id: FollowUpId,
    *,
    status: Literal["planned", "held"],
    reason: str,
    until: datetime,
    at: datetime,
) -> None:
    """It is looked at again at that time."""
    await conn.execute(_LATER, follow_up_id, status, reason, until, at)


async def cancel(
    conn: Connection, follow_up_id: FollowUpId, *, reason: str, by: str, at: datetime
) -> CustomerId | None:
    """Take one back; whose it was, None where it has left or is no more."""
    whose = await conn.fetchval(_CANCEL, follow_up_id, reason, at, by)
    return None if whose is None else CustomerId(whose)


def to_owed(row: asyncpg.Record) -> Owed:
    """A row of follow_ups as a value."""

    def named(name: str, kind: Any) -> Any:
        return None if row[name] is None else kind(row[name])

    return Owed(
        id=FollowUpId(row["id"]),
        cause=row["cause"],
        step=row["step"],
        key=row["key"],
        customer_id=CustomerId(row["customer_id"]),
        due_at=row["due_at"],
        valid_until=row["valid_until"],
        status=FollowUpStatus(row["status"]),
        created_at=row["created_at"],
        looks=row["attempts"],
        because=row["because"],
        reason=row["reason"] or "",
        text=row["text"],
        planned_by=row["planned_by"],
        address_id=named("address_id", AddressId),
        booking_id=named("booking_id", BookingId),
        quote_id=named("quote_id", QuoteId),
        conversation_id=named("conversation_id", ConversationId),
        memory_id=row["memory_id"],
        campaign_id=named("campaign_id", CampaignId),
        message_id=named("message_id", MessageId),
        about=row["about"],
        rule=row["rule"],
    )
