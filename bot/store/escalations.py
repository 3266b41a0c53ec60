"""Escalations: the row that hands a conversation to staff, and where its post to the desk is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import ConversationId, EscalationId, MessageId
from bot.domain_alarms import Severity
from bot.store.connection import Connection
from bot.store.handles import SHOWN

WITH_A_PERSON = "a person has the floor"
"""The account of a message that a turn has left to staff (I4)."""
WITH_STAFF = "with staff already"
"""The account of a message that came to an escalation which was open before it (I4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """An escalation claimed for posting, with what the card shows of the customer."""

    id: EscalationId
    conversation_id: ConversationId
    reason: str
    explanation: str
    attempts: int
    in_doubt: bool
    """A post was begun before and never had an outcome: look it up first."""
    first_claimed_at: datetime | None
    created_at: datetime
    customer_name: str
    address: str
    channel: str
    language: str


_OPEN = """INSERT INTO escalations (conversation_id, message_id, reason, explanation, created_at,
  severity)
VALUES ($1, $2, $3, $4, coalesce($5, now()), $6)
ON CONFLICT (conversation_id) WHERE status <> 'resolved' DO NOTHING RETURNING id"""

_CLAIM = f"""WITH before AS (SELECT id, post_status, post_claimed_at FROM escalations
WHERE id = $1 FOR UPDATE),
claimed AS (
  UPDATE escalations e SET post_status = 'posting', post_attempts = post_attempts + 1,
    post_claimed_at = now(), post_due_at = now() + make_interval(secs => $2)
  FROM before b WHERE e.id = b.id AND (e.post_status = 'queued' OR (e.post_status = 'posting'
  AND e.post_due_at < now()))
  RETURNING e.*, b.post_status = 'posting' AS in_doubt, b.post_claimed_at AS first_claimed_at
)
SELECT e.*, p.name, {SHOWN} AS address, c.channel, c.language
FROM claimed e JOIN conversations c ON c.id = e.conversation_id JOIN customers p
ON p.id = c.customer_id
LEFT JOIN LATERAL (SELECT value FROM addresses WHERE customer_id = p.id
  ORDER BY (channel = c.channel) DESC, last_inbound_at DESC NULLS LAST LIMIT 1) a ON true"""

_POSTED = """UPDATE escalations SET post_status = 'posted', desk_channel = $2, desk_ts = $3,
  post_error = NULL
WHERE id = $1 AND post_status = 'posting'"""

_RETRY = """UPDATE escalations SET post_status = 'queued', post_due_at = $2, post_error = $3
WHERE id = $1 AND post_status = 'posting'"""

_DOUBT = """UPDATE escalations SET post_due_at = now() + make_interval(secs => $2),
  post_error = $3 WHERE id = $1 AND post_status = 'posting'"""

_REDRAW = """UPDATE escalations SET card_wanted = card_wanted + 1,
  card_due_at = coalesce(card_due_at, now()) WHERE id = $1"""

_RAISE = """UPDATE escalations SET severity = $2, card_wanted = card_wanted + 1,
  card_due_at = coalesce(card_due_at, now())
WHERE id = $1 AND status <> 'resolved' AND severity = ANY ($3::text[]) RETURNING true"""

_DUE = """SELECT id FROM escalations WHERE post_status IN ('queued', 'posting')
  AND post_due_at <= $1
ORDER BY post_due_at LIMIT $2"""


async def open_once(
    conn: Connection,
    conversation_id: ConversationId,
    *,
    message_id: MessageId | None,
    reason: str,
    explanation: str,
    severity: Severity = Severity.NORMAL,
    at: datetime | None = None,
) -> EscalationId | None:
    """Open an escalation, or None where one is open: never two cards for one trouble."""
    row_id = await conn.fetchval(
        _OPEN, conversation_id, message_id, reason, explanation, at, severity.value
    )
    return None if row_id is None else EscalationId(row_id)


async def claim_post(
    conn: Connection, escalation_id: EscalationId, *, claim_s: float
) -> Escalation | None:
    """Take the posting of a card, or None where it is posted or another worker is at it."""
    row = await conn.fetchrow(_CLAIM, escalation_id, claim_s)
    if row is None:
        return None
    facts: dict[str, Any] = dict(row)
    return Escalation(
        id=EscalationId(facts["id"]),
        conversation_id=ConversationId(facts["conversation_id"]),
        reason=facts["reason"],
        explanation=facts["explanation"],
        attempts=facts["post_attempts"],
        in_doubt=facts["in_doubt"],
        first_claimed_at=facts["first_claimed_at"],
        created_at=facts["created_at"],
        customer_name=facts["name"] or "",
        address=facts["address"] or "",
        channel=facts["channel"],
        language=facts["language"] or "",
    )


async def mark_posted(
    conn: Connection, escalation_id: EscalationId, *, desk_channel: str, desk_ts: str
) -> None:
    """Keep where the card stands: staff answer in that thread."""
    await conn.execute(_POSTED, escalation_id, desk_channel, desk_ts)


async def retry_post(
    conn: Connection, escalation_id: EscalationId, *, due_at: datetime, error: str
) -> None:
    """The desk did not take the card; it stays owed."""
    await conn.execute(_RETRY, escalation_id, due_at, error)


async def leave_in_doubt(
    conn: Connection, escalation_id: EscalationId, *, look_after_s: float, error: str
) -> None:
    """No answer came: look for the card before posting it again."""
    await conn.execute(_DOUBT, escalation_id, look_after_s, error)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[EscalationId, ...]:
    """Cards that are owed to the desk."""
    return tuple(EscalationId(row["id"]) for row in await conn.fetch(_DUE, now, limit))


async def raise_severity(conn: Connection, escalation_id: EscalationId, severity: Severity) -> bool:
    """Make an open one as pressing as that, its card drawn anew; False where it is already."""
    less = [each.value for each in Severity if each.weight < severity.weight]
    return bool(await conn.fetchval(_RAISE, escalation_id, severity.value, less))


async def want_redraw(conn: Connection, escalation_id: EscalationId) -> None:
    """Its card must show something new; inside the transaction that changes it."""
    await conn.execute(_REDRAW, escalation_id)
