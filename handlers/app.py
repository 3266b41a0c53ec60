"""The web application: the routes of the configured channels, health, and intake behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from functools import partial

from aiohttp import web
from arq.connections import ArqRedis

from bot.booking_desk import DeskTools
from bot.clock import Clock
from bot.intake import Intake
from bot.media import MediaStore
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from handlers import health
from handlers.keys import (
    CHANNELS_BY_PATH,
    CLOCK,
    DESK_TOOLS,
    DOORBELL,
    INTAKE,
    MEDIA,
    OUTAGE,
    POOL,
    REDIS,
    Outage,
)
from handlers.middleware import answer_errors
from handlers.webhooks import take_greeting, take_webhook
from jobs.queue import Doorbell, wake

MAX_BODY_BYTES = 1024 * 1024


def create_app(
    clock: Clock,
    channels: Mapping[str, ConfiguredChannel],
    *,
    pool: Pool,
    redis: ArqRedis,
    desk: DeskTools | None = None,
    media: MediaStore | None = None,
) -> web.Application:
    """The application, not yet started; it closes neither pool nor connection.

    `desk` is what takes in what staff send to customers past us, `media` where files are kept.
    """
    by_path: dict[str, tuple[ConfiguredChannel, ...]] = defaultdict(tuple)
    for channel in channels.values():
        for route in channel.routes:
            by_path[route.path] = (*by_path[route.path], channel)
    largest = max(
        (route.max_bytes for each in channels.values() for route in each.routes),
        default=MAX_BODY_BYTES,
    )
    app = web.Application(middlewares=[answer_errors], client_max_size=largest)
    app[CLOCK], app[POOL], app[REDIS], app[DESK_TOOLS] = clock, pool, redis, desk
    app[MEDIA] = media
    # Nobody was listening before this process: the first message stored shows that it is over.
    listening = {name for name, channel in channels.items() if channel.routes}
    app[CHANNELS_BY_PATH], app[OUTAGE] = dict(by_path), Outage(listening)
    app.cleanup_ctx.append(_intake)
    for path, sharing in by_path.items():
        if any(route.has_own_door for route in sharing[0].routes if route.path == path):
            continue
        app.router.add_post(path, take_webhook)
        if any(route.greets for each in sharing for route in each.routes if route.path == path):
            app.router.add_get(path, take_greeting)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    return app


async def _intake(app: web.Application) -> AsyncIterator[None]:
    doorbell = Doorbell(app[REDIS], app[CLOCK])
    intake = Intake(app[POOL], app[CLOCK], wake=partial(wake, doorbell), desk=app[DESK_TOOLS])
    app[DOORBELL], app[INTAKE] = doorbell, intake
    doorbell.start()
    intake.start()
    yield
    await intake.close()
    await doorbell.close()
