"""Forty customers, processes killed under load, stores away, a moody vendor: nothing is lost.

SOAK_SEED repeats a run's plan; SOAK_LOAD_S, SOAK_AWAY_S, SOAK_RATE and SOAK_SETTLE_S scale it.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator

import asyncpg
import pytest
from chaos import ask, until_ready
from redis.asyncio import Redis
from soak_rig import Rig, open_rig

pytestmark = pytest.mark.soak

SEED = int(os.environ.get("SOAK_SEED", "20261123"))
LOAD_S = float(os.environ.get("SOAK_LOAD_S", "150"))
AWAY_S = float(os.environ.get("SOAK_AWAY_S", "60"))
RATE = float(os.environ.get("SOAK_RATE", "20"))
SETTLE_S = float(os.environ.get("SOAK_SETTLE_S", "140"))
CUSTOMERS = 40
KILLS = 20
FLUSHES = 4
DUPLICATES = 0.2
DELAYED = 0.15

Wrong = dict[str, list[str]]
UNSETTLED = """SELECT direction, status, coalesce(reason, '') AS reason, count(*) FROM messages
WHERE status IN ('received', 'queued', 'sending') GROUP BY 1, 2, 3"""
OUT = """SELECT m.external_id, m.status, a.value FROM messages m
JOIN addresses a ON a.id = m.address_id WHERE m.direction = 'outbound' ORDER BY m.seq"""


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """The service, running, with all that can go wrong around it."""
    async with open_rig(random.Random(SEED)) as opened:
        yield opened


async def test_nothing_is_lost_doubled_or_out_of_order(rig: Rig) -> None:
    """I1 to I5 and I12, under everything at once."""
    began = time.monotonic()
    await asyncio.gather(_customers(rig), _killer(rig), _outage(rig), _flusher(rig), _moods(rig))
    loaded_s = time.monotonic() - began
    rig.stand_ins.twilio.behave()
    rig.worker.kill()
    await until_ready(rig.url)
    left = await _settle(rig)
    await _report(rig, loaded_s, time.monotonic() - began - loaded_s)
    wrong = {
        "acknowledged before it was stored": rig.tally.unkept,
        "not accounted for": [dict(row) for row in left],
        **await _check_inbound(rig),
        **await _check_outbound(rig),
    }
    assert {what: found for what, found in wrong.items() if found} == {}


async def _customers(rig: Rig) -> None:
    """Texts at random moments from random phones; none of them waits for an answer."""
    until = time.monotonic() + LOAD_S
    async with asyncio.TaskGroup() as group:
        number = 0
        while time.monotonic() < until:
            number += 1
            phone = f"+1415555{rig.dice.randrange(CUSTOMERS):04d}"
            group.create_task(_text(rig, phone, _words(rig.dice, number)))
            await asyncio.sleep(rig.dice.expovariate(RATE))


def _words(dice: random.Random, number: int) -> str:
    chance = dice.random()
    if chance < 0.6:
        return f"price for {dice.randint(10, 60)} adults please ({number})"
    if chance < 0.9:
        return f"do you bring tables and chairs? ({number})"
    return f"thank you so much ({number})"


async def _text(rig: Rig, phone: str, words: str) -> None:
    """One text, perhaps late and perhaps more than once."""
    if rig.dice.random() < DELAYED:
        await asyncio.sleep(rig.dice.uniform(0.05, 1.5))
    sid = await rig.stand_ins.twilio.customer_sends("sms", phone, words)
    await _note(rig, sid)
    if rig.dice.random() < DUPLICATES:
        await asyncio.sleep(rig.dice.choice((0.0, 0.0, 2.0)))
        await rig.stand_ins.twilio.customer_sends("sms", phone, words, sid=sid)
        await _note(rig, sid)


async def _note(rig: Rig, sid: str) -> None:
    """What the service said; an acknowledgement is held against the database at once (I1)."""
    message = rig.stand_ins.twilio.phones.find(sid)
    status = (message and message.webhook_status) or 0
    rig.tally.answers[status] += 1
    rig.tally.sent[sid] = 200 if 200 in (status, rig.tally.sent.get(sid)) else status
    if status != 200 or rig.is_away:
        return
    try:
        found = await ask(
            rig.database_url, "SELECT FROM messages WHERE channel = 'sms' AND external_id = $1", sid
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return
    if not found:
        rig.tally.unkept.append(sid)


async def _killer(rig: Rig) -> None:
    """Kill the web process or the worker at random moments."""
    moments = sorted(rig.dice.uniform(3, LOAD_S - 3) for _ in range(KILLS))
    began = time.monotonic()
    for moment in moments:
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        rig.dice.choice((rig.web, rig.worker)).kill()


async def _outage(rig: Rig) -> None:
    """PostgreSQL hangs for half of the time, then is gone altogether, and comes back."""
    await asyncio.sleep(LOAD_S * 0.25)
    rig.is_away = True
    with rig.stores.frozen():
        await asyncio.sleep(AWAY_S / 2)
    await rig.stores.crash()
    await asyncio.sleep(AWAY_S / 2)
    await rig.stores.recover()
    rig.is_away = False


async def _flusher(rig: Rig) -> None:
    redis = Redis.from_url(rig.stores.stack.redis_url)
    for _ in range(FLUSHES):
        await asyncio.sleep(LOAD_S / (FLUSHES + 1) * rig.dice.uniform(0.6, 1.2))
        await redis.flushall()
    await redis.aclose()


async def _moods(rig: Rig) -> None:
    """The vendor refuses, hangs, or takes a message and never says so."""
    until = time.monotonic() + LOAD_S - 5
    twilio = rig.stand_ins.twilio
    while time.monotonic() < until:
        await asyncio.sleep(rig.dice.uniform(2.0, 6.0))
        mood = rig.dice.choice(("busy", "lost", "slow"))
        rig.tally.faults[mood] += 1
        if mood == "busy":
            twilio.fail_next(429, 20429, times=rig.dice.randint(1, 4), retry_after=1.0)
        elif mood == "lost":
            twilio.drop_after_accept(times=rig.dice.randint(1, 3))
        else:
            twilio.hang_next(rig.dice.choice((1.0, 25.0)))


async def _settle(rig: Rig) -> list[asyncpg.Record]:
    """What is still on its way when nothing more happens or the patience is over."""
    until = time.monotonic() + SETTLE_S
    while True:
        left = await ask(rig.database_url, UNSETTLED)
        missing = set(rig.tally.sent) - await _inbound_ids(rig)
        if (not left and not missing) or time.monotonic() > until:
            return left
        await asyncio.sleep(0.5)


async def _inbound_ids(rig: Rig) -> set[str]:
    rows = await ask(
        rig.database_url, "SELECT external_id FROM messages WHERE direction = 'inbound'"
    )
    return {row["external_id"] for row in rows}


async def _check_inbound(rig: Rig) -> Wrong:
    """I1, I2, I4: each text that was ever sent is one row, and accounted for."""
    rows = await ask(
        rig.database_url,
        "SELECT external_id, status, reason FROM messages WHERE direction = 'inbound'",
    )
    acked = {sid for sid, status in rig.tally.sent.items() if status == 200}
    held = Counter(row["external_id"] for row in rows)
    return {
        "acknowledged and lost": sorted(acked - set(held)),
        "sent and never taken in": sorted(set(rig.tally.sent) - set(held)),
        "never sent and taken in": sorted(set(held) - set(rig.tally.sent)),
        "taken in twice": [sid for sid, count in held.items() if count > 1],
        "ignored without a reason": [
            row["external_id"] for row in rows if row["status"] == "ignored" and not row["reason"]
        ],
    }


async def _check_outbound(rig: Rig) -> Wrong:
    """I3, I5: what lies on the phones is what was written, once each and in that order."""
    written: dict[str, list[str]] = defaultdict(list)
    for row in await ask(rig.database_url, OUT):
        if row["external_id"] is not None:
            written[row["value"]].append(row["external_id"])
    received: dict[str, list[str]] = defaultdict(list)
    for message in rig.stand_ins.twilio.messages:
        if not message.inbound and not message.by_network:
            received[message.customer].append(message.sid)
    phones = sorted(set(written) | set(received))
    return {
        "sent and not known to us": [p for p in phones if set(received[p]) - set(written[p])],
        "known to us and not sent": [p for p in phones if set(written[p]) - set(received[p])],
        "out of order": [
            p for p in phones if set(received[p]) == set(written[p]) and received[p] != written[p]
        ],
    }


async def _report(rig: Rig, loaded_s: float, settled_s: float) -> None:
    rows = await ask(
        rig.database_url,
        "SELECT direction, status, coalesce(reason, '') AS reason, count(*) FROM messages"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )
    tally = rig.tally
    lines = [
        ("texts", len(tally.sent)),
        ("webhooks by answer (0: unreachable)", dict(sorted(tally.answers.items()))),
        *((f"{row['direction']} {row['status']} {row['reason']}", row["count"]) for row in rows),
        ("kills web, worker", (rig.web.kills, rig.worker.kills)),
        ("failed starts web, worker", (rig.web.own_ends, rig.worker.own_ends)),
        ("moods", dict(tally.faults)),
        ("seconds under load, to settle", (round(loaded_s), round(settled_s))),
    ]
    print()
    for name, value in lines:
        print(f"  {name:<60} {value}")
