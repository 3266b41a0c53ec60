"""What the desk counts: days of talk, a day's money, what waits, and what the desk's status is.

Adds up the views of schema.sql, where every figure is defined; a day is one of the business's zone
(I15). bot/desk/numbers.py asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of talk, in figures; nothing of any person."""

    on: date
    conversations: int = 0
    """In which a customer wrote on that day."""
    settled: int = 0
    """Of these, those that were resolved, or in which a person ever had a part."""
    contained: int = 0
    """Of these, those that were resolved without one."""
    escalations: int = 0
    response_s: float | None = None
    """The bot's median, from the customer's last word; None where it answered nobody."""
    claim_s: float | None = None
    """The desk's median, from the trouble to somebody's claim."""
    answer_s: float | None = None
    """The same to the first words of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What a stretch of time brought, with how often."""

    quotes: int
    quoted: Decimal
    """The last version of each conversation's offers counts, not every version."""
    bookings: int
    booked: Decimal
    """Agreed to by the customer, at what they stand at now."""
    deposits: int
    paid: Decimal
    cancellations: int
    cancelled: Decimal
    refunds: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The bot answers nobody."""

    started_by: str
    started_at: datetime
    ends_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, in counts."""

    messages: int
    """Of customers, not answered yet."""
    replies: int
    """Written and not sent, though due."""
    cards: int
    posts: int
    open_escalations: int
    claimed_escalations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskError:
    """Why something still waits for the desk."""

    error: str
    since: datetime


# Ids hold the time at which they were made, so that a stretch of days is read by primary key; a day
# of margin covers rows that were stored late. Each conversation is judged once however many days it
# was heard on, and answers are timed in one pass: one long talk costs no more than many short ones.
# The seconds of an answer are those of turn_facts, which asks for them turn by turn.
_DAYS = """WITH edge AS MATERIALIZED (
  SELECT uuidv7($1::timestamptz - interval '1 day' - now()) AS id),
heard AS MATERIALIZED (
  SELECT DISTINCT (m.created_at AT TIME ZONE $3)::date AS day, m.conversation_id
  FROM messages m WHERE m.id >= (SELECT id FROM edge) AND m.direction = 'inbound'
    AND m.author = 'customer' AND m.created_at >= $1 AND m.created_at < $2),
judged AS MATERIALIZED (
  SELECT o.conversation_id, o.is_contained, o.is_contained OR o.human_messages > 0
    OR o.escalations > 0 OR o.decided_drafts > 0 AS is_settled
  FROM (SELECT DISTINCT conversation_id FROM heard) h
  JOIN conversation_outcomes o ON o.conversation_id = h.conversation_id),
talks AS (
  SELECT h.day, count(*) AS conversations, count(*) FILTER (WHERE j.is_contained) AS contained,
    count(*) FILTER (WHERE j.is_settled) AS settled
  FROM heard h JOIN judged j ON j.conversation_id = h.conversation_id GROUP BY h.day),
timed AS MATERIALIZED (
  SELECT m.turn_id, extract(epoch FROM
    min(coalesce(m.sent_at, m.created_at)) FILTER (WHERE m.direction = 'outbound')
    - max(m.created_at) FILTER (WHERE m.direction = 'inbound' AND m.status = 'answered'))::float8
    AS response_s
  FROM messages m WHERE m.id >= (SELECT id FROM edge) AND m.turn_id IS NOT NULL GROUP BY m.turn_id),
answers AS (
  SELECT (t.created_at AT TIME ZONE $3)::date AS day,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.response_s) AS response_s
  FROM turns t JOIN timed r ON r.turn_id = t.id
  WHERE t.id >= (SELECT id FROM edge) AND t.created_at >= $1 AND t.created_at < $2
    AND t.agent IS NOT NULL AND t.outcome IN ('answered', 'templated') GROUP BY 1),
desk AS (
  SELECT (e.created_at AT TIME ZONE $3)::date AS day, count(*) AS escalations,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e.claim_s) AS claim_s,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e.answer_s) AS answer_s
  FROM desk_times e WHERE e.escalation_id >= (SELECT id FROM edge) AND e.created_at >= $1
    AND e.created_at < $2 GROUP BY 1)
SELECT d.day::date AS on, coalesce(t.conversations, 0) AS conversations,
  coalesce(t.settled, 0) AS settled, coalesce(t.contained, 0) AS contained,
  coalesce(k.escalations, 0) AS escalations, a.response_s, k.claim_s, k.answer_s
FROM generate_series($4::date, $5::date, interval '1 day') AS d (day)
LEFT JOIN talks t ON t.day = d.day::date LEFT JOIN answers a ON a.day = d.day::date
LEFT JOIN desk k ON k.day = d.day::date ORDER BY 1"""

