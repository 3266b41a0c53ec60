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
  'bookings', (SELECT coalesce(jsonb_agg(jsonb_build_object('status', b.status,
      'starts_at', b.starts_at) ORDER BY b.created_at), '[]')
    FROM bookings b WHERE b.customer_id = c.customer_id),
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
