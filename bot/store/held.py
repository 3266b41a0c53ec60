"""Outbound messages that may not leave as they are: held until their moment, or shaped anew.

What the send gate has decided, kept on the message's own row, so that whoever owes it, a follow-up,
an announcement or staff's words, finds it where it was. jobs/verdicts.py and jobs/release_held.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import NOTHING, AddressId, ConversationId, MessageId
from bot.domain_sending import OutboundMessage
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a message leaves instead."""

    text: str
    due_at: datetime
    reason: str
    address_id: AddressId | None = None
    """None: the same."""
    channel: str | None = None
    rest: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    without: frozenset[str] = frozenset()
    """What of the old shape does not go with it."""


# What may not leave now keeps nobody behind it waiting: it is out of the queue until its moment.
_HOLD = """UPDATE messages SET status = 'held', due_at = $2, slot_at = NULL, reason = $3,
  attempts = attempts - 1, claimed_until = NULL, updated_at = $5
WHERE id = $1 AND status = 'sending' AND attempts = $4"""

_RELEASE = """UPDATE messages m SET status = 'queued', due_at = $2, updated_at = now()
FROM addresses a WHERE m.id = $1 AND m.status = 'held' AND a.id = m.address_id
  AND (m.due_at <= $2 OR a.last_inbound_at > m.updated_at)
RETURNING m.conversation_id"""

_RELEASABLE = """SELECT m.id FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.status = 'held' AND (m.due_at <= $1 OR a.last_inbound_at > m.updated_at)
ORDER BY m.created_at LIMIT $2"""

_RESHAPE = """UPDATE messages SET status = 'queued', due_at = $2, slot_at = NULL, reason = $3,
  address_id = coalesce($4, address_id), channel = coalesce($5, channel), text = $6, rest = $7,
  attempts = attempts - 1, updated_at = now()
WHERE id = $1 AND status = 'sending' AND attempts = $8"""

_REST = "SELECT rest FROM messages WHERE id = $1"


async def hold(
    conn: Connection, message: OutboundMessage, *, until: datetime, reason: str, at: datetime
) -> bool:
    """Take it out of the queue until that moment, or until the customer writes there."""
    done = await conn.execute(_HOLD, message.id, until, reason, message.attempt, at)
    return bool(done == "UPDATE 1")


async def release(
    conn: Connection, message_id: MessageId, *, now: datetime
) -> ConversationId | None:
    """Put a held message back into the queue, to be judged anew; whose it is."""
    found = await conn.fetchval(_RELEASE, message_id, now)
    return None if found is None else ConversationId(found)


async def list_releasable(conn: Connection, *, now: datetime, limit: int) -> tuple[MessageId, ...]:
    """Held messages whose moment has come, or whose customer has written meanwhile."""
    return tuple(MessageId(row["id"]) for row in await conn.fetch(_RELEASABLE, now, limit))


async def reshape(conn: Connection, message: OutboundMessage, shape: Shape) -> bool:
    """Let a claimed message leave otherwise, under its own id, which whoever owes it knows."""
    rest: dict[str, object] = await conn.fetchval(_REST, message.id)
    kept = {key: value for key, value in rest.items() if key not in shape.without}
    done = await conn.execute(
        _RESHAPE,
        message.id,
        shape.due_at,
        shape.reason,
        shape.address_id,
        shape.channel,
        shape.text,
        {**kept, **shape.rest},
        message.attempt,
    )
    return bool(done == "UPDATE 1")
