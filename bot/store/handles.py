"""Reads how a customer is reached: the handle behind an address, for what staff are told."""

from __future__ import annotations

from bot.domain import AddressId
from bot.errors import NotFound
from bot.store.connection import Connection

SHOWN = r"regexp_replace(a.value, '^([0-9a-f]{6})[0-9a-f]{26}$', 'visitor \1')"
"""SQL: the address `a` as staff read it. Of a visitor of the web chat, whose id says nothing, only
so much as tells two of them apart."""

_GET = "SELECT channel, value FROM addresses WHERE id = $1"


async def get_handle(conn: Connection, address_id: AddressId) -> str:
    """Channel and handle, such as "sms +14155550100".

    Raises:
        NotFound: there is no such address.
    """
    row = await conn.fetchrow(_GET, address_id)
    if row is None:
        raise NotFound(f"address {address_id}")
    return f"{row['channel']} {row['value']}"
