"""Offers to people who said no to one, and to people whom two campaigns mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaign_ground import MEANS, PROFILE, WANTED, draft, start, tools
from follow_up_ground import NOW, somebody

from bot.causes.campaign import look
from bot.domain_campaigns import Campaign
from bot.domain_follow_ups import FollowUpId, Gone, Matter
from bot.follow_ups import campaigns as deeds
from bot.follow_ups import sending
from bot.follow_ups.campaign_reach import SAID_NO, preview
from bot.follow_ups.ways import Lines
from bot.store import follow_ups
from bot.store.connection import Pool

DAY = timedelta(days=1)
REFUSES = """INSERT INTO follow_ups (customer_id, cause, due_at, status, about, answered_at,
  sent_at)
VALUES ($1, 'season', $2, 'answered', '{"answer": "no"}', $2, $2)"""


async def _plan(pool: Pool, campaign: Campaign, at: datetime = NOW) -> None:
    is_more = True
    while is_more:
        async with pool.acquire() as conn, conn.transaction():
            is_more, _told = await deeds.go_on(tools(at), conn, campaign.id, MEANS)


async def test_who_said_no_to_an_offer_gets_no_campaign_for_ninety_days(pool: Pool) -> None:
    """Counted in the preview, left out when planned, and asked again at their turn (I6)."""
    said_no, says_no_later, long_ago = [await somebody(pool) for _ in range(3)]
    await pool.execute(REFUSES, said_no.customer_id, NOW - 10 * DAY)
    await pool.execute(REFUSES, long_ago.customer_id, NOW - 91 * DAY)
    async with pool.acquire() as conn:
        seen = await preview(conn, PROFILE, WANTED, MEANS, now=NOW)
    assert (seen.count, seen.left_out) == (2, {SAID_NO: 1})
    await _plan(pool, await start(pool, await draft(pool)))
    rows = await pool.fetch("SELECT id, customer_id FROM follow_ups WHERE cause = 'campaign'")
    planned = {row["customer_id"]: FollowUpId(row["id"]) for row in rows}
    assert planned.keys() == {says_no_later.customer_id, long_ago.customer_id}
    await pool.execute(REFUSES, says_no_later.customer_id, NOW)
    async with pool.acquire() as conn:
        found = []
        for who in (says_no_later, long_ago):
            owed = await follow_ups.find(conn, planned[who.customer_id])
            assert owed is not None
            found.append(await look(conn, PROFILE, owed, NOW + timedelta(hours=1)))
    assert found[0] == Gone("the customer said no to an offer less than 90 days ago")
    assert isinstance(found[1], Matter)


async def test_two_campaigns_keep_their_distance_with_one_customer(pool: Pool) -> None:
    """The second waits until the gap is over, and then goes too (I6)."""
    who = await somebody(pool)
    for name in ("Winter", "Spring"):
        await _plan(pool, await start(pool, await draft(pool, replace(WANTED, name=name), name)))
    ids = [row["id"] for row in await pool.fetch("SELECT id FROM follow_ups ORDER BY due_at, id")]
    lines = Lines(windows={"sms": None})
    for moment in (NOW, NOW + timedelta(minutes=1)):
        async with pool.acquire() as conn, conn.transaction():
            for each in ids:
                await sending.send(tools(moment), conn, FollowUpId(each), lines)
            await conn.execute(
                "UPDATE messages SET status = 'sent', sent_at = $1 WHERE status = 'queued'", moment
            )
    rows = await pool.fetch("SELECT status, reason, due_at FROM follow_ups ORDER BY due_at")
    assert [row["status"] for row in rows] == ["sending", "planned"]
    assert rows[1]["reason"].startswith("moved away from another message that nobody asked for")
    later = rows[1]["due_at"]
    assert later >= NOW + timedelta(hours=PROFILE.follow_ups.gap_hours)
    await pool.execute("UPDATE follow_ups SET status = 'sent', sent_at = $1 WHERE due_at = $1", NOW)
    async with pool.acquire() as conn, conn.transaction():
        for each in ids:
            await sending.send(tools(later + timedelta(minutes=1)), conn, FollowUpId(each), lines)
    texts = await pool.fetch(
        "SELECT text FROM messages WHERE direction = 'outbound' AND conversation_id = $1",
        who.conversation_id,
    )
    assert len(texts) == 2
