"""What bot/causes reads of customers we know: past events, settled complaints, days of their own.

As bot/store/cause_talks.py: what arose in a span, and how things stood at a moment. Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain import ConversationId, CustomerId, EscalationId, MessageId
from bot.domain_booking import BookingId
from bot.store.cause_talks import STOOD
from bot.store.connection import Connection
from bot.store.escalations import WITH_STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An event that is over."""

    booking_id: BookingId
    code: str
    customer_id: CustomerId
    ends_at: datetime
    heard_at: datetime | None
    """When its customer last wrote, as is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventThen:
    """How things stood, at a moment, with somebody who had that event."""

    name: str
    starts_at: datetime
    headcount: int
    heard_at: datetime | None
    event_at: datetime | None
    """Their next event."""
    last_ended_at: datetime | None
    """When their last event ended."""
    chefs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An escalation that staff settled."""

    escalation_id: EscalationId
    customer_id: CustomerId
    conversation_id: ConversationId
    reason: str
    outcome: str
    resolved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A customer's last words, unhappy ones or those of an exchange that went badly."""

    message_id: MessageId
    customer_id: CustomerId
    conversation_id: ConversationId
    said_at: datetime
    trigger: str
    """What rang in the exchange that they end; empty where they are bad by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleThen:
    """What had happened with a customer, at a moment, since something went wrong or was settled."""

    name: str
    heard_at: datetime | None
    is_new_trouble: bool
    """Whether the conversation was given to staff since."""
    is_open: bool
    """Whether staff had it at that moment."""
    staff_wrote_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A day of their own that a customer told of."""

    memory_id: UUID
    customer_id: CustomerId
    value: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldThen:
    """How things stood with one of these at a moment."""

    name: str
    value: str
    said_at: datetime
    is_live: bool
    """Whether it is neither corrected nor forgotten."""
    event_at: datetime | None
    """An event of theirs near that day."""


_HEARD = f"""m.direction = 'inbound' AND (m.status <> 'ignored' OR m.reason = '{WITH_STAFF}')"""
_SAID_AT = "coalesce(m.sent_at, m.created_at)"
_LAST_HEARD = f"""(SELECT max({_SAID_AT}) FROM conversations c JOIN messages m
    ON m.conversation_id = c.id WHERE c.customer_id = p.id AND {_HEARD} AND {_SAID_AT} <= $2)"""

_ENDED = """SELECT b.id AS booking_id, b.code, b.customer_id, b.ends_at,
  (SELECT max(a.last_inbound_at) FROM addresses a WHERE a.customer_id = p.id) AS heard_at
FROM bookings b JOIN customers p ON p.id = b.customer_id AND p.erased_at IS NULL
WHERE b.status IN ('confirmed', 'changed', 'completed')
  AND b.ends_at >= $1 AND b.ends_at < $2
  AND NOT EXISTS (SELECT FROM bookings n WHERE n.customer_id = b.customer_id
    AND n.starts_at > b.starts_at AND n.agreed_at < b.ends_at + $3::interval
    AND n.status NOT IN ('cancelled', 'lapsed'))
ORDER BY b.ends_at, b.id"""

_EVENT_THEN = f"""SELECT b.starts_at, b.headcount, coalesce(p.name, '') AS name,
  {_LAST_HEARD} AS heard_at,
  (SELECT min(b.starts_at) FROM bookings b WHERE b.customer_id = p.id AND b.agreed_at <= $2
    AND b.starts_at > $2 AND {STOOD}) AS event_at,
  (SELECT max(b.ends_at) FROM bookings b WHERE b.customer_id = p.id AND b.agreed_at <= $2
    AND b.ends_at <= $2 AND {STOOD}) AS last_ended_at,
  ARRAY(SELECT c.name FROM chef_assignments s JOIN chefs c ON c.id = s.chef_id
    WHERE s.booking_id = b.id AND (s.released_at IS NULL OR s.released_at >= b.ends_at)
    ORDER BY c.name) AS chefs
FROM bookings b JOIN customers p ON p.id = b.customer_id
WHERE b.id = $1"""

_SETTLED = """SELECT e.id AS escalation_id, c.customer_id, e.conversation_id, e.reason, e.outcome,
  e.resolved_at
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id AND p.erased_at IS NULL
WHERE e.status = 'resolved' AND e.resolved_at >= $1 AND e.resolved_at < $2
  AND e.reason = ANY ($3::text[]) AND e.outcome = ANY ($4::text[])
ORDER BY e.resolved_at, e.id"""

