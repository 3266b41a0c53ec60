"""The outbox: replies stored and not yet confirmed sent, in the order they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.domain import (
    NOTHING,
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
from bot.domain_mail import Attachment
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
    rest: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """Subject and attachments, as far as its channel has them."""


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
    slot_at: datetime | None = None
    """The moment that its sender's pace has reserved for it, if any."""


_INSERT = """INSERT INTO messages (conversation_id, address_id, direction, channel, author,
  text, language,
  status, turn_id, in_reply_to, epoch, purpose, due_at, created_at, updated_at, rest)
VALUES ($1, $2, 'outbound', $3, $4, $5, $6, 'queued', $7, $8, $9, $10, $11, $11, $11, $12)
RETURNING id"""

# The head of an address's queue is locked and waited for, never skipped: skipping would let a later
# reply overtake. A head that is being sent, or tried again later, keeps all behind it waiting, but
# not what goes to another address of the customer: a mail server's outage holds up no text (I14).
_CLAIM = """WITH head AS (
  SELECT id FROM messages m WHERE conversation_id = $1 AND status = 'queued' AND due_at <= $2
    AND NOT EXISTS (SELECT FROM messages e WHERE e.conversation_id = $1 AND e.seq < m.seq
      AND e.address_id = m.address_id AND e.status IN ('queued', 'sending'))
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

# Waiting for the sender's pace is no failed try.
_POSTPONE = """UPDATE messages SET status = 'queued', due_at = $2, slot_at = $2,
  attempts = attempts - 1, reason = $3, updated_at = now() WHERE id = $1 AND status = 'sending'"""

_GIVE_WAY = """UPDATE messages SET status = 'queued', due_at = $2, attempts = attempts - 1,
  updated_at = now() WHERE id = $1 AND status = 'sending'"""

_RETRY = """UPDATE messages SET status = 'queued', due_at = $2, slot_at = NULL, reason = $3,
  updated_at = now() WHERE id = $1 AND status = 'sending'"""

_DROP_REST = """UPDATE messages SET status = 'dropped', reason = 'an earlier part of it failed',
  updated_at = now()
WHERE conversation_id = $1 AND status = 'queued' AND turn_id IS NOT NULL
  AND turn_id = (SELECT turn_id FROM messages WHERE id = $2)"""

_REREAD = """SELECT d.*, a.value AS recipient, a.our_address, a.consent, a.suspended_reason,
  a.last_inbound_at, c.mode, c.epoch AS present_epoch
FROM messages d JOIN addresses a ON a.id = d.address_id
JOIN conversations c ON c.id = d.conversation_id
WHERE d.id = $1 AND d.status = 'sending' AND d.attempts = $2
  AND d.claimed_until > now() + make_interval(secs => $3)"""

_DOUBT = """UPDATE messages SET claimed_until = now() + make_interval(secs => $2),
  reason = $3 WHERE id = $1 AND status = 'sending'"""

_DUE = """SELECT conversation_id FROM messages m WHERE status = 'queued' AND due_at <= $1
AND NOT EXISTS (SELECT FROM messages e WHERE e.conversation_id = m.conversation_id
                AND e.address_id = m.address_id AND e.status = 'sending' AND e.seq < m.seq)
GROUP BY conversation_id ORDER BY min(due_at) LIMIT $2"""

_LOST = """SELECT id FROM messages WHERE status = 'sending' AND claimed_until < now()
ORDER BY claimed_until LIMIT $1"""

_KNOWN = """SELECT external_id FROM messages WHERE channel = $1 AND address_id = $2
  AND direction = 'outbound'
AND external_id IS NOT NULL AND created_at > now() - interval '7 days'"""

_PACE = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE
SET next_at = greatest(p.next_at, clock_timestamp()) + make_interval(secs => $3)
RETURNING greatest(0, extract(epoch FROM old.next_at - clock_timestamp()))::float8"""


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
        dict(draft.rest),
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
        attachments=tuple(Attachment(**each) for each in row["rest"].get("attachments", ())),
    )
    return Departure(
        message=message,
        address_id=AddressId(row["address_id"]),
        consent=Consent(row["consent"]),
        suspended_reason=row["suspended_reason"],
        last_inbound_at=row["last_inbound_at"],
        mode=Mode(row["mode"]),
        epoch=row["present_epoch"],
        slot_at=row["slot_at"],
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
            await receipts.apply_early(conn, channel, external_id, at=at)


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


async def postpone(
    conn: Connection, message_id: MessageId, *, slot_at: datetime, reason: str
) -> None:
    """Nothing was tried; back into the queue until its reserved slot comes."""
    await conn.execute(_POSTPONE, message_id, slot_at, reason)


async def give_way(conn: Connection, message_id: MessageId, *, due_at: datetime) -> None:
    """Nothing was tried; back into the queue, keeping the slot it may have."""
    await conn.execute(_GIVE_WAY, message_id, due_at)


async def drop_rest(conn: Connection, message: OutboundMessage) -> None:
    """The later parts of a reply mean nothing without the one that failed."""
    await conn.execute(_DROP_REST, message.conversation_id, message.id)


async def reread(conn: Connection, message: OutboundMessage, *, left_s: float) -> Departure | None:
    """A claimed message as it is now; None if the claim is another's or is about to run out."""
    row = await conn.fetchrow(_REREAD, message.id, message.attempt, left_s)
    return None if row is None else _departure(row)


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


async def reserve_slot(conn: Connection, channel: str, sender: str, *, per_second: float) -> float:
    """Take this sender's next slot at the vendor; seconds until it comes, in order of asking."""
    wait_s: float | None = await conn.fetchval(_PACE, channel, sender, 1.0 / per_second)
    return wait_s or 0.0
