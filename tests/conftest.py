"""One PostgreSQL and one Valkey for the whole run, a fresh database for each world."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession
from channel_table import table
from redis.asyncio import Redis
from wire import Wire, open_wire
from world import World, open_world

from bot import devstack, devstack_postgres, knowledge
from bot.devstack import DevStack
from bot.knowledge.articles import load_articles
from bot.knowledge.refresh import refresh
from bot.language.embed import ENCODER_FOLDER, Embedder, Encoder
from bot.profile import load_profile, profile_folder
from bot.store import crew, schema
from bot.store.connection import Pool, open_pool

TEMPLATE = "world_template"
IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
KNOWLEDGE = ("knowledge_documents", "knowledge_chunks")
_numbers = itertools.count(1)


def _roomy() -> Path | None:
    """Where files cost no disk: copying a database there takes a tenth of the time."""
    if not os.access(IN_MEMORY, os.W_OK) or shutil.disk_usage(IN_MEMORY).free < ROOM_BYTES:
        return None
    return IN_MEMORY


@pytest.fixture(scope="session")
def stack() -> Iterator[DevStack]:
    """The embedded servers that `concierge run` starts too."""
    folder = Path(tempfile.mkdtemp(prefix="concierge-test-", dir=_roomy()))
    # Where we are root, PostgreSQL runs as another user and must be able to pass through.
    folder.chmod(0o711)
    devstack_postgres._SETTINGS["fsync"] = "off"
    found = asyncio.run(devstack.start(folder))
    devstack_postgres._SETTINGS["fsync"] = "on"
    yield found
    asyncio.run(found.stop())
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The sentence encoder, loaded once."""
    loaded = Encoder()
    loaded.load()
    return loaded


@pytest.fixture(scope="session")
def template(stack: DevStack, encoder: Encoder, pytestconfig: pytest.Config) -> str:
    """A database with the schema and the profile's articles, to be copied for each world.

    Reading the articles takes longer than most tests: it is done once, by whichever test process is
    first, and again only when they, what reads them or the schema has changed.
    """
    assert pytestconfig.cache is not None
    shared = pytestconfig.cache.mkdir("articles") / _digest_of_articles()

    async def make() -> str:
        url = await devstack.create_database(stack.database_url, TEMPLATE)
        pool = await open_pool(url, size=2)
        async with pool.acquire() as conn:
            await schema.migrate(conn)
            await crew.seed(conn, load_profile())
        with shared.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if shared.is_dir():
                await _fill(pool, shared)
            else:
                await _read_articles(pool, encoder)
                await _keep(pool, shared)
        await pool.close()
        return TEMPLATE

    return asyncio.run(make())


def _digest_of_articles() -> str:
    folder, code = profile_folder(), Path(knowledge.__file__).parent
    files = [*folder.rglob("*.toml"), *folder.rglob("*.md"), *code.glob("*.py")]
    files += [*schema.MIGRATIONS.glob("*.sql"), *ENCODER_FOLDER.glob("*")]
    digest = hashlib.sha256()
    for path in sorted(filter(Path.is_file, files)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


async def _read_articles(pool: Pool, encoder: Encoder) -> None:
    embedder = Embedder(encoder)
    await refresh(pool, embedder, load_articles(profile_folder(), load_profile()))
    await embedder.close()


async def _keep(pool: Pool, folder: Path) -> None:
    """Every table of the articles as a file."""
    draft = folder.with_suffix(".draft")
    draft.mkdir()
    async with pool.acquire() as conn:
        for table in KNOWLEDGE:
            await conn.copy_from_table(table, output=draft / table, format="binary")
    draft.rename(folder)


async def _fill(pool: Pool, folder: Path) -> None:
    async with pool.acquire() as conn:
        for table in KNOWLEDGE:
            await conn.copy_to_table(table, source=folder / table, format="binary")


@pytest.fixture
async def database_url(stack: DevStack, template: str) -> AsyncIterator[str]:
    """A database of its own, with schema and articles."""
    name = f"world_{next(_numbers)}"
    yield await devstack.create_database(stack.database_url, name, template=template)
    admin = await asyncpg.connect(stack.database_url)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections to a database of its own, as many as a busy service has."""
    opened = await open_pool(database_url, size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def redis_url(stack: DevStack) -> str:
    """An empty Redis."""
    redis = Redis.from_url(stack.redis_url)
    await redis.flushall()
    await redis.aclose()
    return stack.redis_url


@pytest.fixture
async def world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service, running, with a worker."""
    logging.getLogger("bot").setLevel(logging.DEBUG)
    async with open_world(database_url, redis_url, encoder) as opened:
        yield opened


@pytest.fixture
async def idle_world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with nobody working yet."""
    async with open_world(database_url, redis_url, encoder, with_worker=False) as opened:
        yield opened


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Files are numbered, not spelt: an archive tells the second it was made in, and the
    testers beside each other must name every test alike."""
    return argname if isinstance(val, bytes) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say of every channel which of its promises hold, where any was asked for one."""
    passed = [(each.nodeid, True) for each in terminalreporter.stats.get("passed", [])]
    failed = [
        (each.nodeid, False)
        for kind in ("failed", "error")
        for each in terminalreporter.stats.get(kind, [])
    ]
    runs = [each for each in (*passed, *failed) if "/test_channel_" in f"/{each[0]}"]
    if not runs:
        return
    from contract import CASES  # Loads every vendor, which a run of other tests need not.

    if lines := table(runs, [case.name for case in CASES]):
        terminalreporter.section("what every channel promises")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """A client for one test."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """The far end of a vendor's API for one test."""
    async with open_wire() as opened:
        yield opened
