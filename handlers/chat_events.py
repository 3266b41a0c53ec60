"""What a visitor's stream says, as server-sent events: messages, states, who is there, pieces.

The record is the database: a `message` says a row, `states` how rows fare, `state` whether an
answer is awaited and from whom. A `piece` is a reply in the making, without an id because it is
nothing to resume from; it ends with the message or is taken back. Source: HTML standard,
server-sent events (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.domain import Author, Direction, MessageId, Mode, Status
from bot.domain_media import FileId
from bot.store.webchat import Glimpse, Seen, Window

_EVENT_ID = re.compile(r"([0-9]{1,18})\.([0-9a-f]{32})?")
_OWN_STATES = {Status.RECEIVED: "sent", Status.ANSWERED: "seen", Status.IGNORED: "sent"}


@dataclass(frozen=True, slots=True)
class Resume:
    """From where a page goes on."""

    floor: int = 0
    mark: str = ""


def read_event_id(given: str) -> Resume:
    """What `Last-Event-ID` says; the beginning where it is none of ours."""
    found = _EVENT_ID.fullmatch(given)
    return Resume(int(found[1]), found[2] or "") if found else Resume()


@dataclass(slots=True, eq=False)
class Stream:
    """One open page of a visitor."""

    visitor: str
    resume: Resume
    link: Callable[[FileId], str]
    """Where a file of ours is fetched."""
    is_gone: Callable[[], bool] = lambda: False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    glimpse: Glimpse | None = None
    window: Window | None = None
    """What is to be told, if anything."""
    piece: str | None = None
    """What is written so far of a reply, if that is to be told."""
    floor: int = 0
    active_ms: float = 0.0
    """When something last happened here."""
    looked_ms: float = 0.0
    shown_piece: bool = False
    _told: dict[MessageId, str] | None = None
    _state: str = ""

    def __post_init__(self) -> None:
        self.floor = self.resume.floor

    @property
    def mark(self) -> str:
        """Of what has been looked at."""
        return self.glimpse.mark if self.glimpse else ""

    def take_events(self) -> Iterator[str]:
        """All that is to be told now, and only once."""
        self.changed.clear()
        window, self.window = self.window, None
        if window is not None:
            yield from self._say_rows(window)
        yield from self._say_state()
        piece, self.piece = self.piece, None
        if self._is_with_staff():
            piece = ""
        if piece is not None and (self._is_awaited() if piece else self.shown_piece):
            self.shown_piece = bool(piece)
            yield event("piece", {"text": piece})

    def _is_with_staff(self) -> bool:
        """Whether a person has the floor: nothing that the bot still writes is for the visitor."""
        return self.glimpse is not None and self.glimpse.mode is Mode.HUMAN

    def _is_awaited(self) -> bool:
        """Whether the visitor waits for an answer: only then one in the making is for them."""
        return self.glimpse is not None and self.glimpse.is_waiting

    def _say_rows(self, window: Window) -> Iterator[str]:
        is_first = self._told is None
        told = self._told or {}
        moved: dict[str, str] = {}
        floor = max(window.floor, self.floor)
        for row in window.messages:
            state = state_of(row)
            if row.id not in told and row.seq > self.floor:
                # Not further than this row: a line that breaks here has not told the next ones.
                yield event("message", say(row, self.link), event_id=f"{min(row.seq, floor)}.")
                self.shown_piece = False
            elif told.get(row.id, "" if is_first else state) != state:
                moved[str(row.id)] = state
        if moved and not (is_first and self.resume.mark == self.mark):
            yield event("states", moved, event_id=f"{floor}.{self.mark}")
        self._told = {row.id: state_of(row) for row in window.messages}
        self.floor = floor

    def _say_state(self) -> Iterator[str]:
        waiting = self.glimpse is not None and self.glimpse.is_waiting
        with_whom = "staff" if self._is_with_staff() else "bot"
        said = event("state", {"waiting": waiting, "with": with_whom})
        if said != self._state:
            self._state = said
            yield said


def state_of(row: Seen) -> str:
    """How a message fares, in the page's words."""
    if row.direction is Direction.INBOUND:
        return _OWN_STATES.get(row.status, "sent")
    return row.status.value


def say(row: Seen, link: Callable[[FileId], str]) -> dict[str, object]:
    """A message as the page reads it. Its author's own id of it comes back to him alone."""
    is_own = row.direction is Direction.INBOUND
    said: dict[str, object] = {
        "id": str(row.id),
        "seq": row.seq,
        "from": "you" if is_own else "staff" if row.author is Author.STAFF else "bot",
        "text": row.text,
        "state": state_of(row),
        "at": row.at.isoformat(),
    }
    if is_own:
        said["own"] = row.external_id.rpartition(":")[2]
    if row.speaker:
        said["name"] = row.speaker.split()[0]
    if row.choices and not is_own:
        said["choices"] = [each["title"] for each in row.choices]
    if row.files:
        said["files"] = [
            {"name": each.name} | ({"url": link(each.kept)} if each.kept else {})
            for each in row.files
        ]
    return said


def event(name: str, content: object, *, event_id: str = "") -> str:
    """One event on the wire; JSON has no line ends of its own."""
    first = f"id: {event_id}\n" if event_id else ""
    return f"{first}event: {name}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n"
