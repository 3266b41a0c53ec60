"""What runs for every message or every sweep reads an index, however long its table is.

Plans are read on a filled database, because on an empty one every plan looks alike.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from bot import devstack
from bot.devstack import DevStack
from bot.store import (
    assignments,
    booking_writes,
    bookings,
    calendars,
    conversations,
    crew,
    follow_ups,
    memories,
    messages,
    outbox,
    proposals,
    receipts,
    summaries,
)

Conn = asyncpg.Connection


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Conn]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


# ── Hot queries use their indexes ───────────────────────────────────────────────────────────

FILL = """
INSERT INTO customers (id) SELECT uuidv7() FROM generate_series(1, 2000);
INSERT INTO addresses (customer_id, channel, value)
  SELECT id, 'sms', '+1' || row_number() OVER () FROM customers;
INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM customers;
INSERT INTO addresses (customer_id, channel, value)
  SELECT id, 'email', id || '@example.com' FROM customers;
INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, text,
  status, scored, due_at, created_at, claimed_until)
SELECT c.id, a.id, CASE n % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END, 'sms',
  'SM' || a.value || 'n' || n, CASE n % 2 WHEN 0 THEN 'customer' ELSE 'bot' END,
  repeat('word ', 20),
  CASE n % 2 WHEN 0 THEN 'answered' ELSE 'delivered' END, true, now(), now(), now()
FROM generate_series(1, 20) n, conversations c JOIN addresses a USING (customer_id)
WHERE a.channel = 'sms';
WITH few AS (SELECT id, row_number() OVER () AS n FROM messages LIMIT 40)
UPDATE messages m SET scored = few.n % 4 <> 0,
  status = (ARRAY['received', 'queued', 'sending', 'queued'])[1 + few.n % 4]
  FROM few WHERE few.id = m.id;
INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total, deposit,
  expires_at, headcount)
  SELECT uuidv7(), id, customer_id, 1, '{}', '[]', 550, 100, now(), 10 FROM conversations;
INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service, starts_at, ends_at,
  status, headcount, workers, agreed_at, held_until)
SELECT q.customer_id || ' ' || n, q.customer_id, q.conversation_id, q.id, 'hibachi', at,
  at + interval '3 hours', CASE WHEN n > 1 THEN 'completed' ELSE
    (ARRAY['held', 'confirmed', 'completed', 'completed'])[1 + q.place % 4] END, 10, 1,
  CASE WHEN n > 1 OR q.place % 4 > 0 THEN at - interval '9 days' END, at
FROM generate_series(1, 5) n, (SELECT *, row_number() OVER () AS place FROM quotes) q,
  LATERAL (SELECT timestamptz '2026-11-21Z' + make_interval(hours => (q.place * 20 + n * 4)::int)
    * (CASE WHEN n = 1 AND q.place % 4 < 2 THEN 1 ELSE -1 END) AS at) t;
INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy)
SELECT b.id, c.id, c.number, tstzrange(b.starts_at, b.ends_at)
FROM bookings b, chefs c WHERE c.code = 'kenji';
INSERT INTO proposals (conversation_id, booking_id, booking_version, act, quote_id, expires_at,
  status)
SELECT conversation_id, id, version, 'book', quote_id, starts_at,
  CASE status WHEN 'completed' THEN 'accepted' ELSE 'open' END FROM bookings;
INSERT INTO booking_events (id, key, booking_id, act, actor)
  SELECT uuidv7(make_interval(days => -n)), concat(id, act, n), id, act, 'customer'
  FROM bookings, generate_series(0, 40, 10) n, unnest('{hold,agree,confirm}'::text[]) act
  WHERE n > 0 OR id::text < '1';
INSERT INTO allergies (customer_id, booking_id, message_id, words)
  SELECT b.customer_id, b.id, m.id, 'peanuts' FROM bookings b
  JOIN LATERAL (SELECT id FROM messages WHERE conversation_id = b.conversation_id
    OFFSET ascii(right(b.code, 1)) - ascii('1') LIMIT 1) m ON true;
INSERT INTO follow_ups (customer_id, booking_id, cause, due_at, status)
  SELECT customer_id, id, 'after_event', ends_at,
    CASE status WHEN 'confirmed' THEN 'planned' ELSE 'sent' END FROM bookings;
INSERT INTO memories (customer_id, kind, value, source, said_at)
  SELECT id, kind, n::text, 'customer', now() FROM customers, generate_series(1, 3) n,
  unnest('{name,diet,address}'::text[]) kind;
