"""What runs for every message or every sweep reads an index, however long its table is.

Plans are read on a filled database, because on an empty one every plan looks alike.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bot import devstack
from bot.devstack import DevStack
from bot.store import (
    announcements,
    answer_hours,
    assignments,
    booking_writes,
    bookings,
    calendars,
    cause_bookings,
    conversations,
    crew,
    desk_bundles,
    desk_cards,
    desk_floor,
    desk_homes,
    desk_marks,
    desk_notices,
    desk_times,
    desk_waiting,
    escalations,
    follow_up_plans,
    follow_ups,
    knowledge_proposals,
    memories,
    messages,
    outbox,
    owner_mails,
    pauses,
    proposals,
    receipts,
    staff,
    summaries,
    unscored,
    voice,
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
INSERT INTO escalations (conversation_id, message_id, reason, explanation, status, post_status,
  desk_channel, desk_ts, created_at, resolved_at, resolved_by, claimed_at, claimed_by, answered_at,
  claim_counted, answer_counted, suggestion, card_wanted, card_shown, card_due_at, post_claimed_at)
SELECT c.id, NULL, 'emotion', 'angry', CASE WHEN n = 1 AND c.place < 80 THEN
    CASE c.place % 2 WHEN 0 THEN 'open' ELSE 'claimed' END ELSE 'resolved' END, 'posted', 'C0',
  c.place || '.' || n, now() - make_interval(hours => n), now(), 'U0DANA', now(), 'U0DANA', now(),
  true, true, '', 3, 3, now(), now() - make_interval(hours => n)
FROM generate_series(1, 8) n, (SELECT id, row_number() OVER () AS place FROM conversations) c;
INSERT INTO desk_notices (key, text, kind, escalation_id, post_status, wanted, shown, created_at)
SELECT e.id || ':' || n, 'words', 'customer', e.id, 'posted', 1, 1, e.created_at
FROM escalations e, generate_series(1, 2) n;
INSERT INTO desk_words (id, escalation_id, staff_id, desk_channel, desk_ts, text, status, shown,
  created_at)
SELECT uuidv7(make_interval(days => -n)), e.id, 'U0DANA', 'C0', e.id || '.' || n, 'words',
  'waiting', 'read', now() - make_interval(days => n)
FROM escalations e, generate_series(1, 2) n;
INSERT INTO follow_ups (customer_id, cause, due_at, status, text, planned_by)
  SELECT id, 'staff', now() - make_interval(days => n * 90), 'sent', 'words', 'U0DANA'
  FROM customers, generate_series(1, 10) n;
INSERT INTO knowledge_proposals (key, cause, question, answer, language, proposed_by, status)
  SELECT n::text, 'better', 'q', 'a', 'en', 'U0DANA', 'live' FROM generate_series(1, 20000) n;
INSERT INTO desk_events (key) SELECT n::text FROM generate_series(1, 50000) n;
INSERT INTO owner_mails (key, recipient, subject, text, status)
  SELECT 'desk:' || n, 'o@example.com', 's', 't', 'sent' FROM generate_series(1, 20000) n;
INSERT INTO announcements (key, event_on, text, written_by, told_at)
  SELECT n::text, '2026-12-01', 'words', 'U0DANA', now() FROM generate_series(1, 5000) n;
ANALYZE;
"""