_MONEY = """WITH offers AS (
  SELECT DISTINCT ON (conversation_id) total FROM quotes WHERE created_at >= $1 AND created_at < $2
  ORDER BY conversation_id, version DESC),
agreed AS (
  SELECT q.total FROM bookings b JOIN quotes q ON q.id = b.quote_id
  WHERE b.agreed_at >= $1 AND b.agreed_at < $2),
paid AS (
  SELECT q.deposit FROM bookings b JOIN quotes q ON q.id = b.quote_id
  WHERE b.deposit_paid_at >= $1 AND b.deposit_paid_at < $2),
gone AS (
  SELECT q.total, b.refund FROM booking_events v JOIN bookings b ON b.id = v.booking_id
  JOIN quotes q ON q.id = b.quote_id
  WHERE v.act = 'cancel' AND b.agreed_at IS NOT NULL AND v.created_at >= $1 AND v.created_at < $2)
SELECT (SELECT count(*) FROM offers) AS quotes,
  (SELECT coalesce(sum(total), 0) FROM offers) AS quoted,
  (SELECT count(*) FROM agreed) AS bookings,
  (SELECT coalesce(sum(total), 0) FROM agreed) AS booked,
  (SELECT count(*) FROM paid) AS deposits, (SELECT coalesce(sum(deposit), 0) FROM paid) AS paid,
  (SELECT count(*) FROM gone) AS cancellations,
  (SELECT coalesce(sum(total), 0) FROM gone) AS cancelled,
  (SELECT coalesce(sum(refund), 0) FROM gone) AS refunds"""

_PAUSE = """SELECT coalesce(s.name, p.started_by) AS started_by, p.started_at, p.ends_at, p.reason
FROM pauses p LEFT JOIN staff_members s ON s.id = p.started_by
WHERE p.ended_at IS NULL AND (p.ends_at IS NULL OR p.ends_at > $1)"""

_BACKLOG = """SELECT
  (SELECT count(*) FROM messages WHERE status = 'received') AS messages,
  (SELECT count(*) FROM messages WHERE status = 'queued' AND due_at <= $1) AS replies,
  (SELECT count(*) FROM escalations WHERE post_status IN ('queued', 'posting')
    AND status <> 'resolved') AS cards,
  (SELECT count(*) FROM desk_notices WHERE post_status IN ('queued', 'posting')) AS posts,
  (SELECT count(*) FROM escalations WHERE status = 'open') AS open_escalations,
  (SELECT count(*) FROM escalations WHERE status = 'claimed') AS claimed_escalations"""

# Only of what is still owed: an error that was overcome needs nobody's attention.
_ERROR = """SELECT post_error AS error, post_claimed_at AS since FROM (
  SELECT post_error, post_claimed_at FROM desk_notices
  WHERE post_status IN ('queued', 'posting') AND post_error IS NOT NULL
  UNION ALL SELECT post_error, post_claimed_at FROM escalations
  WHERE post_status IN ('queued', 'posting') AND post_error IS NOT NULL) AS owed
WHERE post_claimed_at IS NOT NULL ORDER BY post_claimed_at DESC LIMIT 1"""


async def list_days(
    conn: Connection,
    days: tuple[date, date],
    *,
    since: datetime,
    until: datetime,
    zone: str,
) -> tuple[Day, ...]:
    """Each day from the first to the last, both included, which begin and end at these moments."""
    rows = await conn.fetch(_DAYS, since, until, zone, *days)
    return tuple(Day(**dict(row)) for row in rows)


async def read_money(conn: Connection, *, since: datetime, until: datetime) -> Money:
    """What came of offers and bookings in that stretch."""
    row = (await conn.fetch(_MONEY, since, until))[0]
    return Money(**dict(row))


async def find_pause(conn: Connection, *, now: datetime) -> Pause | None:
    """The pause that is on, by whom and since when."""
    row = await conn.fetchrow(_PAUSE, now)
    return None if row is None else Pause(**dict(row))


async def read_backlog(conn: Connection, *, now: datetime) -> Backlog:
    """What waits now."""
    row = (await conn.fetch(_BACKLOG, now))[0]
    return Backlog(**dict(row))


async def find_desk_error(conn: Connection) -> DeskError | None:
    """What the desk said last to something that is still owed to it."""
    row = await conn.fetchrow(_ERROR)
    return None if row is None else DeskError(**dict(row))
