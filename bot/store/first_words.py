"""Whether the bot has written to a customer of late, for what its first words have to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import AddressId
from bot.errors import NotFound
from bot.store.connection import Connection

_READ = """SELECT a.value AS handle, coalesce(p.zone, '') AS zone, EXISTS (
  SELECT FROM addresses b JOIN messages m ON m.address_id = b.id
  WHERE b.customer_id = a.customer_id AND m.direction = 'outbound' AND m.author = 'bot'
    AND m.status NOT IN ('dropped', 'failed') AND m.created_at > $2) AS has_spoken
FROM addresses a JOIN customers p ON p.id = a.customer_id WHERE a.id = $1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWords:
    """To whom the bot is about to write, and whether it has of late."""

    handle: str
    zone: str
    """Empty where they have not said it."""
    has_spoken: bool


async def read(conn: Connection, address_id: AddressId, *, since: datetime) -> FirstWords:
    """As things stand in the caller's transaction; of any address of the customer's since then.

    Raises:
        NotFound: there is no such address.
    """
    row = await conn.fetchrow(_READ, address_id, since)
    if row is None:
        raise NotFound(f"address {address_id}")
    return FirstWords(**dict(row))
