"""From the schedule to the phone: one message, by the right way, at the right moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from desk_hands import set_clock
from follow_up_ground import Somebody, somebody
from follow_up_steps import (
    LA,
    PRICED,
    SENT,
    deliver,
    its_time,
    priced,
    row_of,
    run,
    settle,
    state_of,
)
from world import World

from bot.deps import Deps
from bot.domain_follow_ups import FollowUpId
from bot.follow_ups.judging import judge
from bot.follow_ups.sending import Rewording, send
from bot.store import follow_ups
from bot.store.connection import Pool
from jobs import send_follow_up, settle_follow_ups
from jobs.follow_up_lines import lines_of


class Killed(Exception):
    """The worker is no more."""


async def _writes_and_dies(world: World, who: Somebody, owed: FollowUpId) -> None:
    async with world.pool.acquire() as conn, conn.transaction():
        done = await send(world.deps.bot, conn, owed, lines_of(world.deps.channels))
        assert done.conversation_id == who.conversation_id
        assert await conn.fetchval(SENT) == 1
        raise Killed


async def test_a_customer_gets_one_message_whoever_sends_it_and_whoever_dies(
    idle_world: World,
) -> None:
    """I2, I3, I5: killed before the commit it has sent nothing; two workers send it once."""
    world = idle_world
    dana, owed = await priced(world)
    await run(world, owed)
    assert (await state_of(world, owed))[0] == "planned"

    now = await its_time(world, owed)
    with pytest.raises(Killed):
        await _writes_and_dies(world, dana, owed)
    assert await world.value(SENT) == 0
    async with world.pool.acquire() as conn:
        assert await send_follow_up.due(world.deps, conn) == [{"follow_up_id": str(owed)}]
    assert (await state_of(world, owed))[0] == "due"

    await run(world, owed, workers=4)
    text = await _is_written(world, owed, now)
    await deliver(world, dana)
    assert [m.body for m in world.customer(dana.handle).received] == [text]
    async with world.pool.acquire() as conn:
        assert await settle_follow_ups.due(world.deps, conn) == [{}]
    await settle(world)
    row = await row_of(world, owed)
    assert row["status"] == "sent"
    assert timedelta(0) <= row["sent_at"] - now < timedelta(minutes=1)
    async with world.pool.acquire() as conn:
        assert not await settle_follow_ups.due(world.deps, conn)
        assert not await send_follow_up.due(world.deps, conn)
    steps = await world.rows("SELECT status FROM follow_up_events ORDER BY at, id")
    assert [step["status"] for step in steps] == ["planned", "due", "sending", "sent"]


async def _is_written(world: World, owed: FollowUpId, now: datetime) -> str:
    """Once, with all that delivery, the answer and the report need of it; its text."""
    assert await world.value(SENT) == 1
    row = await row_of(world, owed)
    assert (row["status"], row["channel"], row["language"]) == ("sending", "sms", "en")
    assert row["wording"] == "unanswered_quote_24h_any_a"
    assert row["local_hour"] == now.astimezone(LA).hour
    assert row["watched_until"] - now < timedelta(days=7, seconds=5)
    assert "only address that may be written to" in row["chosen"]["way"]

    [message] = await world.rows("SELECT * FROM messages WHERE rest ? 'follow_up'")
    assert (message["author"], message["purpose"]) == ("bot", "conversational")
    assert message["rest"]["unasked"] == message["rest"]["follow_up"] == str(owed)
    assert message["rest"]["wording"] == row["wording"]
    assert message["rest"]["fields"]["name"] == "Dana"
    assert message["rest"]["choices"]
    assert datetime.fromisoformat(message["rest"]["leave_by"]) == datetime(
        2026, 12, 2, 20, tzinfo=LA
    )
    text: str = message["text"]
    return text


async def test_what_stands_against_it_is_decided_when_it_is_due(idle_world: World) -> None:
    """I6, I7, I12: talk, staff, another message, days of downtime; each with its reason."""
    world = idle_world
    dana, owed = await priced(world)
    now = await its_time(world, owed)

    await world.rows("UPDATE conversations SET mode = 'human'")
    await run(world, owed)
    held = "staff have the conversation; it goes when they give it back"
    assert await state_of(world, owed) == ("held", held)
    assert (await row_of(world, owed))["due_at"] - now < timedelta(minutes=16)
    await world.rows("UPDATE conversations SET mode = 'bot'")

    now = await its_time(world, owed)
    await world.rows("UPDATE messages SET status = 'received'")
    await run(world, owed)
    assert "they get their answer first" in (await state_of(world, owed))[1]
    await world.rows("UPDATE messages SET status = 'answered'")

    now = await its_time(world, owed)
    told = await dana.was_told("Heavy rain today!", now - timedelta(hours=5), unasked="rain")
    await run(world, owed)
    status, reason = await state_of(world, owed)
    assert (status, reason[:39]) == ("planned", "moved away from another message that no")
    due = (await row_of(world, owed))["due_at"]
    assert due - (now - timedelta(hours=5)) >= timedelta(hours=48)
    await world.rows("DELETE FROM messages WHERE id = $1", told)

    set_clock(world, due + timedelta(days=5))
    async with world.pool.acquire() as conn:
        assert await send_follow_up.due(world.deps, conn)
    await run(world, owed)
    status, reason = await state_of(world, owed)
    assert (status, reason[:8]) == ("skipped", "too late")
    assert await world.value(SENT) == 0
    assert await world.value("SELECT count(*) FROM conversations") == 1


async def test_a_customer_without_a_conversation_gets_one_only_with_a_message(
    idle_world: World,
) -> None:
    """Closed talks stay closed: the message opens another; one that does not go opens none."""
    world = idle_world
    dana, owed = await priced(world)
    eve, lost = await priced(world, "Eve", consent="revoked")
    await world.rows("UPDATE conversations SET mode = 'closed'")
    for each in (owed, lost):
        await its_time(world, each)
        await run(world, each, workers=2)
    assert (await state_of(world, owed))[0] == "sending"
    assert await state_of(world, lost) == (
        "skipped",
        "the customer has opted out of this address",
    )
    opened = await world.rows("SELECT customer_id FROM conversations WHERE mode <> 'closed'")
    assert [each["customer_id"] for each in opened] == [dana.customer_id]
    assert eve.customer_id != dana.customer_id


async def test_a_models_words_go_only_while_the_facts_are_those_it_was_given(
    idle_world: World,
) -> None:
    """I8: what was reworded before the locks is compared with what is so behind them."""
    world = idle_world
    lines = lines_of(world.deps.channels)
    sent = []
    for name in ("Dana", "Eve"):
        _, owed = await priced(world, name)
        await its_time(world, owed)
        async with world.pool.acquire() as conn, conn.transaction():
            row = await follow_ups.find(conn, owed)
            assert row is not None
            judged = await judge(world.deps.bot, conn, row, lines)
            assert judged.worded is not None
            if name == "Eve":
                await conn.execute("UPDATE customers SET name = 'Eva' WHERE name = 'Eve'")
            words = Rewording(worded=judged.worded, text=f"{name}, a warm word")
            await send(world.deps.bot, conn, owed, lines, words)
            text = "SELECT text FROM messages WHERE rest ->> 'follow_up' = $1"
            sent.append(await conn.fetchval(text, str(owed)))
            chosen = (await row_of_conn(conn, owed))["chosen"]["words"]
            assert ("by a model" in chosen) is (name == "Dana")
    assert sent[0] == "Dana, a warm word"
    assert "Eva" in sent[1]
    assert "warm" not in sent[1]


async def row_of_conn(conn: Any, owed: FollowUpId) -> dict[str, Any]:
    return dict(await conn.fetchrow("SELECT * FROM follow_ups WHERE id = $1", owed))


async def test_who_is_held_back_is_written_to_by_nobody_and_watched_alike(
    idle_world: World,
) -> None:
    world = idle_world
    _, owed = await priced(world)
    now = await its_time(world, owed)
    rules = {"holdout_percent": 100, "holdout_causes": ("unanswered_quote",)}
    profile = world.deps.bot.profile
    kept = profile.follow_ups.model_copy(update=rules)
    deps: Deps = replace(world.deps.bot, profile=profile.model_copy(update={"follow_ups": kept}))
    async with world.pool.acquire() as conn, conn.transaction():
        await send(deps, conn, owed, lines_of(world.deps.channels))
    row = await row_of(world, owed)
    assert (row["status"], row["arm"]) == ("skipped", "holdout")
    assert row["sent_at"] is not None
    assert row["watched_until"] - now < timedelta(days=7, seconds=5)
    assert await world.value(SENT) == 0


async def test_a_campaign_of_thousands_keeps_no_lapsing_hold_waiting(pool: Pool) -> None:
    """I14: each cause has its turn, its own longest due first."""
    dana = await somebody(pool)
    many = """INSERT INTO follow_ups (customer_id, cause, due_at, status)
    SELECT $1, $2, $3::timestamptz + make_interval(secs => n), 'planned'
    FROM generate_series(1, $4) AS n"""
    for cause, since, count in (("campaign", PRICED, 900), ("hold_lapsing", PRICED, 2)):
        late = timedelta(hours=1 if cause == "hold_lapsing" else 0)
        await pool.execute(many, dana.customer_id, cause, since + late, count)
    now = PRICED + timedelta(hours=2)
    async with pool.acquire() as conn:
        await follow_ups.mark_due(conn, now=now, limit=500)
        found = await follow_ups.list_due(conn, now=now, limit=500)
        rows = await conn.fetch(
            "SELECT cause FROM follow_ups WHERE id = ANY($1::uuid[])", list(found)
        )
    assert len(found) == 500
    assert sum(row["cause"] == "hold_lapsing" for row in rows) == 2
