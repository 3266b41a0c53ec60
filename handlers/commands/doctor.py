"""`concierge doctor`: says what is configured and what is missing, and checks what it can reach."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from aiohttp import ClientSession, ClientTimeout
from redis.exceptions import RedisError

from bot.booking.travel import find_place
from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.profile import Profile, load_profile
from bot.settings import SECRET_LENGTH, Settings, load_settings
from bot.store import schema
from bot.store.connection import STORE_DOWN, borrow, open_pool
from handlers.commands.base import Command
from handlers.commands.doctor_channels import examine_channels
from handlers.commands.doctor_desk import examine_desk
from handlers.commands.doctor_files import examine_files
from handlers.commands.doctor_models import examine_models
from jobs.queue import connect, disconnect


class Finding(NamedTuple):
    """One line of the report."""

    sign: str
    """ok, off (not configured), or wrong."""
    what: str
    said: str


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print every finding; 1 when something is wrong."""
    wrong = 0
    async for finding in examine(environment):
        print(f"{finding.sign:<6}{finding.what:<20} {finding.said}")
        wrong += finding.sign == "wrong"
    print(f"\n{wrong} thing(s) to mend." if wrong else "\nAll is well.")
    return 1 if wrong else 0


async def examine(environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Look at everything, one after another; nothing is changed anywhere."""
    settings = load_settings(environment)
    for finding in _profile(settings):
        yield finding
    yield await _database(settings)
    yield await _redis(settings)
    async for line in examine_models(settings, SystemClock()):
        yield Finding(*line)
    yield _secret(settings)
    async for line in examine_files(settings):
        yield Finding(*line)
    async with ClientSession(timeout=ClientTimeout(total=15)) as http:
        async for line in examine_channels(environment, settings, http):
            yield Finding(*line)
        async for line in examine_desk(environment, settings, http):
            yield Finding(*line)


def _profile(settings: Settings) -> list[Finding]:
    try:
        profile = load_profile(settings.business_profile)
    except ConfigError as error:
        return [Finding("wrong", "profile", line) for line in str(error).splitlines()]
    unknown = [
        Finding("wrong", "profile", f"{field}: there is no ZIP code {code}; correct it")
        for field, code in _zips(profile)
        if find_place(code) is None
    ]
    return unknown or [Finding("ok", "profile", profile.business.name)]


def _zips(profile: Profile) -> list[tuple[str, str]]:
    chefs = [(f"chefs.{name}.home_zip", chef.home_zip) for name, chef in profile.chefs.items()]
    return [("business.base_zip", profile.business.base_zip), *chefs]


async def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        return Finding("off", "database", "DATABASE_URL is not set: `concierge run` brings its own")
    try:
        pool = await open_pool(settings.database_url, size=1)
    except (*STORE_DOWN, ValueError) as error:
        return Finding("wrong", "database", f"DATABASE_URL: {type(error).__name__}: {error}")
    try:
        async with borrow(pool) as conn:
            version = await schema.find_version(conn)
    finally:
        await pool.close()
    if version != schema.latest():
        said = f"schema {version or 'none'} of {schema.latest()}: run `concierge migrate`"
        return Finding("wrong", "database", said)
    return Finding("ok", "database", f"schema {version}")


async def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("off", "redis", "REDIS_URL is not set: `concierge run` brings its own")
    try:
        redis = await connect(settings.redis_url)
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        return Finding("wrong", "redis", f"REDIS_URL: {type(error).__name__}: {error}")
    await disconnect(redis)
    return Finding("ok", "redis", "answers")


def _secret(settings: Settings) -> Finding:
    """Links are signed with it, so every process must have the same."""
    given = settings.concierge_secret.get_secret_value()
    if given and len(given) < SECRET_LENGTH:
        said = f"CONCIERGE_SECRET: make it {SECRET_LENGTH} random characters or more"
        return Finding("wrong", "secret", said)
    if given:
        return Finding("ok", "secret", "CONCIERGE_SECRET is set")
    kept = f"CONCIERGE_SECRET is not set: one is kept in {settings.data_dir / 'secret'}"
    if settings.database_url:
        # Stores by URL are how several processes share them, and they share no folder.
        said = f"{kept}; set it, the same for every process"
        return Finding("wrong", "secret", said)
    return Finding("off", "secret", kept)


command = Command(help="what is configured, what is missing, and whether it answers", run=run)
