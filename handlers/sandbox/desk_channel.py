"""The staff workspace's state: channels, their messages and threads, and the people in it.

State only, as Slack keeps it: a message is known by channel and `ts`, which is a string and unique.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.journal import Journal

KEPT_MESSAGES = 10_000
Block = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace, or a guest in it."""

    id: str
    name: str
    is_bot: bool = False
    email: str = ""
    is_admin: bool = False
    is_stranger: bool = False
    """From another workspace, in a shared channel."""


@dataclass(slots=True, kw_only=True)
class DeskMessage:
    """One message of a channel or thread."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: Sequence[Block] = ()
    thread_ts: str = ""
    """The root's ts; empty for a message that stands in the channel itself."""
    metadata: Mapping[str, object] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: bool = False
    files: Sequence[Mapping[str, object]] = ()


class Workspace:
    """Channels with their messages in order of arrival."""

    def __init__(
        self, people: Sequence[Person], *, changes: Changes, journal: Journal, clock: Clock
    ) -> None:
        self.channels: dict[str, str] = {}
        """Names by channel id."""
        self.members: dict[str, list[str]] = {}
        """Who is in a channel, by its id."""
        self.archived: set[str] = set()
        self.people = {person.id: person for person in people}
        self.messages: list[DeskMessage] = []
        self._by_key: dict[tuple[str, str], DeskMessage] = {}
        self._replies: dict[tuple[str, str], list[DeskMessage]] = defaultdict(list)
        self._last_ts = 0
        self._changes, self._journal, self._clock = changes, journal, clock

    def next_ts(self) -> str:
        """A timestamp later than every one given out before."""
        now = int(self._clock.now().timestamp() * 1_000_000)
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add(self, message: DeskMessage) -> None:
        """Post a message."""
        self._keep(message)
        self.changed(message)

    def changed(self, message: DeskMessage) -> None:
        """Remember a message as it now stands and tell everyone."""
        self._journal.append({"fact": "desk", **asdict(message)})
        self._changes.touch("desk", f"{message.channel}/{message.ts}")

    def remove(self, message: DeskMessage) -> None:
        """Take a message away, for good."""
        self._drop(message)
        gone = {"channel": message.channel, "ts": message.ts, "removed": True}
        self._journal.append({"fact": "desk", **gone})
        self._changes.touch("desk", f"{message.channel}/{message.ts}")

    def find(self, channel: str, ts: str) -> DeskMessage | None:
        """The message with this ts in this channel."""
        return self._by_key.get((channel, ts))

    def find_anywhere(self, ts: str) -> DeskMessage | None:
        """The message with this ts, whichever channel it stands in."""
        return next((each for each in self.messages if each.ts == ts), None)

    def history(self, channel: str) -> list[DeskMessage]:
        """The channel's own messages without thread replies, oldest first."""
        return [m for m in self.messages if m.channel == channel and not m.thread_ts]

    def replies(self, channel: str, ts: str) -> list[DeskMessage]:
        """A thread without its root, oldest first."""
        return self._replies.get((channel, ts), [])

    def resolve(self, name: str) -> str | None:
        """The id of a channel given by id or by name, or of the talk with one person."""
        if name in self.channels:
            return name
        person = f"U{name[1:]}" if name.startswith("D") else name
        if person in self.people:
            return self.direct(person)
        bare = name.removeprefix("#")
        return next((key for key, value in self.channels.items() if value == bare), None)

    def direct(self, person: str) -> str:
        """The channel in which the app and one person talk."""
        return f"D{person[1:]}"

    def is_in(self, channel: str, person: str) -> bool:
        """Whether somebody is in a channel."""
        return person in self.members.get(channel, ()) or channel == self.direct(person)

    def restore(self, fact: Mapping[str, object]) -> None:
        """Take one remembered message back in; a later state replaces an earlier one."""
        known = self.find(str(fact["channel"]), str(fact["ts"]))
        if fact.get("removed"):
            if known is not None:
                self._drop(known)
            return
        values = {key: copy.deepcopy(value) for key, value in fact.items() if key != "fact"}
        message = DeskMessage(**values)  # type: ignore[arg-type]  # The journal holds our fields.
        if known is None:
            self._keep(message)
            seconds, _, micros = message.ts.partition(".")
            self._last_ts = max(self._last_ts, int(seconds) * 1_000_000 + int(micros))
            return
        known.text, known.blocks, known.edited = message.text, message.blocks, message.edited
        known.metadata, known.reactions = message.metadata, message.reactions

    def to_json(self, message: DeskMessage) -> dict[str, object]:
        """A message as the API shows it."""
        person = self.people.get(message.user)
        shown: dict[str, object] = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "blocks": list(message.blocks),
        }
        if person and person.is_bot:
            shown["bot_id"] = "B" + message.user[1:]
        if message.files:
            shown["files"] = [dict(each) for each in message.files]
        if message.metadata:
            shown["metadata"] = dict(message.metadata)
        if message.reactions:
            shown["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in message.reactions.items()
            ]
        if message.edited:
            shown["edited"] = {"user": message.user, "ts": message.ts}
        replies = self.replies(message.channel, message.ts)
        if message.thread_ts or replies:
            shown["thread_ts"] = message.thread_ts or message.ts
        if replies:
            shown |= {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        return shown

    def _drop(self, message: DeskMessage) -> None:
        self.messages.remove(message)
        del self._by_key[(message.channel, message.ts)]
        if message.thread_ts:
            self._replies[(message.channel, message.thread_ts)].remove(message)

    def _keep(self, message: DeskMessage) -> None:
        self.messages.append(message)
        self._by_key[(message.channel, message.ts)] = message
        if message.thread_ts:
            self._replies[(message.channel, message.thread_ts)].append(message)
        if len(self.messages) > KEPT_MESSAGES:
            for old in self.messages[: KEPT_MESSAGES // 10]:
                del self._by_key[(old.channel, old.ts)]
                self._replies.pop((old.channel, old.ts), None)
            del self.messages[: KEPT_MESSAGES // 10]


def as_blocks(value: object) -> Sequence[Block]:
    """Blocks as they came, when they are a list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("blocks must be a list of objects")
    return cast("Sequence[Block]", value)
