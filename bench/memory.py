"""What `concierge run` holds in memory, and how soon it answers at its first and second start.

Nothing is configured: stores, stand-ins and worker come with it, in an empty folder.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil

from bench.processes import resident_mb
from bench.report import Line, Table
from bench.rig import WEBHOOK, Rig, Running, free_port, until, until_answers

TURNS = 200
PER_SECOND = 20.0
TURNS_WITHIN_S = 120.0
MEMORY_AIM_MB = 450.0
SECOND_START_AIM_S = 4.0
STORES = ("postgres", "valkey-server")

SETTLED = """SELECT count(*) FILTER (WHERE direction = 'inbound') = $1
  AND bool_and(status NOT IN ('received', 'queued', 'sending')) FROM messages"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Start, weigh, work, weigh, stop, start again."""
    folder = rig.folder / "run"
    folder.mkdir(mode=0o711)
    async with _run(rig, folder) as (running, first_s):
        await until(running, lambda: "worker.ready" in running.log.read_text())
        fresh = _weigh(running)
        await _work(rig, running, folder)
        worked = _weigh(running)
    async with _run(rig, folder) as (_, second_s):
        pass
    return (_table(fresh, worked, first_s, second_s),)


@asynccontextmanager
async def _run(rig: Rig, folder: Path) -> AsyncIterator[tuple[Running, float]]:
    """`concierge run` and the seconds until it said that it was ready to serve."""
    port = free_port()
    env = {"PORT": str(port), "DATA_DIR": str(folder), "BURST_WINDOW_MS": "0"}
    began_s = time.perf_counter()
    async with rig.module("handlers.cli", "run", env=env, port=port) as running:
        await until_answers(running, "/readyz")
        yield running, time.perf_counter() - began_s


def _weigh(running: Running) -> tuple[float, float]:
    """Megabytes of the web process and of the worker; the stores are not counted."""
    children = psutil.Process(running.process.pid).children(recursive=True)
    worker = [
        child.pid for child in children if child.name() not in STORES and not _of_store(child)
    ]
    return resident_mb([running.process.pid]), resident_mb(worker)


def _of_store(child: psutil.Process) -> bool:
    return any(parent.name() in STORES for parent in child.parents())


async def _work(rig: Rig, running: Running, folder: Path) -> None:
    """Let that many customers write, and wait until each is answered."""
    made = json.loads((folder / "sandbox" / "credentials.json").read_text(encoding="utf-8"))
    load = await rig.load(
        running.url + WEBHOOK,
        made["twilio_auth_token"],
        rate=PER_SECOND,
        seconds=TURNS / PER_SECOND,
        customers=100_000,
    )
    found = await load.go()
    conn = await asyncpg.connect(_database_url(running))
    async with asyncio.timeout(TURNS_WITHIN_S):
        while not await conn.fetchval(SETTLED, int(found["accepted"])):
            await asyncio.sleep(0.1)
    await conn.close()


def _database_url(running: Running) -> str:
    """Where the service's own database listens, as its command line says."""
    for child in psutil.Process(running.process.pid).children(recursive=True):
        command = child.cmdline()
        if child.name() == "postgres" and "-k" in command:
            return f"postgresql://concierge@/concierge?host={command[command.index('-k') + 1]}"
    raise RuntimeError("the service has started no database")


def _table(
    fresh: tuple[float, float], worked: tuple[float, float], first_s: float, second_s: float
) -> Table:
    return Table(
        title="Memory and start of `concierge run`",
        lines=(
            Line(
                what="web + worker after the start, MB",
                measured=f"{fresh[0]:.0f} + {fresh[1]:.0f} = {sum(fresh):.0f}",
            ),
            Line(
                what=f"web + worker after {TURNS} turns, MB",
                measured=f"{worked[0]:.0f} + {worked[1]:.0f} = {sum(worked):.0f}",
                aim=f"< {MEMORY_AIM_MB:.0f} MB",
                met=sum(worked) < MEMORY_AIM_MB,
            ),
            Line(what="first start to first 2xx, s", measured=f"{first_s:.1f}"),
            Line(
                what="second start to ready, s",
                measured=f"{second_s:.1f}",
                aim=f"< {SECOND_START_AIM_S:.0f} s",
                met=second_s < SECOND_START_AIM_S,
            ),
        ),
        notes=(
            "memory is proportional set size: pages shared by both are counted once; the sandbox"
            " and its playground run in the web process",
        ),
    )
