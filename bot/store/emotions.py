"""Emotion readings: one a message and scorer, kept for as long as the message says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain import ConversationId, Emotion, MessageId, Polarity, PrimaryEmotion
from bot.store.connection import Connection

TEXT_MAX = 2000
"""No more of a text is read than anybody would write."""

Reading = tuple[MessageId, ConversationId, Emotion]

# Rows are locked and lines written in one order by everybody: a turn and the job never wait for
# each other in a ring. A line that was read from other words than the message has now is none: who
# changes them is waited for.
_LINES = f"""INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer, escalate)
SELECT m.id, r.conversation_id, r.primary_emotion, r.polarity, r.intensity, r.confidence,
  r.scorer, r.escalate
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::real[], $6::real[], $7::text[],
  $8::real[], $9::text[]) AS r (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer, escalate, text)
JOIN messages m ON m.id = r.message_id AND coalesce(left(m.text, {TEXT_MAX}) = r.text, true)
ORDER BY m.id FOR KEY SHARE OF m
ON CONFLICT ON CONSTRAINT one_reading_per_scorer DO NOTHING"""

_MARK = """UPDATE messages m SET scored = true FROM (SELECT id FROM messages
  WHERE id = ANY ($1::uuid[]) AND NOT scored ORDER BY id FOR NO KEY UPDATE) AS unmarked
WHERE m.id = unmarked.id"""


async def write(conn: Connection, readings: Sequence[Reading]) -> None:
    """Keep what a turn read, in its transaction, so that nobody reads these messages again.

    The same scorer's second reading of a message changes nothing.
    """
    await conn.execute(_MARK, [message for message, _, _ in readings])
    await write_lines(conn, readings)


async def write_lines(
    conn: Connection, readings: Sequence[Reading], *, texts: Sequence[str] | None = None
) -> None:
    """Keep what a scorer read; whether the messages are done with is the caller's to say.

    Args:
        texts: what was read of each message; where it says something else by now, nothing is kept.
    """
    await conn.execute(_LINES, *columns(readings), texts or [None] * len(readings))


def columns(readings: Sequence[Reading]) -> tuple[list[object], ...]:
    """The readings as the arrays of an INSERT: message, conversation, and the emotion's six."""
    emotions = [emotion for _, _, emotion in readings]
    return (
        [message for message, _, _ in readings],
        [conversation for _, conversation, _ in readings],
        [emotion.primary.value for emotion in emotions],
        [emotion.polarity.value for emotion in emotions],
        [emotion.intensity for emotion in emotions],
        [emotion.confidence for emotion in emotions],
        [emotion.scorer for emotion in emotions],
        [emotion.escalate for emotion in emotions],
    )


def to_emotion(row: Mapping[str, Any]) -> Emotion:
    """A row of the table."""
    return Emotion(
        primary=PrimaryEmotion(row["primary_emotion"]),
        polarity=Polarity(row["polarity"]),
        intensity=row["intensity"],
        confidence=row["confidence"],
        scorer=row["scorer"],
        escalate=row["escalate"],
    )
