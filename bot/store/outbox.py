"""The outbox: replies stored and not yet confirmed sent, in the order they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from bot.domain import (
    NOTHING,
    AddressId,
    Author,
    ConversationId,
    MessageId,
    Purpose,
    Status,
    TurnId,
)
from bot.domain_sending import OutboundMessage
from bot.media import kept_url
from bot.store import media_files, receipts
from bot.store.connection import Connection
from bot.store.departures import AT_THE_GATE, FACTS, Departure, to_departure, to_standing
from bot.store.media_files import NewFile


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
    """Subject, attachments, template, choices, `unasked` and the moment to leave by, as far as it
    has them."""
    files: tuple[NewFile, ...] = ()
    """What goes with it out of our store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the gate's question needs beside the message itself."""

    left_s: float
    """So long the claim must still be good."""
    sender: str
    """Our handle where the customer wrote to none of ours."""
    day: date
    """Of the business's zone, for what the sender has sent."""
    window_s: float | None
    now: datetime
    carrier: str = ""


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
""" + FACTS.format("claimed")

_RECLAIM = """WITH claimed AS (
  UPDATE messages m SET claimed_until = now() + make_interval(secs => $2)
  WHERE m.id = $1 AND m.status = 'sending' AND m.claimed_until < now()
  RETURNING m.*
)
""" + FACTS.format("claimed")

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
WHERE conversation_id = $1 AND status = 'queued' AND (
  turn_id = (SELECT turn_id FROM messages WHERE id = $2)
  OR id IN (SELECT p.message_id FROM desk_word_parts p
    WHERE p.words_id = (SELECT words_id FROM desk_word_parts WHERE message_id = $2)))"""

_DOUBT = """UPDATE messages SET claimed_until = now() + make_interval(secs => $2),
  reason = $3 WHERE id = $1 AND status = 'sending'"""

_DUE = """SELECT conversation_id FROM messages m WHERE status = 'queued' AND due_at <= $1
AND NOT EXISTS (SELECT FROM messages e WHERE e.conversation_id = m.conversation_id
                AND e.address_id = m.address_id AND e.status = 'sending' AND e.seq < m.seq)
GROUP BY conversation_id ORDER BY min(due_at) LIMIT $2"""

_LOST = """SELECT id FROM messages WHERE status = 'sending' AND claimed_until < now()
ORDER BY claimed_until LIMIT $1"""

_KNOWN = """SELECT external_id FROM messages WHERE channel = $1 AND address_id = $2
AND direction = 'outbound' AND external_id IS NOT NULL AND created_at > now() - interval '7 days'"""


async def insert(conn: Connection, draft: Draft) -> MessageId:
    """Put one part of a reply at the end of its conversation's queue, with rows for its files."""
    rest = dict(draft.rest)
    if draft.files:
        rest["media"] = [
            {"url": kept_url(each.key), "type": each.content_type, "name": each.name}
            for each in draft.files
        ]
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
        rest,
    )
    for place, each in enumerate(draft.files):
        await media_files.add_outbound(conn, MessageId(row_id), place, each, at=draft.due_at)
    return MessageId(row_id)


async def claim_next(
    conn: Connection, conversation_id: ConversationId, *, now: datetime, claim_s: float
) -> Departure | None:
    """The conversation's oldest unsent message, if it is due and nobody is sending it (I3)."""
    row = await conn.fetchrow(_CLAIM, conversation_id, now, claim_s)
    return None if row is None else to_departure(row)


async def claim_lost(
    conn: Connection, message_id: MessageId, *, claim_s: float
) -> Departure | None:
    """A message whose send has no outcome, to be looked up; None if another has it."""
    row = await conn.fetchrow(_RECLAIM, message_id, claim_s)
    return None if row is None else to_departure(row)


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


async def reread(conn: Connection, message: OutboundMessage, ask: Asking) -> Departure | None:
    """A claimed message with all that the gate asks, as it is now.

    None if the claim is another's or is about to run out.
    """
    row = await conn.fetchrow(
        AT_THE_GATE,
        message.id,
        message.attempt,
        ask.left_s,
        ask.sender,
        ask.day,
        ask.window_s,
        ask.now,
        ask.carrier,
    )
    return None if row is None else to_departure(row, standing=to_standing(row))


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
