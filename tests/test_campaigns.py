"""Small campaigns: counted first, each customer once ever, at a pace, and ended with an account."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from campaign_ground import MEANS, PROFILE, WANTED, draft, start, tools
from follow_up_ground import NOW, Somebody, somebody

from bot.causes.campaign import WATCHED, look
from bot.domain_campaigns import Campaign, Segment, Wanted
from bot.domain_follow_ups import FollowUpId, Gone, Later, Matter
from bot.errors import Conflict
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import (
    NO_WORDS,
    NO_YES,
    OPTED_OUT,
    TOO_LATE,
    preview,
)
from bot.follow_ups.campaign_say import say_preview
from bot.store import campaigns, follow_ups
from bot.store.connection import Pool


async def _plan(pool: Pool, campaign: Campaign, at: datetime = NOW) -> None:
    is_more = True
    while is_more:
        async with pool.acquire() as conn, conn.transaction():
            is_more, _told = await deeds.go_on(tools(at), conn, campaign.id, MEANS)


async def _rows(pool: Pool, campaign: Campaign) -> list[Any]:
    return await pool.fetch(
        "SELECT * FROM follow_ups WHERE campaign_id = $1 ORDER BY due_at", campaign.id
    )


async def _is_counted(pool: Pool, wanted: Wanted) -> None:
    """The preview tells of seven and three, and writes nothing."""
    async with pool.acquire() as conn:
        seen = await preview(conn, PROFILE, wanted, MEANS, now=NOW)
    assert (seen.meant, seen.count, seen.by_channel) == (10, 7, {"sms": 7})
    assert seen.left_out == {NO_WORDS: 1, NO_YES: 1, OPTED_OUT: 1}
    assert {words for _channel, words in seen.samples} == {
        "Hi P., My Hibachi Chef has winter dates. Reply STOP to end."
    }
    assert seen.last_at == NOW + timedelta(hours=3)
    assert await pool.fetchval("SELECT count(*) FROM follow_ups") == 0


class Killed(Exception):
    """The worker dies before it commits."""


async def _is_killed(pool: Pool, campaign: Campaign) -> None:
    async def dies() -> None:
        async with pool.acquire() as conn, conn.transaction():
            await deeds.go_on(tools(), conn, campaign.id, MEANS)
            raise Killed

    with pytest.raises(Killed):
        await dies()
    assert not await _rows(pool, campaign)


async def test_a_campaign_is_counted_started_once_and_reaches_each_customer_once(
    pool: Pool,
) -> None:
    """Two owners press at once, two workers plan at once, one dies: still a row each (I2)."""
    people = [await somebody(pool, name=f"Person{n}") for n in range(7)]
    await somebody(pool, language="zh")
    await somebody(pool, consent="unknown", promotional="unknown")
    gone = await somebody(pool, consent="revoked")
    wanted = replace(WANTED, per_hour=2)
    await _is_counted(pool, wanted)
    campaign = await draft(pool, wanted)
    assert (await draft(pool, wanted)).id == campaign.id
    started = await asyncio.gather(
        start(pool, campaign, 7, "U0ROSA"), start(pool, campaign, 7, "U0OTTO")
    )
    assert len({each.started_by for each in started}) == 1
    acts = await pool.fetch("SELECT act FROM audit_log WHERE act LIKE 'campaign.%'")
    assert [row["act"] for row in acts] == ["campaign.started"]

    await _is_killed(pool, campaign)
    # Between preview and planning one of them has left.
    left = people.pop()
    await pool.execute("UPDATE addresses SET consent = 'revoked' WHERE id = $1", left.address_id)
    await asyncio.gather(*(_plan(pool, campaign) for _ in range(3)))
    await _plan(pool, campaign)
    rows = await _rows(pool, campaign)
    assert {row["customer_id"] for row in rows} == {each.customer_id for each in people}
    assert [row["key"] for row in rows] == [
        f"campaign:{campaign.id}:{row['customer_id']}" for row in rows
    ]
    assert [row["due_at"] - NOW for row in rows] == [timedelta(minutes=30 * n) for n in range(6)]
    assert {row["text"] for row in rows} == {wanted.words["en"]}
    assert gone.customer_id not in {row["customer_id"] for row in rows}
    kept = await pool.fetchrow("SELECT recipients, is_planned FROM campaigns")
    assert tuple(kept) == (6, True)


async def _look(pool: Pool, row: Any, at: datetime) -> Matter | Gone | Later:
    async with pool.acquire() as conn:
        owed = await follow_ups.find(conn, FollowUpId(row["id"]))
        assert owed is not None
        return await look(conn, PROFILE, owed, at)


Deed = Callable[..., Awaitable[Any]]


async def _do(pool: Pool, deed: Deed, campaign: Campaign, at: datetime, by: str) -> Any:
    async with pool.acquire() as conn, conn.transaction():
        return await deed(tools(at), conn, campaign.id, by=by)


async def _sent(pool: Pool, row: Any, who: Somebody, at: datetime) -> None:
    """As sending leaves it."""
    message = await who.was_told("Hi", at, purpose="promotional", unasked=str(row["id"]))
    await pool.execute(
        """UPDATE follow_ups SET status = 'sent', message_id = $2, sent_at = $3,
        watched_until = $4 WHERE id = $1""",
        row["id"],
        message,
        at,
        at + WATCHED,
    )


async def _rests(
    pool: Pool, campaign: Campaign, row: Any, late: datetime, week: datetime
) -> list[Any]:
    """Paused while one is looked at, and gone on with a week later: two wait in a line."""
    await _do(pool, deeds.pause, campaign, late, "U0OTTO")
    paused = await _look(pool, row, late)
    assert isinstance(paused, Later)
    assert "paused" in paused.reason
    async with pool.acquire() as conn:
        held = FollowUpId(row["id"])
        await follow_ups.put_off(
            conn, held, status="held", reason=paused.reason, until=paused.until, at=late
        )
    await _do(pool, deeds.resume, campaign, week, "U0ROSA")
    waiting = [each for each in await _rows(pool, campaign) if each["message_id"] is None]
    assert [each["due_at"] - week for each in waiting] == [
        timedelta(minutes=30), timedelta(minutes=60)
    ]  # fmt: skip
    assert {each["status"] for each in waiting} == {"planned"}
    assert await pool.fetchval("SELECT started_by FROM campaigns") == "U0ROSA"
    return waiting


async def test_a_campaign_is_paused_gone_on_with_and_stopped(pool: Pool) -> None:
    people = {(each := await somebody(pool)).customer_id: each for _ in range(4)}
    campaign = await start(pool, await draft(pool, replace(WANTED, per_hour=2)))
    await _plan(pool, campaign)
    rows = await _rows(pool, campaign)
    matter = await _look(pool, rows[0], NOW)
    assert isinstance(matter, Matter)
    assert matter.fields("en") == {"name": "Dana", "business": "My Hibachi Chef"}

    # After days of downtime all are due at once: the pace holds, the rest goes to the end.
    late = NOW + timedelta(days=2)
    for row in rows[:2]:
        await _sent(pool, row, people[row["customer_id"]], late)
    put_off = await _look(pool, rows[2], late)
    assert isinstance(put_off, Later)
    assert put_off.until == late + timedelta(minutes=30)
    assert isinstance(await _look(pool, rows[2], late + timedelta(hours=1, seconds=1)), Matter)

    week = NOW + timedelta(days=9)
    waiting = await _rests(pool, campaign, rows[2], late, week)
    await _do(pool, deeds.stop, campaign, week, "U0OTTO")
    assert Counter(row["status"] for row in await _rows(pool, campaign)) == {
        "sent": 2,
        "cancelled": 2,
    }
    gone = await _look(pool, waiting[0], week)
    assert isinstance(gone, Gone)
    told = await pool.fetch("SELECT text, recipient FROM desk_notices")
    assert [tuple(row) for row in told] == [
        ("Campaign Winter: stopped\n2 sent, 0 answered, 0 booked, 2 cancelled", "U0ROSA")
    ]
    for deed in (deeds.pause, deeds.resume):
        with pytest.raises(Conflict):
            await _do(pool, deed, campaign, week, "U0ROSA")
    with pytest.raises(Conflict, match="stopped"):
        await start(pool, campaign)


async def test_a_campaign_ends_by_itself_and_its_owner_reads_how_it_went(pool: Pool) -> None:
    """Ended once and told once, also where its end comes before everybody had their turn."""
    people = {(each := await somebody(pool)).customer_id: each for _ in range(3)}
    ends_at = NOW + timedelta(minutes=50)
    wanted = replace(WANTED, per_hour=2, ends_at=ends_at)
    async with pool.acquire() as conn:
        seen = await preview(conn, PROFILE, wanted, MEANS, now=NOW)
    assert (seen.count, seen.left_out) == (2, {TOO_LATE: 1})
    campaign = await start(pool, await draft(pool, wanted))
    await _plan(pool, campaign)
    first, second = await _rows(pool, campaign)
    assert second["valid_until"] == ends_at
    await _sent(pool, first, people[first["customer_id"]], NOW)
    async with pool.acquire() as conn:
        assert await campaigns.list_work(conn, now=NOW, limit=9) == ()
        assert await campaigns.list_work(conn, now=ends_at, limit=9) == (campaign.id,)
    await asyncio.gather(*(_plan(pool, campaign, ends_at) for _ in range(2)))
    await _plan(pool, campaign, ends_at)
    status = "SELECT status, told_at FROM campaigns"
    assert tuple(await pool.fetchrow(status)) == ("done", ends_at)
    told = await pool.fetch("SELECT text FROM desk_notices")
    assert [row["text"] for row in told] == [
        "Campaign Winter: done\n1 sent, 0 answered, 0 booked, 1 cancelled"
    ]
    async with pool.acquire() as conn:
        assert await campaigns.list_work(conn, now=ends_at, limit=9) == ()
    with pytest.raises(Conflict, match="over"):
        await _do(pool, deeds.stop, campaign, ends_at, "U0ROSA")


async def test_of_a_campaign_started_at_a_terminal_the_staff_channel_reads_the_end(
    pool: Pool,
) -> None:
    await somebody(pool)
    wanted = replace(WANTED, ends_at=NOW + timedelta(hours=1))
    campaign = await start(pool, await draft(pool, wanted), by="operator")
    await _plan(pool, campaign, NOW + timedelta(hours=2))
    (told,) = await pool.fetch("SELECT kind, recipient, text FROM desk_notices")
    assert (told["kind"], told["recipient"]) == ("notice", "")
    assert "0 sent" in told["text"]


async def test_two_customers_who_turn_out_to_be_one_get_it_once(pool: Pool) -> None:
    one, other = await somebody(pool), await somebody(pool)
    campaign = await start(pool, await draft(pool))
    await _plan(pool, campaign)
    rows = await _rows(pool, campaign)
    assert len(rows) == 2
    moved = "UPDATE {} SET customer_id = $1 WHERE customer_id = $2"
    for name in ("addresses", "follow_ups"):
        await pool.execute(moved.format(name), one.customer_id, other.customer_id)
    await _sent(pool, rows[0], one, NOW)
    second = await _look(pool, rows[1], NOW)
    assert isinstance(second, Gone)
    assert "joined" in second.reason
    # A page that is planned anew finds the row under the other's key.
    await pool.execute("DELETE FROM follow_up_events")
    await pool.execute(
        "DELETE FROM follow_ups WHERE customer_id = $1 AND message_id IS NULL", one.customer_id
    )
    await pool.execute(
        "UPDATE follow_ups SET key = $1", f"campaign:{campaign.id}:{other.customer_id}"
    )
    await pool.execute("UPDATE campaigns SET is_planned = false, last_customer_id = NULL")
    await _plan(pool, campaign, NOW + timedelta(days=3))
    assert await pool.fetchval("SELECT is_planned FROM campaigns")
    assert len(await _rows(pool, campaign)) == 1


async def test_a_segment_of_nobody_starts_nothing(pool: Pool) -> None:
    campaign = await draft(pool, replace(WANTED, segment=Segment(language="zh")))
    async with pool.acquire() as conn:
        seen = await preview(conn, PROFILE, campaign.wanted, MEANS, now=NOW)
    assert seen.count == seen.meant == 0
    assert say_preview(PROFILE, seen) == ("Meant: 0 customers", "Reached: 0 customers")
    with pytest.raises(Conflict, match="nobody"):
        await start(pool, campaign, count=0)
    over = replace(WANTED, ends_at=NOW - timedelta(days=1))
    with pytest.raises(Conflict, match="end is over"):
        await start(pool, await draft(pool, over, key="over"))
