"""Writes follow-ups into the schedule, each once, and tells what lies near one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import AddressId, CustomerId
from bot.domain_booking import BookingId
from bot.domain_follow_ups import FollowUpId, Plan
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFollowUp:
    """What staff plan for one customer."""

    key: str
    """The same plans once."""
    customer_id: CustomerId
    address_id: AddressId
    due_at: datetime
    text: str
    planned_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Another message to the same customer that nobody waits for."""

    at: datetime
    cause: str
    """Empty: no follow-up, but an announcement or the like."""
    is_planned: bool
    """False: it has left, or lies in the outbox."""


_COLUMNS = """wanted(cause text, step text, key text, customer_id uuid, due_at timestamptz,
  valid_until timestamptz, because text, booking_id uuid, quote_id uuid, conversation_id uuid,
  memory_id uuid, campaign_id uuid, about jsonb, rule text)"""

# Of a booking's message of a kind one waits at a time, whatever the event's moment was when it was
# planned: the other is being judged, and its look finds that the event has moved.
_PLAN = f"""INSERT INTO follow_ups (cause, step, key, customer_id, due_at, valid_until, because,
  booking_id, quote_id, conversation_id, memory_id, campaign_id, about, status, rule, created_at,
  changed_at)
SELECT cause, step, key, customer_id, due_at, valid_until, because, booking_id, quote_id,
  conversation_id, memory_id, campaign_id, coalesce(about, '{{}}'), 'planned', rule, $2, $2
FROM jsonb_to_recordset($1) AS {_COLUMNS}
WHERE NOT EXISTS (SELECT FROM follow_ups other WHERE other.booking_id = wanted.booking_id
  AND other.cause = wanted.cause AND other.step = wanted.step AND other.key <> wanted.key
  AND other.status IN ('planned', 'due', 'held') AND other.message_id IS NULL)
ON CONFLICT ON CONSTRAINT one_follow_up_per_key DO UPDATE SET status = 'planned', reason = NULL,
  due_at = excluded.due_at, valid_until = excluded.valid_until, about = excluded.about,
  because = excluded.because, rule = excluded.rule, changed_at = excluded.changed_at,
  changed_by = ''
WHERE $3 AND follow_ups.status = 'cancelled' AND follow_ups.changed_by = ''
  AND follow_ups.message_id IS NULL"""

# What is planned already for the same moment stays as it is, by whatever rule it was planned. What
# staff have cancelled is planned as well; what the service itself had taken back is not. What is
# being judged at this moment is left to its judge: it reads the booking after us, and a wait for it
# here could be one in a circle, since it waits for the conversation that our caller holds.
_TAKE_BACK = """WITH waiting AS (
  SELECT id FROM follow_ups
  WHERE booking_id = $1 AND status IN ('planned', 'due', 'held') AND message_id IS NULL
    AND planned_by = '' AND key <> ALL ($2::text[])
  FOR UPDATE SKIP LOCKED),
gone AS (
  UPDATE follow_ups SET status = 'cancelled', reason = $3, changed_at = $4, changed_by = ''
  WHERE id = ANY (ARRAY(SELECT id FROM waiting)))
SELECT key FROM follow_ups WHERE key = ANY ($2::text[])
  AND (status <> 'cancelled' OR changed_by <> '' OR message_id IS NOT NULL)"""

_PLAN_OWN = """INSERT INTO follow_ups (key, customer_id, address_id, cause, due_at, status, text,
  planned_by, changed_by, created_at, changed_at)
VALUES ($1, $2, $3, 'staff', $4, 'planned', $5, $6, $6, $7, $7)
ON CONFLICT ON CONSTRAINT one_follow_up_per_key DO NOTHING RETURNING id"""

_IS_PLANNED = "SELECT true FROM follow_ups WHERE key = $1"

