"""Who of staff holds a conversation, since when, and what is owed to them by the clock.

One row of the table of escalations with what the desk needs of its conversation. Each function is
one step inside the caller's transaction, which has locked the conversation before (`lock`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg

from bot.domain import ConversationId, CustomerId, EscalationId, Mode, StoredMessage
from bot.store.connection import Connection
from bot.store.desk_notices import NoticeId
from bot.store.messages import COLUMNS, stored

Status = Literal["open", "claimed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorRow:
    """An escalation as the desk sees it, and what the deed that returned it left to be rung for."""

    escalation_id: EscalationId
    conversation_id: ConversationId
    customer_id: CustomerId
    customer_name: str
    channel: str
    """The one last written on."""
    language: str
    """Empty where none is known."""
    mode: Mode
    epoch: int
    """The conversation's present owner count."""
    reason: str
    explanation: str
    status: Status
    created_at: datetime
    holder: str = ""
    """Slack id of who holds it; empty: nobody."""
    holder_name: str = ""
    claimed_at: datetime | None = None
    """When anybody first did."""
    held_since: datetime | None = None
    kept_at: datetime | None = None
    """When the holder last said that they keep it although nobody writes."""
    answered_at: datetime | None = None
    """When staff's first words to the customer were written."""
    waiting_since: datetime | None = None
    """The customer's first words that staff have not answered."""
    last_word_at: datetime | None = None
    remind_at: datetime | None = None
    reminded: int = 0
    """How often, in the present state."""
    snoozed_until: datetime | None = None
    returns_at: datetime | None = None
    return_told_at: datetime | None = None
    resolved_by: str = ""
    outcome: str = ""
    desk_channel: str = ""
    desk_ts: str = ""
    """With `desk_channel` where the card stands; empty: not yet."""
    is_new: bool = False
    """This deed opened it: its card is owed."""
    is_changed: bool = False
    """This deed changed it; False where all was so already."""
    owed: tuple[NoticeId, ...] = ()
    """Posts that this deed owes to the desk."""
    writes_customer: bool = False
    """This deed put words for the customer into the outbox."""
    is_bots_turn: bool = False
    """This deed left something for the bot to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Who spoke when since staff have the conversation, read from the messages themselves."""

    waiting_since: datetime | None
    staff_first_at: datetime | None
    last_word_at: datetime | None


_ROW = """SELECT e.id AS escalation_id, e.conversation_id, c.customer_id,
  coalesce(p.name, '') AS customer_name, c.channel,
  coalesce(c.language, p.language, '') AS language, c.mode, c.epoch, e.reason, e.explanation,
  e.status, e.created_at, coalesce(e.claimed_by, '') AS holder,
  coalesce(s.name, e.claimed_by, '') AS holder_name, e.claimed_at, e.held_since, e.kept_at,
  e.answered_at, e.waiting_since, e.last_word_at, e.remind_at, e.reminded, e.snoozed_until,
  e.returns_at, e.return_told_at, coalesce(e.resolved_by, '') AS resolved_by,
  coalesce(e.outcome, '') AS outcome, coalesce(e.desk_channel, '') AS desk_channel,
  coalesce(e.desk_ts, '') AS desk_ts
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id LEFT JOIN staff_members s ON s.id = e.claimed_by"""

_GET = f"{_ROW} WHERE e.id = $1"

_OPEN = f"{_ROW} WHERE e.conversation_id = $1 AND e.status <> 'resolved'"

_BY_THREAD = f"{_ROW} WHERE e.desk_channel = $1 AND e.desk_ts = $2"

_LOCK_CONVERSATION = """SELECT c.id FROM conversations c
WHERE c.id = (SELECT conversation_id FROM escalations WHERE id = $1) FOR NO KEY UPDATE"""

_LOCK = f"{_ROW} WHERE e.id = $1 FOR UPDATE OF e"

_CLAIM = """UPDATE escalations SET status = 'claimed', claimed_by = $2,
  claimed_at = coalesce(claimed_at, $3), held_since = $3, snoozed_until = NULL
WHERE id = $1"""

