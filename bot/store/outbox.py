"""The outbox: replies stored and not yet confirmed sent, in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.domain import (
    AddressId,
    Author,
    Consent,
    ConversationId,
    MessageId,
    Mode,
    OutboundMessage,
    Purpose,
    Status,
    Thread,
    TurnId,
)
from bot.store import receipts
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One part of a reply, rendered for its channel, about to be stored."""

    conversation_id: ConversationId
    address_id: AddressId
    channel: str
    text: str
    author: Author
    purpose: Purpose
    epoch: int
    due_at: datetime
    language: str | None = None
    in_reply_to: MessageId | None = None
    turn_id: TurnId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A claimed message with all that the send gate asks about its addressee."""

    message: OutboundMessage
    address_id: AddressId
    consent: Consent
    suspended_reason: str | None
    last_inbound_at: datetime | None
    mode: Mode
    epoch: int
    """The conversation's present owner count."""


_INSERT = """INSERT INTO messages (conversation_id, address_id, direction, channel, author,
  text, language,
  status, turn_id, in_reply_to, epoch, purpose, due_at, created_at, updated_at)
VALUES ($1, $2, 'outbound', $3, $4, $5, $6, 'queued', $7, $8, $9, $10, $11, $11, $11)
RETURNING id"""

# The head of the conversation's queue is locked and waited for, never skipped: skipping would let
# a later reply overtake. A head that is being sent keeps all behind it waiting.
_CLAIM = """WITH head AS (
  SELECT id FROM messages WHERE conversation_id = $1 AND status IN ('queued', 'sending')
  ORDER BY seq LIMIT 1 FOR UPDATE
), claimed AS (
  UPDATE messages m SET status = 'sending', attempts = attempts + 1, claimed_at = now(),
    claimed_until = now() + make_interval(secs => $3), updated_at = now()
  FROM head WHERE m.id = head.id AND m.status = 'queued' AND m.due_at <= $2
  RETURNING m.*
)
SELECT d.*, a.value AS recipient, a.our_address, a.consent, a.suspended_reason, a.last_inbound_at,
  c.mode, c.epoch AS present_epoch
FROM claimed d JOIN addresses a ON a.id = d.address_id JOIN conversations c
ON c.id = d.conversation_id"""

_RECLAIM = """UPDATE messages m SET claimed_until = now() + make_interval(secs => $2)
FROM addresses a, conversations c
WHERE m.id = $1 AND m.status = 'sending' AND m.claimed_until < now()
  AND a.id = m.address_id AND c.id = m.conversation_id
RETURNING m.*, a.value AS recipient, a.our_address, a.consent, a.suspended_reason,
  a.last_inbound_at,
  c.mode, c.epoch AS present_epoch"""

_SENT = """UPDATE messages SET status = 'sent', external_id = $2, segments = $3, sent_at = $4,
  reason = NULL,
  updated_at = now() WHERE id = $1 AND status = 'sending'"""

_END = """UPDATE messages SET status = $2, reason = $3, updated_at = now() WHERE id = $1
  AND status = 'sending'"""

_RETRY = """UPDATE messages SET status = 'queued', due_at = $2, reason = $3, updated_at = now()
WHERE id = $1 AND status = 'sending'"""

_DOUBT = """UPDATE messages SET claimed_until = now() + make_interval(secs => $2),
  reason = $3 WHERE id = $1 AND status = 'sending'"""

_DUE = """SELECT DISTINCT conversation_id FROM messages m WHERE status = 'queued' AND due_at <= $1
AND NOT EXISTS (SELECT FROM messages e WHERE e.conversation_id = m.conversation_id
                AND e.status = 'sending' AND e.seq < m.seq) LIMIT $2"""

_LOST = """SELECT id FROM messages WHERE status = 'sending' AND claimed_until < now()
ORDER BY claimed_until LIMIT $1"""

_KNOWN = """SELECT external_id FROM messages WHERE channel = $1 AND address_id = $2
  AND direction = 'outbound'
AND external_id IS NOT NULL AND created_at > now() - interval '7 days'"""

# A slot too far ahead is told but not taken: the message will come and ask again.
_PACE = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE SET next_at = CASE
  WHEN p.next_at > clock_timestamp() + make_interval(secs => $4) THEN p.next_at
  ELSE greatest(p.next_at, clock_timestamp()) + make_interval(secs => $3) END
