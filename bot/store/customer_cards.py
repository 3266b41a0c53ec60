"""Finds a customer as staff name them, and reads what a card of them shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import CustomerId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Rows as they are, for people."""

    customer: Mapping[str, Any]
    addresses: Sequence[Mapping[str, Any]]
    bookings: Sequence[Mapping[str, Any]]
    merges: Sequence[Mapping[str, Any]]


# By id, by an address on any channel, or by a booking's code: never by a name, which many share.
_FIND = """SELECT id FROM customers WHERE id::text = lower($1)
UNION SELECT customer_id FROM addresses WHERE lower(value) = lower($1)
UNION SELECT customer_id FROM bookings WHERE code = upper($1) LIMIT 5"""

_CUSTOMER = "SELECT id, name, language, created_at FROM customers WHERE id = $1"

_ADDRESSES = """SELECT channel, value, consent, last_inbound_at, suspended_reason FROM addresses
WHERE customer_id = $1 ORDER BY created_at"""

_BOOKINGS = """SELECT b.code, b.starts_at, b.status, b.headcount, q.total
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.customer_id = $1 ORDER BY b.starts_at DESC LIMIT 20"""

_MERGES = """SELECT id, kept_id, joined_id, proof, actor, created_at, undone_at, undone_by
FROM customer_merges WHERE kept_id = $1 OR joined_id = $1 ORDER BY created_at"""


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
