"""What a colleague sent from another device than ours: stored once, as sent words of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import AddressId, ConversationId, Message, MessageId
from bot.errors import Conflict
from bot.store import aliases, receipts
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """An echo that was stored, or was known."""

    conversation_id: ConversationId
    message_id: MessageId | None
    """None where we know it: it came before, or it is the echo of what we sent ourselves."""


_ADDRESS = "SELECT id, customer_id FROM addresses WHERE channel = $1 AND value = $2"

# Whoever is written to first from a telephone is nobody we know yet. Of two echoes at once the
# second finds what the first has made.
_MAKE_PERSON = """WITH person AS (INSERT INTO customers DEFAULT VALUES RETURNING id),
address AS (INSERT INTO addresses (customer_id, channel, value, our_address)
  SELECT id, $1, $2, $3 FROM person
  ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING)
SELECT id FROM person"""

_DROP_NOBODY = """DELETE FROM customers c WHERE c.id = $1
  AND NOT EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id)"""

_OPEN = """INSERT INTO conversations (customer_id, channel) VALUES ($1, $2)
ON CONFLICT (customer_id) WHERE mode <> 'closed' DO NOTHING"""

_CONVERSATION = """SELECT id FROM conversations WHERE customer_id = $1 AND mode <> 'closed'
FOR NO KEY UPDATE"""

# An echo of our own send may be here before the vendor's answer to it: the same words are on their
# way to the same address, and their row will bear this id.
_IS_OURS = """SELECT EXISTS (SELECT FROM messages WHERE channel = $1 AND external_id = $2)
OR EXISTS (SELECT FROM messages WHERE conversation_id = $3 AND address_id = $4
  AND direction = 'outbound' AND status = 'sending' AND text = $5)"""

_INSERT = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, kind, text, rest, status, epoch, sent_at, created_at, updated_at)
SELECT c.id, $2, 'outbound', $3, $4, 'staff', $5, $6, $7, 'sent', c.epoch, $8, $9, $9
FROM conversations c WHERE c.id = $1
ON CONFLICT ON CONSTRAINT one_row_per_vendor_message DO NOTHING RETURNING id"""


async def store(conn: Connection, message: Message, *, by: str, received_at: datetime) -> Echo:
    """Store what was sent past us, with its conversation locked; inside the caller's transaction.

    `message.recipient` is the customer and `message.sender` our own handle; `by` is kept as who
    wrote it.
    """
    whom = await aliases.resolve(conn, message.channel, message.recipient)
    key = (message.channel, whom)
    await receipts.cross(conn, message.external_id)
    address = await conn.fetchrow(_ADDRESS, *key)
    if address is None:
        made = await conn.fetchval(_MAKE_PERSON, *key, message.sender)
        await conn.execute(_DROP_NOBODY, made)
        address = await conn.fetchrow(_ADDRESS, *key)
    if address is None:
        raise Conflict("the address was taken away under our hands; take it in again")
    await conn.execute(_OPEN, address["customer_id"], message.channel)
    found = ConversationId(await conn.fetchval(_CONVERSATION, address["customer_id"]))
    address_id = AddressId(address["id"])
    known = (message.channel, message.external_id, found, address_id, message.text)
    if await conn.fetchval(_IS_OURS, *known):
        return Echo(conversation_id=found, message_id=None)
    row_id = await conn.fetchval(
        _INSERT,
        found,
        address_id,
        message.channel,
        message.external_id,
        message.kind.value,
        message.text,
        {"staff": by, "media": [{"url": m.url, "type": m.content_type} for m in message.media]},
        message.sent_at or received_at,
        received_at,
    )
    return Echo(conversation_id=found, message_id=None if row_id is None else MessageId(row_id))