RETURNING coalesce(extract(epoch FROM old.next_at - clock_timestamp()), 0)::float8"""

_SUSPEND = "UPDATE addresses SET suspended_reason = $2 WHERE id = $1"


async def insert(conn: Connection, draft: Draft) -> MessageId:
    """Put one part of a reply at the end of its conversation's queue."""
    row_id: UUID = await conn.fetchval(
        _INSERT,
        draft.conversation_id,
        draft.address_id,
        draft.channel,
        draft.author.value,
        draft.text,
        draft.language,
        draft.turn_id,
        draft.in_reply_to,
        draft.epoch,
        draft.purpose.value,
        draft.due_at,
    )
    return MessageId(row_id)


def _departure(row: asyncpg.Record) -> Departure:
    thread = row["rest"].get("thread")
    message = OutboundMessage(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        channel=row["channel"],
        recipient=row["recipient"],
        sender=row["our_address"],
        text=row["text"],
        author=Author(row["author"]),
        purpose=Purpose(row["purpose"]),
        epoch=row["epoch"],
        attempt=row["attempts"],
        created_at=row["created_at"],
        claimed_at=row["claimed_at"],
        subject=row["rest"].get("subject", ""),
        thread=Thread(**thread) if thread else None,
    )
    return Departure(
        message=message,
        address_id=AddressId(row["address_id"]),
        consent=Consent(row["consent"]),
        suspended_reason=row["suspended_reason"],
        last_inbound_at=row["last_inbound_at"],
        mode=Mode(row["mode"]),
        epoch=row["present_epoch"],
    )


async def claim_next(
    conn: Connection, conversation_id: ConversationId, *, now: datetime, claim_s: float
) -> Departure | None:
    """The conversation's oldest unsent message, if it is due and nobody is sending it (I3)."""
    row = await conn.fetchrow(_CLAIM, conversation_id, now, claim_s)
    return None if row is None else _departure(row)


async def claim_lost(
    conn: Connection, message_id: MessageId, *, claim_s: float
) -> Departure | None:
    """A message whose send has no outcome, to be looked up; None if another has it."""
    row = await conn.fetchrow(_RECLAIM, message_id, claim_s)
    return None if row is None else _departure(row)


async def mark_sent(
    conn: Connection, message_id: MessageId, *, external_id: str, segments: int, at: datetime
) -> None:
    """The vendor has taken it; a receipt that was here before us is applied in the same breath."""
    async with conn.transaction():
        await receipts.cross(conn, external_id)
        channel = await conn.fetchval(
            _SENT + " RETURNING channel", message_id, external_id, segments, at
        )
        if channel:
            await receipts.apply_early(conn, channel, external_id)


async def mark_ended(
    conn: Connection, message_id: MessageId, *, status: Status, reason: str
) -> None:
    """The message goes no further: failed, unknown or dropped, with the reason for staff."""
    await conn.execute(_END, message_id, status.value, reason)


async def retry_later(
    conn: Connection, message_id: MessageId, *, due_at: datetime, reason: str
) -> None:
    """Nothing was sent; back into the queue, at its old place."""
    await conn.execute(_RETRY, message_id, due_at, reason)


async def leave_in_doubt(
    conn: Connection, message_id: MessageId, *, look_after_s: float, reason: str
) -> None:
    """No answer came: keep it claimed until it is time to look it up (I5)."""
    await conn.execute(_DOUBT, message_id, look_after_s, reason)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[ConversationId, ...]:
    """Conversations with something due that nobody is sending."""
    rows = await conn.fetch(_DUE, now, limit)
    return tuple(ConversationId(row["conversation_id"]) for row in rows)


async def list_lost(conn: Connection, *, limit: int) -> tuple[MessageId, ...]:
    """Messages whose send began and never had an outcome."""
    return tuple(MessageId(row["id"]) for row in await conn.fetch(_LOST, limit))


async def list_known_ids(conn: Connection, channel: str, address_id: AddressId) -> frozenset[str]:
    """The vendor's ids we already hold for what we sent to this address."""
    rows = await conn.fetch(_KNOWN, channel, address_id)
    return frozenset(row["external_id"] for row in rows)


async def reserve_slot(
    conn: Connection, channel: str, sender: str, *, per_second: float, wait_max_s: float
) -> float:
    """Seconds until this sender's slot at the vendor; taken unless beyond `wait_max_s`."""
    wait_s: float = await conn.fetchval(_PACE, channel, sender, 1.0 / per_second, wait_max_s)
    return wait_s


async def suspend(conn: Connection, address_id: AddressId, reason: str) -> None:
    """Stop writing to an address that cannot be reached, and say why."""
    await conn.execute(_SUSPEND, address_id, reason)
