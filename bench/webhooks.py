"""How many signed webhooks a second become durable, what each costs, and how soon it is answered.

The real web process against bench/minimum.py on the same PostgreSQL, in turn. A run in which a
message was lost or doubled is no measurement: it fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median

import asyncpg

from bench.processes import cpu_seconds, read_pid
from bench.report import Line, Table, paired, spread
from bench.rig import (
    WEBHOOK,
    Rig,
    Running,
    free_port,
    in_turn,
    open_stand_ins,
    product_environment,
)

PAIRS = 5
CLOSED_S = 3.0
CONNECTIONS = 64
RATE = 300
OPEN_PAIRS = 3
OPEN_S = 4.0

REQUESTS_AIM = 0.8
CPU_AIM = 1.3
P99_AIM_MS = 25.0


@dataclass(slots=True)
class Side:
    """One of the two servers and what was measured of it."""

    running: Running
    database: str
    counts: str
    """Counts what it has stored."""
    per_second: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    accepted: int = 0


@dataclass(slots=True)
class Latencies:
    """Of each open-loop round."""

    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Throughput and cost in a closed loop, then answers at a fixed rate, alone and beside work."""
    async with AsyncExitStack() as stack:
        stand_ins = await stack.enter_async_context(open_stand_ins())
        env = product_environment(rig, await rig.database("webhooks"), stand_ins)
        token = stand_ins.twilio.auth_token
        sides = await _start(rig, stack, env, token)
        await _closed(rig, sides, token)
        alone = await _open(rig, sides, token)
        async with rig.worker(env):
            beside = await _open(rig, sides, token)
        for side in sides.values():
            await _prove_durable(side)
    return (_throughput(sides), _answers(alone, beside))


async def _start(
    rig: Rig, stack: AsyncExitStack, env: Mapping[str, str], token: str
) -> dict[str, Side]:
    product = await stack.enter_async_context(rig.service("serve", env=env))
    port, database = free_port(), await rig.bare_database("minimum")
    arguments = ("--database", database, "--port", str(port), "--token", token)
    minimum = await stack.enter_async_context(rig.module("bench.minimum", *arguments, port=port))
    await rig.wait_for_port(minimum)
    return {
        "product": Side(
            product,
            env["DATABASE_URL"],
            "SELECT count(*) FROM messages WHERE direction = 'inbound'",
        ),
        "minimum": Side(minimum, database, "SELECT count(*) FROM arrivals"),
    }


async def _closed(rig: Rig, sides: Mapping[str, Side], token: str) -> None:
    for side in sides.values():
        await _closed_round(rig, side, token, seconds=1.0)
        side.per_second.clear()
        side.cpu_us.clear()
    for name in in_turn(tuple(sides), PAIRS):
        await _closed_round(rig, sides[name], token, seconds=CLOSED_S)


async def _closed_round(rig: Rig, side: Side, token: str, *, seconds: float) -> None:
    load = await rig.load(
        side.running.url + WEBHOOK, token, seconds=seconds, connections=CONNECTIONS
    )
    before = _cpu(rig, side)
    found = await load.go()
    spent = _cpu(rig, side) - before
    _check(found)
    side.accepted += int(found["accepted"])
    side.per_second.append(found["per_second"])
    side.cpu_us.append(spent / found["accepted"] * 1e6)


def _cpu(rig: Rig, side: Side) -> float:
    """The server, the database and, where it rings, Redis."""
    redis = read_pid(rig.folder / "valkey" / "valkey.pid")
    return cpu_seconds((*side.running.pids, *rig.database_pids, redis))


async def _open(rig: Rig, sides: Mapping[str, Side], token: str) -> dict[str, Latencies]:
    found = {name: Latencies() for name in sides}
    for name in in_turn(tuple(sides), OPEN_PAIRS):
        side = sides[name]
        load = await rig.load(side.running.url + WEBHOOK, token, rate=RATE, seconds=OPEN_S)
        result = await load.go()
        _check(result)
        side.accepted += int(result["accepted"])
        found[name].p50_ms.append(result["p50_ms"])
        found[name].p99_ms.append(result["p99_ms"])
    return found


def _check(found: Mapping[str, float]) -> None:
    if found["refused"] or found["lost"]:
        raise RuntimeError(f"{found['refused']} refused and {found['lost']} lost webhooks")


async def _prove_durable(side: Side) -> None:
    """Every 2xx has exactly one row (I1, I2)."""
    conn = await asyncpg.connect(side.database)
    stored = await conn.fetchval(side.counts)
    await conn.close()
    if stored != side.accepted:
        raise RuntimeError(f"{side.accepted} webhooks were accepted, {stored} are stored")


def _throughput(sides: Mapping[str, Side]) -> Table:
    product, minimum = sides["product"], sides["minimum"]
    requests = paired(product.per_second, minimum.per_second)
    cpu = paired(product.cpu_us, minimum.cpu_us)
    return Table(
        title=f"Durable webhooks, {CONNECTIONS} connections without a pause",
        lines=(
            Line(
                what="webhooks a second",
                measured=spread(product.per_second, 0),
                compared=spread(minimum.per_second, 0),
                ratio=spread(requests),
                aim=f">= {REQUESTS_AIM}",
                met=median(requests) >= REQUESTS_AIM,
            ),
            Line(
                what="processor time each, µs",
                measured=spread(product.cpu_us, 0),
                compared=spread(minimum.cpu_us, 0),
                ratio=spread(cpu),
                aim=f"<= {CPU_AIM}",
                met=median(cpu) <= CPU_AIM,
            ),
        ),
        notes=(
            "compared with bench/minimum.py: form, Twilio's RequestValidator, one bare row;"
            f" {PAIRS} paired rounds of {CLOSED_S:.0f} s",
            "processor time is the web process's, PostgreSQL's and Redis's together",
            f"stored and counted: {product.accepted} and {minimum.accepted} messages, none lost,"
            " none doubled",
        ),
    )


def _answers(alone: Mapping[str, Latencies], beside: Mapping[str, Latencies]) -> Table:
    lines = []
    for what, found in (("no worker", alone), ("a busy worker beside", beside)):
        ours, theirs = found["product"], found["minimum"]
        lines.append(
            Line(
                what=f"p50, ms, {what}",
                measured=spread(ours.p50_ms, 1),
                compared=spread(theirs.p50_ms, 1),
                ratio=spread(paired(ours.p50_ms, theirs.p50_ms)),
            )
        )
        lines.append(
            Line(
                what=f"p99, ms, {what}",
                measured=spread(ours.p99_ms, 1),
                compared=spread(theirs.p99_ms, 1),
                ratio=spread(paired(ours.p99_ms, theirs.p99_ms)),
                aim=f"< {P99_AIM_MS:.0f} ms",
                met=median(ours.p99_ms) < P99_AIM_MS,
            )
        )
    return Table(
        title=f"Acknowledgement at {RATE} webhooks a second",
        lines=tuple(lines),
        notes=(
            "open loop: each latency counts from the moment its request was due;"
            f" {OPEN_PAIRS} rounds of {OPEN_S:.0f} s",
            "the busy worker answers what the rounds before have left, and its receipts come in as"
            " further webhooks",
        ),
    )
