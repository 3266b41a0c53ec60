"""What the long tests do to a service: processes that are killed, stores that go away.

Everything here acts on processes that the test itself has started, found by their ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import asyncpg
import psutil

from bot import devstack, devstack_postgres
from bot.devstack import DevStack
from bot.devstack_process import ServerProcess

ROOT = Path(__file__).resolve().parent.parent
RESTART_AFTER_S = 0.3


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """What a service needs to find Python, and nothing of the tests' own surroundings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "LOG_LEVEL": "WARNING", **more}


class Service:
    """One `concierge` process under a supervisor that starts it again whenever it ends."""

    def __init__(self, command: str, environment: Mapping[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.kills = 0
        self.own_ends = 0
        """How often it ended by itself, as it does where the stores are away at its start."""

    async def start(self) -> None:
        """Start it, and from now on keep it running."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    def kill(self) -> None:
        """End it at once, as a crash of the machine would."""
        if self._process is not None and self._process.returncode is None:
            self.kills += 1
            self._process.kill()

    async def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 20.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _spawn(self) -> None:
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "handlers.cli",
                self._command,
                cwd=ROOT,
                env=dict(self._environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    async def _keep(self) -> None:
        while self._process is not None:
            code = await self._process.wait()
            if code != -signal.SIGKILL:
                self.own_ends += 1
            await asyncio.sleep(RESTART_AFTER_S)
            await self._spawn()


class Stores:
    """A PostgreSQL and a Valkey of the test's own, which can be taken away and given back."""

    def __init__(self, stack: DevStack, data_dir: Path, postgres: ServerProcess) -> None:
        self.stack = stack
        self._data_dir = data_dir
        self._postgres = postgres

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """PostgreSQL takes connections and answers nothing, as behind a network that is gone."""
        with frozen(self._postgres.pid):
            yield

    async def crash(self) -> None:
        """Kill PostgreSQL with all its backends; it is not there until `recover`."""
        for process in _family(self._postgres.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        await asyncio.to_thread(self._postgres.stop, signal.SIGKILL)

    async def recover(self) -> None:
        """Start PostgreSQL on the data that the crash left."""
        sockets = Path(self.stack.redis_url.removeprefix("unix://")).parent
        _, self._postgres = await devstack_postgres.start(self._data_dir, sockets)

    async def close(self) -> None:
        """Stop both."""
        await asyncio.to_thread(devstack_postgres.stop, self._postgres)
        await self.stack.stop()


@asynccontextmanager
async def open_stores(data_dir: Path) -> AsyncIterator[Stores]:
    """Stores in a folder of their own."""
    data_dir.chmod(0o711)
    stack = await devstack.start(data_dir)
    pid = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    stores = Stores(stack, data_dir, ServerProcess(pid))
    try:
        yield stores
    finally:
        await stores.close()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A server that hangs: it and its children are stopped, and go on afterwards."""
    family = _family(pid)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def server_pid(stack: DevStack) -> int:
    """The process id of the embedded PostgreSQL, from its own file."""
    return stack._postgres.pid


def valkey_pid(stack: DevStack) -> int:
    """The process id of the embedded Valkey."""
    return stack._valkey.pid


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


async def is_ready(url: str) -> bool:
    """Whether a service at this address says that it can serve."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
            http.get(f"{url}/readyz") as response,
        ):
            return response.status == 200
    except (OSError, TimeoutError, aiohttp.ClientError):
        return False


async def until_ready(url: str, *, timeout_s: float = 60.0) -> None:
    """Wait until the service can serve."""
    async with asyncio.timeout(timeout_s):
        while not await is_ready(url):
            await asyncio.sleep(0.05)


async def ask(database_url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """A look into the database over a connection of its own."""
    connection = await asyncpg.connect(database_url, timeout=5, command_timeout=5)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
        return rows
    finally:
        await connection.close()
