"""What telephone calls ask of the store: who calls, what is to be spoken, what nobody heard.

What we say in a call is a row of the outbox: `sent` once it may be heard, `delivered` once it was
spoken. handlers/voice.py speaks, jobs/text_unheard.py turns the rest into texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import (
    AddressId,
    Author,
    Consent,
    ConversationId,
    CustomerId,
    MessageId,
    Mode,
    Purpose,
    Status,
)
from bot.store.connection import Connection
from bot.store.opted_out import NUMBERS

CHANNEL = "voice"
TEXTS = "sms"
MOVED = "the caller had hung up before it was spoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What is known of somebody who calls."""

    language: str
    """Empty: not known."""
    has_other_ways: bool
    """Whether this is a customer who has written to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What has become of what a caller said."""

    address_id: AddressId
    conversation_id: ConversationId
    customer_id: CustomerId
    status: Status
    mode: Mode
    is_drafted: bool
    """Whether an answer waits for staff to send it."""
    has_terms: bool
    """Whether terms were stated to the caller in answer, which wait for a yes."""
    is_coming: bool
    """Whether a part of the answer is still on its way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One thing to be said to a caller."""

    id: MessageId
    text: str
    language: str
    """Empty: that of the call."""
    author: Author
    purpose: Purpose
    epoch: int
    is_heard: bool
    """Whether it was spoken before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWay:
    """Where a caller's number takes texts."""

    address_id: AddressId
    is_theirs: bool
    """Whether what is answered there comes into the same conversation."""
    is_open: bool
    """Whether nobody has told us to write no texts there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Something that was to be said to a caller who had gone."""

    address_id: AddressId
    conversation_id: ConversationId
    number: str
    author: Author


_LINK = f"""INSERT INTO addresses (customer_id, channel, value)
SELECT customer_id, '{CHANNEL}', value FROM addresses
WHERE value = $1 AND channel IN ({NUMBERS}) AND channel <> '{CHANNEL}'
ORDER BY last_inbound_at DESC NULLS LAST LIMIT 1
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING"""

_CALLER = f"""SELECT coalesce(c.language, p.language, '') AS language, EXISTS (
  SELECT FROM addresses o WHERE o.customer_id = a.customer_id AND o.channel <> '{CHANNEL}'
    AND o.last_inbound_at IS NOT NULL) AS has_other_ways
FROM addresses a JOIN customers p ON p.id = a.customer_id
LEFT JOIN conversations c ON c.customer_id = a.customer_id AND c.mode <> 'closed'
WHERE a.channel = '{CHANNEL}' AND a.value = $1"""

_TURN = f"""SELECT m.address_id, m.conversation_id, c.customer_id, m.status, c.mode,
  EXISTS (SELECT FROM drafts d WHERE d.turn_id = m.turn_id) AS is_drafted,
  EXISTS (SELECT FROM proposals p WHERE p.conversation_id = m.conversation_id
    AND p.status = 'open' AND p.created_at >= m.created_at) AS has_terms,
  EXISTS (SELECT FROM messages o WHERE o.address_id = m.address_id AND o.direction = 'outbound'
    AND o.turn_id = m.turn_id AND o.status IN ('queued', 'sending')) AS is_coming
FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.channel = '{CHANNEL}' AND m.external_id = $1"""

# Of the turn that is asked for all that there is, so that asking again hears the same; beside it
# what came too late for an earlier turn of this call, and staff's words, once.
_SPOKEN = f"""SELECT o.id, o.text, coalesce(o.language, '') AS language, o.author, o.purpose,
  o.epoch, o.status = 'delivered' AS is_heard
FROM messages o JOIN messages m ON m.channel = '{CHANNEL}' AND m.external_id = $1
WHERE o.address_id = m.address_id AND o.channel = '{CHANNEL}' AND o.direction = 'outbound'
  AND (o.turn_id = m.turn_id AND o.status IN ('sent', 'delivered')
    OR o.status = 'sent' AND (o.author = 'staff' OR o.turn_id IN (SELECT e.turn_id
      FROM messages e WHERE e.channel = '{CHANNEL}' AND e.external_id = ANY ($2::text[]))))
ORDER BY o.seq"""

_HEARD = """UPDATE messages SET status = 'delivered', updated_at = now()
WHERE id = ANY ($1::uuid[]) AND status = 'sent' RETURNING id"""

_MAKE_WAY = f"""INSERT INTO addresses (customer_id, channel, value)
SELECT customer_id, '{TEXTS}', value FROM addresses WHERE id = $1
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING"""

_WAY = f"""SELECT t.id AS address_id, t.customer_id = a.customer_id AS is_theirs,
  t.suspended_reason IS NULL AND NOT EXISTS (SELECT FROM addresses n
    WHERE n.value = a.value AND n.channel IN ({NUMBERS}) AND n.consent = '{Consent.REVOKED}'
  ) AS is_open
FROM addresses a JOIN addresses t ON t.channel = '{TEXTS}' AND t.value = a.value WHERE a.id = $1"""

