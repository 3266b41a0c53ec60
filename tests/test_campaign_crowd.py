"""A campaign to very many customers: nothing is read without an index, nothing holds others up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from campaign_ground import MEANS, PROFILE, WANTED, draft, start, tools
from follow_up_ground import NOW

from bot.causes.campaign import WATCHED
from bot.domain_campaigns import Segment
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import (
    preview,
)
from bot.store import campaign_rows, segments
from bot.store.connection import Pool

# ── Many customers ──────────────────────────────────────────────────────────────────────────

CROWD = 4_000
_FILL = """
INSERT INTO customers (name, language) SELECT 'Person' || n, 'en' FROM generate_series(1, {0}) n;
INSERT INTO addresses (customer_id, channel, value, consent, promotional)
  SELECT id, 'sms', '+1510' || lpad((row_number() OVER ())::text, 7, '0'), 'given', 'given'
  FROM customers;
INSERT INTO conversations (customer_id, channel, language) SELECT id, 'sms', 'en' FROM customers;
INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total, deposit,
    expires_at, created_at, headcount)
  SELECT uuidv7(), id, customer_id, 1, '{{"zip_code": "94539"}}', '[]', 660, 100, now(), now(), 12
  FROM conversations;
INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, text,
    status, sent_at)
  SELECT c.id, a.id, 'outbound', 'sms', 'out' || a.id, 'bot', 'Hi', 'sent', now()
  FROM addresses a JOIN conversations c ON c.customer_id = a.customer_id;
"""


async def test_of_very_many_customers_no_question_takes_long(pool: Pool) -> None:
    """The whole is counted, planned and stopped in pieces that hold nobody up."""
    await pool.execute(_FILL.format(CROWD))
    await pool.execute("ANALYZE")
    segment = Segment(quoted_days=3650, guests_least=1, miles=50, zip_code="94539")
    wanted = replace(WANTED, segment=segment, per_hour=1000)
    took: list[tuple[float, str]] = []

    def note(query: Any) -> None:
        took.append((query.elapsed, query.query))

    async with pool.acquire() as conn:
        conn.add_query_logger(note)
        seen = await preview(conn, PROFILE, wanted, MEANS, now=NOW)
        assert (seen.count, seen.meant) == (CROWD, CROWD)
        campaign = await start(pool, await draft(pool, wanted), CROWD)
        is_more = True
        while is_more:
            async with conn.transaction():
                is_more, _told = await deeds.go_on(tools(), conn, campaign.id, MEANS)
        assert await conn.fetchval("SELECT recipients FROM campaigns") == CROWD
        async with conn.transaction():
            await deeds.stop(tools(), conn, campaign.id, by="U0ROSA")
        is_more = True
        while is_more:
            async with conn.transaction():
                is_more, _told = await deeds.go_on(tools(), conn, campaign.id, MEANS)
        left = "SELECT count(*) FROM follow_ups WHERE status <> 'cancelled'"
        assert await conn.fetchval(left) == 0
    assert max(took)[0] < 1, max(took)


async def _plan_of(conn: Any, query: str, *given: object) -> str:
    return "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN {query}", *given))


async def test_what_a_campaign_asks_of_the_tables_reads_an_index(pool: Pool) -> None:
    await pool.execute(_FILL.format(3000))
    await pool.execute(
        """INSERT INTO follow_ups (customer_id, cause, due_at, status)
        SELECT id, 'season', now(), 'sent' FROM customers"""
    )
    await pool.execute("ANALYZE")
    ids = await pool.fetch("SELECT id FROM customers ORDER BY id LIMIT 20")
    page = [row["id"] for row in ids]
    wishes = (None, None, NOW, NOW, 1, 99, "", "en", True)
    asked: list[tuple[str, tuple[object, ...]]] = [
        (segments._PAGE, (page[0], 500)),
        (segments._FITTING, (page, NOW, *wishes)),
        (segments._DOORS, (page,)),
        (segments._WEIGHS, (page, NOW, ["season"], NOW)),
        (campaign_rows._TURN, (page[0], NOW, WATCHED, page[0])),
        (campaign_rows._LAST, (page[0],)),
        (campaign_rows._PROGRESS, (page[0],)),
        (campaign_rows._CANCEL, (page[0], "over", NOW, "", 500)),
    ]
    large = ("customers", "addresses", "messages", "quotes", "conversations", "follow_ups")
    async with pool.acquire() as conn:
        for query, given in asked:
            plan = await _plan_of(conn, query, *given)
            for table in large:
                assert f"Seq Scan on {table} " not in plan, plan
