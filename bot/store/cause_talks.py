"""What bot/causes reads of talks: prices nobody answered, and questions that led nowhere.

Two kinds of questions: what arose in a span, on indexes however long the tables are; and how things
stood with one of it at a moment, which counts nothing that happened after it. Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain import ConversationId, CustomerId, QuoteId
from bot.domain_follow_ups import FollowUpStatus
from bot.store.connection import Connection
from bot.store.escalations import WITH_STAFF
from bot.store.follow_up_answers import DECLINED

TEXTS_MAX = 12
"""Of a customer's words so many of the newest are read for the day they asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A price, as it was made."""

    quote_id: QuoteId
    customer_id: CustomerId
    conversation_id: ConversationId
    total: Decimal
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceThen:
    """How things stood with a price at a moment."""

    customer_id: CustomerId
    conversation_id: ConversationId
    name: str
    total: Decimal
    headcount: int
    service: str
    created_at: datetime
    expires_at: datetime
    newer_at: datetime | None
    """When they were given another price since."""
    heard_at: datetime | None
    """When they last wrote."""
    event_at: datetime | None
    """Their next event."""
    booked_at: datetime | None
    """When they agreed to one since."""
    held_until: datetime | None
    """Until when a slot is kept for them while they decide."""
    wanted_at: datetime | None
    """For when a slot was kept at that price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What had become of another follow-up by a moment."""

    status: FollowUpStatus
    reason: str
    due_at: datetime
    is_answered: bool
    is_converted: bool
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody who had asked, and their last word."""

    customer_id: CustomerId
    conversation_id: ConversationId
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadThen:
    """How things stood at a moment with somebody who had asked."""

    name: str
    heard_at: datetime | None
    booked_at: datetime | None
    """When they first agreed to an event."""
    complained: bool
    opted_out: bool
    """On one of their addresses."""
    asked_at: datetime | None
    """When they last were, or are to be, written to as a lost lead."""
    zip_code: str
    """Where they want us; empty: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One message of a customer."""

    text: str
    at: datetime
    language: str


# A machine's answer, a reaction and the like are not the customer's words.
_HEARD = f"""m.direction = 'inbound' AND (m.status <> 'ignored' OR m.reason = '{WITH_STAFF}')"""
_SAID_AT = "coalesce(m.sent_at, m.created_at)"

# As of $2: what was cancelled or lapsed later still stood then.
STOOD = """(b.status NOT IN ('cancelled', 'lapsed') OR EXISTS (SELECT FROM booking_events e
    WHERE e.booking_id = b.id AND e.act IN ('cancel', 'lapse') AND e.created_at > $2))"""

_EVENT_AHEAD = f"""(SELECT min(b.starts_at) FROM bookings b WHERE b.customer_id = p.id
  AND b.agreed_at <= $2 AND b.starts_at > $2 AND {STOOD})"""

_LAST_HEARD = f"""(SELECT max({_SAID_AT}) FROM conversations c JOIN messages m
    ON m.conversation_id = c.id WHERE c.customer_id = p.id AND {_HEARD} AND {_SAID_AT} <= $2)"""

# What a newer price, a booking or the customer's own words overtook while it was fresh is nobody's
# matter; whatever happened later is looked at when it is due.
_PRICED = """SELECT q.id AS quote_id, q.customer_id, q.conversation_id, q.total, q.created_at,
  q.expires_at
FROM quotes q JOIN customers p ON p.id = q.customer_id AND p.erased_at IS NULL
WHERE q.created_at >= $1 AND q.created_at < $2
  AND NOT EXISTS (SELECT FROM quotes n WHERE n.customer_id = q.customer_id
    AND n.created_at > q.created_at AND n.created_at < q.created_at + $3::interval)
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.customer_id = q.customer_id
    AND b.agreed_at < q.created_at + $3::interval AND b.ends_at > q.created_at
    AND b.status NOT IN ('cancelled', 'lapsed'))
  AND NOT ($4 AND EXISTS (SELECT FROM addresses a WHERE a.customer_id = q.customer_id
    AND a.last_inbound_at > q.created_at))
  AND NOT ($4 AND EXISTS (SELECT FROM follow_ups f WHERE f.customer_id = q.customer_id
    AND f.quote_id = q.id AND f.cause = 'unanswered_quote' AND f.rule <> $5))
