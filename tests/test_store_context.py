"""All that a turn reads of its conversation comes in one query that only follows indexes."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
from test_schema_plans import FILL, connected

from bot import devstack
from bot.devstack import DevStack
from bot.domain import ConversationId
from bot.errors import NotFound
from bot.store import context, summaries
from bot.store.connection import Pool

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MORE = """INSERT INTO memories (customer_id, kind, value, source, said_at)
  SELECT id, 'diet', 'vegan ' || n, 'customer', now() FROM customers, generate_series(1, 3) n;
INSERT INTO conversation_summaries (conversation_id, up_to_seq, text, writer)
  SELECT id, 5, repeat('word ', 50), 'rules' FROM conversations;
INSERT INTO address_proofs (customer_id, conversation_id, address_id, code_digest, expires_at)
  SELECT c.customer_id, c.id, a.id, '', now() FROM conversations c JOIN addresses a
  USING (customer_id), generate_series(1, 3);
INSERT INTO turns (id, conversation_id, epoch, outcome)
  SELECT uuidv7(make_interval(days => -n)), id, 0, 'answered'
  FROM conversations, generate_series(1, 4) n;
INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer)
  SELECT id, conversation_id, 'happy', 'positive', 0.5, 0.5, 'x' FROM messages
  WHERE direction = 'inbound';
INSERT INTO pauses (started_by, ended_at) SELECT 'U0DANA', now() FROM generate_series(1, 5000);
ANALYZE;"""


def test_it_reads_indexes_and_no_table(stack: DevStack, template: str) -> None:
    """However long the tables are: what runs for every message must not grow with them."""

    async def plans() -> tuple[tuple[str, str], ...]:
        url = await devstack.create_database(stack.database_url, "context_plans", template=template)
        async with connected(url) as conn:
            await conn.execute(FILL + MORE)
            await conn.execute("SET plan_cache_mode = force_generic_plan")
            talk = UUID(int=3)
            asked = (talk, NOW, 30, 60, 24, 16)
            one = await conn.fetch(f"EXPLAIN {context._CONTEXT}", *asked)
            due = await conn.fetch(f"EXPLAIN {summaries._IS_DUE}", talk, 20)
            swept = await conn.fetch(f"EXPLAIN {summaries._DUE}", 20, 500)
            return (
                (_lines(one), "messages_of_conversation"),
                (_lines(due), "messages_of_conversation"),
                (_lines(swept), "turns_pkey(.|\n)*messages_of_conversation"),
            )

    for plan, reads in asyncio.run(plans()):
        assert "Seq Scan" not in plan, plan
        assert re.search(reads, plan), plan


def _lines(plan: list[asyncpg.Record]) -> str:
    return "\n".join(row[0] for row in plan)


async def test_it_brings_what_was_kept_as_it_was_kept(pool: Pool) -> None:
    async with pool.acquire() as conn:
        talk = await _written(conn)
        seqs = [row["seq"] for row in await conn.fetch("SELECT seq FROM messages ORDER BY seq")]
        await conn.execute(
            "INSERT INTO conversation_summaries VALUES ($1, $2, 'Told: vegan', 'rules')",
            talk,
            seqs[19],
        )
        known = await context.get(conn, ConversationId(talk), now=NOW, transcript_max=24)
        assert known.summary == "Told: vegan"
        assert [m.text for m in known.waiting] == ["text 41", "text 42"]
        assert known.waiting[0].extras == {"profile_name": "Ana"}
        assert [m.text for m in known.transcript] == [f"text {n}" for n in range(21, 41)]
        assert known.waiting[0].created_at.tzinfo is not None
        assert known.quote is not None
        assert (known.quote.total, str(known.quote.total)) == (Decimal("1280.50"), "1280.50")
        assert known.quote.expires_at == NOW + timedelta(days=1)
        assert known.last_order == {"guests": {"adult": 20}}
        assert [m.value for m in known.memories] == ["my wife is kosher", "vegan"]
        assert (known.failures, known.awaits_code, known.facts.customer_name) == (0, False, "Ana")
        with pytest.raises(NotFound):
            await context.get(conn, ConversationId(UUID(int=9)), now=NOW, transcript_max=24)


async def _written(conn: asyncpg.Connection) -> UUID:
    """A conversation with something of everything; its id."""
    who = await conn.fetchval("INSERT INTO customers (name) VALUES ('Ana') RETURNING id")
    talk = await conn.fetchval(
        "INSERT INTO conversations (customer_id, channel) VALUES ($1, 'sms') RETURNING id", who
    )
    place = await conn.fetchval(
        "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'sms', '+1') RETURNING id",
        who,
    )
    await conn.execute(
        """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
          status, rest) SELECT $1, $2, 'inbound', 'sms', 'customer', 'text ' || n,
          CASE WHEN n > 40 THEN 'received' ELSE 'answered' END, $3
          FROM generate_series(1, 42) n""",
        talk,
        place,
        {"extras": {"profile_name": "Ana"}},
    )
    await _write_booked(conn, who, talk)
    return UUID(str(talk))


async def _write_booked(conn: asyncpg.Connection, who: UUID, talk: UUID) -> None:
    """A quote, the event that came of it, and two things told."""
    quote = await conn.fetchval(
        """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
          total, deposit, expires_at) VALUES (uuidv7(), $1, $2, 1, $4, '[]', 1280.50, 100, $3)
          RETURNING id""",
        talk,
        who,
        NOW + timedelta(days=1),
        {"guests": {"adult": 20}},
    )
    await conn.execute(
        """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
          starts_at, ends_at, status, headcount, workers, agreed_at)
        VALUES ('AAAA1', $1, $2, $3, 'hibachi', $4, $4::timestamptz + interval '2 hours',
          'completed', 20, 1, $4)""",
        who,
        talk,
        quote,
        NOW,
    )
    for days, value in ((2, "vegan"), (1, "my wife is kosher")):
        await conn.execute(
            """INSERT INTO memories (customer_id, kind, value, source, said_at)
            VALUES ($1, 'diet', $2, 'customer', $3)""",
            who,
            value,
            NOW - timedelta(days=days),
        )
