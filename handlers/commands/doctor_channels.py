"""What `concierge doctor` finds out about the channels: by asking each vendor, and in the database.

Harmless calls only. What is wrong is also told to staff by itself (jobs/check_grants.py); this is
for whoever sets the service up, or wants to know now. No subcommand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg
from aiohttp import ClientSession

from bot.clock import SystemClock
from bot.errors import ConciergeError, ConfigError
from bot.profile import load_profile
from bot.settings import Settings
from bot.store import channel_alarms, channel_hours, grants
from bot.store.connection import STORE_DOWN, Connection, borrow, open_pool
from bot.store.grants import Grant
from channels import email, webchat
from channels.base import Checks, ConfiguredChannel
from jobs.assembly import configure_channels
from jobs.check_grants import NO_GRANT

Line = tuple[str, str, str]
"""Sign, what, and what is said."""


async def examine_channels(
    environment: Mapping[str, str], settings: Settings, http: ClientSession
) -> AsyncIterator[Line]:
    """One line after another."""
    for line in _web_chat(settings):
        yield line
    try:
        found = configure_channels(environment, http)
    except ConfigError as error:
        for said in str(error).splitlines():
            yield "wrong", "channels", said
        return
    channels = {name: each for name, each in found.items() if name != webchat.NAME}
    if not channels:
        yield "off", "channels", "none is configured: `concierge run` starts the sandbox"
        return
    if not settings.public_url.startswith("https://"):
        yield "wrong", "PUBLIC_URL", "vendors need https and sign exactly this URL"
    async for line in _all(channels, settings):
        yield line


async def _all(
    channels: Mapping[str, ConfiguredChannel], settings: Settings
) -> AsyncIterator[Line]:
    for channel in channels.values():
        async for line in _reach(channel):
            yield line
        for line in _webhooks(channel, settings):
            yield line
        if channel.name == email.NAME:
            for line in _offers(settings):
                yield line
    async for line in _known(settings, (*channels, webchat.NAME)):
        yield line


def _web_chat(settings: Settings) -> Iterator[Line]:
    """What to put into which pages. A profile that cannot be read was told of already."""
    try:
        chat = load_profile(settings.business_profile).webchat
    except ConfigError:
        return
    if chat is None:
        yield "off", webchat.NAME, "[webchat] is not in the profile"
        return
    sites = ", ".join(chat.origins) or "this address; name your sites in [webchat] origins"
    tag = f'<script src="{settings.base_url}/chat/widget.js" async></script>'
    yield "ok", webchat.NAME, f"{tag} for the pages of {sites}"


def _offers(settings: Settings) -> Iterator[Line]:
    """What offers by mail lack; no alarm, as the vendor does all it should."""
    try:
        business = load_profile(settings.business_profile).business
    except ConfigError:
        return
    if not business.postal_address.strip():
        said = "offers by mail need [business] postal_address in the profile"
        yield "wrong", f"{email.NAME} offers", said


def _webhooks(channel: ConfiguredChannel, settings: Settings) -> Iterator[Line]:
    """What to give the vendor."""
    for route in channel.routes:
        overrides = f"#{route.overrides}" if route.overrides else ""
        address = f"{settings.base_url}{route.path}{overrides}"
        said = address if route.is_pasted else f"{address} (nothing to paste: we name it ourselves)"
        yield "ok", f"{channel.name} webhook", said


async def _reach(channel: ConfiguredChannel) -> AsyncIterator[Line]:
    """A harmless authenticated call, with what the vendor warns of."""
    warnings: tuple[str, ...] = ()
    try:
        if isinstance(channel, Checks):
            warnings = tuple(await channel.check())
        else:
            await channel.list_received(SystemClock().now())
    except ConciergeError as error:
        yield "wrong", channel.name, str(error)
        return
    yield "ok", channel.name, f"answers; sends from {channel.default_sender or 'a service'}"
    for warning in warnings:
        yield "wrong", channel.name, warning


async def _known(settings: Settings, channels: tuple[str, ...]) -> AsyncIterator[Line]:
    """What the running service has noted: who wrote last, what vendors grant, what is wrong."""
    if not settings.database_url:
        return
    try:
        zone = ZoneInfo(load_profile(settings.business_profile).business.zone)
        pool = await open_pool(settings.database_url, size=1)
    except (*STORE_DOWN, ConfigError, ValueError):
        # Said of the database and of the profile already.
        return
    try:
        async with borrow(pool) as conn:
            async for line in _noted(conn, channels, zone):
                yield line
    except asyncpg.PostgresError as error:
        yield "wrong", "channels", f"their state cannot be read: {type(error).__name__}"
    finally:
        await pool.close()


async def _noted(
    conn: Connection, channels: tuple[str, ...], zone: ZoneInfo
) -> AsyncIterator[Line]:
    for name, last in (await channel_hours.read_last(conn, channels)).items():
        said = f"the last message came {_at(last, zone)}" if last else "no message has come yet"
        yield "ok", f"{name} inbound", said
    for grant in await grants.list_all(conn):
        if grant.name not in NO_GRANT and grant.channel in channels:
            yield _granted(grant, zone)
    for alarm in await channel_alarms.list_open(conn):
        found = f" {alarm.found}" if alarm.found else ""
        yield "wrong", f"{alarm.channel} {alarm.kind}", f"{alarm.said}{found}"


def _granted(grant: Grant, zone: ZoneInfo) -> Line:
    what = f"{grant.channel} {grant.name}"
    if grant.trouble:
        return "wrong", what, grant.trouble
    until = f"until {_at(grant.expires_at, zone)}" if grant.expires_at else "without an end"
    return "ok", what, until


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
