"""Finds a customer as staff name them, and reads what a card of them shows.

The terminal shows `get`; the desk's card, bot/desk/customers.py, is made of the rest too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain import ConversationId, CustomerId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Rows as they are, for people."""

    customer: Mapping[str, Any]
    addresses: Sequence[Mapping[str, Any]]
    bookings: Sequence[Mapping[str, Any]]
    merges: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something of a customer's life with us."""

    kind: str
    """message, booking, quote, escalation, resolved, follow_up or note."""
    at: datetime
    who: str
    """The author of a message or note, or who did it."""
    what: str
    """A channel, an act, a status or a reason, by kind."""
    text: str
    amount: Decimal | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A quote that can still be taken."""

    version: int
    total: Decimal
    headcount: int
    expires_at: datetime


# By id, by an address on any channel, or by a booking's code: never by a name, which many share.
_FIND = """SELECT id FROM customers WHERE id::text = lower($1)
UNION SELECT customer_id FROM addresses WHERE lower(value) = lower($1)
UNION SELECT customer_id FROM bookings WHERE code = upper($1) LIMIT 5"""

_CUSTOMER = "SELECT id, name, language, created_at FROM customers WHERE id = $1"

_ADDRESSES = """SELECT id, channel, value, consent, last_inbound_at, suspended_reason FROM addresses
WHERE customer_id = $1 ORDER BY created_at"""

_BOOKINGS = """SELECT b.code, b.starts_at, b.status, b.headcount, q.total
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.customer_id = $1 ORDER BY b.starts_at DESC LIMIT 20"""

_MERGES = """SELECT id, kept_id, joined_id, proof, actor, created_at, undone_at, undone_by
FROM customer_merges WHERE kept_id = $1 OR joined_id = $1 ORDER BY created_at"""

_BASICS = "SELECT id, name, language, zone, created_at, erased_at FROM customers WHERE id = $1"

_TIMELINE = """WITH talks AS MATERIALIZED (SELECT id FROM conversations WHERE customer_id = $1)
SELECT h.kind, h.at, coalesce(s.name, h.who) AS who, h.what, h.text, h.amount, h.due_at FROM (
  (SELECT 'message' AS kind, created_at AS at, author AS who, channel AS what,
      left(text, 400) AS text, NULL::numeric AS amount, NULL::timestamptz AS due_at
    FROM messages WHERE conversation_id IN (SELECT id FROM talks) AND status <> 'dropped'
    ORDER BY created_at DESC LIMIT $2)
  UNION ALL (SELECT 'booking', v.created_at, v.actor, v.act, b.code, q.total, b.starts_at
    FROM bookings b JOIN booking_events v ON v.booking_id = b.id JOIN quotes q ON q.id = b.quote_id
    WHERE b.customer_id = $1 AND v.act <> 'assign' ORDER BY v.created_at DESC LIMIT $2)
  UNION ALL (SELECT 'quote', created_at, 'bot', 'v' || version, '', total, expires_at
    FROM quotes WHERE customer_id = $1 ORDER BY created_at DESC LIMIT $2)
  UNION ALL (SELECT 'escalation', created_at, coalesce(claimed_by, ''), reason, '', NULL, NULL
    FROM escalations WHERE conversation_id IN (SELECT id FROM talks)
    ORDER BY created_at DESC LIMIT $2)
  UNION ALL (SELECT 'resolved', resolved_at, coalesce(resolved_by, ''), coalesce(outcome, ''), '',
      NULL, NULL
    FROM escalations WHERE conversation_id IN (SELECT id FROM talks) AND resolved_at IS NOT NULL
    ORDER BY resolved_at DESC LIMIT $2)
  UNION ALL (SELECT 'follow_up', created_at, planned_by, status, text, NULL, due_at
    FROM follow_ups WHERE customer_id = $1 ORDER BY created_at DESC LIMIT $2)
  UNION ALL (SELECT 'note', created_at, written_by, '', text, NULL, NULL
    FROM customer_notes WHERE customer_id = $1 ORDER BY created_at DESC LIMIT $2)
) AS h LEFT JOIN staff_members s ON s.id = h.who ORDER BY h.at DESC LIMIT $2"""

_OFFERS = """SELECT q.version, q.total, q.headcount, q.expires_at FROM quotes q
WHERE q.customer_id = $1 AND q.expires_at > $2
  AND NOT EXISTS (SELECT FROM quotes n WHERE n.conversation_id = q.conversation_id
    AND n.version > q.version)
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.customer_id = $1 AND b.agreed_at >= q.created_at)
ORDER BY q.created_at DESC LIMIT 3"""

_TALK = """SELECT id FROM conversations WHERE customer_id = $1 AND mode <> 'closed'"""

_HELD_BY = """SELECT coalesce(s.name, e.claimed_by) FROM escalations e
JOIN conversations c ON c.id = e.conversation_id LEFT JOIN staff_members s ON s.id = e.claimed_by
WHERE c.customer_id = $1 AND c.mode <> 'closed' AND e.status = 'claimed'"""


async def find(conn: Connection, named: str) -> tuple[CustomerId, ...]:
    """Who is meant: nobody, one, or several who share a handle on different channels."""
    return tuple(CustomerId(row["id"]) for row in await conn.fetch(_FIND, named.strip()))


async def get(conn: Connection, customer_id: CustomerId) -> Card:
    """What is shown of a customer."""
    customer = await conn.fetchrow(_CUSTOMER, customer_id)
    return Card(
        customer=dict(customer) if customer else {},
        addresses=[dict(row) for row in await conn.fetch(_ADDRESSES, customer_id)],
        bookings=[dict(row) for row in await conn.fetch(_BOOKINGS, customer_id)],
        merges=[dict(row) for row in await conn.fetch(_MERGES, customer_id)],
    )


async def find_basics(conn: Connection, customer_id: CustomerId) -> Mapping[str, Any] | None:
    """Name, language, zone, since when, and whether they were erased."""
    row = await conn.fetchrow(_BASICS, customer_id)
    return None if row is None else dict(row)


async def list_timeline(
    conn: Connection, customer_id: CustomerId, *, limit: int
) -> tuple[Happened, ...]:
    """The latest of all that happened, newest first."""
    rows = await conn.fetch(_TIMELINE, customer_id, limit)
    return tuple(Happened(**dict(row)) for row in rows)


async def list_offers(
    conn: Connection, customer_id: CustomerId, *, now: datetime
) -> tuple[Offer, ...]:
    """Quotes that can still be taken, the newest first."""
    return tuple(Offer(**dict(row)) for row in await conn.fetch(_OFFERS, customer_id, now))


async def find_talk(conn: Connection, customer_id: CustomerId) -> ConversationId | None:
    """Their open conversation."""
    found: ConversationId | None = await conn.fetchval(_TALK, customer_id)
    return found


async def find_holder(conn: Connection, customer_id: CustomerId) -> str:
    """Who holds their open conversation; empty where nobody does."""
    return await conn.fetchval(_HELD_BY, customer_id) or ""
