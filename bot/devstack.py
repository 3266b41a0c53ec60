"""The private PostgreSQL and Valkey that the service starts where no URLs are set.

Both keep their data in DATA_DIR and survive restarts. One service holds a folder at a time, by a
lock the kernel drops when the service dies, however it dies. The servers run on in that case, and
the next start adopts them. Nothing here deletes data. Unix sockets live in a short private folder,
because the system allows their paths only about a hundred bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot import devstack_postgres, devstack_redis
from bot.devstack_postgres import create_database
from bot.devstack_process import ServerProcess
from bot.errors import ConfigError

__all__ = ["DevStack", "create_database", "start"]

# Not DATA_DIR, whose path may be too long, and not the user's runtime folder, which is emptied
# when the user logs out while the service runs on.
_SOCKETS = Path("/tmp")  # noqa: S108 - the folder made in it is checked to be ours


@dataclass(frozen=True, slots=True)
class DevStack:
    """Two running servers and the right to their folder."""

    database_url: str
    """For asyncpg; the role may do everything, extensions included."""
    redis_url: str
    """For redis-py and arq; a `unix://` URL."""
    _postgres: ServerProcess
    _valkey: ServerProcess
    _lock: TextIO
    _socket_dir: Path

    async def stop(self) -> None:
        """Stop both servers, all data on disk, then let the folder go. May be called twice."""
        await asyncio.gather(
            asyncio.to_thread(devstack_postgres.stop, self._postgres),
            asyncio.to_thread(devstack_redis.stop, self._valkey),
        )
        _leave(self._lock, self._socket_dir)


async def start(data_dir: Path) -> DevStack:
    """Start both servers on this folder, or adopt those that a killed service left running.

    Raises:
        ConfigError: another service holds the folder, or a server does not start.
    """
    data_dir = data_dir.absolute().resolve()
    sockets = _SOCKETS / f"concierge-{os.geteuid()}-{_digest(data_dir)}"
    lock = await asyncio.to_thread(_hold, data_dir)
    try:
        _make_private(sockets)
        postgres, valkey = await _start_both(data_dir, sockets)
    except BaseException:
        _leave(lock, sockets)
        raise
    return DevStack(postgres[0], valkey[0], postgres[1], valkey[1], lock, sockets)


async def _start_both(
    data_dir: Path, sockets: Path
) -> tuple[tuple[str, ServerProcess], tuple[str, ServerProcess]]:
    """Both or neither: when one fails, or we are told to stop, the other is stopped too."""
    postgres = asyncio.create_task(devstack_postgres.start(data_dir, sockets))
    valkey = asyncio.create_task(devstack_redis.start(data_dir, sockets))
    try:
        await asyncio.wait((postgres, valkey))
        return postgres.result(), valkey.result()
    except BaseException:
        await asyncio.gather(postgres, valkey, return_exceptions=True)
        for task, stop in ((postgres, devstack_postgres.stop), (valkey, devstack_redis.stop)):
            if not task.cancelled() and task.exception() is None:
                await asyncio.to_thread(stop, task.result()[1])
        raise


def _hold(data_dir: Path) -> TextIO:
    """Make the folder and take its lock, which child processes do not inherit."""
    # The user PostgreSQL runs as must be able to pass through, but not to look around.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"DATA_DIR {data_dir} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise ConfigError(
            f"DATA_DIR {data_dir} is in use by process {holder}: "
            "stop that service, or set DATA_DIR to another folder"
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _leave(lock: TextIO, sockets: Path) -> None:
    """Let the folder go; the socket folders too, unless a server still has its socket there."""
    for folder in (sockets / "pg", sockets):
        with contextlib.suppress(OSError):
            folder.rmdir()
    lock.close()


def _digest(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        # Somebody else made it first and could put a server of their own behind its sockets.
        raise ConfigError(f"{folder} belongs to another user: remove it")