_RESOLVE = """UPDATE escalations SET status = 'resolved', resolved_at = $4, resolved_by = $2,
  outcome = $3, remind_at = NULL, returns_at = NULL, snoozed_until = NULL WHERE id = $1"""

_SNOOZE = "UPDATE escalations SET snoozed_until = $2 WHERE id = $1"

_KEEP = "UPDATE escalations SET kept_at = $2 WHERE id = $1"

_TIMES = """UPDATE escalations SET waiting_since = $2, answered_at = $3, last_word_at = $4,
  remind_at = $5, reminded = $6, returns_at = $7, return_told_at = $8 WHERE id = $1"""

# Words that failed or were undone answered nobody. A customer's message waits for staff where a
# turn has left it to them, or where it is why they were called; one that was ignored for another
# reason, such as a thumb up, waits for nothing. The rows are few and found by conversation.
# Who has opted out waits for no answer: none may leave.
_EXCHANGE = """WITH since AS (
  SELECT coalesce((SELECT m.seq FROM messages m WHERE m.id = e.message_id),
    (SELECT max(m.seq) + 1 FROM messages m WHERE m.conversation_id = e.conversation_id
       AND m.created_at < e.created_at), 0) AS seq, e.conversation_id, e.message_id
  FROM escalations e WHERE e.id = $1
), said AS (
  SELECT m.seq, m.created_at, m.direction = 'outbound' AS by_staff FROM messages m, since
  WHERE m.conversation_id = since.conversation_id AND m.seq >= since.seq AND (
    (m.direction = 'outbound' AND m.author = 'staff' AND m.status NOT IN ('dropped', 'failed'))
    OR (m.direction = 'inbound' AND m.kind <> 'reaction' AND (m.status = 'received'
      OR m.id = since.message_id OR (m.status = 'ignored' AND m.reason = ANY ($2)))
      AND NOT EXISTS (SELECT FROM addresses a WHERE a.id = m.address_id AND a.consent = 'revoked')))
)
SELECT min(created_at) FILTER (WHERE by_staff) AS staff_first_at, max(created_at) AS last_word_at,
  min(created_at) FILTER (WHERE NOT by_staff AND seq > coalesce(
    (SELECT max(seq) FROM said WHERE by_staff), 0)) AS waiting_since
FROM said"""

# What staff have said something after is theirs; what came later may wait for the bot again.
_LEFT = """m.conversation_id = $1 AND m.direction = 'inbound' AND m.status = 'ignored'
  AND m.reason = ANY ($2) AND m.seq >= coalesce((SELECT w.seq FROM messages w
    JOIN escalations e ON e.message_id = w.id WHERE e.id = $3), 0)
  AND (m.created_at >= $4 OR EXISTS (SELECT FROM escalations e WHERE e.id = $3
    AND e.message_id IS NOT NULL))
  AND m.seq > coalesce((SELECT max(seq) FROM messages WHERE conversation_id = $1
    AND direction = 'outbound' AND author = 'staff' AND status NOT IN ('dropped', 'failed')), 0)"""

_COUNT_LEFT = f"SELECT count(*) FROM messages m WHERE {_LEFT}"

_FREE = f"""UPDATE messages m SET status = 'received', reason = NULL, turn_id = NULL,
  updated_at = now() WHERE {_LEFT}"""

_OLDEST_WAITING = f"""SELECT {COLUMNS} FROM messages m
WHERE m.conversation_id = $1 AND m.direction = 'inbound' AND m.status = 'received'
ORDER BY m.seq LIMIT 1"""

_REMIND = """SELECT id FROM escalations WHERE status <> 'resolved' AND remind_at <= $1
ORDER BY remind_at LIMIT $2"""

_RETURN = """SELECT id FROM escalations WHERE status = 'claimed' AND returns_at <= $2
  AND (return_told_at IS NULL OR returns_at <= $1) ORDER BY returns_at LIMIT $3"""


def _row(found: asyncpg.Record | None) -> FloorRow | None:
    if found is None:
        return None
    facts: dict[str, Any] = dict(found)
    return FloorRow(**{**facts, "mode": Mode(facts["mode"])})


