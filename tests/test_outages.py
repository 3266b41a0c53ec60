"""Stores, processes and vendors that are away for a while, and several of one kind at once."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest
from caller import Caller, encoded
from chaos import frozen, server_pid, valkey_pid
from world import World

from bot.devstack import DevStack
from handlers.service import listen, web_process
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
    await world.until("SELECT count(*) = 2 FROM gap_fills")
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
