"""Starts what `concierge run`, `serve` and `work` need, in order, and stops it in the other order.

`run` is the web process; it holds the embedded stores and the sandbox where there are any, and
starts the worker as a process of its own, so that thinking never delays a webhook.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, ClientTimeout, web
from arq import Retry
from prometheus_client import start_http_server

from bot import autonomy, devstack
from bot.agents.words import of_owner
from bot.booking_desk import DeskTools
from bot.clock import Clock, SystemClock
from bot.errors import ConfigError
from bot.language.embed import Embedder
from bot.media import open_media
from bot.profile import Profile, load_profile, profile_folder
from bot.router import agents
from bot.settings import Settings, keep_secret, load_settings
from bot.store import crew, schema
from bot.store.connection import borrow, open_pool
from channels import desk as desk_channel
from channels import distances, webchat
from handlers.app import create_app
from handlers.calendars import add_calendars
from handlers.chat import add_chat
from handlers.console.opening import add_console
from handlers.desk.opening import add_desk
from handlers.desk_charts import add_desk_charts
from handlers.media import add_media
from handlers.playground import add_playground
from handlers.playground_console import add_console_link
from handlers.playground_mail import add_mailbox
from handlers.playground_site import add_site
from handlers.process_memory import give_memory_back, spare_collector
from handlers.sandbox.server import StandIns
from handlers.unsubscribe import add_unsubscribe
from handlers.voice import add_voice
from jobs.assembly import build_deps, configure_channels, make_render
from jobs.base import JobDeps, perform
from jobs.progress import RedisProgress
from jobs.queue import Doorbell, connect, disconnect
from jobs.worker import work_forever

log = logging.getLogger(__name__)

WORKER_STOPS_WITHIN_S = 10.0
RESTART_AFTER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every process of the service stands on."""

    environment: Mapping[str, str]
    settings: Settings
    profile: Profile
    clock: Clock
    stand_ins: StandIns | None = None


@asynccontextmanager
async def ground(environment: Mapping[str, str], *, embedded: bool) -> AsyncIterator[Ground]:
    """Settings, profile and stores; with `embedded` those that are not set are started here.

    Raises:
        ConfigError: a variable or the profile is wrong, each with its mend.
    """
    settings = load_settings(environment)
    profile = load_profile(settings.business_profile)
    autonomy.check(profile)
    of_owner(profile_folder(settings.business_profile), agents())
    env = dict(environment)
    async with AsyncExitStack() as stack:
        if embedded and not (settings.database_url and settings.redis_url):
            stores = await devstack.start(settings.data_dir)
            stack.push_async_callback(stores.stop)
            env["DATABASE_URL"] = settings.database_url or stores.database_url
            env["REDIS_URL"] = settings.redis_url or stores.redis_url
        stand_ins = await _sandbox(stack, env, settings, profile) if embedded else None
        env["CONCIERGE_SECRET"] = keep_secret(settings)
        settings = load_settings(env)
        _require_stores(settings)
        yield Ground(
            environment=env,
            settings=settings,
            profile=profile,
            clock=SystemClock(),
            stand_ins=stand_ins,
        )


def _require_stores(settings: Settings) -> None:
    missing = [
        name
        for name, value in (
            ("DATABASE_URL", settings.database_url),
            ("REDIS_URL", settings.redis_url),
        )
        if not value
    ]
    if missing:
        raise ConfigError(
            f"{' and '.join(missing)}: set it, or use `concierge run`, which brings its own"
        )


async def _sandbox(
    stack: AsyncExitStack, env: dict[str, str], settings: Settings, profile: Profile
) -> StandIns | None:
    """Stand-ins for every vendor, where none is configured; `env` then points at them."""
    async with ClientSession() as http:
        # Web chat has no vendor that could be played, and is there in the sandbox too.
        vendors = configure_channels(env, http).keys() - {webchat.NAME}
        if vendors or desk_channel.configure(env) is not None:
            return None
    stand_ins = StandIns(data_dir=settings.data_dir, business_number=profile.business.phone)
    await stand_ins.start()
    stack.push_async_callback(stand_ins.stop)
    public_url = settings.base_url
    env["PUBLIC_URL"] = public_url
    env |= stand_ins.environment(public_url)
    return stand_ins


async def migrate(settings: Settings) -> int:
    """Bring the database to the present schema; its version."""
    pool = await open_pool(settings.database_url, size=1)
    try:
        async with borrow(pool) as conn:
            return await schema.migrate(conn)
    finally:
        await pool.close()


