"""What the card of an escalation shows, and when it is to be redrawn.

An escalation's card is drawn from its row as it is at that moment. A redraw is claimed, so that of
two workers the later picture is never overwritten by the earlier; what is shown only goes up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain import NOTHING, ConversationId, CustomerId, EscalationId, MessageId
from bot.store.connection import Connection
from bot.store.desk_notices import NoticeId
from bot.store.handles import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """An escalation with what its card shows of the customer."""

    id: EscalationId
    conversation_id: ConversationId
    customer_id: CustomerId
    message_id: MessageId | None
    reason: str
    explanation: str
    severity: str
    status: str
    post_status: str
    desk_channel: str
    desk_ts: str
    created_at: datetime
    claimed_by: str
    """The holder's name, or their id where nobody looked them up."""
    holder_id: str
    held_since: datetime | None
    waiting_since: datetime | None
    reminded: int
    snoozed_until: datetime | None
    resolved_by: str
    resolved_at: datetime | None
    outcome: str
    weighed: tuple[str, ...]
    suggestion: str | None
    told: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Translations of the customer's words for staff, by message id."""
    card_wanted: int
    bundle_id: NoticeId | None
    customer_name: str
    address: str
    channel: str
    language: str
    consent: str
    suspended_reason: str
    last_inbound_at: datetime | None


_GET = f"""SELECT e.id, e.conversation_id, c.customer_id, e.message_id, e.reason, e.explanation,
  e.severity, e.status, e.post_status, e.desk_channel, e.desk_ts, e.created_at, e.held_since,
  e.waiting_since, e.reminded, e.snoozed_until, e.resolved_at, e.outcome, e.weighed, e.suggestion,
  e.told,
  e.card_wanted, e.bundle_id, coalesce(h.name, e.claimed_by) AS claimed_by,
  e.claimed_by AS holder_id, coalesce(r.name, e.resolved_by) AS resolved_by,
  p.name AS customer_name, {SHOWN} AS address,
  coalesce(a.channel, c.channel) AS channel, c.language, a.consent, a.suspended_reason,
  a.last_inbound_at
FROM escalations e JOIN conversations c ON c.id = e.conversation_id
JOIN customers p ON p.id = c.customer_id
LEFT JOIN staff_members h ON h.id = e.claimed_by
LEFT JOIN staff_members r ON r.id = e.resolved_by
LEFT JOIN LATERAL (SELECT channel, value, consent, suspended_reason, last_inbound_at
  FROM addresses WHERE customer_id = p.id
  ORDER BY (channel = c.channel) DESC, last_inbound_at DESC NULLS LAST LIMIT 1) a ON true
WHERE e.id = $1"""

# The moment before which nobody else redraws it: while somebody does, and a while after.
_CLAIM = """UPDATE escalations SET card_due_at = now() + make_interval(secs => $2)
WHERE id = $1 AND card_wanted > card_shown AND post_status IN ('posted', 'bundled')
  AND (card_due_at IS NULL OR card_due_at <= clock_timestamp()) RETURNING card_wanted"""

_WAIT = """SELECT extract(epoch FROM card_due_at - clock_timestamp())::float8 FROM escalations
WHERE id = $1 AND card_wanted > card_shown AND post_status IN ('posted', 'bundled')"""

_SHOWN = """UPDATE escalations SET card_shown = greatest(card_shown, $2),
  card_due_at = now() + make_interval(secs => $3)
WHERE id = $1 RETURNING card_wanted > card_shown"""

_AGAIN = "UPDATE escalations SET card_due_at = now() + make_interval(secs => $2) WHERE id = $1"

_LOST = """UPDATE escalations SET post_status = 'queued', post_due_at = now(), desk_channel = NULL,
  desk_ts = NULL, card_shown = greatest(card_shown, $3), card_due_at = NULL
WHERE id = $1 AND post_status = 'posted' AND desk_ts = $2 AND status <> 'resolved' RETURNING true"""

_DUE = """SELECT id FROM escalations WHERE card_wanted > card_shown AND card_due_at <= now()
  AND post_status IN ('posted', 'bundled') ORDER BY card_due_at LIMIT $1"""

_WEIGHED = "UPDATE escalations SET weighed = $2 WHERE id = $1"

_TOLD = "UPDATE escalations SET told = told || $2 WHERE id = $1"

# Words that answer all but the customer's last are not offered: whoever was slower comes too late.
_SUGGEST = """UPDATE escalations e SET suggestion = $2, card_wanted = card_wanted + 1,
  card_due_at = coalesce(card_due_at, now())
WHERE id = $1 AND status <> 'resolved' AND suggestion IS DISTINCT FROM $2
  AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = e.conversation_id
    AND m.seq > $3 AND m.direction = 'inbound') RETURNING true"""

# Whoever words the one that is dropped now may end in peace; the next one begins at once.
_DROP = """UPDATE escalations SET suggestion = NULL, suggesting_at = NULL
WHERE id = $1 AND (suggestion IS NOT NULL OR suggesting_at IS NOT NULL)"""

_BEGIN = """UPDATE escalations SET suggesting_at = now() WHERE id = $1 AND status = 'open'
  AND suggestion IS NULL
  AND (suggesting_at IS NULL OR suggesting_at < now() - make_interval(secs => $2))
RETURNING true"""

_END = "UPDATE escalations SET suggesting_at = NULL WHERE id = $1"

_NEWEST = """SELECT seq FROM messages WHERE conversation_id = $1 AND direction = 'inbound'
ORDER BY seq DESC LIMIT 1"""

# Found by the index of open escalations. A line of a storm's post needs none before its card.
_TO_SUGGEST = """SELECT id FROM escalations WHERE status = 'open' AND suggestion IS NULL
  AND created_at > $1 AND post_status <> 'bundled'
  AND (suggesting_at IS NULL OR suggesting_at < now() - interval '1 minute')
ORDER BY created_at LIMIT $2"""

