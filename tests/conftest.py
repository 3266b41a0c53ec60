"""One PostgreSQL and one Valkey for the whole run, a fresh database for each world."""

from __future__ import annotations

import asyncio
import itertools
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from world import World, open_world

from bot import devstack, devstack_postgres
from bot.devstack import DevStack
from bot.knowledge.articles import load_articles
from bot.knowledge.refresh import refresh
from bot.language.embed import Embedder, Encoder
from bot.profile import load_profile, profile_folder
from bot.store import crew, schema
from bot.store.connection import Pool, open_pool

TEMPLATE = "world_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stack() -> Iterator[DevStack]:
    """The embedded servers that `concierge run` starts too."""
    folder = Path(tempfile.mkdtemp(prefix="concierge-test-"))
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
def template(stack: DevStack, encoder: Encoder) -> str:
    """A database with the schema and the profile's articles, to be copied for each world."""

    async def make() -> str:
        url = await devstack.create_database(stack.database_url, TEMPLATE)
        pool = await open_pool(url, size=2)
        embedder = Embedder(encoder)
        async with pool.acquire() as conn:
            await schema.migrate(conn)
            profile = load_profile()
            await crew.seed(conn, profile)
        await refresh(pool, embedder, load_articles(profile_folder(), profile))
        await embedder.close()
        await pool.close()
        return TEMPLATE

    return asyncio.run(make())


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
