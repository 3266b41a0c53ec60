"""What readings cost however many were kept: plans that read an index, and a loop that goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import timedelta

import pytest
from follow_up_ground import NOW, somebody

from bot.feelings import history
from bot.feelings.history import Recovery
from bot.feelings.trends import UNHAPPY_BELOW
from bot.store import emotion_reviews, emotion_trends
from bot.store.connection import Connection, Pool
from bot.store.emotion_trends import AROUND, Told

DAY = timedelta(days=1)

FILL = """WITH said AS (
  INSERT INTO messages (conversation_id, address_id, direction, channel, author, text, status,
    scored, created_at)
  SELECT $1, $2, 'inbound', (ARRAY['sms', 'whatsapp', 'email'])[1 + n % 3], 'customer',
    repeat('word ', 20), 'answered', true, $3::timestamptz - make_interval(mins => n * 30)
  FROM generate_series(1, 20000) n RETURNING id, created_at
), felt AS (
  INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, intensity,
    confidence, scorer, created_at)
  SELECT id, $1, 'angry', 'negative', 0.8, 0.9, 'test', created_at FROM said
)
INSERT INTO emotion_reviews (message_id, source, ours, why, verdict, settled_by, settled_at)
SELECT id, 'unsure', '{}', 'unsure', '{"left_out": true}', 'dana', $3 FROM said"""


async def fill(pool: Pool) -> None:
    """More than a year of one long conversation, each message read, reviewed and settled."""
    dana = await somebody(pool)
    await pool.execute(FILL, dana.conversation_id, dana.address_id, NOW)
    for table in ("messages", "emotion_history", "emotion_reviews"):
        await pool.execute(f"VACUUM ANALYZE {table}")


async def plan(conn: Connection, query: str, *arguments: object) -> str:
    return "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN {query}", *arguments))


async def test_a_report_of_a_week_looks_for_the_unhappy_in_that_week_alone(pool: Pool) -> None:
    """Not at every reading ever kept: the figures must come within the pool's 15 seconds."""
    await fill(pool)
    async with pool.acquire() as conn:
        week = (NOW - 7 * DAY, NOW, UNHAPPY_BELOW, AROUND)
        found = await plan(conn, emotion_trends._TOLD_BETWEEN, *week)
    assert "messages_heard" in found, found
    assert "Seq Scan on emotion_history" not in found, found
    assert "Seq Scan on messages u" not in found, found


async def test_what_waits_for_a_person_is_found_among_all_that_was_settled(pool: Pool) -> None:
    """It is counted before a model is asked, and at every look of the console."""
    await fill(pool)
    async with pool.acquire() as conn:
        for query, arguments in ((emotion_reviews._OPEN, ()), (emotion_reviews._LIST_OPEN, (9,))):
            found = await plan(conn, query, *arguments)
            assert "reviews_open" in found, found


async def test_recoveries_of_a_year_are_counted_beside_the_event_loop(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is served by the same process does not wait for a report."""
    dana = await somebody(pool)
    await dana.wrote("nobody came", NOW - DAY, emotion="angry")
    counted, made = history.recoveries_in, emotion_trends._told
    at: list[threading.Thread] = []

    def count(told: Iterable[Told]) -> tuple[Recovery, ...]:
        at.append(threading.current_thread())
        return counted(told)

    def make(rows: object) -> tuple[Told, ...]:
        at.append(threading.current_thread())
        return made(rows)  # type: ignore[arg-type]  # Whatever the store hands it.

    monkeypatch.setattr(history, "recoveries_in", count)
    monkeypatch.setattr(emotion_trends, "_told", make)
    async with pool.acquire() as conn:
        await history.recoveries_between(conn, NOW - 366 * DAY, NOW)
    assert len(at) == 2
    assert threading.current_thread() not in at
