"""What staff say to customers out of the desk: the words, their parts in the outbox, their marks.

A row is one message of a staff member, or one deed such as a suggestion that was sent; its parts
are ordinary rows of the outbox, so that there is one way out. bot/desk/speaking.py writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType
from uuid import UUID

import asyncpg

from bot.domain import (
    AddressId,
    Consent,
    ConversationId,
    EscalationId,
    MessageId,
    Status,
)
from bot.store.connection import Connection
from bot.store.handles import SHOWN

WordsId = NewType("WordsId", UUID)
WordsStatus = Literal["offered", "waiting", "undone", "gone"]
OWN = ""
"""Stands for the channel where the words were written nowhere in Slack: `desk_ts` is then the id of
the notice that shows them in the thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody at the desk said."""

    id: WordsId
    escalation_id: EscalationId
    staff_id: str
    desk_channel: str
    desk_ts: str
    text: str
    status: WordsStatus
    shown: str
    """The mark that their message bears; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSent:
    """One part of the words, as the outbox has it."""

    message_id: MessageId
    status: Status
    reason: str
    introduces: bool
    """Whether the customer reads in it who speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Whom staff speak to: the address that the customer wrote from last."""

    conversation_id: ConversationId
    epoch: int
    address_id: AddressId
    channel: str
    value: str
    """As staff read it, which is as it is but for a visitor of the web chat."""
    name: str
    """Empty where none is known."""
    language: str
    consent: Consent
    suspended_reason: str
    last_inbound_at: datetime | None


FIELDS = "id, escalation_id, staff_id, desk_channel, desk_ts, text, status, shown"

_ADD = f"""INSERT INTO desk_words (escalation_id, staff_id, desk_channel, desk_ts, text, status)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT one_row_per_desk_message DO NOTHING RETURNING {FIELDS}"""

_FIND = f"SELECT {FIELDS} FROM desk_words WHERE desk_channel = $1 AND desk_ts = $2"

_LOCK = f"SELECT {FIELDS} FROM desk_words WHERE id = $1 FOR UPDATE"

_ESCALATION = "SELECT escalation_id FROM desk_words WHERE id = $1"

_CHANGE = "UPDATE desk_words SET text = $2, status = $3 WHERE id = $1"

_ADD_PART = "INSERT INTO desk_word_parts (message_id, words_id) VALUES ($1, $2)"

# What of them is held must not leave beside what is said in its place.
_FORGET_PARTS = """WITH parts AS (
  DELETE FROM desk_word_parts WHERE words_id = $1 RETURNING message_id
)
UPDATE messages m SET status = 'dropped', updated_at = now() FROM parts
WHERE m.id = parts.message_id AND m.status = 'held'"""

_PARTS = """SELECT m.id AS message_id, m.status, coalesce(m.reason, '') AS reason,
  coalesce((m.rest ->> 'introduces')::boolean, false) AS introduces
FROM desk_word_parts p JOIN messages m ON m.id = p.message_id
WHERE p.words_id = $1 ORDER BY m.seq"""

# All of it or nothing, and only what nobody has begun to send: whoever locks the rows first, the
# worker that claims them or this, has won.
_TAKE_BACK = """WITH parts AS (
  SELECT m.id, m.status FROM messages m JOIN desk_word_parts p ON p.message_id = m.id
  WHERE p.words_id = $1 ORDER BY m.seq FOR UPDATE OF m
)
UPDATE messages m SET status = 'dropped', reason = $2, updated_at = now()
FROM parts WHERE m.id = parts.id AND m.status = 'queued'
  AND NOT EXISTS (SELECT FROM parts WHERE status <> 'queued')
RETURNING m.id"""

_HURRY = """UPDATE messages m SET due_at = $2, updated_at = now() FROM desk_word_parts p
WHERE p.words_id = $1 AND m.id = p.message_id AND m.status = 'queued' RETURNING m.id"""

# Read from what leaves: words that were undone, refused or failed have told nobody.
_INTRODUCED = """SELECT w.staff_id FROM desk_words w JOIN desk_word_parts p ON p.words_id = w.id
JOIN messages m ON m.id = p.message_id
WHERE w.escalation_id = $1 AND m.status NOT IN ('dropped', 'failed')
  AND (m.rest ->> 'introduces')::boolean ORDER BY m.seq DESC LIMIT 1"""

# Approved words are left where they stand: they name nobody.
_BEHIND = f"""WITH queued AS (
  SELECT p.words_id, min(m.seq) AS seq, min(m.due_at) AS due_at FROM desk_words w
  JOIN desk_word_parts p ON p.words_id = w.id JOIN messages m ON m.id = p.message_id
  WHERE w.escalation_id = $1 AND w.status = 'waiting' GROUP BY p.words_id
  HAVING bool_and(m.status = 'queued' AND NOT m.rest ? 'template')
)
SELECT {FIELDS}, queued.due_at FROM queued JOIN desk_words ON id = words_id
WHERE seq > (SELECT max(m.seq) FROM desk_word_parts p JOIN messages m ON m.id = p.message_id
  WHERE p.words_id = $2) ORDER BY seq"""

