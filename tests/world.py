"""The words that stories are told in: customers who text, staff who read, a service between.

Everything is real but the vendors: web application on a port, worker, PostgreSQL, Valkey, HTTP.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import asyncpg
from aiohttp import web
from arq.connections import ArqRedis

from bot.clock import ShiftedClock
from bot.desk.briefing import find_due
from bot.language.embed import Embedder, Encoder
from bot.profile import Profile, load_profile
from bot.settings import load_settings
from bot.store import staff
from bot.store.connection import Pool
from handlers.sandbox.desk_channel import DeskMessage
from handlers.sandbox.phones import PhoneMessage
from handlers.sandbox.server import StandIns
from handlers.service import Ground, job_deps, listen, web_process
from jobs.base import JobDeps
from jobs.queue import connect, disconnect
from jobs.worker import work_forever

PATIENCE_S = 20.0


@dataclass
class Customer:
    """Somebody with a phone."""

    world: World
    number: str
    channel: Literal["sms", "whatsapp"] = "sms"

    async def texts(self, *texts: str, sid: str | None = None) -> str:
        """Send texts one after another; the last one's id."""
        last = ""
        for text in texts:
            last = await self.world.stand_ins.twilio.customer_sends(
                self.channel, self.number, text, sid=sid
            )
        return last

    @property
    def received(self) -> list[PhoneMessage]:
        """What the service sent to this phone, oldest first."""
        found = self.world.stand_ins.twilio.phones.of_customer(self.number)
        return [m for m in found if not m.inbound and not m.by_network]

    async def hears(self, count: int = 1) -> str:
        """The text of the `count`th message on the phone, waited for."""
        await self.world.stand_ins.twilio.wait_until(
            lambda: len(self.received) >= count, PATIENCE_S
        )
        return self.received[count - 1].body

    async def asks(self, *texts: str) -> str:
        """Text, and wait for one more answer."""
        already = len(self.received)
        await self.texts(*texts)
        return await self.hears(already + 1)


@dataclass
class World:
    """A running service with its surroundings."""

    stand_ins: StandIns
    ground: Ground
    app: web.Application
    deps: JobDeps
    pool: Pool
    url: str
    worker: asyncio.Task[None] | None = None
    _redis: ArqRedis | None = None

    def customer(
        self, number: str = "+14155550101", channel: Literal["sms", "whatsapp"] = "sms"
    ) -> Customer:
        """A customer with that number."""
        return Customer(self, number, channel)

    @property
    def cards(self) -> list[DeskMessage]:
        """What was posted to the desk, oldest first."""
        return self.stand_ins.slack.messages

    async def desk_shows(self, count: int = 1) -> DeskMessage:
        """The `count`th card, waited for."""
        await self.stand_ins.slack.wait_until(lambda: len(self.cards) >= count, PATIENCE_S)
        return self.cards[count - 1]

    async def skip_brief(self) -> None:
        """This morning's brief is out already: a story goes the same way at any hour of the day."""
        today = find_due(self.ground.profile, self.ground.clock.now())
        async with self.pool.acquire() as conn:
            await staff.take_in(conn, f"brief:{today}")

    async def start_worker(self) -> None:
        """Let somebody work."""
        self._redis = await connect(self.ground.settings.redis_url)
        self.worker = asyncio.create_task(work_forever(self.deps, self._redis))

    async def stop_worker(self) -> None:
        """Send the worker home."""
        if self.worker is not None:
            self.worker.cancel()
            await asyncio.gather(self.worker, return_exceptions=True)
            self.worker = None
        if self._redis is not None:
            await disconnect(self._redis)
            self._redis = None

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """What the database holds."""
        async with self.pool.acquire() as conn:
            return await conn.fetch(query, *arguments)

    async def value(self, query: str, *arguments: object) -> object:
        """A single value of the database."""
        async with self.pool.acquire() as conn:
            return await conn.fetchval(query, *arguments)

    async def until(self, query: str, *arguments: object, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the database answers true."""
        async with asyncio.timeout(timeout_s):
            while not await self.value(query, *arguments):
                await asyncio.sleep(0.02)

    async def settles(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until every message is accounted for and nothing is on its way (I4)."""
        await self.until(
            "SELECT NOT EXISTS (SELECT FROM messages"
            " WHERE status IN ('received', 'queued', 'sending'))",
            timeout_s=timeout_s,
        )

    async def holds(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait until something outside the database is so."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.02)


def profile_of_worlds() -> Profile:
    """The shipped business, whose bot does not say in its first words that it is one: stories quote
    answers whole. tests/test_disclosing.py has those words. No message is in the sample that a
    model reads too, and none words what a card offers: how many answers a story has to script would
    depend on what its worker has time for."""
    shipped = load_profile()
    quiet = shipped.manners.model_copy(update={"disclose": "never"})
    local = shipped.emotion.model_copy(update={"review_share": 0.0})
    house = shipped.desk.model_copy(update={"suggestions": "house"})
    return shipped.model_copy(update={"manners": quiet, "emotion": local, "desk": house})


def _surroundings(stand_ins: StandIns, url: str, vendors: Sequence[str]) -> dict[str, str]:
    """The variables that every world has, and those of the vendors it asks for."""
    asked = (stand_ins.vendors[name].environment() for name in vendors)
    return {
        "PUBLIC_URL": url,
        "BURST_WINDOW_MS": "0",
        "CONCIERGE_SECRET": "only this world knows it, nobody else",
        **stand_ins.environment(url),
        **{name: value for each in asked for name, value in each.items()},
    }


@asynccontextmanager
async def open_world(
    database_url: str,
    redis_url: str,
    encoder: Encoder,
    *,
    environment: Mapping[str, str] | None = None,
    vendors: Sequence[str] = (),
    with_worker: bool = True,
    profile: Profile | None = None,
) -> AsyncIterator[World]:
    """A service with stand-ins on empty stores; `vendors` are on beside those that always are.

    `profile` is another business than that of `profile_of_worlds`.
    """
    async with AsyncExitStack() as stack:
        clock = ShiftedClock()
        stand_ins = StandIns(business_number=load_profile().business.phone, clock=clock)
        await stand_ins.start()
        stack.push_async_callback(stand_ins.stop)
        bound = listen(load_settings({"PORT": "0"}))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        files = stack.enter_context(tempfile.TemporaryDirectory())
        env = {
            **{"DATABASE_URL": database_url, "REDIS_URL": redis_url, "MEDIA_URL": files},
            **_surroundings(stand_ins, url, vendors),
            **(environment or {}),
        }
        ground = Ground(
            environment=env,
            settings=load_settings(env),
            profile=profile or profile_of_worlds(),
            clock=clock,
            stand_ins=stand_ins,
        )
        app = await stack.enter_async_context(web_process(ground, bound))
        embedder = Embedder(encoder)
        stack.push_async_callback(embedder.close)
        deps = await stack.enter_async_context(job_deps(ground, embedder))
        world = World(stand_ins, ground, app, deps, deps.bot.pool, url)
        stack.push_async_callback(world.stop_worker)
        if with_worker:
            await world.skip_brief()
            await world.start_worker()
        yield world
