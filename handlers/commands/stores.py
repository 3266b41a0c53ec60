"""The service's own stores for a command, brought up to date and opened with one connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.store.connection import Pool, open_pool
from handlers.service import Ground, ground, migrate


@asynccontextmanager
async def open_stores(environment: Mapping[str, str]) -> AsyncIterator[tuple[Ground, Pool]]:
    """What the service stands on, its private servers started where no URL is set.

    Raises:
        ConfigError: a variable or the profile is wrong, or another process has the private servers.
    """
    async with ground(environment, embedded=True) as on:
        await migrate(on.settings)
        pool = await open_pool(on.settings.database_url, size=1)
        try:
            yield on, pool
        finally:
            await pool.close()
