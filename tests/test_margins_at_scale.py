"""What events leave, asked of a business that has been at it for years."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from follow_up_ground import NOW

from bot.store import margins
from bot.store.connection import Pool

_FILL = """INSERT INTO customers (id) SELECT uuidv7() FROM generate_series(1, 2000);
INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM customers;
INSERT INTO addresses (customer_id, channel, value) SELECT id, 'sms', id::text FROM customers;
INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total, deposit,
  expires_at, headcount)
  SELECT uuidv7(), id, customer_id, 1, '{}', '[]', 550, 100, now(), 10 FROM conversations;
INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service, starts_at, ends_at,
  status, headcount, workers, agreed_at, deposit_paid_at)
SELECT q.id::text, q.customer_id, q.conversation_id, q.id, 'hibachi', at, at + interval '3 hours',
  'confirmed', 10, 1, at - interval '9 days', at - interval '9 days'
FROM (SELECT *, '2026-12-01Z'::timestamptz - (row_number() OVER ()) * interval '1 day' AS at
  FROM quotes) q;
INSERT INTO turns (conversation_id, epoch, outcome)
  SELECT id, 0, 'answered' FROM conversations, generate_series(1, 3);
INSERT INTO llm_calls (step, provider, model, cost, latency_ms, conversation_id)
  SELECT 1, 'openai', 'm', 0.01, 1, id FROM conversations, generate_series(1, 10);
INSERT INTO llm_calls (step, provider, model, cost, latency_ms, turn_id)
  SELECT 1, 'openai', 'm', 0.01, 1, id FROM turns;
INSERT INTO messages (conversation_id, address_id, direction, channel, author, status, sent_at)
  SELECT c.id, a.id, 'outbound', 'sms', 'bot', 'sent', now()
  FROM conversations c JOIN addresses a USING (customer_id), generate_series(1, 5);
ANALYZE;"""


async def test_what_ten_events_left_reads_no_other_customers_calls_or_messages(pool: Pool) -> None:
    """Seen: each look went through every model call that was ever made."""
    async with pool.acquire() as conn:
        await conn.execute(_FILL, timeout=120)
        span = (NOW - timedelta(days=10), NOW)
        asked = (
            (margins._ASKED, span),
            (margins._CARRIED, span),
            (margins._WORKED, (*span, Decimal(2))),
        )
        for query, given in asked:
            plan = await conn.fetch(f"EXPLAIN {query}", *given)
            told = "\n".join(line[0] for line in plan)
            for table in ("llm_calls", "messages", "turns"):
                assert f"Seq Scan on {table} " not in told, told
            if query is margins._ASKED:
                assert "llm_calls_of_conversation" in told, told
                assert "llm_calls_of_turn" in told, told
