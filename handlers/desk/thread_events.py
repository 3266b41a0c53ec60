"""Reads a `message` event of the staff channel: said, edited or deleted by a person, in a thread.

No part of the desk by itself; handlers/desk/thread.py calls it. Source: Slack, reference/events/
message and its subtypes, with slack-bolt's recorded samples (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.store.desk_files import StaffFile
from channels.text import clean

Event = Mapping[str, object]

FILES_MAX = 10
SAID_BY_PEOPLE = frozenset({"", "file_share", "thread_broadcast", "me_message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What somebody did in a thread of the staff channel; every text in it is untrusted."""

    deed: Literal["said", "edited", "deleted"]
    event_id: str
    channel: str
    ts: str
    """The message that was said, edited or deleted."""
    thread_ts: str
    user: str
    text: str
    files: tuple[StaffFile, ...] = ()

    @property
    def has_files(self) -> bool:
        """Whether something hangs on it."""
        return bool(self.files)


def read_spoken(event: Event, *, staff_channel: str) -> Spoken | None:
    """What a person did in a thread there; None for all that is nobody's words at our desk.

    Apps, ourselves included, system messages, other channels and people of other workspaces say
    nothing to customers.
    """
    if event.get("channel") != staff_channel or _is_foreign(event, event):
        return None
    match _text(event, "subtype"):
        case "message_changed":
            return _read_edit(event)
        case "message_deleted":
            return _read_deletion(event)
        case subtype if subtype in SAID_BY_PEOPLE and not event.get("hidden"):
            return _read(event, event, "said")
    return None


def _read_edit(event: Event) -> Spoken | None:
    """An edit by hand: links that unfold and counters of threads change messages too."""
    message, before = _part(event, "message"), _part(event, "previous_message")
    edited, edited_before = (_text(_part(each, "edited"), "ts") for each in (message, before))
    if not edited or edited == edited_before or message.get("text") == before.get("text"):
        return None
    return None if _is_foreign(message, event) else _read(message, event, "edited")


def _read_deletion(event: Event) -> Spoken | None:
    before = _part(event, "previous_message")
    gone = {**before, "ts": _text(event, "deleted_ts") or _text(before, "ts")}
    return _read(gone, event, "deleted")


def _read(
    message: Event, event: Event, deed: Literal["said", "edited", "deleted"]
) -> Spoken | None:
    user, ts, thread_ts = (_text(message, name) for name in ("user", "ts", "thread_ts"))
    by_app = any(message.get(name) for name in ("bot_id", "bot_profile"))
    if by_app or not user or not ts or not thread_ts or thread_ts == ts:
        return None
    return Spoken(
        deed=deed,
        event_id=_text(event, "event_id"),
        channel=_text(event, "channel"),
        ts=ts,
        thread_ts=thread_ts,
        user=user,
        text=clean(_text(message, "text")),
        files=_files(message.get("files")),
    )


def _files(given: object) -> tuple[StaffFile, ...]:
    """What hangs on a message, as Slack names it; what was deleted there has no address."""
    listed = given if isinstance(given, list) else []
    found = (each for each in listed[:FILES_MAX] if isinstance(each, Mapping))
    return tuple(
        StaffFile(
            url=_text(each, "url_private_download") or _text(each, "url_private"),
            name=clean(_text(each, "name"))[:200],
            type=_text(each, "mimetype")[:200],
        )
        for each in found
    )


def _is_foreign(message: Event, event: Event) -> bool:
    """Whether somebody of another workspace wrote it, as in a channel that two share."""
    ours = _text(event, "team_id")
    theirs = {_text(message, name) for name in ("user_team", "source_team", "team")} - {""}
    return bool(ours) and bool(theirs - {ours})


def _part(event: Event, name: str) -> Event:
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(event: Event, name: str) -> str:
    found = event.get(name)
    return found if isinstance(found, str) else ""
