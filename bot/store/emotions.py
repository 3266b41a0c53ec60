"""Emotion readings: one a message and scorer, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain import ConversationId, Emotion, MessageId, Polarity, PrimaryEmotion
from bot.store.connection import Connection

_WRITE = """WITH reading AS (
  INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::real[], $6::real[],
  $7::text[])
  ON CONFLICT ON CONSTRAINT one_reading_per_scorer DO NOTHING
)
UPDATE messages SET scored = true WHERE id = ANY ($1::uuid[])"""

_SKIP = "UPDATE messages SET scored = true WHERE id = ANY ($1::uuid[])"

_COLUMNS = "message_id, primary_emotion, polarity, intensity, confidence, scorer"

_RECENT = f"""SELECT {_COLUMNS} FROM emotion_history
WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT $2"""


async def write(
    conn: Connection, readings: Sequence[tuple[MessageId, ConversationId, Emotion]]
) -> None:
    """Keep what a scorer read; the same scorer's second reading of a message changes nothing."""
    await conn.execute(
        _WRITE,
        [message for message, _, _ in readings],
        [conversation for _, conversation, _ in readings],
        [emotion.primary.value for _, _, emotion in readings],
        [emotion.polarity.value for _, _, emotion in readings],
        [emotion.intensity for _, _, emotion in readings],
        [emotion.confidence for _, _, emotion in readings],
        [emotion.scorer for _, _, emotion in readings],
    )


async def skip(conn: Connection, ids: Sequence[MessageId]) -> None:
    """Note that these messages hold no words to read an emotion from."""
    await conn.execute(_SKIP, list(ids))


async def list_recent(
    conn: Connection, conversation_id: ConversationId, *, limit: int
) -> tuple[Emotion, ...]:
    """The conversation's latest readings, newest first."""
    return tuple(to_emotion(dict(row)) for row in await conn.fetch(_RECENT, conversation_id, limit))


def to_emotion(row: Mapping[str, Any]) -> Emotion:
    """A row of the table."""
    return Emotion(
        primary=PrimaryEmotion(row["primary_emotion"]),
        polarity=Polarity(row["polarity"]),
        intensity=row["intensity"],
        confidence=row["confidence"],
        scorer=row["scorer"],
    )