_IS_TEXTED = """SELECT EXISTS (SELECT FROM messages WHERE address_id = $1
  AND direction = 'outbound' AND text = $2 AND created_at > $3::timestamptz - interval '1 hour')"""

_LIST_UNHEARD = f"""SELECT id FROM messages WHERE channel = '{CHANNEL}' AND status = 'sent'
  AND direction = 'outbound' AND sent_at < $1 ORDER BY sent_at LIMIT $2"""

_UNHEARD = f"""SELECT m.address_id, m.conversation_id, a.value AS number, m.author
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.id = $1 AND m.channel = '{CHANNEL}' AND m.direction = 'outbound' AND m.status = 'sent'
FOR UPDATE OF m"""

_MOVE = f"""UPDATE messages SET status = 'queued', channel = '{TEXTS}', address_id = $2,
  external_id = NULL, sent_at = NULL, segments = NULL, slot_at = NULL, attempts = 0,
  due_at = $3, reason = $4, updated_at = now()
WHERE id = $1 AND status = 'sent'"""

_LEAVE = """UPDATE messages SET status = 'dropped', reason = $2, updated_at = now()
WHERE id = $1 AND status = 'sent'"""


async def meet(conn: Connection, number: str, *, is_proved: bool) -> Caller | None:
    """Who calls; None for somebody new.

    A number that its carrier vouches for is the customer's whose texts come from it.
    """
    if is_proved:
        await conn.execute(_LINK, number)
    row = await conn.fetchrow(_CALLER, number)
    return None if row is None else Caller(**dict(row))


async def find_turn(conn: Connection, turn_id: str) -> Turn | None:
    """How things stand with what a caller said; None where it was never stored."""
    row = await conn.fetchrow(_TURN, turn_id)
    if row is None:
        return None
    return Turn(
        address_id=AddressId(row["address_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        customer_id=CustomerId(row["customer_id"]),
        status=Status(row["status"]),
        mode=Mode(row["mode"]),
        is_drafted=row["is_drafted"],
        has_terms=row["has_terms"],
        is_coming=row["is_coming"],
    )


async def list_spoken(conn: Connection, turn_id: str, earlier: Sequence[str]) -> tuple[Spoken, ...]:
    """What is to be said now, in order; `earlier` are the other turns of the same call."""
    rows = await conn.fetch(_SPOKEN, turn_id, list(earlier))
    return tuple(
        Spoken(
            id=MessageId(row["id"]),
            text=row["text"],
            language=row["language"],
            author=Author(row["author"]),
            purpose=Purpose(row["purpose"]),
            epoch=row["epoch"],
            is_heard=row["is_heard"],
        )
        for row in rows
    )


async def mark_heard(conn: Connection, ids: Sequence[MessageId]) -> frozenset[MessageId]:
    """They are being spoken; those that nobody else had marked or moved before."""
    return frozenset(MessageId(row["id"]) for row in await conn.fetch(_HEARD, list(ids)))


async def find_text_way(conn: Connection, address_id: AddressId) -> TextWay | None:
    """Where the same number takes texts; made if nobody has it yet."""
    await conn.execute(_MAKE_WAY, address_id)
    row = await conn.fetchrow(_WAY, address_id)
    return None if row is None else TextWay(**dict(row))


async def is_texted(conn: Connection, address_id: AddressId, text: str, *, now: datetime) -> bool:
    """Whether these very words went there within the hour."""
    return bool(await conn.fetchval(_IS_TEXTED, address_id, text, now))


async def list_unheard(
    conn: Connection, *, before: datetime, limit: int = 500
) -> tuple[MessageId, ...]:
    """What could have been heard since then and was not."""
    return tuple(MessageId(row["id"]) for row in await conn.fetch(_LIST_UNHEARD, before, limit))


async def claim_unheard(conn: Connection, message_id: MessageId) -> Unheard | None:
    """Hold it until the transaction ends; None if it was heard or moved meanwhile."""
    row = await conn.fetchrow(_UNHEARD, message_id)
    if row is None:
        return None
    return Unheard(
        address_id=AddressId(row["address_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        number=row["number"],
        author=Author(row["author"]),
    )


async def move_to_text(
    conn: Connection, message_id: MessageId, way: TextWay, *, at: datetime
) -> None:
    """It leaves as a text, if the send gate lets it, under its own id."""
    await conn.execute(_MOVE, message_id, way.address_id, at, MOVED)


async def leave_unheard(conn: Connection, message_id: MessageId, reason: str) -> None:
    """It stays on the timeline and goes nowhere."""
    await conn.execute(_LEAVE, message_id, f"{MOVED}; {reason}")
