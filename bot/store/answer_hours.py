"""When customers write to us, and where they may be: what the hour of a message is chosen by.

Read in the transaction of every booking write, so it is one question on indexes, however long a
customer has been talking. bot/quiet_moments.py makes an hour of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import CustomerId
from bot.store.connection import Connection

HEARD_MAX = 120
CONVERSATIONS_MAX = 12
"""Of the newest ones; what was said before them tells little of how they live now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """A customer as far as the hour matters."""

    customer_id: CustomerId
    at: datetime
    """As known at this moment."""
    zone: str
    """IANA name; empty: not known."""
    handle: str
    """Their address last written from; empty where there is none."""
    zip_code: str
    """Of their next event, else of what they asked a price for; empty: not known."""
    heard: tuple[datetime, ...]
    """When they wrote, the newest first."""


_HABITS = f"""SELECT p.id AS customer_id, asked.at, coalesce(p.zone, '') AS zone,
  coalesce((SELECT a.value FROM addresses a WHERE a.customer_id = p.id AND a.created_at <= asked.at
    ORDER BY a.last_inbound_at DESC NULLS LAST, a.created_at LIMIT 1), '') AS handle,
  coalesce((SELECT nullif(b.zip_code, '') FROM bookings b WHERE b.customer_id = p.id
      AND b.status IN ('held', 'confirmed', 'changed') ORDER BY b.starts_at LIMIT 1),
    (SELECT q.order_priced ->> 'zip_code' FROM quotes q WHERE q.customer_id = p.id
      ORDER BY q.created_at DESC LIMIT 1), '') AS zip_code,
  ARRAY(SELECT m.at FROM (SELECT id FROM conversations c WHERE c.customer_id = p.id
      ORDER BY c.last_message_at DESC NULLS LAST LIMIT {CONVERSATIONS_MAX}) AS talks,
    LATERAL (SELECT coalesce(sent_at, created_at) AS at FROM messages
      WHERE conversation_id = talks.id AND direction = 'inbound'
        AND coalesce(sent_at, created_at) <= asked.at
      ORDER BY seq DESC LIMIT {HEARD_MAX}) AS m
    ORDER BY m.at DESC LIMIT {HEARD_MAX}) AS heard
FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS asked(customer_id, at, place)
JOIN customers p ON p.id = asked.customer_id
ORDER BY asked.place"""


async def read_habits(conn: Connection, customer_id: CustomerId, *, at: datetime) -> Habits:
    """One customer as known at that moment; of nobody, nothing is known."""
    found = await list_habits(conn, [(customer_id, at)])
    if found:
        return found[0]
    return Habits(customer_id=customer_id, at=at, zone="", handle="", zip_code="", heard=())


async def list_habits(
    conn: Connection, asked: Sequence[tuple[CustomerId, datetime]]
) -> tuple[Habits, ...]:
    """Each of these as known at its moment, in their order, without those who are no more."""
    if not asked:
        return ()
    ids, moments = [each[0] for each in asked], [each[1] for each in asked]
    rows = await conn.fetch(_HABITS, ids, moments)
    return tuple(Habits(**{**row, "heard": tuple(row["heard"])}) for row in rows)
