"""What `concierge doctor` says of model providers: who answers, what they take, what they cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg

from bot.clock import Clock
from bot.errors import ConfigError, ModelError
from bot.llm.chain import own_server
from bot.llm.llama import LlamaModel
from bot.llm.servers import WANTED_CONTEXT, Server
from bot.profile import load_profile
from bot.settings import Settings
from bot.store import spend
from bot.store.connection import STORE_DOWN, borrow, open_pool
from jobs.assembly import limits_of

Line = tuple[str, str, str]
"""Sign, what, and what is said of it."""

NO_READINGS = (
    'the profile says scorer = "model" under [emotion], and there is none: the local scorer reads '
    "alone"
)


async def examine_models(settings: Settings, clock: Clock) -> AsyncIterator[Line]:
    """Every provider in order, with its budget."""
    has_openai = bool(settings.openai_api_key.get_secret_value())
    found = [settings.openai_model] if has_openai else []
    found += [settings.llama_base_url] if settings.llama_base_url else []
    if not found:
        said = "neither OPENAI_API_KEY nor LLAMA_BASE_URL is set: the offline model answers"
        yield "off", "models", said
        if _wants_model_readings(settings):
            yield "wrong", "emotions", NO_READINGS
        return
    yield "ok", "models", f"{', '.join(found)}, then the offline model"
    if has_openai:
        yield await _budget(settings, clock)
    if settings.llama_base_url:
        yield await _own_server(settings, clock)


def _wants_model_readings(settings: Settings) -> bool:
    try:
        return load_profile(settings.business_profile).emotion.scorer == "model"
    except ConfigError:
        return False  # Told of elsewhere, with the field.


async def _budget(settings: Settings, clock: Clock) -> Line:
    limits = limits_of(settings)
    spent = await _spent_today(settings, clock)
    if limits is None:
        return "off", "openai budget", f"OPENAI_DAILY_BUDGET is not set: no limit; {spent}"
    said = f"${limits.hard:.2f} a day, customers only from ${limits.soft:.2f}; {spent}"
    return "ok", "openai budget", said


async def _spent_today(settings: Settings, clock: Clock) -> str:
    if not settings.database_url:
        return "today's spend is known once DATABASE_URL is set"
    try:
        zone = ZoneInfo(load_profile(settings.business_profile).business.zone)
        pool = await open_pool(settings.database_url, size=1)
    except (*STORE_DOWN, ConfigError, ValueError) as error:
        return f"today's spend cannot be read: {type(error).__name__}"
    since = datetime.combine(clock.now().astimezone(zone).date(), time(), zone).astimezone(UTC)
    try:
        async with borrow(pool) as conn:
            spent = await spend.by_purpose(conn, ("openai",), since)
    except asyncpg.PostgresError as error:
        return f"today's spend cannot be read: {type(error).__name__}"
    finally:
        await pool.close()
    return _worded(spent)


def _worded(spent: tuple[spend.Spent, ...]) -> str:
    total = sum((each.dollars for each in spent), Decimal(0))
    apart = sum((each.dollars for each in spent if each.purpose == "evaluation"), Decimal(0))
    unknown = sum(each.unknown for each in spent)
    said = f"${total:.2f} spent today, evaluations ${apart:.2f} of it"
    return said + f"; {unknown} calls counted at the dearest price" * bool(unknown)


async def _own_server(settings: Settings, clock: Clock) -> Line:
    model = own_server(settings, clock)
    try:
        server = await model.discover()
        takes_tools = await model.takes_tools()
    except ModelError as error:
        return "wrong", "llama", f"LLAMA_BASE_URL: {error}"
    finally:
        await model.close()
    named = f"{server.kind.name} {server.version}".strip()
    about = f"{named}, {model.model.rsplit('/', 1)[-1]}, {_context(model)}"
    wrong = _wrong(server, model, takes_tools)
    if wrong:
        return "wrong", "llama", f"{about}; {'; '.join(wrong)}"
    doubt = "" if server.has_tool_template else ", though its template knows none: expect little"
    return "ok", "llama", f"{about}, takes tools{doubt}"


def _context(model: LlamaModel) -> str:
    return f"context {model.context} tokens" if model.context else "context unknown"


def _wrong(server: Server, model: LlamaModel, takes_tools: bool) -> list[str]:
    wrong = []
    if model.context is not None and model.context < WANTED_CONTEXT:
        wrong.append(f"at least {WANTED_CONTEXT} are wanted: {server.kind.mend_context}")
    if not takes_tools:
        wrong.append(f"takes no tools: {server.kind.mend_tools}")
    return wrong
