"""Puts the parts together, the same way for web, worker, terminal chat and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from aiohttp import ClientSession

from bot import plugins
from bot.booking.travel import Distances, TableDistances, locate
from bot.clock import Clock
from bot.deps import Deps
from bot.errors import ConfigError
from bot.knowledge.search import KnowledgeSearch
from bot.language.embed import Embedder
from bot.language.emotion import EmotionScorer
from bot.language.intents import IntentReader
from bot.language.reader import Reader
from bot.llm.chain import build_models
from bot.llm.offline import OfflineModel
from bot.profile import Profile
from bot.settings import Settings
from bot.store.connection import Pool
from channels.base import Channel, ConfiguredChannel


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


def build_deps(
    settings: Settings,
    profile: Profile,
    *,
    pool: Pool,
    clock: Clock,
    channels: Mapping[str, ConfiguredChannel],
    embedder: Embedder | None = None,
    distances: Distances | None = None,
) -> Deps:
    """The bot's parts with the local models; several processes' worth may share an embedder."""
    embedder = embedder or Embedder()
    offline = OfflineModel(profile, is_town=lambda named: locate(profile, named) is not None)

    return Deps(
        settings=settings,
        profile=profile,
        clock=clock,
        pool=pool,
        reader=Reader(embedder, IntentReader.load(), EmotionScorer.load()),
        knowledge=KnowledgeSearch(
            pool, embedder, clock=clock, home_language=profile.business.home_language
        ),
        model=build_models(settings, offline, clock),
        offline=offline,
        distances=distances or TableDistances(profile),
        render=make_render(channels),
    )