# Once a message, by the newest reading of it; nobody of staff came in after it. What is read anew
# long after it was said is no news.
_BAD = f"""SELECT DISTINCT ON (m.id) m.id AS message_id, c.customer_id, m.conversation_id,
  {_SAID_AT} AS said_at, '' AS trigger
FROM emotion_history h JOIN messages m ON m.id = h.message_id
JOIN conversations c ON c.id = m.conversation_id
JOIN customers p ON p.id = c.customer_id AND p.erased_at IS NULL
WHERE h.polarity = 'negative' AND (h.intensity >= 0.6 OR h.escalate >= 0.5)
  AND h.confidence >= $4 AND h.created_at >= $1 AND h.created_at < $2
  AND h.created_at < {_SAID_AT} + interval '2 days' AND {_HEARD}
  AND NOT EXISTS (SELECT FROM emotion_history n WHERE n.message_id = h.message_id
    AND (n.created_at, n.id) > (h.created_at, h.id))
  AND NOT EXISTS (SELECT FROM messages l WHERE l.conversation_id = m.conversation_id
    AND l.seq > m.seq AND coalesce(l.sent_at, l.created_at) < {_SAID_AT} + $3::interval
    AND (l.direction = 'inbound' OR l.author = 'staff'))
  AND NOT EXISTS (SELECT FROM escalations e WHERE e.conversation_id = m.conversation_id
    AND e.created_at > {_SAID_AT} - interval '1 day'
    AND e.created_at < {_SAID_AT} + $3::interval)
ORDER BY m.id"""

# An alarm after which the bot went on alone, and the customer's last word was no glad one. It hangs
# on that last word, as the above does, so that one exchange gives one.
_RUNG = f"""SELECT DISTINCT ON (m.id) m.id AS message_id, c.customer_id, m.conversation_id,
  {_SAID_AT} AS said_at, a.trigger
FROM emotion_alarms a JOIN conversations c ON c.id = a.conversation_id
JOIN customers p ON p.id = c.customer_id AND p.erased_at IS NULL
JOIN LATERAL (SELECT m.* FROM messages m JOIN messages r ON r.id = a.message_id
  WHERE m.conversation_id = a.conversation_id AND m.seq >= r.seq AND {_HEARD}
    AND {_SAID_AT} < a.created_at + $3::interval ORDER BY m.seq DESC LIMIT 1) m ON true
WHERE a.created_at >= $1 AND a.created_at < $2 AND a.escalation_id IS NULL
  AND NOT EXISTS (SELECT FROM messages l WHERE l.conversation_id = a.conversation_id
    AND l.author = 'staff' AND coalesce(l.sent_at, l.created_at) > a.created_at
    AND coalesce(l.sent_at, l.created_at) < {_SAID_AT} + $3::interval)
  AND NOT EXISTS (SELECT FROM escalations e WHERE e.conversation_id = a.conversation_id
    AND e.created_at > a.created_at - interval '1 day'
    AND e.created_at < {_SAID_AT} + $3::interval)
  AND coalesce((SELECT h.valence < 0.3 OR h.confidence < $4 FROM emotion_history h
    WHERE h.message_id = m.id ORDER BY h.created_at DESC, h.id DESC LIMIT 1), true)
ORDER BY m.id, a.created_at"""

_TROUBLE_THEN = f"""SELECT coalesce(p.name, '') AS name, {_LAST_HEARD} AS heard_at,
  EXISTS (SELECT FROM conversations c JOIN escalations e ON e.conversation_id = c.id
    WHERE c.customer_id = p.id AND e.created_at > $3 AND e.created_at <= $2) AS is_new_trouble,
  EXISTS (SELECT FROM conversations c JOIN escalations e ON e.conversation_id = c.id
    WHERE c.customer_id = p.id AND e.created_at <= $2
    AND (e.resolved_at IS NULL OR e.resolved_at > $2)) AS is_open,
  (SELECT max({_SAID_AT}) FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.customer_id = p.id AND m.author = 'staff' AND m.direction = 'outbound'
    AND m.status IN ('sent', 'delivered', 'read') AND {_SAID_AT} > $3 AND {_SAID_AT} <= $2)
    AS staff_wrote_at
FROM customers p WHERE p.id = $1"""

_PERSON = """SELECT s.name FROM escalations e
JOIN staff_members s ON s.id = coalesce(e.claimed_by, e.resolved_by) WHERE e.id = $1"""

_OCCASIONS = """SELECT y.id AS memory_id, y.customer_id, y.value, y.said_at
FROM memories y JOIN customers p ON p.id = y.customer_id AND p.erased_at IS NULL
WHERE y.kind = 'occasion' AND y.replaced_by IS NULL AND y.forgotten_at IS NULL
  AND y.said_at < $1
ORDER BY y.said_at, y.id"""

