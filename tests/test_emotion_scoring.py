"""The job that reads emotions: each message once, after what came before it, and none is shed.

The database is real; only the scorer is the test's own, so that it can stumble where a test says.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import cast

import pytest
from arq import Retry
from arq.connections import ArqRedis
from prometheus_client import REGISTRY
from scoring_ground import NOW, OURS, Ear, calm, come_in, count, worker

from bot.clock import FrozenClock
from bot.domain import (
    ConversationId,
    Status,
)
from bot.language.embed import Encoder
from bot.language.emotion_input import Said, Spoken
from bot.store import emotions, messages, rescorings, unscored
from bot.store.connection import Pool
from bot.store.unscored import CLAIM, TRIES_MAX
from jobs.base import JobDeps, perform
from jobs.emotion_batches import BATCH, HEEDED_AT_ONCE, RUN_MS, Felt, read_waiting
from jobs.queue import Doorbell
from jobs.sweep import sweep


async def test_a_message_is_read_after_the_last_two_that_the_customer_can_have_seen(
    pool: Pool, encoder: Encoder
) -> None:
    ear = Ear()
    await come_in(pool, "long ago", at=NOW - timedelta(hours=52))
    (first,) = await come_in(pool, "and for twelve?", at=NOW - timedelta(hours=3))
    # Of a long text the end is read: there stands what it asks.
    ours = f"{'A line of the price. ' * 40}That is $720."
    for text, status in ((ours, "delivered"), ("Never left", "dropped")):
        await pool.execute(OURS, first, text, status, NOW - timedelta(hours=2))
    await come_in(pool, "great")
    await come_in(pool, "somebody else's", sender="+14155550102")
    assert not await read_waiting(worker(pool, encoder, ear), calm)
    heard = {each.text: each.before for each in ear.heard}
    assert heard["great"] == (Said(False, "and for twelve?"), Said(True, ours[-500:]))
    assert heard["and for twelve?"] == heard["somebody else's"] == ()
    assert await count(pool, "messages WHERE direction = 'inbound' AND NOT scored") == 0
    assert await count(pool, "emotion_history WHERE scorer = 'ear-1'") == 4


async def test_two_workers_share_the_work_and_read_nothing_twice(
    pool: Pool, encoder: Encoder
) -> None:
    """I2: a hundred and fifty messages, one reading each, whoever is at it."""
    both = Barrier(2)
    ears = Ear(both), Ear(both)
    said = [f"message {number}" for number in range(150)]
    await come_in(pool, *said, sender="")
    workers = [worker(pool, encoder, ear) for ear in ears]
    await asyncio.gather(*(read_waiting(each, calm) for each in (*workers, workers[0])))
    assert sorted(ears[0].texts + ears[1].texts) == sorted(said)
    assert min(len(each.heard) for each in ears) > 0
    assert await count(pool, "emotion_history") == 150


async def test_what_a_killed_worker_had_comes_back(pool: Pool, encoder: Encoder) -> None:
    """Claimed and never read: after a while it is anybody's again."""
    ear = Ear()
    await come_in(pool, "hi there", "anybody?")
    async with pool.acquire() as conn:
        assert len(await unscored.claim(conn, now=NOW, limit=BATCH)) == 2
        assert not await unscored.are_free(conn, now=NOW + CLAIM / 2)
    await read_waiting(worker(pool, encoder, ear, NOW + CLAIM / 2), calm)
    assert ear.heard == []
    await read_waiting(worker(pool, encoder, ear, NOW + CLAIM), calm)
    assert ear.texts == ["anybody?", "hi there"]