ORDER BY q.created_at, q.id"""

_PRICE_THEN = f"""SELECT q.total, q.headcount, q.service, q.created_at, q.expires_at,
  q.conversation_id, p.id AS customer_id, coalesce(p.name, '') AS name,
  (SELECT max(n.created_at) FROM quotes n WHERE n.customer_id = p.id
    AND n.created_at > q.created_at AND n.created_at <= $2) AS newer_at,
  {_LAST_HEARD} AS heard_at, {_EVENT_AHEAD} AS event_at,
  (SELECT max(b.agreed_at) FROM bookings b WHERE b.customer_id = p.id
    AND b.agreed_at > q.created_at AND b.agreed_at <= $2) AS booked_at,
  (SELECT max(b.held_until) FROM bookings b WHERE b.customer_id = p.id AND b.created_at <= $2
    AND b.held_until > $2 AND b.status = 'held' AND b.agreed_at IS NULL) AS held_until,
  (SELECT b.starts_at FROM bookings b WHERE b.customer_id = p.id AND b.quote_id = q.id
    AND b.created_at <= $2 ORDER BY b.created_at DESC LIMIT 1) AS wanted_at
FROM quotes q JOIN customers p ON p.id = q.customer_id WHERE q.id = $1"""

_BEFORE = """SELECT status, coalesce(reason, '') AS reason, due_at, arm,
  coalesce(answered_at <= $2, false) AS is_answered,
  coalesce(converted_at <= $2, false) AS is_converted
FROM follow_ups WHERE key = $1 AND created_at <= $2"""

_TEXTS = f"""SELECT m.text, {_SAID_AT} AS at, coalesce(m.language, 'en') AS language FROM messages m
WHERE m.conversation_id = $1 AND {_HEARD} AND {_SAID_AT} <= $2 AND {_SAID_AT} > $3
ORDER BY m.seq DESC LIMIT {TEXTS_MAX}"""

# Who fell silent in the span and had asked before; the last words before each silence, whether they
# came back after it or not.
_SILENT = f"""WITH heard AS (
  SELECT DISTINCT ON (c.customer_id, m.created_at) c.customer_id, m.conversation_id,
    m.created_at AS heard_at
  FROM messages m JOIN conversations c ON c.id = m.conversation_id
  WHERE m.created_at >= $1 AND m.created_at < $2 AND {_HEARD}
  ORDER BY c.customer_id, m.created_at DESC)
SELECT h.* FROM heard h JOIN customers p ON p.id = h.customer_id AND p.erased_at IS NULL
WHERE NOT EXISTS (SELECT FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.customer_id = h.customer_id AND m.created_at > h.heard_at
    AND m.created_at < h.heard_at + $3::interval AND {_HEARD})
  AND (EXISTS (SELECT FROM conversations c JOIN turns t ON t.conversation_id = c.id
      WHERE c.customer_id = h.customer_id AND t.intent = ANY ($4::text[])
      AND t.created_at > h.heard_at - $5::interval
      AND t.created_at < h.heard_at + interval '1 day')
    OR EXISTS (SELECT FROM quotes q WHERE q.customer_id = h.customer_id
      AND q.created_at > h.heard_at - $5::interval
      AND q.created_at < h.heard_at + interval '1 day'))
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.customer_id = h.customer_id
    AND b.agreed_at < h.heard_at + $3::interval)
