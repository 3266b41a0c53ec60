"""What the send gate costs a send: its question is answered by indexes, its verdict in no time."""

from __future__ import annotations

import time
from datetime import timedelta

from gate_sample import MESSAGE, departs, verdict_on
from test_outbound_law import NOON, met, owe, row_of
from world import World

from bot.domain import MessageId
from bot.store import departures, pace
from bot.store.connection import borrow

FULL = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, status,
  sent_at, rest) SELECT c.id, a.id, 'outbound', a.channel, 'bot', 'sent', $1, '{"unasked": "old"}'
FROM addresses a JOIN conversations c ON c.customer_id = a.customer_id, generate_series(1, 400)"""

IN_FLIGHT = """UPDATE messages SET status = 'sending', attempts = 1,
  claimed_at = $3::timestamptz - $2::interval, claimed_until = now() + interval '1 hour'
WHERE id = $1"""


async def test_the_gates_question_reads_no_table_through(idle_world: World) -> None:
    """With other people's messages around, and many of the customer's own."""
    world = idle_world
    ways = await met(world, "sms", "whatsapp")
    await world.rows(FULL, NOON)
    await world.rows("ANALYZE messages")
    owed = await owe(world, ways["sms"], "How was it?", rest={"unasked": "new"})
    row = await row_of(world, owed)
    await world.rows(IN_FLIGHT, owed, timedelta(), NOON)
    async with world.pool.acquire() as conn:
        await conn.execute("SET enable_seqscan = off")
        given = (MessageId(row["id"]), 1, 1.0, "", NOON.date(), None, NOON, "twilio")
        plan = await conn.fetch(f"EXPLAIN {departures.AT_THE_GATE}", *given)
        told = "\n".join(line[0] for line in plan)
        assert "Seq Scan on messages" not in told
        assert "Seq Scan on consents" not in told
        assert "messages_unasked" in told
        found = await conn.fetchrow(departures.AT_THE_GATE, *given)
        assert found is not None
        assert found["unasked_day"] == 1
        # Of two that are on their way at once the one that was taken first has the place.
        other = await owe(world, ways["whatsapp"], "And the food?", rest={"unasked": "other"})
        for minutes, counted in ((1, 2), (-1, 1)):
            await conn.execute(IN_FLIGHT, other, timedelta(minutes=minutes), NOON)
            found = await conn.fetchrow(departures.AT_THE_GATE, *given)
            assert found is not None
            assert found["unasked_day"] == counted


def test_a_verdict_takes_no_time() -> None:
    """Far below the millisecond that a send may cost."""
    departure = departs(text=MESSAGE.text)
    verdict_on(departure)
    began = time.process_time()
    for _ in range(1000):
        verdict_on(departure)
    assert time.process_time() - began < 1.0


async def test_a_senders_rest_is_never_cut_short(idle_world: World) -> None:
    """Of two that ask for rest the longer holds, and slots queue up behind it."""
    world = idle_world
    async with borrow(world.pool) as conn:
        await pace.rest(conn, "sms", "+1", for_s=60)
        await pace.rest(conn, "sms", "+1", for_s=5)
        waits = [await pace.reserve_slot(conn, "sms", "+1", per_second=2.0) for _ in range(2)]
        day = NOON.date()
        assert [await pace.cap(conn, "sms", "+1", day=day) for _ in range(2)] == [True, False]
    assert 58 < waits[0] < waits[1] < 61
