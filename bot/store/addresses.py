"""The handles by which a customer can be reached, beside the one they wrote from."""

from __future__ import annotations

from bot.domain import CustomerId
from bot.store.connection import Connection

_NOTE_EMAIL = """INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'email', $2)
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING"""


async def note_email(conn: Connection, customer_id: CustomerId, value: str) -> None:
    """A mailbox of the customer's; one that is another customer's already stays theirs (I10)."""
    await conn.execute(_NOTE_EMAIL, customer_id, value.strip().lower())