ORDER BY h.heard_at, h.customer_id"""

_LEAD_THEN = f"""SELECT coalesce(p.name, '') AS name, {_LAST_HEARD} AS heard_at,
  (SELECT min(b.agreed_at) FROM bookings b WHERE b.customer_id = p.id AND b.agreed_at <= $2)
    AS booked_at,
  EXISTS (SELECT FROM conversations c JOIN escalations e ON e.conversation_id = c.id
    WHERE c.customer_id = p.id AND e.reason = ANY ($3::text[]) AND e.created_at <= $2
    AND e.created_at > $2::timestamptz - $4::interval) AS complained,
  EXISTS (SELECT FROM addresses a JOIN LATERAL (SELECT act FROM consents s
      WHERE s.address_id = a.id AND s.said_at <= $2 ORDER BY s.said_at DESC LIMIT 1) AS latest
      ON latest.act = 'opt_out'
    WHERE a.customer_id = p.id) AS opted_out,
  (SELECT max(coalesce(f.sent_at, f.due_at)) FROM follow_ups f WHERE f.customer_id = p.id
    AND f.cause = 'lost_lead' AND f.key <> $5 AND f.due_at <= $2
    AND f.due_at > $2::timestamptz - $4::interval AND (f.sent_at IS NOT NULL
      OR f.status IN ('planned', 'due', 'sending', 'held', 'unknown'))) AS asked_at,
  coalesce((SELECT q.order_priced ->> 'zip_code' FROM quotes q WHERE q.customer_id = p.id
      AND q.created_at <= $2 ORDER BY q.created_at DESC LIMIT 1),
    (SELECT y.value FROM memories y WHERE y.customer_id = p.id AND y.kind = 'zip_code'
      AND y.said_at <= $2 AND y.replaced_by IS NULL AND y.forgotten_at IS NULL LIMIT 1), '')
    AS zip_code
FROM customers p WHERE p.id = $1"""

# The answer stands on the row that was answered; what was taken back with it says so.
SAID_NO = f"(about ->> 'answer' = 'no' OR (status = 'cancelled' AND reason = '{DECLINED}'))"
_REFUSED = f"""SELECT EXISTS (SELECT FROM follow_ups WHERE customer_id = $1
  AND cause = ANY ($2::text[]) AND {SAID_NO}
  AND coalesce(answered_at, changed_at) > $3 AND coalesce(answered_at, changed_at) <= $4)"""


async def list_priced(
    conn: Connection,
    span: tuple[datetime, datetime],
    *,
    fresh: timedelta,
    owed_only: bool,
    rule: str,
) -> tuple[Priced, ...]:
    """Prices made in the span that were not overtaken while fresh, oldest first.

    `owed_only`: not those whose customer has written since, as far as is known now, nor those
    that another rule than `rule` has planned for: a change is never retroactive.
    """
    rows = await conn.fetch(_PRICED, *span, fresh, owed_only, rule)
    return tuple(Priced(**dict(row)) for row in rows)


async def read_price(conn: Connection, quote_id: QuoteId, at: datetime) -> PriceThen | None:
    """How things stood with a price at a moment."""
    row = await conn.fetchrow(_PRICE_THEN, quote_id, at)
    return None if row is None else PriceThen(**dict(row))


async def read_before(conn: Connection, key: str, at: datetime) -> Before | None:
    """What had become of another follow-up by a moment; None where there was none."""
    row = await conn.fetchrow(_BEFORE, key, at)
    return None if row is None else Before(**{**row, "status": FollowUpStatus(row["status"])})


async def list_texts(
    conn: Connection, conversation_id: ConversationId, *, since: datetime, at: datetime
) -> tuple[Words, ...]:
    """The customer's last words in a conversation between the two moments, newest first."""
    rows = await conn.fetch(_TEXTS, conversation_id, at, since)
    return tuple(Words(**dict(row)) for row in rows)


async def list_silent(
    conn: Connection,
    span: tuple[datetime, datetime],
    *,
    silent: timedelta,
    intents: Sequence[str],
    asked_within: timedelta,
) -> tuple[Silent, ...]:
    """Who wrote last in the span, nothing for so long after it, asked before and never booked."""
    rows = await conn.fetch(_SILENT, *span, silent, list(intents), asked_within)
    return tuple(Silent(**dict(row)) for row in rows)


async def read_lead(
    conn: Connection,
    customer_id: CustomerId,
    at: datetime,
    *,
    troubles: Sequence[str],
    within: timedelta,
    key: str,
) -> LeadThen | None:
    """How things stood at a moment with somebody who had asked; `key` is the follow-up's own."""
    row = await conn.fetchrow(_LEAD_THEN, customer_id, at, list(troubles), within, key)
    return None if row is None else LeadThen(**dict(row))


async def has_refused(
    conn: Connection,
    customer_id: CustomerId,
    causes: Sequence[str],
    *,
    since: datetime,
    at: datetime,
) -> bool:
    """Whether they said no to a message of one of these causes between the two moments."""
    return bool(await conn.fetchval(_REFUSED, customer_id, list(causes), since, at))
