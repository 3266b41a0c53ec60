"""The service's own stores for a command, brought up to date and opened with one connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession

from bot.booking_desk import DeskTools
from bot.store.connection import Connection, Pool, borrow, open_pool
from channels.base import ConfiguredChannel
from handlers.service import Ground, ground, migrate
from jobs.assembly import configure_channels, make_render


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What a command has that does what staff do at the desk."""

    on: Ground
    desk: DeskTools
    channels: Mapping[str, ConfiguredChannel]
    conn: Connection
    """In one transaction."""


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


@asynccontextmanager
async def open_counter(environment: Mapping[str, str]) -> AsyncIterator[Counter]:
    """Stores, channels and the desk's tools, with one transaction that ends with the command.

    Raises:
        ConfigError: as `open_stores`.
    """
    async with AsyncExitStack() as stack:
        on, pool = await stack.enter_async_context(open_stores(environment))
        http = await stack.enter_async_context(ClientSession())
        channels = configure_channels(on.environment, http)
        conn = await stack.enter_async_context(borrow(pool))
        desk = DeskTools(profile=on.profile, clock=on.clock, render=make_render(channels))
        await stack.enter_async_context(conn.transaction())
        yield Counter(on=on, desk=desk, channels=channels, conn=conn)