_WAITING = """SELECT m.text FROM messages m JOIN escalations e ON e.message_id = m.id
WHERE e.id = $1"""

# In one order, so that two who have read more of the same conversations do not wait in a ring.
_FELT_ANEW = """UPDATE escalations e SET card_wanted = card_wanted + 1,
  card_due_at = coalesce(card_due_at, now())
FROM (SELECT id FROM escalations WHERE conversation_id = ANY ($1::uuid[]) AND status <> 'resolved'
  ORDER BY id FOR NO KEY UPDATE) AS open
WHERE e.id = open.id RETURNING e.id"""


async def get(conn: Connection, escalation_id: EscalationId) -> CardRow | None:
    """What the card shows now, or None where there is no such escalation."""
    row = await conn.fetchrow(_GET, escalation_id)
    if row is None:
        return None
    facts: dict[str, Any] = dict(row)
    words = (
        "desk_channel",
        "desk_ts",
        "claimed_by",
        "holder_id",
        "resolved_by",
        "outcome",
        "customer_name",
        "address",
        "language",
        "consent",
        "suspended_reason",
    )
    facts |= {name: facts[name] or "" for name in words}
    return CardRow(**{**facts, "weighed": tuple(facts["weighed"])})


async def claim_redraw(
    conn: Connection, escalation_id: EscalationId, *, lease_s: float
) -> int | None:
    """Take the redrawing of a card: the count it will show; None where nothing is to be shown now.

    `wait_for_redraw` tells whether that is only because somebody else is at it.
    """
    wanted: int | None = await conn.fetchval(_CLAIM, escalation_id, lease_s)
    return wanted


async def wait_for_redraw(conn: Connection, escalation_id: EscalationId) -> float | None:
    """Seconds until a wanted redraw may be done; None where none is wanted."""
    wait_s: float | None = await conn.fetchval(_WAIT, escalation_id)
    return None if wait_s is None else max(wait_s, 0.0)


async def mark_shown(
    conn: Connection, escalation_id: EscalationId, *, shown: int, pause_s: float
) -> bool:
    """The card shows that count, and rests for so long; whether more is wanted meanwhile."""
    return bool(await conn.fetchval(_SHOWN, escalation_id, shown, pause_s))


async def redraw_later(conn: Connection, escalation_id: EscalationId, *, wait_s: float) -> None:
    """The desk did not take the redraw; it stays wanted."""
    await conn.execute(_AGAIN, escalation_id, wait_s)


async def post_anew(
    conn: Connection, escalation_id: EscalationId, *, gone_ts: str, shown: int
) -> bool:
    """The card cannot be changed any more: owe another, once however many find that out.

    False where it is owed already, or where the escalation is over.
    """
    return bool(await conn.fetchval(_LOST, escalation_id, gone_ts, shown))


async def list_due(conn: Connection, *, limit: int) -> tuple[EscalationId, ...]:
    """Cards that show less than they should."""
    return tuple(EscalationId(row["id"]) for row in await conn.fetch(_DUE, limit))


async def keep_weighed(conn: Connection, escalation_id: EscalationId, words: Sequence[str]) -> None:
    """Keep which of the customer's words weighed most."""
    await conn.execute(_WEIGHED, escalation_id, list(words))


async def keep_told(conn: Connection, escalation_id: EscalationId, told: Mapping[str, str]) -> None:
    """Keep translations for staff, by message id, so that no redraw asks for them again."""
    await conn.execute(_TOLD, escalation_id, dict(told))


async def begin_suggestion(
    conn: Connection, escalation_id: EscalationId, *, within_s: float
) -> bool:
    """Take the wording of a reply; False where another worker is at it, or nobody needs one.

    Whoever rings late, for a card that has its suggestion, costs no second call of a model.
    """
    return bool(await conn.fetchval(_BEGIN, escalation_id, within_s))


async def end_suggestion(conn: Connection, escalation_id: EscalationId) -> None:
    """It is worded, or given up; in the transaction that keeps it."""
    await conn.execute(_END, escalation_id)


async def keep_suggestion(
    conn: Connection, escalation_id: EscalationId, text: str, *, up_to: int
) -> bool:
    """Keep a reply for staff to send, empty where none can be made; whether the card changes.

    Args:
        up_to: the last message of the customer that it answers; see `find_newest`.
    """
    return bool(await conn.fetchval(_SUGGEST, escalation_id, text, up_to))


async def drop_suggestion(conn: Connection, escalation_id: EscalationId) -> None:
    """The customer has written more, which it does not answer; inside the turn's transaction."""
    await conn.execute(_DROP, escalation_id)


async def find_newest(conn: Connection, conversation_id: ConversationId) -> int:
    """The place of the customer's last message in the conversation; 0 where there is none."""
    return await conn.fetchval(_NEWEST, conversation_id) or 0


async def list_to_suggest(
    conn: Connection, *, since: datetime, limit: int
) -> tuple[EscalationId, ...]:
    """Escalations opened since then for which nobody has tried to word a reply."""
    return tuple(EscalationId(row["id"]) for row in await conn.fetch(_TO_SUGGEST, since, limit))


async def read_cause(conn: Connection, escalation_id: EscalationId) -> str:
    """The customer's words that caused it; empty where none did."""
    return await conn.fetchval(_WAITING, escalation_id) or ""


async def want_felt(
    conn: Connection, conversations: Sequence[ConversationId]
) -> tuple[EscalationId, ...]:
    """Emotions of these were read: whose open card must show it."""
    rows = await conn.fetch(_FELT_ANEW, list(conversations))
    return tuple(EscalationId(row["id"]) for row in rows)
