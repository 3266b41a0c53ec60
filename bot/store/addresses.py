"""The handles by which a customer can be reached, beside the one they wrote from."""

from __future__ import annotations

from bot.domain import AddressId, CustomerId
from bot.store.connection import Connection

_NOTE_EMAIL = """INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'email', $2)
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING"""

# A handle that another customer's was retired for ends in its own id, and is nobody's any more.
_LIFT = """UPDATE addresses SET suspended_reason = NULL, suspended_at = NULL, soft_failures = 0
WHERE id = $1 AND suspended_reason IS NOT NULL AND value NOT LIKE '%#' || id
RETURNING customer_id"""


async def note_email(conn: Connection, customer_id: CustomerId, value: str) -> None:
    """A mailbox of the customer's; one that is another customer's already stays theirs (I10)."""
    await conn.execute(_NOTE_EMAIL, customer_id, value.strip().lower())


async def lift(conn: Connection, address_id: AddressId) -> CustomerId | None:
    """Take an address for one that can be reached again; whose, None where it was not suspended."""
    found = await conn.fetchval(_LIFT, address_id)
    return None if found is None else CustomerId(found)
