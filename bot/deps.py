"""What the service is made of: built once at start and passed along, never a global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.booking.travel import Distances
from bot.clock import Clock
from bot.knowledge.search import KnowledgeSearch
from bot.language.reader import Reader
from bot.llm.base import Model
from bot.media import MediaStore, nowhere
from bot.profile import Profile
from bot.progress import Progress, Unwatched
from bot.settings import Settings
from bot.store.connection import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Everything a turn needs."""

    settings: Settings
    profile: Profile
    clock: Clock
    pool: Pool
    reader: Reader
    knowledge: KnowledgeSearch
    model: Model
    """The chain of providers."""
    offline: Model
    """The last link alone: what answers when a draft has failed the guard."""
    distances: Distances
    """Road miles for what a customer is charged."""
    render: Callable[[str, str], tuple[str, ...]]
    """A channel's name and a text to the parts that the channel takes."""
    progress: Progress = field(default_factory=Unwatched)
    """Where a reply in the making is shown."""
    media: MediaStore = field(default_factory=nowhere)
    """Where files of customers and staff are kept."""
    instructions: Mapping[str, str] = field(default_factory=dict)
    """The owner's own words for agents, by name; the shipped ones stand for the others."""

    @property
    def zone(self) -> ZoneInfo:
        """The business's zone, in which days and hours are decided (I15)."""
        return ZoneInfo(self.profile.business.zone)