def listen(settings: Settings) -> socket.socket:
    """The listening socket, taken first so that a taken port is said before anything starts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"PORT {settings.port} on {settings.host} cannot be used ({error.strerror}): "
            "stop what listens there, or set PORT to another number"
        ) from error
    return bound


@asynccontextmanager
async def web_process(on: Ground, bound: socket.socket) -> AsyncIterator[web.Application]:
    """The web application, listening."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession())
        channels = configure_channels(on.environment, http)
        pool = await open_pool(on.settings.database_url, size=on.settings.intake_pool_size)
        stack.push_async_callback(pool.close)
        redis = await connect(on.settings.redis_url)
        stack.push_async_callback(disconnect, redis)
        desk = DeskTools(profile=on.profile, clock=on.clock, render=make_render(channels))
        media = open_media(on.settings)
        app = create_app(on.clock, channels, pool=pool, redis=redis, desk=desk, media=media)
        add_media(app, settings=on.settings, store=media)
        add_calendars(app, profile=on.profile, settings=on.settings)
        add_unsubscribe(app, profile=on.profile, settings=on.settings)
        add_voice(app, profile=on.profile, channels=channels)
        add_desk_charts(app, profile=on.profile, settings=on.settings)
        is_sandbox = on.stand_ins is not None
        add_chat(app, profile=on.profile, settings=on.settings, is_playground=is_sandbox)
        around = (on.settings, pool, channels)
        add_desk(app, on.environment, http, around=around, tools=desk)
        add_console(app, around=around, tools=desk)
        if on.stand_ins is not None:
            add_playground(app, stand_ins=on.stand_ins, pool=pool, desk=desk)
            add_mailbox(app, stand_ins=on.stand_ins)
            add_site(app, profile=on.profile)
            add_console_link(app, settings=on.settings)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, bound, backlog=1024).start()
        spare_collector()
        yield app


@asynccontextmanager
async def job_deps(on: Ground, embedder: Embedder | None = None) -> AsyncIterator[JobDeps]:
    """What a worker needs, opened."""
    async with AsyncExitStack() as stack:
        timeout = ClientTimeout(total=30.0, sock_connect=5.0)
        http = await stack.enter_async_context(ClientSession(timeout=timeout))
        channels = configure_channels(on.environment, http)
        pool = await open_pool(on.settings.database_url, size=on.settings.worker_pool_size)
        stack.push_async_callback(pool.close)
        async with borrow(pool) as conn:
            await crew.seed(conn, on.profile)
        redis = await connect(on.settings.redis_url)
        stack.push_async_callback(disconnect, redis)
        doorbell = Doorbell(redis, on.clock)
        doorbell.start()
        stack.push_async_callback(doorbell.close)
        progress = RedisProgress(redis)
        progress.start()
        stack.push_async_callback(progress.close)
        bot = build_deps(
            on.settings,
            on.profile,
            pool=pool,
            clock=on.clock,
            channels=channels,
            embedder=embedder,
            distances=distances.configure(
                on.environment, on.profile, pool=pool, http=http, clock=on.clock
            ),
            progress=progress,
        )
        stack.push_async_callback(bot.model.close)
        desk = desk_channel.configure(on.environment, http)
        yield JobDeps(bot=bot, channels=channels, desk=desk, doorbell=doorbell)


async def work(on: Ground) -> None:
    """Be a worker until cancelled."""
    async with job_deps(on) as deps:
        await deps.bot.reader.warm_up()
        if on.settings.worker_metrics_port:
            start_http_server(on.settings.worker_metrics_port, addr=on.settings.host)
        redis = await connect(on.settings.redis_url)
        refreshing = asyncio.create_task(_refresh(deps))
        log.info("worker.ready")
        try:
            await work_forever(deps, redis)
        finally:
            refreshing.cancel()
            await asyncio.gather(refreshing, return_exceptions=True)
            await disconnect(redis)


async def _refresh(deps: JobDeps) -> None:
    """Take in what the owner changed in the articles; customers need not wait for it."""
    try:
        await perform(deps, "refresh_knowledge", {})
        give_memory_back()
    except Retry:
        deps.doorbell.ring("refresh_knowledge", "all", delay_s=RESTART_AFTER_S)


async def keep_worker(environment: Mapping[str, str]) -> None:
    """Run the worker as a child, and again when it dies. It ends when our end of its pipe does."""
    while True:
        try:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "handlers.cli", "work", "--with-parent"),
                env=dict(environment),
                stdin=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            log.error("worker.not_started", extra={"error": type(error).__name__})
            await asyncio.sleep(RESTART_AFTER_S)
            continue
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _end(child)
            raise
        log.error("worker.died", extra={"code": code})
        await asyncio.sleep(RESTART_AFTER_S)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), WORKER_STOPS_WITHIN_S)
    except TimeoutError:
        child.kill()
        await child.wait()


async def until_told() -> None:
    """Return on SIGINT or SIGTERM."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
