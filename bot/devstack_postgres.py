"""The private PostgreSQL 18 with pgvector, where no DATABASE_URL is set.

Only the wheel's binaries are used, not its get_server(): that one takes no settings, gives up
after ten seconds (a crash recovery may take longer), stops the server at interpreter exit from
whichever process ends last, shares one lock file among all folders, warns without XDG_RUNTIME_DIR,
and as root opens every folder above the data to everybody. Where we are root, PostgreSQL runs as
another user; bot/devstack_account.py finds the user and a place it can reach. It listens on a Unix
socket only. SQL other than CREATE DATABASE has no business here.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
from pathlib import Path

import asyncpg
import psutil

from bot import devstack_account as accounts
from bot.devstack_process import (
    Account,
    ServerProcess,
    call,
    find,
    list_in,
    read_pid,
    spawn,
)
from bot.errors import ConfigError

_MAJOR = "18"
_DATABASE = "concierge"
_PORT = 5432
_READY_TIMEOUT_S = 120.0
_POLL_S = 0.02
_ATTEMPTS = 4
_NAME = "postgres"

# Durable and modest. The last two keep what customers wrote out of the log: a failed statement is
# logged neither itself nor with the values its error quotes.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "checkpoint_timeout": "10min",
    "checkpoint_completion_target": "0.9",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

log = logging.getLogger(__name__)


async def start(data_dir: Path, socket_dir: Path) -> tuple[str, ServerProcess]:
    """Start the server of this folder, or adopt it where it still runs.

    Returns:
        The URL of its database, and the process for whoever stops it.

    Raises:
        ConfigError: it cannot or did not start; the message says why or names its log.
    """
    account = await asyncio.to_thread(accounts.choose, data_dir / "postgres")
    pgdata = await asyncio.to_thread(_prepare, data_dir, socket_dir, account)
    url = f"postgresql://{_DATABASE}@/{_DATABASE}?host={socket_dir / 'pg'}&port={_PORT}"
    running = await asyncio.to_thread(_find_running, pgdata)
    if running is not None:
        # Its socket may be gone, say with a cleaned /tmp; nobody can reach it then.
        has_socket = (socket_dir / "pg" / f".s.PGSQL.{_PORT}").is_socket()
        if has_socket and await _becomes_ready(url, running):
            log.info("devstack.adopted server=postgres pid=%d", running.pid)
            return url, running
        await asyncio.to_thread(stop, running)
    for attempt in range(1, _ATTEMPTS + 1):
        server = await asyncio.to_thread(_spawn, pgdata, data_dir, socket_dir, account=account)
        if await _becomes_ready(url, server):
            return url, server
        await asyncio.to_thread(stop, server)
        # The backends of a server that was killed need a moment to notice that it is gone, and it
        # will not start beside them.
        await asyncio.sleep(0.3 * attempt)
    raise ConfigError(f"the private PostgreSQL did not start: see {data_dir / 'postgres.log'}")


def stop(server: ServerProcess) -> None:
    """Fast shutdown with a final checkpoint; immediate shutdown where that hangs. Blocks."""
    server.stop(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)


async def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Create a database on the server of `url`; the URL of the new one.

    `template` is a database to copy, to which nobody may be connected. Raises ValueError for a
    name that is no plain identifier.
    """
    if not (name.isidentifier() and template.isidentifier()):
        raise ValueError("database names must be plain identifiers")
    head, _, query = url.partition("?")
    server = head.rpartition("/")[0]
    connection = await asyncpg.connect(f"{server}/postgres?{query}")
    try:
        # A copy file by file is not written through the log as well.
        copying = "" if template == "template1" else " STRATEGY file_copy"
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{copying}')
    finally:
        await connection.close()
    return f"{server}/{name}?{query}"


def _prepare(data_dir: Path, socket_dir: Path, account: Account | None) -> Path:
    """Make the data and socket folders; the data folder."""
    sockets = socket_dir / "pg"
    sockets.mkdir(mode=0o700, exist_ok=True)
    pgdata = accounts.place(data_dir, account)
    if account is not None:
        os.chown(sockets, account.uid, account.gid)
    if not (pgdata / "PG_VERSION").exists():
        _create(pgdata, account)
    found = (pgdata / "PG_VERSION").read_text().strip()
    if found != _MAJOR:
        raise ConfigError(
            f"{pgdata} was written by PostgreSQL {found}, this is {_MAJOR}: dump it with the old "
            "release and restore it with this one, or set DATA_DIR to another folder"
        )
    return pgdata


def _create(pgdata: Path, account: Account | None) -> None:
    """Initialise beside and move into place, so that a crash leaves nothing half made."""
    fresh = pgdata.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account is not None:
        os.chown(fresh, account.uid, account.gid)
    command = [str(accounts.binaries(account) / "initdb"), "-D", str(fresh), "-U", _DATABASE]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8"]
    code, output = call(command, cwd=fresh, account=account)
    if code != 0:
        raise ConfigError(f"cannot create the private PostgreSQL in {pgdata}: {output.strip()}")
    fresh.rename(pgdata)


def _spawn(
    pgdata: Path, data_dir: Path, socket_dir: Path, *, account: Account | None
) -> ServerProcess:
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(accounts.binaries(account) / _NAME), "-D", str(pgdata)]
    command += ["-k", str(socket_dir / "pg"), *options]
    return spawn(command, cwd=pgdata, log=data_dir / "postgres.log", account=account)


def _find_running(pgdata: Path) -> ServerProcess | None:
    """The server left running on this folder; clears a pid file that names somebody else.

    PostgreSQL itself copes with a pid file whose process is gone. It refuses to start where the
    id now belongs to a stranger or to a process that died and was never reaped.
    """
    pid_file = pgdata / "postmaster.pid"
    running = find(pid_file, name=_NAME, cwd=pgdata)
    pid = read_pid(pid_file)
    if running is None and pid is not None and psutil.pid_exists(pid):
        # The file also guards against backends that outlived their server, so wait for them.
        psutil.wait_procs(list_in(pgdata, name=_NAME), timeout=10)
        pid_file.unlink(missing_ok=True)
        log.info("devstack.cleared file=postmaster.pid pid=%d", pid)
    return running


async def _becomes_ready(url: str, server: ServerProcess) -> bool:
    """Wait until it answers; False once it has ended or the time is up."""
    try:
        async with asyncio.timeout(_READY_TIMEOUT_S):
            while not await _answers(url):
                if not server.is_running():
                    return False
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        return False
    except asyncio.CancelledError:
        await asyncio.to_thread(stop, server)
        raise
    return True


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidCatalogNameError:
        await create_database(url, _DATABASE)
        return True
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    await connection.close()
    return True
