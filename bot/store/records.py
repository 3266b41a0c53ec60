"""What a conversation has left in the database, as plain JSON: for evaluations and for staff."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.store.connection import Connection

_RECORDS = """SELECT jsonb_build_object(
  'mode', c.mode, 'epoch', c.epoch, 'agent', c.agent, 'language', c.language,
  'consent', (SELECT jsonb_object_agg(a.channel, a.consent) FROM addresses a
              WHERE a.customer_id = c.customer_id),
  'quotes', (SELECT coalesce(jsonb_agg(jsonb_build_object('version', q.version, 'total',
  q.total::text,
      'deposit', q.deposit::text, 'lines', q.lines, 'order', q.order_priced)
ORDER BY q.version), '[]')
    FROM quotes q WHERE q.conversation_id = c.id),
  'bookings', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'status', b.status,
      'starts_at', b.starts_at, 'ends_at', b.ends_at, 'agreed', b.agreed_at IS NOT NULL,
      'headcount', b.headcount, 'zip_code', b.zip_code, 'moves', b.moves)
ORDER BY b.created_at), '[]')
    FROM bookings b WHERE b.customer_id = c.customer_id),
  'memories', (SELECT coalesce(jsonb_object_agg(m.kind, m.value), '{}') FROM memories m
    WHERE m.customer_id = c.customer_id AND m.replaced_by IS NULL AND m.forgotten_at IS NULL),
  'cited', (SELECT coalesce(jsonb_agg(DISTINCT p.article), '[]') FROM turn_passages p
    JOIN turns t ON t.id = p.turn_id WHERE t.conversation_id = c.id),
  'unanswered', (SELECT count(*) FROM unanswered_questions u WHERE u.conversation_id = c.id),
  'unaccounted', (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id
    AND m.status = 'received'),
  'escalations', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', e.reason, 'status',
  e.status)
      ORDER BY e.created_at), '[]')
    FROM escalations e WHERE e.conversation_id = c.id),
  'turns', (SELECT coalesce(jsonb_agg(jsonb_build_object('agent', t.agent, 'intent', t.intent,
      'confidence', t.confidence, 'outcome', t.outcome, 'guard', t.guard)
ORDER BY t.created_at), '[]')
    FROM turns t WHERE t.conversation_id = c.id),
  'emotions', (SELECT coalesce(jsonb_agg(jsonb_build_object('primary', h.primary_emotion,
      'polarity', h.polarity, 'intensity', h.intensity) ORDER BY h.created_at), '[]')
    FROM emotion_history h WHERE h.conversation_id = c.id))
FROM conversations c WHERE c.id = $1"""


async def of_conversation(conn: Connection, conversation_id: UUID) -> Mapping[str, object]:
    """Mode, consent, quotes, bookings, escalations, turns and emotions of one conversation."""
    found: Mapping[str, object] = await conn.fetchval(_RECORDS, conversation_id)
    return found


_SET_FREE = "UPDATE chef_assignments SET released_at = now() WHERE released_at IS NULL"

_EVIDENCE = """SELECT (SELECT string_agg(k.result::text, ' ') FROM tool_calls k
    JOIN turns t ON t.id = k.turn_id WHERE t.conversation_id = $1 AND k.ok) AS results,
  (SELECT string_agg(p.text, ' ') FROM turn_passages p JOIN turns t ON t.id = p.turn_id
    WHERE t.conversation_id = $1) AS passages"""


async def free_everybody(conn: Connection) -> None:
    """Let the whole crew off: the next scripted customer finds an empty calendar."""
    await conn.execute(_SET_FREE)


async def evidence_of(conn: Connection, conversation_id: UUID) -> str:
    """What the tools said and the passages found in a conversation, as one text."""
    row = await conn.fetchrow(_EVIDENCE, conversation_id)
    return " ".join(filter(None, row.values())) if row else ""
