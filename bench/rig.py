"""The surroundings of every measurement: private stores in a throw-away folder, real processes.

`concierge serve` and `concierge work` run as they do in production, each a process of its own; the
vendors' stand-ins run in this one, and the load comes from a third.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout
from redis.asyncio import Redis

from bench.processes import environment, read_pid, with_children
from bot import devstack
from bot.devstack import DevStack
from bot.knowledge.articles import load_articles
from bot.knowledge.refresh import refresh
from bot.language.embed import Embedder
from bot.profile import load_profile, profile_folder
from bot.store import schema
from bot.store.connection import open_pool
from handlers.sandbox.server import StandIns

WEBHOOK = "/webhooks/twilio"
TEMPLATE = "with_articles"
STARTS_WITHIN_S = 90.0
STOPS_WITHIN_S = 15.0
UNPACED = "10000"
"""Sends a second that the stand-in allows: the vendor's pace is not what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A process of ours."""

    process: asyncio.subprocess.Process
    log: Path
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self) -> tuple[int, ...]:
        """It and its children."""
        return with_children(self.process.pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a measurement may use."""

    folder: Path
    stores: DevStack

    async def database(self, name: str) -> str:
        """A new database with the schema and the articles, which no worker has to read in again."""
        return await devstack.create_database(self.stores.database_url, name, template=TEMPLATE)

    async def bare_database(self, name: str) -> str:
        """A new empty database on the same server."""
        return await devstack.create_database(self.stores.database_url, name)

    async def flush_redis(self) -> None:
        """Forget every ring."""
        redis = Redis.from_url(self.stores.redis_url)
        await redis.flushall()
        await redis.aclose()

    @property
    def database_pids(self) -> tuple[int, ...]:
        """The database server and its backends."""
        return with_children(read_pid(self.folder / "postgres" / "postmaster.pid"))

    @asynccontextmanager
    async def module(
        self, name: str, *arguments: str, env: Mapping[str, str] | None = None, port: int = 0
    ) -> AsyncIterator[Running]:
        """A Python module as a process, ended on leaving; its standard input is ours."""
        log = self.folder / f"{name}-{time.time_ns()}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                name,
                *arguments,
                env={**environment(), **(env or {})},
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        running = Running(process=process, log=log, port=port)
        try:
            yield running
        finally:
            await _end(process)

    @asynccontextmanager
    async def service(
        self, command: str, *arguments: str, env: Mapping[str, str]
    ) -> AsyncIterator[Running]:
        """A subcommand of the `concierge` program, ready to do its work."""
        port = int(env.get("PORT", "0"))
        async with self.module("handlers.cli", command, *arguments, env=env, port=port) as running:
            if command == "work":
                await until(running, lambda: "worker.ready" in running.log.read_text())
            else:
                await until_answers(running, "/readyz")
            yield running

    def worker(self, env: Mapping[str, str]) -> AbstractAsyncContextManager[Running]:
        """A worker as `concierge run` keeps it: it gives way to the web process."""
        return self.service("work", "--with-parent", env=env)

    async def wait_for_port(self, running: Running) -> None:
        """Wait until something listens where it should."""
        await until(running, lambda: _listens(running.port))

    async def load(self, url: str, token: str, **options: float) -> Load:
        """Load in a process of its own, signed and connected, waiting for its start."""
        arguments = [url, "--token", token]
        for name, value in options.items():
            arguments += [f"--{name}", str(value)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.load",
            *arguments,
            env=environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        if (await process.stdout.readline()).strip() != b"ready":
            raise RuntimeError("the load generator did not start")
        return Load(process)


@dataclass(frozen=True, slots=True)
class Load:
    """A load generator that is about to start."""

    process: asyncio.subprocess.Process

    async def go(self) -> dict[str, float]:
        """Start it; what it measured."""
        said, _ = await self.process.communicate(b"go\n")
        if self.process.returncode != 0:
            raise RuntimeError("the load generator failed")
        found: dict[str, float] = json.loads(said)
        return found


@asynccontextmanager
async def open_rig() -> AsyncIterator[Rig]:
    """Start the stores, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="concierge-bench-"))
    # Where we are root, PostgreSQL runs as another user and must be able to pass through.
    folder.chmod(0o711)
    try:
        stores = await devstack.start(folder)
        try:
            await _make_template(stores)
            yield Rig(folder=folder, stores=stores)
        finally:
            await stores.stop()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _make_template(stores: DevStack) -> None:
    url = await devstack.create_database(stores.database_url, TEMPLATE)
    pool = await open_pool(url, size=2)
    async with pool.acquire() as conn:
        await schema.migrate(conn)
    embedder = Embedder()
    await refresh(pool, embedder, load_articles(profile_folder(), load_profile()))
    await embedder.close()
    await pool.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def open_stand_ins() -> AsyncIterator[StandIns]:
    """The vendors, in this process."""
    stand_ins = StandIns(business_number=load_profile().business.phone)
    await stand_ins.start()
    try:
        yield stand_ins
    finally:
        await stand_ins.stop()


def product_environment(
    rig: Rig, database_url: str, stand_ins: StandIns, **changes: str
) -> dict[str, str]:
    """Settings of web and worker on these stores, every vendor played by the stand-ins."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    stand_ins.point_at(url)
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": rig.stores.redis_url,
        "PORT": str(port),
        "PUBLIC_URL": url,
        "BURST_WINDOW_MS": "0",
        **stand_ins.environment(url),
        "TWILIO_SMS_PER_SECOND": UNPACED,
        "TWILIO_WHATSAPP_PER_SECOND": UNPACED,
        **changes,
    }


async def until(running: Running, condition: Callable[[], bool]) -> None:
    """Wait for a state of a process, and stop waiting when it dies.

    Raises:
        RuntimeError: it ended, with the last it said.
        TimeoutError: the state did not come.
    """
    async with asyncio.timeout(STARTS_WITHIN_S):
        while not condition():
            if running.process.returncode is not None:
                raise RuntimeError(f"a process ended early: {running.log.read_text()[-800:]}")
            await asyncio.sleep(0.02)


async def until_answers(running: Running, path: str) -> None:
    """Wait until it answers 200 on that path."""
    async with ClientSession(timeout=ClientTimeout(total=5.0)) as http:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not await _answers(http, running.url + path):
                if running.process.returncode is not None:
                    raise RuntimeError(f"a process ended early: {running.log.read_text()[-800:]}")
                await asyncio.sleep(0.02)


async def _answers(http: ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except (ClientError, OSError, TimeoutError):
        return False


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def in_turn(names: Sequence[str], rounds: int) -> list[str]:
    """Who goes when: A B, B A, A B ... so that a drift of the machine meets both alike."""
    order: list[str] = []
    for number in range(rounds):
        order += list(names) if number % 2 == 0 else list(reversed(names))
    return order