# What lies in the outbox has no moment of leaving yet: it counts from when it was written. What is
# overdue, as after days of downtime, is judged now.
_NEAR = """SELECT at, cause, is_planned FROM (
  SELECT coalesce(m.sent_at, m.claimed_at) AS at, coalesce(f.cause, '') AS cause,
    false AS is_planned
  FROM addresses a JOIN messages m ON m.address_id = a.id
  LEFT JOIN follow_ups f ON f.id = (m.rest ->> 'follow_up')::uuid
  WHERE a.customer_id = $1 AND m.direction = 'outbound'
    AND (m.rest ? 'unasked' OR m.purpose = 'promotional')
    AND coalesce(m.sent_at, m.claimed_at) > $2::timestamptz - make_interval(hours => $3)
    AND coalesce(m.sent_at, m.claimed_at) < $2::timestamptz + make_interval(hours => $3)
    AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unknown')
    AND m.rest ->> 'follow_up' IS DISTINCT FROM $4::uuid::text
  UNION ALL
  SELECT CASE WHEN message_id IS NULL THEN greatest(due_at, $5) ELSE changed_at END, cause,
    message_id IS NULL
  FROM follow_ups
  WHERE customer_id = $1 AND id IS DISTINCT FROM $4::uuid
    AND status IN ('planned', 'due', 'held', 'sending')
    AND due_at > $2::timestamptz - make_interval(hours => $3) - interval '30 days'
    AND CASE WHEN message_id IS NULL THEN greatest(due_at, $5) ELSE changed_at END
      BETWEEN $2::timestamptz - make_interval(hours => $3)
        AND $2::timestamptz + make_interval(hours => $3)
) AS others ORDER BY abs(extract(epoch FROM at - $2::timestamptz))"""


def _row(plan: Plan, rule: str) -> dict[str, object]:
    return {
        "cause": plan.cause,
        "step": plan.step,
        "key": plan.key,
        "customer_id": str(plan.customer_id),
        "due_at": plan.due_at.isoformat(),
        "valid_until": plan.valid_until.isoformat(),
        "because": plan.because,
        **{
            name: str(value)
            for name in ("booking_id", "quote_id", "conversation_id", "memory_id", "campaign_id")
            if (value := getattr(plan, name)) is not None
        },
        "about": dict(plan.about),
        "rule": rule,
    }


async def plan_all(
    conn: Connection, plans: Sequence[Plan], *, rule: str, at: datetime, revive: bool = False
) -> int:
    """Plan these; how many were new. `rule` is the digest of the rule in force.

    `revive`: what the service itself had taken back is owed again, as when an event moves back.
    """
    if not plans:
        return 0
    done: str = await conn.execute(_PLAN, [_row(plan, rule) for plan in plans], at, revive)
    return int(done.rpartition(" ")[2])


async def keep_only(
    conn: Connection, booking_id: BookingId, keys: Sequence[str], *, reason: str, at: datetime
) -> frozenset[str]:
    """Take back what waits for the booking under other keys; which of these keys are planned.

    `reason` says why they are taken back. What has left, and what staff planned, stays.
    """
    rows = await conn.fetch(_TAKE_BACK, booking_id, list(keys), reason, at)
    return frozenset(row["key"] for row in rows)


async def plan_for_booking(
    conn: Connection, plans: Sequence[Plan], *, rules: Mapping[str, str], at: datetime
) -> None:
    """Plan these, what the service had taken back as well; `rules` are the digests by cause."""
    if plans:
        rows = [_row(plan, rules[plan.cause]) for plan in plans]
        await conn.execute(_PLAN, rows, at, True)


async def plan_own(conn: Connection, new: NewFollowUp, *, at: datetime) -> FollowUpId | None:
    """Plan what staff wrote; None where that key has planned already."""
    row_id = await conn.fetchval(
        _PLAN_OWN,
        new.key,
        new.customer_id,
        new.address_id,
        new.due_at,
        new.text,
        new.planned_by,
        at,
    )
    return None if row_id is None else FollowUpId(row_id)


async def is_planned(conn: Connection, key: str) -> bool:
    """Whether that key has planned already."""
    return bool(await conn.fetchval(_IS_PLANNED, key))


async def list_near(
    conn: Connection,
    customer_id: CustomerId,
    at: datetime,
    *,
    gap_hours: int,
    but: FollowUpId | None = None,
    now: datetime | None = None,
) -> tuple[Near, ...]:
    """Other messages that nobody waits for and that are closer than the gap, the nearest first.

    `now`: what should have gone before it counts as then.
    """
    rows = await conn.fetch(_NEAR, customer_id, at, gap_hours, but, now)
    return tuple(Near(**dict(row)) for row in rows)
