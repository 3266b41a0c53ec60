"""Reads to whom staff may write unasked: a customer with addresses, zone and who has the floor.

bot/follow_ups.py and bot/desk/announcing.py judge what is read here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.domain import AddressId, Consent, ConversationId, CustomerId, Mode
from bot.errors import NotFound
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One address of a customer."""

    address_id: AddressId
    channel: str
    handle: str
    consent: Consent
    suspended_reason: str
    """Empty where it can be reached."""
    last_inbound_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A customer, as whoever writes to them unasked must know them."""

    customer_id: CustomerId
    name: str
    language: str
    """Empty where it was never read."""
    zone: str
    """IANA name; empty: not known."""
    zip_code: str
    """Of their next event, else of what they asked a price for; empty: not known."""
    ways: tuple[Way, ...]
    """The address last written from comes first."""
    conversation_id: ConversationId | None
    """The open one."""
    mode: Mode
    epoch: int
    holder: str
    """The staff member who holds the conversation; empty where nobody has claimed it."""
    trouble: str
    """Why the conversation was given to staff, by one word; empty where it was not."""


_CUSTOMER = """SELECT p.id AS customer_id, coalesce(p.name, '') AS name,
  coalesce(c.language, p.language, '') AS language, coalesce(p.zone, '') AS zone,
  c.id AS conversation_id, coalesce(c.mode, 'bot') AS mode, coalesce(c.epoch, 0) AS epoch,
  coalesce(e.claimed_by, '') AS holder, coalesce(e.reason, '') AS trouble,
  coalesce((SELECT nullif(b.zip_code, '') FROM bookings b WHERE b.customer_id = p.id
      AND b.status IN ('held', 'confirmed', 'changed') ORDER BY b.starts_at LIMIT 1),
    (SELECT q.order_priced ->> 'zip_code' FROM quotes q WHERE q.customer_id = p.id
      ORDER BY q.created_at DESC LIMIT 1), '') AS zip_code
FROM customers p
LEFT JOIN conversations c ON c.customer_id = p.id AND c.mode <> 'closed'
LEFT JOIN escalations e ON e.conversation_id = c.id AND e.status <> 'resolved'
WHERE p.id = ANY ($1::uuid[]) AND p.erased_at IS NULL"""

_WAYS = """SELECT customer_id, id, channel, value, consent,
  coalesce(suspended_reason, '') AS suspended_reason, last_inbound_at
FROM addresses WHERE customer_id = ANY ($1::uuid[])
ORDER BY last_inbound_at DESC NULLS LAST, created_at"""

_HOLD = "SELECT id FROM customers WHERE id = $1 FOR NO KEY UPDATE"

_OPEN = """INSERT INTO conversations (customer_id, channel, language) VALUES ($1, $2, $3)
ON CONFLICT (customer_id) WHERE mode <> 'closed' DO NOTHING"""

_LOCK = """SELECT id, epoch, mode FROM conversations WHERE customer_id = $1 AND mode <> 'closed'
FOR NO KEY UPDATE"""


async def get(conn: Connection, customer_id: CustomerId) -> Addressee:
    """The customer as they stand.

    Raises:
        NotFound: there is no such customer, or no more.
    """
    found = await list_all(conn, [customer_id])
    if not found:
        raise NotFound(f"customer {customer_id}")
    return found[0]


async def list_all(conn: Connection, customer_ids: Sequence[CustomerId]) -> tuple[Addressee, ...]:
    """These customers as they stand, by id, without those who are no more; two questions in all."""
    ways = defaultdict[CustomerId, list[Way]](list)
    for row in await conn.fetch(_WAYS, list(customer_ids)):
        ways[row["customer_id"]].append(to_way(row))
    rows = await conn.fetch(_CUSTOMER + " ORDER BY p.id", list(customer_ids))
    return tuple(
        Addressee(**{**row, "mode": Mode(row["mode"])}, ways=tuple(ways[row["customer_id"]]))
        for row in rows
    )


def to_way(row: asyncpg.Record) -> Way:
    """A row of addresses as a value."""
    return Way(
        address_id=AddressId(row["id"]),
        channel=row["channel"],
        handle=row["value"],
        consent=Consent(row["consent"]),
        suspended_reason=row["suspended_reason"],
        last_inbound_at=row["last_inbound_at"],
    )


async def hold(conn: Connection, customer_id: CustomerId) -> None:
    """Keep others from planning for the customer until the transaction ends."""
    await conn.execute(_HOLD, customer_id)


async def lock_open(conn: Connection, customer_id: CustomerId) -> bool:
    """Hold the customer's open conversation until the transaction ends; False where none is."""
    return await conn.fetchrow(_LOCK, customer_id) is not None


async def lock_talk(
    conn: Connection, customer_id: CustomerId, *, channel: str, language: str
) -> tuple[ConversationId, int, Mode]:
    """Hold the customer's open conversation until the transaction ends; opened where none is."""
    await conn.execute(_OPEN, customer_id, channel, language or None)
    row = await conn.fetchrow(_LOCK, customer_id)
    if row is None:
        raise NotFound(f"no open conversation of customer {customer_id}")
    return ConversationId(row["id"]), row["epoch"], Mode(row["mode"])
