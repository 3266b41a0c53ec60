"""Puts the parts together, the same way for web, worker, terminal chat and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

import asyncpg
from aiohttp import ClientSession

from bot import plugins
from bot.agents.words import of_owner
from bot.booking.travel import Distances, TableDistances, locate
from bot.clock import Clock
from bot.deps import Deps
from bot.errors import ConfigError
from bot.knowledge.search import KnowledgeSearch, weights_of
from bot.language.embed import Embedder
from bot.language.emotion import EmotionScorer
from bot.language.intents import IntentReader
from bot.language.reader import Reader
from bot.llm.budget import DailyBudget, Limits
from bot.llm.chain import build_models
from bot.llm.offline import OfflineModel
from bot.media import open_media
from bot.profile import Profile, profile_folder
from bot.progress import Progress, Unwatched
from bot.router import agents
from bot.settings import Settings
from bot.store import desk_notices, spend
from bot.store.connection import STORE_DOWN, Pool, borrow
from channels.base import Channel, ConfiguredChannel
from channels.standing import SharesPenalty

SOFT_SHARE = Decimal("0.8")
"""Of a daily budget, after which only customers are answered with it."""


def configure_channels(
    settings: Mapping[str, str], http: ClientSession
) -> Mapping[str, ConfiguredChannel]:
    """Every channel whose settings are there, by name.

    Raises:
        ConfigError: every half-configured channel with its missing variable, a line each.
    """
    found: dict[str, ConfiguredChannel] = {}
    wrong: list[str] = []
    for name, channel in plugins.load("channels", "channel", Channel).items():  # type: ignore[type-abstract]  # A protocol is asked for on purpose.
        try:
            configured = channel.configure(settings, http)
        except ConfigError as error:
            wrong.append(str(error))
            continue
        if configured is not None:
            found[name] = configured
    if wrong:
        raise ConfigError("\n".join(dict.fromkeys(wrong)))
    return MappingProxyType(found)


def make_render(
    channels: Mapping[str, ConfiguredChannel],
) -> Callable[[str, str], tuple[str, ...]]:
    """What cuts a text into the parts that a channel takes; whole for one that is off."""

    def render(channel: str, text: str) -> tuple[str, ...]:
        return channels[channel].render(text) if channel in channels else (text,)

    return render


def make_budgets(
    settings: Settings, profile: Profile, *, pool: Pool, clock: Clock
) -> Mapping[str, DailyBudget]:
    """What providers may cost in a day, by name; those without a limit are not named.

    A database that does not answer is no reason to stop answering customers (I14).
    """
    limits = limits_of(settings)
    if limits is None:
        return {}

    async def read(provider: str, since: datetime) -> Decimal | None:
        try:
            async with borrow(pool) as conn:
                return await spend.spent_since(conn, provider, since)
        except (*STORE_DOWN, asyncpg.PostgresError):
            return None

    async def tell(key: str, text: str) -> bool:
        try:
            async with borrow(pool) as conn:
                await desk_notices.add(conn, key, None, text)
        except (*STORE_DOWN, asyncpg.PostgresError):
            return False
        return True

    zone = ZoneInfo(profile.business.zone)
    budget = DailyBudget("openai", limits, clock=clock, zone=zone, read=read, tell=tell)
    return {budget.provider: budget}


def limits_of(settings: Settings) -> Limits | None:
    """OpenAI's daily budget, or None where it has none."""
    hard, soft = settings.openai_daily_budget, settings.openai_daily_budget_soft
    return Limits(hard=hard, soft=hard * SOFT_SHARE if soft is None else soft) if hard else None


def build_deps(
    settings: Settings,
    profile: Profile,
    *,
    pool: Pool,
    clock: Clock,
    channels: Mapping[str, ConfiguredChannel],
    embedder: Embedder | None = None,
    distances: Distances | None = None,
    progress: Progress | None = None,
    for_evaluation: bool = False,
) -> Deps:
    """The bot's parts with the local models; several processes' worth may share an embedder.

    `for_evaluation` keeps what models cost apart from what customers cause.
    """
    for channel in channels.values():
        if isinstance(channel, SharesPenalty):
            channel.share(pool, clock)
    embedder = embedder or Embedder()
    offline = OfflineModel(profile, is_town=lambda named: locate(profile, named) is not None)
    budgets = make_budgets(settings, profile, pool=pool, clock=clock)
    model = build_models(settings, offline, clock, budgets=budgets, for_evaluation=for_evaluation)
    return Deps(
        settings=settings,
        profile=profile,
        clock=clock,
        pool=pool,
        reader=Reader(embedder, IntentReader.load(), EmotionScorer.load()),
        knowledge=KnowledgeSearch(
            pool,
            embedder,
            clock=clock,
            home_language=profile.business.home_language,
            weights=weights_of(profile),
        ),
        model=model,
        offline=offline,
        distances=distances or TableDistances(profile),
        render=make_render(channels),
        progress=progress or Unwatched(),
        media=open_media(settings),
        instructions=of_owner(profile_folder(settings.business_profile), agents()),
    )
