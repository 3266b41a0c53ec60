"""Stores, processes and vendors that are away for a while, and several of one kind at once."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest
from caller import Caller, encoded
from chaos import frozen, server_pid, valkey_pid
from redis.asyncio import Redis
from world import World

from bot.devstack import DevStack
from handlers.service import listen, web_process
from jobs.base import perform
from jobs.sweep import sweep, sweep_forever

# ── Stores away (I1, I12) ───────────────────────────────────────────────────────────────────


async def test_the_database_is_away_and_the_text_comes_all_the_same(
    world: World, stack: DevStack
) -> None:
    """I1: 503 while nothing can be kept; afterwards the vendor's list brings what was refused."""
    ann, bob = world.customer("+14155550101"), world.customer("+14155550102")
    await ann.asks("price for 10 adults?")
    await world.settles()
    with frozen(server_pid(stack)):
        sid = await ann.texts("and for 12 adults?")
        refused = world.stand_ins.twilio.phones.find(sid)
        assert refused is not None
        assert refused.webhook_status == 503
    assert "$605.00" in await bob.asks("price for 11 adults?")
    assert "$660.00" in await ann.hears(2)
    await world.settles()
    assert len(ann.received) == 2
    rows = await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'")
    assert rows == 3


async def test_a_gap_is_filled_after_the_web_process_was_away(
    world: World,
) -> None:
    """I1: a web process that starts anew does not know what was refused while it was not there."""
    ann, bob = world.customer("+14155550101"), world.customer("+14155550102")
    listening = "channel IN ('sms', 'whatsapp')"
    await world.until(f"SELECT count(*) = 2 FROM gap_fills WHERE {listening}")
    world.stand_ins.point_at(world.url, connect_url="http://127.0.0.1:9")
    await ann.texts("price for 12 adults?")
    bound = listen(world.ground.settings.model_copy(update={"port": 0}))
    second = f"http://127.0.0.1:{bound.getsockname()[1]}"
    async with web_process(world.ground, bound):
        world.stand_ins.point_at(world.url, connect_url=second)
        assert "$605.00" in await bob.asks("price for 11 adults?")
        assert "$660.00" in await ann.hears()


async def test_redis_is_away_and_the_customer_is_answered(world: World, stack: DevStack) -> None:
    """I12: the webhook waits for no doorbell, and the sweep does the work itself."""
    ann = world.customer()
    with frozen(valkey_pid(stack)):
        sid = await ann.texts("price for 10 adults?")
        taken = world.stand_ins.twilio.phones.find(sid)
        assert taken is not None
        assert taken.webhook_status == 200
        world.deps.doorbell.probe()
        await world.holds(lambda: not world.deps.doorbell.is_connected)
        await world.rows("UPDATE messages SET created_at = created_at - interval '20 seconds'")
        await sweep(world.deps)
        await sweep(world.deps)
        assert "$550.00" in await ann.hears()


async def test_the_sweep_outlives_an_error_of_the_database(
    idle_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """I12: whatever the database says once, the promise behind the doorbell goes on."""
    world = idle_world
    caplog.set_level(logging.WARNING)
    await world.rows("ALTER TABLE escalations RENAME TO escalations_away")
    sweeping = asyncio.create_task(sweep_forever(world.deps))
    await world.holds(lambda: sweeping.done() or "sweep.failed" in caplog.text)
    await world.rows("ALTER TABLE escalations_away RENAME TO escalations")
    alive = not sweeping.done()
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)
    assert alive


async def test_a_long_gap_is_filled_to_its_end(idle_world: World) -> None:
    """I1: an outage may have cost more texts than a vendor lists on a few pages."""
    world = idle_world
    await perform(world.deps, "gap_fill", {"channel": "sms"})
    world.stand_ins.point_at("http://127.0.0.1:9")
    phones = [world.customer(f"+1415556{n % 40:04d}") for n in range(1150)]
    for start in range(0, len(phones), 50):
        await asyncio.gather(*(phone.texts("hello") for phone in phones[start : start + 50]))
    world.stand_ins.point_at(world.url)
    await perform(world.deps, "gap_fill", {"channel": "sms"})
    assert await world.value("SELECT count(*) FROM messages") == len(phones)


# ── Workers that were killed or slept (I3, I5) ──────────────────────────────────────────────


async def test_a_wake_up_that_died_with_its_worker_holds_up_no_turn(idle_world: World) -> None:
    """I12: the queue believes for minutes that a killed worker is at it; the sweep does not."""
    world = idle_world
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    redis = Redis.from_url(world.ground.settings.redis_url)
    await world.until("SELECT count(*) = 1 FROM messages")
    names: list[str] = []
    async with asyncio.timeout(5):
        while not any("take_turn" in name for name in names):
            names = [key.decode() async for key in redis.scan_iter("arq:job:*")]
    for name in names:
        await redis.set(name.replace("arq:job:", "arq:in-progress:"), b"1", ex=600)
    await redis.aclose()
    await world.rows("UPDATE messages SET created_at = created_at - interval '20 seconds'")
    await world.start_worker()
    await sweep(world.deps)
    assert "$550.00" in await ann.hears()


async def test_a_sender_that_slept_past_its_claim_sends_nothing(idle_world: World) -> None:
    """I5: while it slept another worker asked the vendor, and the message is that one's to send."""
    world = idle_world
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    await world.until("SELECT count(*) = 1 FROM conversations")
    ids = {"conversation_id": str(await world.value("SELECT id FROM conversations"))}
    await perform(world.deps, "take_turn", ids)
    await perform(world.deps, "deliver", ids)
    await ann.texts("and for 12 adults?")
    await perform(world.deps, "take_turn", ids)
    async with world.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM sender_pace FOR UPDATE")
        sleeper = asyncio.create_task(perform(world.deps, "deliver", ids))
        await world.until("SELECT count(*) = 1 FROM messages WHERE status = 'sending'")
        await world.rows(
            "UPDATE messages SET claimed_until = now() - interval '1 second'"
            " WHERE status = 'sending'"
        )
        lost = str(await world.value("SELECT id FROM messages WHERE status = 'sending'"))
        await perform(world.deps, "look_up_send", {"message_id": lost})
    await sleeper
    await perform(world.deps, "deliver", ids)
    await ann.hears(2)
    await world.settles()
    assert len(ann.received) == 2


# ── Many processes (I2) ─────────────────────────────────────────────────────────────────────


async def test_duplicates_on_two_web_processes_are_one_message(
    world: World,
) -> None:
    """I2: the same text at the same moment on both, twenty times: one row, one answer."""
    bound = listen(world.ground.settings.model_copy(update={"port": 0}))
    async with web_process(world.ground, bound), aiohttp.ClientSession() as http:
        first, second = Caller(world, http), Caller(world, http)
        second.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        bodies = [
            encoded(MessageSid=f"SM{n:032x}", From=f"+1415555{n:04d}", Body="price for 10 adults?")
            for n in range(10)
        ]
        answers = await asyncio.gather(
            *(who.posts(body) for body in bodies for who in (first, second) for _ in range(5))
        )
        assert {status for status, _ in answers} == {200}
    await world.settles()
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 10
    assert await world.value("SELECT count(*) FROM customers") == 10
    phones = [world.customer(f"+1415555{n:04d}") for n in range(10)]
    assert [len(phone.received) for phone in phones] == [1] * 10