_LISTENER = f"""SELECT c.id AS conversation_id, c.epoch, a.id AS address_id, a.channel,
  {SHOWN} AS value,
  coalesce(p.name, '') AS name, coalesce(c.language, p.language, '') AS language, a.consent,
  coalesce(a.suspended_reason, '') AS suspended_reason, a.last_inbound_at
FROM conversations c JOIN customers p ON p.id = c.customer_id
JOIN LATERAL (SELECT * FROM addresses a WHERE a.customer_id = p.id
  ORDER BY (SELECT max(m.seq) FROM messages m WHERE m.conversation_id = c.id
    AND m.address_id = a.id AND m.direction = 'inbound') DESC NULLS LAST,
  a.last_inbound_at DESC NULLS LAST, a.id LIMIT 1) a ON true
WHERE c.id = $1"""

_WAYS = f"""SELECT c.id AS conversation_id, c.epoch, a.id AS address_id, a.channel,
  {SHOWN} AS value,
  coalesce(p.name, '') AS name, coalesce(c.language, p.language, '') AS language, a.consent,
  coalesce(a.suspended_reason, '') AS suspended_reason, a.last_inbound_at
FROM conversations c JOIN customers p ON p.id = c.customer_id
JOIN addresses a ON a.customer_id = p.id
WHERE c.id = $1 AND a.suspended_reason IS NULL
  AND (a.consent = 'given' OR (a.consent = 'unknown' AND a.last_inbound_at IS NOT NULL))
ORDER BY a.last_inbound_at DESC NULLS LAST, a.id"""


def to_words(row: asyncpg.Record | Mapping[str, Any] | None) -> Words | None:
    if row is None:
        return None
    facts = dict(row)
    return Words(
        **{
            **facts,
            "id": WordsId(facts["id"]),
            "escalation_id": EscalationId(facts["escalation_id"]),
        }
    )


def _listener(row: asyncpg.Record) -> Listener:
    facts = dict(row)
    return Listener(**{**facts, "consent": Consent(facts["consent"])})


async def add(
    conn: Connection,
    escalation_id: EscalationId,
    *,
    staff_id: str,
    desk_message: tuple[str, str],
    text: str,
    status: WordsStatus,
) -> Words | None:
    """Keep what somebody said, once for each message of the desk; None where it is kept already."""
    return to_words(await conn.fetchrow(_ADD, escalation_id, staff_id, *desk_message, text, status))


async def find(conn: Connection, channel: str, ts: str) -> Words | None:
    """The words that stand in that message of the desk; nothing is locked."""
    return to_words(await conn.fetchrow(_FIND, channel, ts))


async def lock(conn: Connection, words_id: WordsId) -> Words | None:
    """The words, nobody else changing them until the transaction ends."""
    return to_words(await conn.fetchrow(_LOCK, words_id))


async def find_escalation(conn: Connection, words_id: WordsId) -> EscalationId | None:
    """In whose thread they were said; nothing is locked."""
    row_id = await conn.fetchval(_ESCALATION, words_id)
    return None if row_id is None else EscalationId(row_id)


async def change(conn: Connection, words_id: WordsId, *, text: str, status: WordsStatus) -> None:
    """What they say now, and what is to become of them."""
    await conn.execute(_CHANGE, words_id, text, status)


async def add_part(conn: Connection, words_id: WordsId, message_id: MessageId) -> None:
    """One row of the outbox is a part of these words."""
    await conn.execute(_ADD_PART, message_id, words_id)


async def forget_parts(conn: Connection, words_id: WordsId) -> None:
    """Other parts take the place of those that there were, which stay in the transcript."""
    await conn.execute(_FORGET_PARTS, words_id)


async def list_parts(conn: Connection, words_id: WordsId) -> tuple[PartSent, ...]:
    """The parts in the order in which the customer reads them."""
    rows = await conn.fetch(_PARTS, words_id)
    return tuple(PartSent(**{**dict(row), "status": Status(row["status"])}) for row in rows)


async def take_back(conn: Connection, words_id: WordsId, *, reason: str) -> bool:
    """Keep all of it from leaving; False, and nothing is changed, where any part is on its way."""
    return bool(await conn.fetch(_TAKE_BACK, words_id, reason))


async def hurry(conn: Connection, words_id: WordsId, *, at: datetime) -> bool:
    """Let what still waits leave now; False where nothing waits."""
    return bool(await conn.fetch(_HURRY, words_id, at))


async def find_introduced(conn: Connection, escalation_id: EscalationId) -> str:
    """Slack id of whom the customer reads last that they talk to; empty: of nobody yet."""
    return str(await conn.fetchval(_INTRODUCED, escalation_id) or "")


async def list_behind(conn: Connection, words: Words) -> tuple[tuple[Words, datetime], ...]:
    """What was said after these words and waits in the queue, in order, with when it is due."""
    rows = await conn.fetch(_BEHIND, words.escalation_id, words.id)
    found = [(to_words({k: row[k] for k in FIELDS.split(", ")}), row["due_at"]) for row in rows]
    return tuple((each, due_at) for each, due_at in found if each is not None)


async def find_listener(conn: Connection, conversation_id: ConversationId) -> Listener | None:
    """The address that the customer wrote from last in this conversation."""
    row = await conn.fetchrow(_LISTENER, conversation_id)
    return None if row is None else _listener(row)


async def list_ways(conn: Connection, conversation_id: ConversationId) -> tuple[Listener, ...]:
    """Every address of the customer at which they may be written to, the latest first."""
    return tuple(_listener(row) for row in await conn.fetch(_WAYS, conversation_id))