_OCCASION_THEN = f"""SELECT y.value, y.said_at, coalesce(p.name, '') AS name,
  y.replaced_by IS NULL AND y.forgotten_at IS NULL AS is_live,
  (SELECT min(b.starts_at) FROM bookings b WHERE b.customer_id = p.id AND b.agreed_at <= $2
    AND b.starts_at > $3 AND b.starts_at < $4 AND {STOOD}) AS event_at
FROM memories y JOIN customers p ON p.id = y.customer_id WHERE y.id = $1"""

# Of two customers who were joined each may have one for the same time.
_HAS_HAD = """SELECT EXISTS (SELECT FROM follow_ups WHERE customer_id = $1 AND key <> $2
  AND split_part(key, ':', 1) = split_part($2, ':', 1)
  AND split_part(key, ':', 3) = split_part($2, ':', 3)
  AND status IN ('sending', 'sent', 'answered', 'converted', 'unknown')
  AND coalesce(sent_at, changed_at) <= $3)"""

_PLANNED = "SELECT key FROM follow_ups WHERE key = ANY ($1::text[])"


async def list_ended(
    conn: Connection, span: tuple[datetime, datetime], *, silent: timedelta
) -> tuple[Ended, ...]:
    """Events that ended in the span and were not followed by another booking for so long."""
    rows = await conn.fetch(_ENDED, *span, silent)
    return tuple(Ended(**dict(row)) for row in rows)


async def read_event(conn: Connection, booking_id: BookingId, at: datetime) -> EventThen | None:
    """How things stood, at a moment, with somebody who had that event."""
    row = await conn.fetchrow(_EVENT_THEN, booking_id, at)
    return None if row is None else EventThen(**{**row, "chefs": tuple(row["chefs"])})


async def list_settled(
    conn: Connection,
    span: tuple[datetime, datetime],
    *,
    reasons: Sequence[str],
    outcomes: Sequence[str],
) -> tuple[Settled, ...]:
    """What staff settled in the span, of these reasons and with these outcomes."""
    rows = await conn.fetch(_SETTLED, *span, list(reasons), list(outcomes))
    return tuple(Settled(**dict(row)) for row in rows)


async def list_bad(
    conn: Connection, span: tuple[datetime, datetime], *, quiet: timedelta, sure: float
) -> tuple[Bad, ...]:
    """Unhappy last words of the span after which neither side of people wrote for so long."""
    rows = await conn.fetch(_BAD, *span, quiet, sure)
    return tuple(Bad(**dict(row)) for row in rows)


async def list_rung(
    conn: Connection, span: tuple[datetime, datetime], *, quiet: timedelta, sure: float
) -> tuple[Bad, ...]:
    """Last words of exchanges in which an alarm of the span rang, nobody came and none was glad."""
    rows = await conn.fetch(_RUNG, *span, quiet, sure)
    return tuple(Bad(**dict(row)) for row in rows)


async def read_trouble(
    conn: Connection, customer_id: CustomerId, at: datetime, *, since: datetime
) -> TroubleThen | None:
    """What had happened with a customer, at a moment, since something went wrong or was settled."""
    row = await conn.fetchrow(_TROUBLE_THEN, customer_id, at, since)
    return None if row is None else TroubleThen(**dict(row))


async def find_person(conn: Connection, escalation_id: EscalationId) -> str:
    """Who dealt with an escalation, by name; empty where that is not known."""
    return str(await conn.fetchval(_PERSON, escalation_id) or "")


async def list_occasions(conn: Connection, *, told_before: datetime) -> tuple[Told, ...]:
    """Every day of their own that customers have told of and that still stands."""
    rows = await conn.fetch(_OCCASIONS, told_before)
    return tuple(Told(**dict(row)) for row in rows)


async def read_occasion(
    conn: Connection, memory_id: UUID, at: datetime, near: tuple[datetime, datetime]
) -> ToldThen | None:
    """How things stood with one of these at a moment, with an event of theirs between the two."""
    row = await conn.fetchrow(_OCCASION_THEN, memory_id, at, *near)
    return None if row is None else ToldThen(**dict(row))


async def has_had(conn: Connection, customer_id: CustomerId, key: str, at: datetime) -> bool:
    """Whether another of that kind has gone to them for the same time, as for one season."""
    return bool(await conn.fetchval(_HAS_HAD, customer_id, key, at))


async def planned_of(conn: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Those of the keys that are in the schedule, whatever became of them."""
    return frozenset(row["key"] for row in await conn.fetch(_PLANNED, list(keys)))
