"""The planner looks for talks that call for a message every minute: it reads indexes, not tables.

Beside tests/test_schema_plans.py, on the same filled database with what these causes read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from test_schema_plans import FILL, connected

from bot import devstack
from bot.devstack import DevStack
from bot.store import (
    cause_people,
    cause_talks,
    follow_up_facts,
    follow_up_outcomes,
    follow_up_plans,
    follow_ups,
)

SOMEBODY = UUID(int=3)
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=2)
DAY = timedelta(days=1)

MORE = """
UPDATE messages SET created_at = timestamptz '2026-11-21Z' - make_interval(mins => seq::int);
INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer, created_at)
SELECT id, conversation_id, CASE seq % 50 WHEN 0 THEN 'angry' ELSE 'neutral' END,
  CASE seq % 50 WHEN 0 THEN 'negative' ELSE 'neutral' END, 0.7, 0.9, 'test', created_at
FROM messages WHERE direction = 'inbound';
INSERT INTO turns (conversation_id, epoch, intent, outcome, created_at)
SELECT conversation_id, 0, 'menu', 'answered', created_at FROM messages
WHERE direction = 'inbound';
UPDATE escalations SET resolved_at = created_at, outcome = 'answered';
INSERT INTO consents (address_id, act, source, said_at)
  SELECT id, 'opt_in', 'page', now() FROM addresses;
INSERT INTO memories (customer_id, kind, value, source, said_at)
  SELECT id, 'diet', 'food ' || n, 'customer', now() FROM customers, generate_series(4, 9) n;
INSERT INTO memories (customer_id, kind, value, source, said_at)
  SELECT id, 'occasion', 'my birthday is May 3', 'customer', now() FROM customers LIMIT 50;
ANALYZE;
"""

ASKED: dict[str, tuple[str, tuple[object, ...], str]] = {
    "prices": (cause_talks._PRICED, (SINCE, UNTIL, DAY, True, ""), "quotes_made"),
    "a price": (cause_talks._PRICE_THEN, (SOMEBODY, SINCE), "quotes_pkey|one_customer_per_quote"),
    "the one before": (cause_talks._BEFORE, ("quote:1", SINCE), "one_follow_up_per_key"),
    "last words": (
        cause_talks._TEXTS,
        (SOMEBODY, UNTIL, SINCE),
        "messages_of_conversation",
    ),
    "silent": (
        cause_talks._SILENT,
        (SINCE, UNTIL, 14 * DAY, ["book"], 30 * DAY),
        "messages_heard",
    ),
    "a lead": (
        cause_talks._LEAD_THEN,
        (SOMEBODY, SINCE, ["complaint"], 180 * DAY, "lead:1"),
        "customers_pkey",
    ),
    "a no": (
        cause_talks._REFUSED,
        (SOMEBODY, ["season"], SINCE, UNTIL),
        "follow_ups_of_customer|follow_ups_measured",
    ),
    "past events": (cause_people._ENDED, (SINCE, UNTIL, 60 * DAY), "bookings_ended"),
    "an event": (cause_people._EVENT_THEN, (SOMEBODY, SINCE), "bookings_pkey"),
    "settled": (
        cause_people._SETTLED,
        (SINCE, UNTIL, ["complaint"], ["answered"]),
        "escalations_settled",
    ),
    "unhappy": (cause_people._BAD, (SINCE, UNTIL, 2 * DAY, 0.5), "emotions_unhappy"),
    "a trouble": (cause_people._TROUBLE_THEN, (SOMEBODY, UNTIL, SINCE), "customers_pkey"),
    "days": (cause_people._OCCASIONS, (SINCE,), "memories_of_days"),
    "a day": (
        cause_people._OCCASION_THEN,
        (SOMEBODY, SINCE, SINCE, UNTIL),
        "memories_pkey",
    ),
    "planned": (cause_people._PLANNED, (["quote:1"],), "one_follow_up_per_key"),
    "had": (cause_people._HAS_HAD, (SOMEBODY, "season:1:2", SINCE), "follow_ups_of_customer"),
}
JUDGED: dict[str, tuple[str, tuple[object, ...], str]] = {
    "whose time has come": (follow_ups._MARK_DUE, (SINCE, 500), "follow_ups_due"),
    "news": (follow_up_outcomes._IS_DUE, (), "follow_ups_on_their_way"),
    "sent": (follow_up_outcomes._SENT, (SINCE, 500), "follow_ups_on_their_way"),
    "held": (follow_up_outcomes._TAKEN_BACK, (SINCE, 500), "follow_ups_on_their_way"),
    "lost": (follow_up_outcomes._LOST, (500,), "follow_ups_on_their_way"),
    "told later": (follow_up_outcomes._REOPEN, (SOMEBODY, SOMEBODY, SINCE), "follow_ups_pkey"),
    "near": (
        follow_up_plans._NEAR,
        (SOMEBODY, SINCE, 48, SOMEBODY, SINCE),
        "follow_ups_of_customer",
    ),
    "addresses": (follow_up_facts._REACHES, (SOMEBODY,), "follow_ups_of_customer"),
    "the talk": (follow_up_facts._RECENT, (SOMEBODY,), "messages_to_address"),
    "unasked": (
        follow_up_facts._UNASKED,
        (SOMEBODY, SINCE),
        "messages_unasked|messages_to_address",
    ),
}
"""What the sweep asks every few seconds, and what each that is due is judged by."""
GROWS = (
    "messages conversations turns emotion_history quotes bookings booking_events follow_ups "
    "memories escalations consents".split()
)


async def test_what_the_planner_asks_every_minute_reads_its_index(
    stack: DevStack, template: str
) -> None:
    url = await devstack.create_database(stack.database_url, "cause_plans", template=template)
    async with connected(url) as connection:
        await connection.execute(FILL)
        await connection.execute(MORE)
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        plans = {
            name: "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *arguments))
            for name, (sql, arguments, _index) in (ASKED | JUDGED).items()
        }
    wrong = [
        f"{name}:\n{plan}"
        for name, plan in plans.items()
        if not re.search((ASKED | JUDGED)[name][2], plan)
        or any(f"Seq Scan on {table}" in plan for table in GROWS)
    ]
    assert not wrong, "\n\n".join(wrong)
