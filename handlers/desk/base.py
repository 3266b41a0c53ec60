"""What a part of the desk is: the presses, windows, commands, shortcuts and events it takes.

A part is a file of this folder that ends in `part = Part(...)`; handlers/desk/door.py finds it,
proves who asks and what they may do, and answers within the vendor's three seconds. A handler reads
and writes the database, calls neither model nor vendor, and says what is to be shown.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.booking.travel import Distances
from bot.booking_desk import DeskTools
from bot.clock import Clock
from bot.desk.people import Member, Role
from bot.domain import NOTHING
from bot.errors import BadPayload
from bot.profile import Profile
from bot.settings import Settings
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from channels.desk import Desk
from channels.desk_blocks import Block
from jobs.queue import Doorbell

OLD_WINDOW = "This window is of another version of the concierge. Close it and open it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every part of the desk may use."""

    pool: Pool
    settings: Settings
    tools: DeskTools
    """Profile, clock, and what cuts a text into a channel's parts; bot functions take it."""
    desk: Desk
    doorbell: Doorbell
    channels: Mapping[str, ConfiguredChannel]
    distances: Distances

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
    """Something that a person at the desk did, verified; every text in it is untrusted."""

    by: Member
    name: str
    """The action, window, shortcut or command, without what stands after a colon."""
    detail: str = ""
    """What stands after the colon of an action's name."""
    value: str = ""
    """The button's value, the chosen option, or the command's words. A reference, no authority."""
    key: str = ""
    """The same for the same deed: keep it with `bot.store.staff.take_in` where twice would harm."""
    channel: str = ""
    message_ts: str = ""
    """The post whose button or shortcut it is."""
    message_text: str = ""
    """What that post says; shortcuts only."""
    message_user: str = ""
    """Who wrote that post; shortcuts only."""
    thread_ts: str = ""
    """The root of the thread it stands in; empty where it is no reply."""
    trigger_id: str = ""
    """Opens a window within three seconds, once."""
    response_url: str = ""
    view_id: str = ""
    metadata: str = ""
    """What the window was given when it was opened."""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What was entered in a window, by field; several ticked boxes with commas; empty: nothing."""

    def known(self) -> dict[str, object]:
        """The metadata of a window whose part kept several facts there. No authority either: what
        it names is looked up, and what it says is compared with what is so now.

        Raises:
            BadPayload: it is none of ours.
        """
        try:
            found = json.loads(self.metadata)
        except (ValueError, RecursionError) as error:
            raise BadPayload(OLD_WINDOW) from error
        if not isinstance(found, dict):
            raise BadPayload(OLD_WINDOW)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A job to be rung for after the deed."""

    job: str
    key: str
    ids: Mapping[str, str]
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What whoever asked gets to see, and what is to be done after they were answered."""

    text: str = ""
    """Shown to them alone; required beside blocks, for notifications."""
    blocks: tuple[Block, ...] = ()
    window: Block | None = None
    """Opened for them; of a submitted window or a button in one: shown in its place."""
    errors: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """By field of a submitted window, which then stays open."""
    replaces: bool = False
    """Whether text and blocks take the place of the post, seen by one alone, that was pressed."""
    rings: tuple[Ring, ...] = ()
    after: Callable[[], Awaitable[None]] | None = None
    """Calls to Slack that may take long: awaited after the answer, failures are logged."""


QUIET = Answer()
Handler = Callable[[Office, Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is done when somebody asks, and who may ask."""

    run: Handler
    role: Role = Role.STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """A slash command, with the line that its help shows."""

    run: Handler
    usage: str
    """What is typed after it, such as "CUSTOMER in 2 days: TEXT"."""
    help: str
    role: Role = Role.STAFF


Heard = Callable[[Office, Mapping[str, object]], Awaitable[Answer]]
"""Takes an event that is the desk's: the vendor's own fields, verified and not yet believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A plug-in of this folder. Names are the vendor's: actions, callback ids, commands, events."""

    presses: Mapping[str, Act] = field(default_factory=dict)
    """By action id up to its colon, wherever the button stands."""
    submits: Mapping[str, Act] = field(default_factory=dict)
    """By the window's callback id."""
    shortcuts: Mapping[str, Act] = field(default_factory=dict)
    commands: Mapping[str, SlashCommand] = field(default_factory=dict)
    """By name with its slash."""
    events: Mapping[str, Heard] = field(default_factory=dict)
    """By event type; one part each."""
