"""Alarms that triggers raised, and what a trigger looks back on in the conversation.

Of a message and a trigger there is one alarm, whoever comes first, turn or emotion job. Times are
the caller's, never the database's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import ConversationId, MessageId, StoredMessage
from bot.domain_alarms import Alarm, Rung
from bot.errors import NotFound
from bot.store.connection import Connection
from bot.store.messages import COLUMNS, to_waiting

EARLIER_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A message that the customer wrote before."""

    text: str
    at: datetime
    valence: float | None
    """By the newest reading; None where there is none."""
    is_answered: bool
    """Whether we, bot or staff, have said something to it beyond "I did not understand"."""
    is_waiting: bool = False
    """Whether no turn has dealt with it yet."""


# What staff have let go as settled is over, and the next trouble is another one; what they called
# no trouble at all keeps its trigger quiet.
_RUNG = """SELECT a.trigger, a.created_at, a.strength FROM emotion_alarms a
LEFT JOIN escalations e ON e.id = a.escalation_id
WHERE a.conversation_id = $1 AND a.created_at > $2
  AND (e.resolved_at IS NULL OR e.outcome IS NOT DISTINCT FROM 'not_needed')"""

_IS_PAST = """SELECT CASE WHEN c.mode = 'closed' OR (c.mode = 'bot' AND NOT $3)
  THEN m.status <> 'received' ELSE $2 AND EXISTS (
  SELECT FROM messages o WHERE o.conversation_id = m.conversation_id AND o.seq > m.seq
    AND o.author = 'staff' AND o.status NOT IN ('dropped', 'failed')) END
FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.id = $1"""

_HEARD = f"""SELECT {COLUMNS}, a.consent, m.rest -> 'extras' AS extras,
  coalesce(m.reason, '') AS reason
FROM messages m JOIN addresses a ON a.id = m.address_id WHERE m.id = $1"""

_ADD = """INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act,
  explanation, strength, created_at, escalation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT id FROM escalations
  WHERE conversation_id = $2 AND status <> 'resolved'))
ON CONFLICT ON CONSTRAINT one_alarm_per_trigger DO NOTHING RETURNING true"""

# What came at once waits together: each is judged after those before it, dealt with or not.
_EARLIER = """SELECT left(m.text, 500) AS text, m.created_at, m.turn_id,
  m.status = 'received' AS is_waiting,
  (SELECT h.valence FROM emotion_history h WHERE h.message_id = m.id
   ORDER BY h.created_at DESC, h.id DESC LIMIT 1) AS valence,
  coalesce(t.guard ->> 'understood', '') <> 'false'
    AND t.outcome IN ('answered', 'templated', 'drafted') AND EXISTS (
      SELECT FROM messages o WHERE o.conversation_id = m.conversation_id AND o.seq > m.seq
        AND o.turn_id = m.turn_id AND o.direction = 'outbound') AS replied,
  EXISTS (SELECT FROM messages o WHERE o.conversation_id = m.conversation_id AND o.seq > m.seq
    AND o.author = 'staff' AND o.status NOT IN ('dropped', 'failed')) AS staff_spoke,
  EXISTS (SELECT FROM unanswered_questions q WHERE q.message_id = m.id) AS unknown
FROM messages m LEFT JOIN turns t ON t.id = m.turn_id
WHERE m.conversation_id = $1 AND m.seq < (SELECT seq FROM messages WHERE id = $2)
  AND m.direction = 'inbound' AND m.created_at > $3 AND m.text <> ''
ORDER BY m.seq DESC LIMIT $4"""


async def is_past(
    conn: Connection, message_id: MessageId, *, is_late: bool, is_passed_over: bool = False
) -> bool:
    """Whether a message has had its answer, so that nobody need be called for it.

    Where staff have the floor, they are still told of what they may have written past; of what
    comes late (`is_late`) only if none of them has written since. The same holds of what turns
    pass over (`is_passed_over`), whoever has the floor.
    """
    return bool(await conn.fetchval(_IS_PAST, message_id, is_late, is_passed_over))


async def get_heard(conn: Connection, message_id: MessageId) -> tuple[StoredMessage, str]:
    """A customer's message, and why a turn has ignored it; no reason where none has."""
    row = await conn.fetchrow(_HEARD, message_id)
    if row is None:
        raise NotFound(f"no message {message_id}")
    return to_waiting(dict(row)), row["reason"]


async def list_rung(
    conn: Connection, conversation_id: ConversationId, *, since: datetime
) -> tuple[Rung, ...]:
    """Alarms of the conversation since then that keep their triggers quiet."""
    rows = await conn.fetch(_RUNG, conversation_id, since)
    return tuple(
        Rung(trigger=row["trigger"], at=row["created_at"], strength=row["strength"]) for row in rows
    )


async def add(
    conn: Connection, conversation_id: ConversationId, alarm: Alarm, *, at: datetime
) -> bool:
    """Keep an alarm with the escalation that is open now; False where it has rung before."""
    return bool(
        await conn.fetchval(
            _ADD,
            alarm.message_id,
            conversation_id,
            alarm.trigger,
            alarm.severity.value,
            alarm.act.value,
            alarm.explanation,
            alarm.strength,
            at,
        )
    )


async def list_earlier(
    conn: Connection,
    conversation_id: ConversationId,
    message_id: MessageId,
    *,
    since: datetime,
) -> tuple[Earlier, ...]:
    """What the customer wrote before that message, oldest first."""
    found = await conn.fetch(_EARLIER, conversation_id, message_id, since, EARLIER_MAX)
    rows: Sequence[dict[str, Any]] = [dict(row) for row in reversed(found)]
    # A question stands with the last message of its turn, and was in all of them perhaps.
    unknown = {row["turn_id"] for row in rows if row["unknown"] and row["turn_id"]}
    return tuple(
        Earlier(
            text=row["text"],
            at=row["created_at"],
            valence=row["valence"],
            is_answered=row["staff_spoke"]
            or (bool(row["replied"]) and row["turn_id"] not in unknown),
            is_waiting=row["is_waiting"],
        )
        for row in rows
    )
