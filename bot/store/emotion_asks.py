"""Which messages a language model is asked about: claimed before it is asked, ended once it was.

A claim runs out, so that whoever died with one loses nothing; its count ends what never succeeds.
jobs/review_emotions.py works with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import AddressId, ConversationId, Emotion, MessageId
from bot.language.emotion_input import Said
from bot.store.connection import Connection
from bot.store.emotion_reviews import FORGOTTEN, said_before
from bot.store.emotions import TEXT_MAX, to_emotion
from bot.store.unscored import BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Which messages are meant."""

    channels: Sequence[str]
    since: datetime
    """Older ones are not asked about any more."""
    until: datetime
    """Newer ones not yet."""
    share: float
    """Of all messages; always the same ones."""
    tries: int
    """As often one is asked about at most."""
    without: Sequence[str] = ()
    """Nothing in these languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this worker asks about."""

    id: MessageId
    conversation_id: ConversationId
    address_id: AddressId
    created_at: datetime
    text: str
    before: tuple[Said, ...]
    language: str
    """Empty where it is not known."""
    ours: Emotion
    """How the local scorer read it last."""


# The first half of a digest says of every message for ever whether it is in the sample.
_WANTED = f"""m.direction = 'inbound' AND m.channel = ANY ($1) AND m.created_at BETWEEN $2 AND $6
  AND m.scored AND m.text <> '' AND coalesce(m.language, c.language, '') <> ALL ($7::text[])
  AND ('x' || left(md5(m.id::text), 8))::bit(32)::bigint < $3::float8 * 4294967296
  AND NOT EXISTS (SELECT FROM emotion_asks k WHERE k.message_id = m.id
    AND (k.due_at IS NULL OR k.due_at > $4 OR k.tries >= $5))
  AND EXISTS (SELECT FROM emotion_history h WHERE h.message_id = m.id)
  AND NOT {FORGOTTEN}"""

_IS_DUE = f"""SELECT EXISTS (SELECT FROM messages m
JOIN conversations c ON c.id = m.conversation_id WHERE {_WANTED})"""

_CLAIM = f"""WITH wanted AS (
  SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
  WHERE {_WANTED} ORDER BY m.created_at DESC, m.id LIMIT $8
), claimed AS (
  INSERT INTO emotion_asks AS k (message_id, due_at) SELECT id, $9::timestamptz FROM wanted
  ON CONFLICT (message_id) DO UPDATE SET tries = k.tries + 1, due_at = $9
    WHERE k.due_at <= $4 AND k.tries < $5
  RETURNING message_id
)
SELECT m.id, m.conversation_id, m.address_id, m.created_at, left(m.text, {TEXT_MAX}) AS text,
  ({BEFORE}) AS before,
  coalesce(m.language, c.language, '') AS language, h.primary_emotion, h.polarity, h.intensity,
  h.confidence, h.scorer, h.escalate
FROM claimed JOIN messages m ON m.id = claimed.message_id
JOIN conversations c ON c.id = m.conversation_id
JOIN LATERAL (SELECT n.* FROM emotion_history n WHERE n.message_id = m.id
  ORDER BY (n.scorer LIKE 'model:%'), n.created_at DESC, n.id DESC LIMIT 1) h ON true
ORDER BY m.created_at DESC, m.id"""

_END = "UPDATE emotion_asks SET due_at = NULL WHERE message_id = ANY ($1::uuid[])"

_PUT_OFF = """UPDATE emotion_asks SET due_at = $2, tries = tries - $3
WHERE message_id = ANY ($1::uuid[]) AND due_at IS NOT NULL"""


async def is_due(conn: Connection, asked: Range, *, now: datetime) -> bool:
    """Whether there is a message to ask about."""
    return bool(await conn.fetchval(_IS_DUE, *_of(asked, now)))


async def claim(
    conn: Connection, asked: Range, *, now: datetime, until: datetime, limit: int
) -> tuple[Claimed, ...]:
    """Take the newest that nobody else has; nobody else gets them before `until`."""
    rows = await conn.fetch(_CLAIM, *_of(asked, now), limit, until)
    return tuple(_claimed(dict(row)) for row in rows)


async def end(conn: Connection, ids: Sequence[MessageId]) -> None:
    """A model has said what it says of these."""
    await conn.execute(_END, list(ids))


async def put_off(
    conn: Connection, ids: Sequence[MessageId], until: datetime, *, is_failure: bool
) -> None:
    """Ask again from then on; where nobody answered at all, this try does not count."""
    await conn.execute(_PUT_OFF, list(ids), until, 0 if is_failure else 1)


def _of(asked: Range, now: datetime) -> tuple[object, ...]:
    return (
        list(asked.channels),
        asked.since,
        asked.share,
        now,
        asked.tries,
        asked.until,
        list(asked.without),
    )


def _claimed(row: Mapping[str, Any]) -> Claimed:
    return Claimed(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        address_id=AddressId(row["address_id"]),
        created_at=row["created_at"],
        text=row["text"],
        before=said_before(row["before"]),
        language=row["language"],
        ours=to_emotion(row),
    )
