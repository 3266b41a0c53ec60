"""The web application: the routes of the configured channels, health, and intake behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from functools import partial

from aiohttp import web
from arq.connections import ArqRedis

from bot.clock import Clock
from bot.intake import Intake
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from handlers import health
from handlers.keys import (
    CHANNELS_BY_PATH,
    CLOCK,
    DOORBELL,
    INTAKE,
    OUTAGE,
    POOL,
    REDIS,
    Outage,
)
from handlers.middleware import answer_errors
from handlers.webhooks import take_webhook
from jobs.queue import Doorbell, wake

MAX_BODY_BYTES = 1024 * 1024


def create_app(
    clock: Clock, channels: Mapping[str, ConfiguredChannel], *, pool: Pool, redis: ArqRedis
) -> web.Application:
    """The application, not yet started; it closes neither pool nor connection."""
    by_path: dict[str, tuple[ConfiguredChannel, ...]] = defaultdict(tuple)
    for channel in channels.values():
        for route in channel.routes:
            by_path[route.path] = (*by_path[route.path], channel)
    largest = max(
        (route.max_bytes for each in channels.values() for route in each.routes),
        default=MAX_BODY_BYTES,
    )
    app = web.Application(middlewares=[answer_errors], client_max_size=largest)
    app[CLOCK], app[POOL], app[REDIS] = clock, pool, redis
    # Nobody was listening before this process: the first message stored shows that it is over.
    listening = {name for name, channel in channels.items() if channel.routes}
    app[CHANNELS_BY_PATH], app[OUTAGE] = dict(by_path), Outage(listening)
    app.cleanup_ctx.append(_intake)
    for path in by_path:
        app.router.add_post(path, take_webhook)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    return app


async def _intake(app: web.Application) -> AsyncIterator[None]:
    doorbell = Doorbell(app[REDIS], app[CLOCK])
    intake = Intake(app[POOL], app[CLOCK], wake=partial(wake, doorbell))
    app[DOORBELL], app[INTAKE] = doorbell, intake
    doorbell.start()
    intake.start()
    yield
    await intake.close()
    await doorbell.close()