CONVERSATION = UUID(int=3)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
OPEN_ONLY = "one_open_escalation|escalations_to_remind"
"""Either holds nothing but what is not resolved."""
HOT: dict[str, tuple[str, tuple[object, ...], str]] = {
    "claim": (conversations._CLAIM, (CONVERSATION, 30.0), "conversations_pkey"),
    "list_waiting": (messages._WAITING, (CONVERSATION, 60), "messages_"),
    "has_waiting": (messages._HAS_WAITING, (CONVERSATION, 0), "messages_"),
    "transcript": (messages._TRANSCRIPT, (CONVERSATION, 24), "messages_of_conversation"),
    "claim_next": (outbox._CLAIM, (CONVERSATION, NOW, 60.0), "messages_unsent"),
    "list_due": (outbox._DUE, (NOW, 500), "messages_due|messages_unsent"),
    "list_lost": (outbox._LOST, (500,), "messages_in_flight"),
    "list_unheard": (
        voice._LIST_UNHEARD,
        (NOW, 500),
        "messages_unheard|one_row_per_vendor_message",
    ),
    "a call's turn": (voice._TURN, ("CA1:1",), "one_row_per_vendor_message"),
    "what a caller hears": (
        voice._SPOKEN,
        ("CA1:2", ["CA1:1"]),
        "one_row_per_vendor_message",
    ),
    "list_neglected": (messages._NEGLECTED, (NOW, 500), "messages_waiting"),
    "claim unscored": (
        unscored._CLAIM,
        (64, NOW, NOW, NOW),
        "messages_unscored(.|\n)*messages_of_conversation|"
        "messages_of_conversation(.|\n)*messages_unscored",
    ),
    "free unscored": (unscored._ARE_FREE, (9, NOW, NOW), "messages_unscored"),
    "backlog of emotions": (unscored._BACKLOG, (), "messages_unscored"),
    "receipt": (receipts._MOVE, ("sms", "SM1", "read", "", []), "one_row_per_vendor_message"),
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
    "plan": (
        follow_up_plans._TAKE_BACK,
        (CONVERSATION, ["key"], "", NOW),
        "one_plan_per_cause",
    ),
    "hour of a message": (
        answer_hours._HABITS,
        ([CONVERSATION], [NOW]),
        "messages_of_conversation",
    ),
    "booking as it was": (
        cause_bookings._AS_OF,
        (CONVERSATION, NOW),
        "booking_events_of_booking",
    ),
    # What the sweep asks the jobs of the desk, every few seconds.
    "cards to post": (escalations._DUE, (NOW, 500), "escalations_to_post"),
    "cards to redraw": (desk_cards._DUE, (500,), "escalations_to_redraw"),
    "suggestions": (desk_cards._TO_SUGGEST, (NOW, 100), OPEN_ONLY),
    "a newer word": (desk_cards._NEWEST, (CONVERSATION,), "messages_of_conversation"),
    "posts": (desk_notices._DUE, (NOW, 500), "desk_notices_to_post"),
    "posts to redraw": (desk_notices._REDRAWS, (500,), "desk_notices_to_redraw"),
    "head of a thread": (
        desk_notices._CLAIM,
        (CONVERSATION, 50.0, ["customer"]),
        "desk_notices_of_escalation|desk_notices_to_post",
    ),
    "storm": (desk_bundles._RECENT, (CONVERSATION, 60), "escalations_by_post"),
    "post of a storm": (desk_bundles._OPEN_BUNDLE, (600.0,), "desk_notices_of_storms"),
    "times": (desk_times._ANY, (), "escalations_to_count"),
    "reminders": (desk_floor._REMIND, (NOW, 500), "escalations_to_remind"),
    "returns": (desk_floor._RETURN, (NOW, NOW, 500), "escalations_to_return"),
    "pause": (pauses._IS_OWED, (NOW,), "escalations_paused"),
    "marks": (desk_marks._TO_MARK, (500,), "desk_words_pkey"),
    "notes of deeds": (staff._HAS_EVENTS, (NOW,), "desk_events_by_age"),
    "homes": (desk_homes._VERSION, (NOW, NOW), OPEN_ONLY),
    "unposted": (desk_waiting._UNPOSTED, (NOW, 300), f"{OPEN_ONLY}|escalations_to_post"),
    "mails": (owner_mails._DUE, (NOW, 100), "owner_mails_due"),
    "last mail": (owner_mails._LAST, ("desk",), "owner_mails_pkey"),
    "approved": (knowledge_proposals._APPROVED, (500,), "proposals_to_decide"),
    "announcements": (announcements._DUE, (500,), "announcements_to_tell"),
    "follow-ups": (follow_ups._DUE, (NOW, 500), "follow_ups_due|one_plan_per_cause"),
}

GROWS = (
    "messages conversations bookings booking_events chef_assignments proposals follow_ups "
    "allergies memories escalations desk_notices desk_words desk_events owner_mails "
    "knowledge_proposals announcements".split()
)


async def explain(connection: Conn, name: str) -> str:
    query, arguments, _index = HOT[name]
    return "\n".join(line[0] for line in await connection.fetch(f"EXPLAIN {query}", *arguments))


async def test_a_hot_query_reads_its_index_and_no_table(stack: DevStack, template: str) -> None:
    """What runs for every message or every sweep must not grow with the table.

    One test for all: filling the tables with eighty thousand messages is what takes the time.
    """
    url = await devstack.create_database(stack.database_url, "schema_plans", template=template)
    async with connected(url) as connection:
        await connection.execute(FILL)
        # A generic plan is what a prepared statement ends with, whatever it is asked for.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        plans = {name: await explain(connection, name) for name in HOT}
    wrong = [
        f"{name}:\n{plan}"
        for name, plan in plans.items()
        if not re.search(HOT[name][2], plan)
        or any(f"Seq Scan on {table}" in plan for table in GROWS)
    ]
    assert not wrong, "\n\n".join(wrong)
