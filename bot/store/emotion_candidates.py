"""Messages that a person should look at, by what staff did and by how sure the scorer was.

Reads only. bot/store/emotion_reviews.py keeps what bot/feelings/reviewing.py chooses of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain import MessageId
from bot.store.connection import Connection
from bot.store.emotion_reviews import FORGOTTEN, Candidate, Source
from bot.store.emotions import to_emotion

_NEWEST = """LATERAL (SELECT n.* FROM emotion_history n WHERE n.message_id = m.id
  ORDER BY n.created_at DESC, n.id DESC LIMIT 1)"""

_FOUND = """SELECT m.id, coalesce(m.language, c.language, '') AS language, h.primary_emotion,
  h.polarity, h.intensity, h.confidence, h.scorer, h.escalate"""

_FREE = f"""NOT EXISTS (SELECT FROM emotion_reviews r WHERE r.message_id = m.id)
  AND m.text <> '' AND NOT {FORGOTTEN}"""

_FALSE_ALARMS = f"""{_FOUND} FROM escalations e JOIN messages m ON m.id = e.message_id
JOIN conversations c ON c.id = m.conversation_id JOIN {_NEWEST} h ON true
WHERE e.status = 'resolved' AND e.resolved_at >= $1 AND e.resolved_at <= $2
  AND e.reason = 'emotion' AND e.outcome = 'not_needed' AND {_FREE}
ORDER BY e.resolved_at DESC LIMIT $3"""

# Of the half hour before somebody took over, the message that reads worst.
_MISSES = f"""{_FOUND} FROM escalations e CROSS JOIN LATERAL (
  SELECT w.id FROM messages w JOIN emotion_history f ON f.message_id = w.id
  WHERE w.conversation_id = e.conversation_id AND w.direction = 'inbound'
    AND w.created_at BETWEEN e.created_at - interval '30 minutes' AND e.created_at
  ORDER BY f.valence, f.escalate DESC, w.seq DESC LIMIT 1) worst
JOIN messages m ON m.id = worst.id JOIN conversations c ON c.id = m.conversation_id
JOIN {_NEWEST} h ON true
WHERE e.reason = 'taken_over' AND e.created_at >= $1 AND e.created_at <= $2 AND {_FREE}
  AND NOT EXISTS (SELECT FROM emotion_alarms a JOIN messages w ON w.id = a.message_id
    WHERE a.conversation_id = e.conversation_id
    AND w.created_at BETWEEN e.created_at - interval '30 minutes' AND e.created_at)
ORDER BY e.created_at DESC LIMIT $3"""

_UNSURE = f"""{_FOUND} FROM messages m JOIN conversations c ON c.id = m.conversation_id
JOIN {_NEWEST} h ON true
WHERE m.direction = 'inbound' AND m.channel = ANY ($4) AND m.created_at >= $1
  AND m.created_at <= $2 AND h.polarity = 'negative' AND h.confidence < $5 AND {_FREE}
ORDER BY h.confidence, m.created_at DESC LIMIT $3"""

_UNSURE_SINCE = """SELECT count(*) FROM emotion_reviews
WHERE source = 'unsure' AND created_at > $1"""


async def list_false_alarms(
    conn: Connection, since: datetime, now: datetime, *, limit: int
) -> tuple[Candidate, ...]:
    """What staff were called for over an emotion and said that no person was needed for."""
    rows = await conn.fetch(_FALSE_ALARMS, since, now, limit)
    return tuple(
        _candidate(dict(row), "staff", "staff say that no person was needed") for row in rows
    )


async def list_misses(
    conn: Connection, since: datetime, now: datetime, *, limit: int
) -> tuple[Candidate, ...]:
    """What staff took a conversation over after, although no trigger had rung."""
    rows = await conn.fetch(_MISSES, since, now, limit)
    return tuple(
        _candidate(dict(row), "staff", "staff took over and no trigger rang") for row in rows
    )


async def list_unsure(
    conn: Connection,
    since: datetime,
    now: datetime,
    *,
    channels: Sequence[str],
    below: float,
    limit: int,
) -> tuple[Candidate, ...]:
    """What reads badly, with less confidence than `below`; the least sure first."""
    rows = await conn.fetch(_UNSURE, since, now, limit, list(channels), below)
    return tuple(
        _candidate(dict(row), "unsure", f"the scorer is {row['confidence']:.0%} sure")
        for row in rows
    )


async def count_unsure(conn: Connection, since: datetime) -> int:
    """How many were put before a person since then because the scorer was not sure."""
    return int(await conn.fetchval(_UNSURE_SINCE, since))


def _candidate(row: Mapping[str, Any], source: Source, why: str) -> Candidate:
    return Candidate(
        message_id=MessageId(row["id"]),
        language=row["language"],
        source=source,
        why=why,
        ours=to_emotion(row),
    )
