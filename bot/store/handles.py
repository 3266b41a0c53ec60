"""Reads how a customer is reached: the handle behind an address, for what staff are told."""

from __future__ import annotations

from bot.domain import AddressId
from bot.errors import NotFound
from bot.store.connection import Connection

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