async def test_one_message_that_cannot_be_read_spoils_no_other(
    pool: Pool, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    ear = Ear()
    said = [f"message {number}" for number in range(30)]
    ids = await come_in(pool, *said[:11], "a poison", *said[11:], "a riddle", sender="")
    with caplog.at_level(logging.ERROR):
        await read_waiting(worker(pool, encoder, ear), calm)
    named = {getattr(each, "message_id", "") for each in caplog.records}
    assert named == {str(ids[11]), str(ids[-1])}
    assert await count(pool, "messages WHERE NOT scored") == 0
    assert await count(pool, "emotion_history") == len(said)
    assert "poison" not in caplog.text


async def test_a_scorer_in_trouble_sheds_nothing(pool: Pool, encoder: Encoder) -> None:
    """I4: nothing is marked while the model reads nothing at all, and all is read once it does."""
    ear = Ear()
    deps = worker(pool, encoder, ear)
    await come_in(pool, "hi there", "anybody?", "forget me", sender="")
    ear.is_deaf = True
    with pytest.raises(Retry):
        await perform(deps, "score_emotion", {})
    assert await count(pool, "messages WHERE scored") == 0
    ear.is_deaf = False
    await perform(deps, "score_emotion", {}, attempt=2)
    assert await count(pool, "messages WHERE NOT scored") == 0


async def test_a_message_that_nobody_could_act_on_is_read_again(
    pool: Pool, encoder: Encoder
) -> None:
    """An alarm that failed, or died with its worker, rings later; the others wait for nothing."""
    fails, acted = [True], list[str]()

    async def heed(deps: JobDeps, felt: Sequence[Felt]) -> None:
        if fails and any(row.text == "nobody came" for row, _ in felt):
            raise RuntimeError("the alarm could not be kept")
        acted.extend(row.text for row, _ in felt)

    await come_in(pool, "hi there", "nobody came", "anybody?", sender="")
    await read_waiting(worker(pool, encoder, Ear()), heed)
    assert sorted(acted) == ["anybody?", "hi there"]
    assert await count(pool, "messages WHERE NOT scored AND text = 'nobody came'") == 1
    fails.clear()
    await read_waiting(worker(pool, encoder, Ear(), NOW + CLAIM), heed)
    assert acted[-1] == "nobody came"
    assert await count(pool, "messages WHERE NOT scored") == 0
    assert await count(pool, "emotion_history") == 3


@pytest.mark.parametrize("error", [RuntimeError("no such row"), TimeoutError()])
async def test_an_alarm_that_always_fails_is_given_up_and_holds_nothing_up(
    pool: Pool, encoder: Encoder, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Also one that looks like a store that is away: later and later, eight times, then never."""
    acted, now = list[str](), NOW

    async def heed(deps: JobDeps, felt: Sequence[Felt]) -> None:
        if any(row.text == "nobody came" for row, _ in felt):
            raise error
        acted.extend(row.text for row, _ in felt)

    (poison, *_) = await come_in(pool, "nobody came", "hi there", sender="")
    for tried in range(TRIES_MAX):
        await come_in(pool, f"message {tried}", at=now)
        assert not await read_waiting(worker(pool, encoder, Ear(), now), heed)
        assert len(acted) == 2 + tried
        async with pool.acquire() as conn:
            assert not await unscored.are_free(conn, now=now + CLAIM * 2**tried * 0.9)
        now += CLAIM * 2**tried
    outcomes = [
        getattr(each, "outcome", "") for each in caplog.records if each.levelname == "ERROR"
    ]
    assert outcomes == ["put_off"] * (TRIES_MAX - 1) + ["given_up"]
    assert {getattr(e, "message_id", str(poison)) for e in caplog.records} == {str(poison)}
    assert await count(pool, "messages WHERE NOT scored") == 0
    assert await count(pool, "emotion_history") == 2 + TRIES_MAX, "the reading itself is kept"


async def test_a_claim_by_a_clock_that_went_wrong_is_no_claim(pool: Pool, encoder: Encoder) -> None:
    """A worker a year ahead took it, and its clock was set right again."""
    await come_in(pool, "hi there")
    async with pool.acquire() as conn:
        await unscored.claim(conn, now=NOW + timedelta(days=365), limit=BATCH)
    await read_waiting(worker(pool, encoder, Ear()), calm)
    assert await count(pool, "messages WHERE NOT scored") == 0
    async with pool.acquire() as conn, conn.transaction():
        await rescorings.ask(conn, scorer="ear-2", since=None, now=NOW)
        await rescorings.claim(conn, scorer="ear-2", now=NOW + timedelta(days=365))
        assert await rescorings.is_owed(conn, scorer="ear-2", now=NOW)
        assert await rescorings.claim(conn, scorer="ear-2", now=NOW) is not None
        assert not await rescorings.is_owed(conn, scorer="ear-2", now=NOW)


async def test_a_run_without_time_gives_back_what_nobody_has_acted_on(
    pool: Pool, encoder: Encoder
) -> None:
    """Where telling staff takes long, what is left is the next run's, and nothing is acted on twice
    that was marked."""
    acted: list[str] = []
    deps = worker(pool, encoder, Ear())
    clock = cast(FrozenClock, deps.bot.clock)

    async def heed(deps: JobDeps, felt: Sequence[Felt]) -> None:
        acted.extend(row.text for row, _ in felt)
        clock.advance(timedelta(milliseconds=RUN_MS + 1))

    said = [f"message {number}" for number in range(2 * HEEDED_AT_ONCE)]
    await come_in(pool, *said, sender="")
    assert await read_waiting(deps, heed), "it rings for another run"
    assert len(acted) == HEEDED_AT_ONCE
    assert await count(pool, "emotion_history") == len(said), "reading was not held up"
    await read_waiting(deps, heed)
    assert sorted(acted) == sorted(said)
    assert await count(pool, "messages WHERE NOT scored") == 0


async def test_a_recording_written_down_meanwhile_is_read_by_its_new_words(
    pool: Pool, encoder: Encoder
) -> None:
    ear = Ear()
    (told,) = await come_in(pool, "")
    async with pool.acquire() as conn:
        (row,) = await unscored.claim(conn, now=NOW, limit=BATCH)
        await conn.execute("UPDATE messages SET text = 'nobody came' WHERE id = $1", told)
        ((calm_one,), texts) = ear.score([Spoken("")]), [row.text]
        await emotions.write_lines(conn, [(told, row.conversation_id, calm_one)], texts=texts)
        await unscored.mark(conn, [row])
    assert await count(pool, "emotion_history") == 0
    await read_waiting(worker(pool, encoder, ear, NOW + CLAIM), calm)
    assert ear.texts == ["", "nobody came"]


async def test_a_message_that_a_turn_holds_is_marked_as_soon_as_it_lets_go(
    pool: Pool, encoder: Encoder
) -> None:
    """What a turn sets aside for staff it does not mark: else it waited for the claim to end."""
    held, free = await come_in(pool, "hi there", "anybody?")
    waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
    async with pool.acquire() as conn, pool.acquire() as turn:
        rows = await unscored.claim(conn, now=NOW, limit=BATCH)
        async with turn.transaction():
            await turn.execute("SELECT FROM messages WHERE id = $1 FOR UPDATE", held)
            marking = asyncio.create_task(unscored.mark(conn, rows))
            async with asyncio.timeout(20):
                while not await pool.fetchval(waits):
                    await asyncio.sleep(0.02)
            assert await pool.fetchval("SELECT scored FROM messages WHERE id = $1", free)
        await marking
    assert await count(pool, "messages WHERE NOT scored") == 0


async def test_a_turn_and_the_job_read_the_same_message_and_keep_one_reading(
    pool: Pool, encoder: Encoder
) -> None:
    """I2: the turn commits what it read while the job waits to keep the same; no ring of locks."""
    ids = await come_in(pool, "hi there", "anybody?")
    talk = ConversationId(await pool.fetchval("SELECT id FROM conversations"))
    ear = Ear()
    read = ear.score([Spoken("hi there"), Spoken("anybody?")])
    waits = """SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    async with pool.acquire() as conn, conn.transaction():
        # The turn has read one of them; it accounts for both.
        await emotions.write(conn, [(ids[0], talk, read[0])])
        job = asyncio.create_task(read_waiting(worker(pool, encoder, Ear()), calm))
        async with asyncio.timeout(10):
            while not (job.done() or await pool.fetchval(waits)):
                await asyncio.sleep(0.01)
        await messages.account_for(conn, ids, status=Status.ANSWERED)
    await job
    assert await count(pool, "emotion_history") == 2
    await read_waiting(worker(pool, encoder, Ear(), NOW + CLAIM), calm)
    assert await count(pool, "messages WHERE NOT scored") == 0


async def test_what_waits_is_said_in_the_figures(pool: Pool, encoder: Encoder) -> None:
    deps = worker(pool, encoder, Ear())
    await come_in(pool, "hi there", at=NOW - timedelta(seconds=40))
    await come_in(pool, "anybody?", at=NOW - timedelta(seconds=10))
    await sweep(replace(deps, doorbell=_deaf(deps)))
    assert REGISTRY.get_sample_value("concierge_emotions_waiting") == 2
    assert REGISTRY.get_sample_value("concierge_emotions_oldest_seconds") == 40
    labels = {"scorer": "ear-1"}
    before = REGISTRY.get_sample_value("concierge_emotions_total", labels) or 0.0
    waited = REGISTRY.get_sample_value("concierge_emotion_seconds_sum") or 0.0
    await perform(deps, "score_emotion", {})
    await sweep(replace(deps, doorbell=_deaf(deps)))
    assert REGISTRY.get_sample_value("concierge_emotions_total", labels) == before + 2
    assert REGISTRY.get_sample_value("concierge_emotion_seconds_sum") == pytest.approx(waited + 50)
    assert REGISTRY.get_sample_value("concierge_emotions_waiting") == 0
    assert REGISTRY.get_sample_value("concierge_emotions_oldest_seconds") == 0


def _deaf(deps: JobDeps) -> Doorbell:
    """A doorbell whose Redis is away."""
    doorbell = Doorbell(cast(ArqRedis, None), deps.bot.clock)
    doorbell.is_connected = False
    return doorbell


def test_messages_of_one_moment_ring_once_and_later_than_each_of_them() -> None:
    """A run that looked just before a message was stored leaves it a ring of its own."""
    clock = FrozenClock(NOW + timedelta(milliseconds=20))
    doorbell = Doorbell(cast(ArqRedis, None), clock)
    doorbell.ring_once_for_all("score_emotion", within_s=0.1)
    clock.advance(timedelta(milliseconds=70))
    doorbell.ring_once_for_all("score_emotion", within_s=0.1)
    (ring,) = doorbell._waiting.values()
    assert ring.due_ms == int(NOW.timestamp() * 1000) + 100
    clock.advance(timedelta(milliseconds=20))
    doorbell.ring_once_for_all("score_emotion", within_s=0.1)
    assert len(doorbell._waiting) == 2
