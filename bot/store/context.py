"""All that a turn reads of its conversation, in one query that only follows indexes.

Facts, summary, memories, what waits, the transcript after the summary, the quote in hand, the open
terms and the last order come back as one row. bot/loading.py makes a situation of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.domain import ConversationId, Emotion, MessageId, Quote, StoredMessage
from bot.domain_answers import Memory
from bot.domain_booking import Proposal
from bot.errors import NotFound
from bot.store import pauses
from bot.store.connection import Connection
from bot.store.conversations import ConversationFacts, to_facts
from bot.store.emotions import to_emotion
from bot.store.messages import COLUMNS, WAITING_MAX, stored, to_waiting
from bot.store.proposals import OPEN, to_proposal
from bot.store.quotes import LATEST, to_quote
from bot.store.turns import FAILURES

MEMORIES_MAX = 30
RECENT_MIN = 16
"""So many messages are read whole even where the summary holds some of them: who reads a party or
a yes out of words needs the words."""

_CONTEXT = f"""SELECT c.customer_id, c.channel, c.agent, c.language, c.mode, c.epoch, p.name,
  p.language AS spoken, c.staff_note,
  EXISTS (SELECT FROM escalations e WHERE e.conversation_id = c.id
    AND e.status <> 'resolved') AS escalated,
  EXISTS (SELECT FROM address_proofs a WHERE a.customer_id = p.id AND a.conversation_id = c.id
    AND a.proved_at IS NULL AND a.expires_at > $2::timestamptz - interval '1 hour') AS awaits_code,
  coalesce(s.text, '') AS summary,
  EXISTS ({pauses.OPEN}) AS paused,
  EXISTS (SELECT FROM addresses l WHERE l.customer_id = p.id AND l.consent = 'revoked') AS has_left,
  (SELECT jsonb_agg(kept) FROM (SELECT kind, value, source, said_at, message_id FROM memories
     WHERE customer_id = p.id AND replaced_by IS NULL AND forgotten_at IS NULL
     ORDER BY said_at DESC, id DESC LIMIT $3) kept) AS memories,
  (SELECT jsonb_agg(waits) FROM (SELECT {COLUMNS}, a.consent, m.rest -> 'extras' AS extras,
       (SELECT to_jsonb(h) FROM emotion_history h WHERE h.message_id = m.id
        ORDER BY h.created_at DESC, h.id DESC LIMIT 1) AS felt
     FROM messages m JOIN addresses a ON a.id = m.address_id
     WHERE m.conversation_id = c.id AND m.status = 'received'
     ORDER BY m.seq DESC LIMIT $4) waits) AS waiting,
  (SELECT jsonb_agg(said) FROM (
     SELECT {COLUMNS}, row_number() OVER (ORDER BY m.seq DESC) AS place,
       CASE WHEN m.direction = 'inbound' THEN (SELECT to_jsonb(h) FROM emotion_history h
         WHERE h.message_id = m.id ORDER BY h.created_at DESC, h.id DESC LIMIT 1) END AS felt
     FROM messages m
     WHERE m.conversation_id = c.id AND m.status NOT IN ('received', 'dropped')
     ORDER BY m.seq DESC LIMIT $5) said
   WHERE said.seq > coalesce(s.up_to_seq, 0) OR said.place <= $6) AS transcript,
  (SELECT to_jsonb(offered) FROM ({LATEST}) offered) AS quote,
  (SELECT to_jsonb(stated) FROM ({OPEN}) stated) AS proposal,
  (SELECT q.order_priced FROM bookings b JOIN quotes q ON q.id = b.quote_id
     WHERE b.customer_id = p.id AND b.agreed_at IS NOT NULL
       AND b.status IN ('held', 'confirmed', 'changed', 'completed')
     ORDER BY b.starts_at DESC LIMIT 1) AS last_order,
  (SELECT t.intent FROM turns t WHERE t.conversation_id = c.id AND t.intent IS NOT NULL
     ORDER BY t.created_at DESC LIMIT 1) AS last_intent,
  ({FAILURES}) AS failures
FROM conversations c JOIN customers p ON p.id = c.customer_id
LEFT JOIN conversation_summaries s ON s.conversation_id = c.id
WHERE c.id = $1"""

_IDS = frozenset("id address_id conversation_id booking_id quote_id message_id customer_id".split())
_TIMES = frozenset("created_at said_at expires_at".split())
_SUMS = frozenset("total deposit shortfall travel gratuity_least gratuity_most".split())
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The row."""

    facts: ConversationFacts
    paused: bool
    """Whether the bot answers nobody by itself."""
    has_left: bool
    """Whether they have opted out at one of their addresses."""
    awaits_code: bool
    """Whether a code was sent to an address that the customer says is theirs too."""
    summary: str
    memories: tuple[Memory, ...]
    """Newest first."""
    waiting: tuple[StoredMessage, ...]
    """Oldest first, as the transcript is."""
    emotions: Mapping[MessageId, Emotion]
    earlier_emotions: Mapping[MessageId, Emotion]
    """Of the customer's messages in the transcript."""
    transcript: tuple[StoredMessage, ...]
    quote: Quote | None
    proposal: Proposal | None
    last_order: Mapping[str, object] | None
    last_intent: str | None
    """What the customer wanted in the turn before."""
    failures: int


async def get(
    conn: Connection,
    conversation_id: ConversationId,
    *,
    now: datetime,
    transcript_max: int,
) -> Context:
    """The conversation as it stands.

    Raises:
        NotFound: there is no such conversation.
    """
    limits = (MEMORIES_MAX, WAITING_MAX, transcript_max, RECENT_MIN)
    found = await conn.fetchrow(_CONTEXT, conversation_id, now, *limits)
    if found is None:
        raise NotFound(f"conversation {conversation_id}")
    row = dict(found)
    waiting = _rows(row["waiting"])
    said = _rows(row["transcript"])
    return Context(
        facts=to_facts(row),
        paused=row["paused"],
        has_left=row["has_left"],
        awaits_code=row["awaits_code"],
        summary=row["summary"],
        memories=tuple(Memory(**kept) for kept in _rows(row["memories"])),
        waiting=tuple(to_waiting(each) for each in reversed(waiting)),
        emotions=_felt(waiting),
        earlier_emotions=_felt(said),
        transcript=tuple(stored(each) for each in reversed(said)),
        quote=to_quote(_revived(row["quote"])) if row["quote"] else None,
        proposal=to_proposal(_revived(row["proposal"])) if row["proposal"] else None,
        last_order=row["last_order"],
        last_intent=row["last_intent"],
        failures=int(row["failures"]),
    )


def _felt(rows: Sequence[Mapping[str, Any]]) -> Mapping[MessageId, Emotion]:
    return {MessageId(row["id"]): to_emotion(row["felt"]) for row in rows if row["felt"]}


def _rows(listed: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    return [_revived(each) for each in listed or ()]


def _revived(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, with its ids, times and sums as the columns have them."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _IDS:
        return UUID(value)
    if name in _TIMES:
        return datetime.fromisoformat(value)
    # A sum has twelve digits at most, which survive the way over a float.
    return Decimal(str(value)).quantize(_CENT) if name in _SUMS else value