ANALYZE;
"""

CONVERSATION = UUID(int=3)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOT: dict[str, tuple[str, tuple[object, ...], str]] = {
    "claim": (conversations._CLAIM, (CONVERSATION, 30.0), "conversations_pkey"),
    "list_waiting": (messages._WAITING, (CONVERSATION, 60), "messages_"),
    "has_waiting": (messages._HAS_WAITING, (CONVERSATION, 0), "messages_"),
    "transcript": (messages._TRANSCRIPT, (CONVERSATION, 24), "messages_of_conversation"),
    "claim_next": (outbox._CLAIM, (CONVERSATION, NOW, 60.0), "messages_unsent"),
    "list_due": (outbox._DUE, (NOW, 500), "messages_due|messages_unsent"),
    "list_lost": (outbox._LOST, (500,), "messages_in_flight"),
    "list_neglected": (messages._NEGLECTED, (NOW, 500), "messages_waiting"),
    "list_unscored": (messages._UNSCORED, (64,), "messages_unscored"),
    "receipt": (receipts._MOVE, ("sms", "SM1", "read", ""), "one_row_per_vendor_message"),
    "bookings of a customer": (
        bookings._OPEN,
        (CONVERSATION, NOW),
        "bookings_of_customer(.|\n)*allergies_of_customer",
    ),
    "next after what is off": (
        assignments._NEXT,
        ([CONVERSATION], NOW),
        "chef_assignments_of_booking(.|\n)*chef_assignments_by_end",
    ),
    "setting out": (assignments._LEAVE_AT, (CONVERSATION, CONVERSATION, NOW), "chef_in_one_place"),
    "letters": (calendars._DUE, ("email", 500), "booking_events_pkey"),
    "booking by code": (bookings._BY_CODE, ("H7K3Q",), "one_booking_per_code"),
    "booking by key": (bookings._BY_KEY, ("k",), "one_booking_write_per_key"),
    "upkeep": (bookings._IS_DUE, (NOW,), "bookings_held(.|\n)*bookings_ahead"),
    "short of chefs": (bookings._SHORT, (NOW, "UTC", 1), "bookings_ahead"),
    "hold": (
        booking_writes._BEGIN_HOLD,
        ("k", CONVERSATION, "hold", "customer", None, "{}", NOW, CONVERSATION, CONVERSATION),
        "one_undecided_hold",
    ),
    "lapse": (booking_writes._LAPSE, (NOW, CONVERSATION, 100), "bookings_held"),
    "complete": (booking_writes._COMPLETE, (NOW, 100), "bookings_ahead"),
    "roster": (crew._ENGAGEMENTS, (NOW, NOW, NOW), "chef_assignments_by_end"),
    "terms": (proposals.OPEN, (CONVERSATION, NOW), "one_open_proposal"),
    "terms of a booking": (
        proposals._CLOSE_FOR,
        (CONVERSATION, CONVERSATION),
        "proposals_of_booking",
    ),
    "memories told": (memories._IS_LATE, (CONVERSATION, "name", NOW), "memories_of_customer"),
    "memories forgotten": (
        memories._FORGET,
        (CONVERSATION, ["name"], NOW),
        "memories_of_customer|one_live_memory",
    ),
    "conversations of a customer": (
        summaries._OF_CUSTOMER,
        (CONVERSATION,),
        "conversations_of_customer",
    ),
    "plan": (follow_ups._TAKE_BACK, (CONVERSATION, "[]", ""), "one_plan_per_cause"),
}

GROWS = (
    "messages conversations bookings booking_events chef_assignments proposals follow_ups "
    "allergies memories".split()
)


async def explain(connection: Conn, name: str) -> str:
    query, arguments, _index = HOT[name]
    return "\n".join(line[0] for line in await connection.fetch(f"EXPLAIN {query}", *arguments))


@pytest.fixture(scope="module")
def plans(stack: DevStack, template: str) -> dict[str, str]:
    """The plan of every hot query on eighty thousand messages."""

    async def read() -> dict[str, str]:
        url = await devstack.create_database(stack.database_url, "schema_plans", template=template)
        async with connected(url) as connection:
            await connection.execute(FILL)
            # A generic plan is what a prepared statement ends with, whatever it is asked for.
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            return {name: await explain(connection, name) for name in HOT}

    return asyncio.run(read())


@pytest.mark.parametrize("name", HOT)
def test_a_hot_query_reads_its_index_and_no_table(plans: dict[str, str], name: str) -> None:
    """What runs for every message or every sweep must not grow with the table."""
    assert re.search(HOT[name][2], plans[name]), plans[name]
    for table in GROWS:
        assert f"Seq Scan on {table}" not in plans[name], plans[name]
