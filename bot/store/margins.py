"""What events brought and what was spent on them: model calls, messages and staff's work.

What is spent between a customer's first word and four days after the event is the event's; where
several events of a customer are ahead, each bears the same part. One that was booked after an
earlier one was over begins four days after that one. Reads only, for bot/follow_ups/margins.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain_booking import BookingId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """An event that took place or will, or whose deposit was kept."""

    id: BookingId
    code: str
    starts_at: datetime
    is_off: bool
    """Cancelled: nobody cooked, and what was not paid back is what it brought."""
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Model calls for an event."""

    id: BookingId
    cost: Decimal
    """US dollars, as far as prices are known."""
    for_follow_ups: Decimal
    priced: int
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Messages of one kind that were sent for an event."""

    id: BookingId
    channel: str
    content_id: str
    """Of the approved template that carried them; empty: none did."""
    is_follow_up: bool
    units: Decimal
    """Segments, or messages where the channel has none."""
    messages: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What staff did for an event."""

    id: BookingId
    messages: Decimal
    own_follow_ups: Decimal
    """Of those, planned for later."""
    reading_minutes: Decimal
    """What taking conversations over took, each capped."""


_EVENTS = """WITH counted AS (
  SELECT b.id, b.code, b.customer_id, b.starts_at, b.ends_at, b.created_at,
    b.status = 'cancelled' AS is_off, CASE b.status
      WHEN 'cancelled' THEN greatest(0, q.deposit - coalesce(b.refund, 0))
      ELSE q.total + b.fees - coalesce(b.refund, 0) END AS revenue
  FROM bookings b JOIN quotes q ON q.id = b.quote_id
  WHERE b.status IN ('confirmed', 'changed', 'completed')
    OR b.status = 'cancelled' AND b.deposit_paid_at IS NOT NULL
),
mine AS (SELECT * FROM counted WHERE starts_at >= $1 AND starts_at < $2),
opened AS (
  SELECT c.id, c.customer_id, c.ends_at + interval '4 days' AS ends,
    coalesce((SELECT max(p.ends_at) + interval '4 days' FROM counted p
      WHERE p.customer_id = c.customer_id AND p.ends_at < c.created_at), '-infinity') AS begins
  FROM counted c WHERE c.customer_id IN (SELECT customer_id FROM mine)
),
talks AS (SELECT id, customer_id FROM conversations
  WHERE customer_id IN (SELECT customer_id FROM mine))"""

# Of rows `x` with id, customer_id and at: each with the events that bear it, and how many they are.
_BORNE = """borne AS (
  SELECT x.*, o.id AS booking_id, count(*) OVER (PARTITION BY x.id)::numeric AS parts
  FROM x JOIN opened o ON o.customer_id = x.customer_id AND x.at > o.begins AND x.at <= o.ends
)"""

_EARNED = f"""{_EVENTS}
SELECT id, code, starts_at, is_off, revenue FROM mine ORDER BY starts_at, code"""

_ASKED = f"""{_EVENTS}, x AS (
  SELECT l.id, t.customer_id, l.created_at AS at, l.cost, l.purpose
  FROM talks t JOIN llm_calls l ON l.conversation_id = t.id
  WHERE l.purpose <> 'evaluation'
  UNION ALL
  SELECT l.id, t.customer_id, l.created_at, l.cost, l.purpose
  FROM talks t JOIN turns u ON u.conversation_id = t.id
  JOIN llm_calls l ON l.turn_id = u.id AND l.conversation_id IS NULL
  WHERE l.purpose <> 'evaluation'
), {_BORNE}
SELECT booking_id AS id, coalesce(sum(cost / parts), 0) AS cost,
  coalesce(sum(cost / parts) FILTER (WHERE purpose = 'follow_up'), 0) AS for_follow_ups,
  count(cost)::int AS priced, (count(*) - count(cost))::int AS unpriced
FROM borne WHERE booking_id IN (SELECT id FROM mine) GROUP BY booking_id"""

_CARRIED = f"""{_EVENTS}, x AS (
  SELECT m.id, t.customer_id, coalesce(m.sent_at, m.created_at) AS at, m.channel,
    coalesce(m.rest -> 'template' ->> 'content_id', '') AS content_id,
    m.rest ? 'follow_up' AS is_follow_up, coalesce(m.segments, 1) AS units
  FROM talks t JOIN messages m ON m.conversation_id = t.id
  WHERE m.direction = 'outbound' AND m.status IN ('sent', 'delivered', 'read')
), {_BORNE}
SELECT booking_id AS id, channel, content_id, is_follow_up, sum(units / parts) AS units,
  sum(1 / parts) AS messages
FROM borne WHERE booking_id IN (SELECT id FROM mine) GROUP BY 1, 2, 3, 4"""

# What staff wrote once for many, such as an announcement, took nobody minutes for each of them.
_WORKED = f"""{_EVENTS}, x AS (
  SELECT m.id, t.customer_id, coalesce(m.sent_at, m.created_at) AS at, 1 AS messages,
    (m.rest ? 'follow_up')::int AS own, 0::numeric AS minutes
  FROM talks t JOIN messages m ON m.conversation_id = t.id
  LEFT JOIN follow_ups f ON f.id = nullif(m.rest ->> 'follow_up', '')::uuid
  WHERE m.direction = 'outbound' AND m.author = 'staff'
    AND m.status IN ('sent', 'delivered', 'read')
    AND (NOT m.rest ? 'unasked' OR f.cause = 'staff')
  UNION ALL
  SELECT e.id, t.customer_id, e.claimed_at, 0, 0,
    least($3::numeric, extract(epoch FROM e.resolved_at - e.claimed_at) / 60)
  FROM talks t JOIN escalations e ON e.conversation_id = t.id WHERE e.claimed_at IS NOT NULL
), {_BORNE}
SELECT booking_id AS id, sum(messages / parts) AS messages, sum(own / parts) AS own_follow_ups,
  sum(minutes / parts) AS reading_minutes
FROM borne WHERE booking_id IN (SELECT id FROM mine) GROUP BY booking_id"""


async def list_earned(conn: Connection, since: datetime, until: datetime) -> tuple[Earned, ...]:
    """Events that begin from `since` until before `until`, the earliest first."""
    return tuple(Earned(**dict(row)) for row in await conn.fetch(_EARNED, since, until))


async def list_asked(conn: Connection, since: datetime, until: datetime) -> tuple[Asked, ...]:
    """What models took for each of them."""
    return tuple(Asked(**dict(row)) for row in await conn.fetch(_ASKED, since, until))


async def list_carried(conn: Connection, since: datetime, until: datetime) -> tuple[Carried, ...]:
    """What was sent for each of them."""
    return tuple(Carried(**dict(row)) for row in await conn.fetch(_CARRIED, since, until))


async def list_worked(
    conn: Connection, since: datetime, until: datetime, *, reading_most: Decimal
) -> tuple[Worked, ...]:
    """What staff did for each of them; taking a conversation over counts at most that many
    minutes, since a card that stays open over lunch is no work."""
    rows = await conn.fetch(_WORKED, since, until, reading_most)
    return tuple(Worked(**dict(row)) for row in rows)
