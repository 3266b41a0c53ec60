"""What a page of the console is: its paths, what may be read there and done there, and by whom.

A page is a file of this folder that ends in `page = Page(...)`; handlers/console/opening.py finds
it, proves who asks (I11), and draws what it answers. What changes something goes through the same
functions of `bot` that the desk and the terminal call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bot.booking_desk import DeskTools
from bot.clock import Clock
from bot.desk.people import Member, Role
from bot.domain import NOTHING
from bot.errors import NotFound
from bot.profile import Profile
from bot.settings import Settings
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from jobs.queue import Doorbell

ID = "{id:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}"
"""A part of a path that names a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every page may use."""

    pool: Pool
    settings: Settings
    tools: DeskTools
    channels: Mapping[str, ConfiguredChannel]
    doorbell: Doorbell

    @property
    def profile(self) -> Profile:
        """The business."""
        return self.tools.profile

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self.tools.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody who is signed in asks for; every text in it is untrusted."""

    by: Member
    id: str = ""
    """The row that the path names."""
    query: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    form: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def named(self) -> UUID:
        """The row that the path names.

        Raises:
            NotFound: it names none.
        """
        return read_id(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page to be drawn."""

    template: str
    """A file of handlers/templates/console."""
    title: str
    facts: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo:
    """Where to go on after something was done; `said` names one of the words in `SAID`."""

    path: str
    """Below the console; no personal data, because it stands in logs and histories."""
    query: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    said: str = ""


SAID: Mapping[str, str] = {
    "kept": "Kept. It is looked at again before it leaves.",
    "same": "Nothing was changed.",
    "cancelled": "Cancelled.",
    "over": "Nothing to cancel: it had left, or was cancelled before.",
    "planned": "Planned. It is looked at again before it leaves.",
    "nobody": "Nobody is known by that number, mailbox, booking code or name.",
    "drafted": "Kept as a draft. Nothing goes out before it is started.",
    "started": "It runs. Whoever started it is told in Slack how it went.",
    "paused": "Paused. Nobody else is written to until it goes on.",
    "resumed": "It goes on.",
    "stopped": "Stopped for good. Whoever waited gets nothing.",
    "reviewed": "Settled. It becomes a line for the next training.",
    "left_out": "Left out: it becomes no line for training.",
}
"""What a page says after a deed, by the word that its address may carry."""

Handler = Callable[[Office, Asked], Awaitable[Shown | GoTo]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A plug-in of this folder: its handlers by path below /console."""

    reads: Mapping[str, Handler]
    """GET: changes nothing."""
    writes: Mapping[str, Handler] = field(default_factory=dict)
    """POST, from a form of the console only."""
    label: str = ""
    """What the menu calls it; empty: it is reached from another page."""
    place: int = 100
    """Its place in the menu; the lowest is where one lands after signing in."""
    role: Role = Role.STAFF


def read_id(said: str) -> UUID:
    """A row's id.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound("what this was about is not there any more") from error