async def get(conn: Connection, escalation_id: EscalationId) -> FloorRow | None:
    """An escalation as it is now, resolved ones too; None where there is none of that id."""
    return _row(await conn.fetchrow(_GET, escalation_id))


async def find_open(conn: Connection, conversation_id: ConversationId) -> FloorRow | None:
    """The escalation that a conversation is with staff for, claimed or not."""
    return _row(await conn.fetchrow(_OPEN, conversation_id))


async def find_by_thread(conn: Connection, channel: str, ts: str) -> FloorRow | None:
    """The escalation whose card is the root of that thread."""
    return _row(await conn.fetchrow(_BY_THREAD, channel, ts))


async def lock(conn: Connection, escalation_id: EscalationId) -> FloorRow | None:
    """The escalation, nobody else changing it or its conversation until the transaction ends.

    The conversation is locked first, as turns do, so that a turn and a claim wait for each other
    and never for ever.
    """
    await conn.fetchrow(_LOCK_CONVERSATION, escalation_id)
    return _row(await conn.fetchrow(_LOCK, escalation_id))


async def claim(conn: Connection, escalation_id: EscalationId, *, by: str, at: datetime) -> None:
    """Somebody holds it from now on."""
    await conn.execute(_CLAIM, escalation_id, by, at)


async def resolve(
    conn: Connection, escalation_id: EscalationId, *, by: str, outcome: str, at: datetime
) -> None:
    """It is over; `by` is empty where the clock ended it."""
    await conn.execute(_RESOLVE, escalation_id, by or None, outcome, at)


async def snooze(conn: Connection, escalation_id: EscalationId, until: datetime) -> None:
    """Nobody is to be reminded before then."""
    await conn.execute(_SNOOZE, escalation_id, until)


async def keep(conn: Connection, escalation_id: EscalationId, *, at: datetime) -> None:
    """Its holder has said that they keep it: the idle time starts anew."""
    await conn.execute(_KEEP, escalation_id, at)


async def write_times(conn: Connection, row: FloorRow) -> None:
    """Keep what follows from who spoke when."""
    await conn.execute(
        _TIMES,
        row.escalation_id,
        row.waiting_since,
        row.answered_at,
        row.last_word_at,
        row.remind_at,
        row.reminded,
        row.returns_at,
        row.return_told_at,
    )


async def read_exchange(
    conn: Connection, escalation_id: EscalationId, *, left_to_staff: Sequence[str]
) -> Exchange:
    """Who spoke when; `left_to_staff` are the accounts of messages that a turn left to a person."""
    found = await conn.fetchrow(_EXCHANGE, escalation_id, list(left_to_staff))
    return Exchange(**dict(found or {}))


async def count_left(conn: Connection, row: FloorRow, *, left_to_staff: Sequence[str]) -> int:
    """How much the customer wrote after staff's last words that a turn has left to staff."""
    return int(await conn.fetchval(_COUNT_LEFT, *_left_of(row, left_to_staff)))


async def free_messages(conn: Connection, row: FloorRow, *, left_to_staff: Sequence[str]) -> int:
    """Let the same wait for a turn again; how many."""
    done = await conn.execute(_FREE, *_left_of(row, left_to_staff))
    return int(done.split()[-1])


def _left_of(row: FloorRow, left_to_staff: Sequence[str]) -> tuple[object, ...]:
    return row.conversation_id, list(left_to_staff), row.escalation_id, row.created_at


async def find_oldest_waiting(
    conn: Connection, conversation_id: ConversationId
) -> StoredMessage | None:
    """The first of what no turn has read yet."""
    found = await conn.fetchrow(_OLDEST_WAITING, conversation_id)
    return None if found is None else stored(dict(found))


async def list_to_remind(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[EscalationId, ...]:
    """Escalations of which somebody is to be reminded."""
    return tuple(EscalationId(row["id"]) for row in await conn.fetch(_REMIND, now, limit))


async def list_to_return(
    conn: Connection, *, now: datetime, ahead: timedelta, limit: int
) -> tuple[EscalationId, ...]:
    """Escalations that the bot takes back now, or of which staff are to be told so."""
    rows = await conn.fetch(_RETURN, now, now + ahead, limit)
    return tuple(EscalationId(row["id"]) for row in rows)
