"""Turns what stands at the desk into the plain JSON that the playground draws.

Pure functions; feed.py calls them. Whispers, windows and homes go out with whose they are: the page
shows them to whom the visitor is at the moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.sandbox.desk_channel import DeskMessage, Workspace
from handlers.sandbox.slack_talk import Ephemeral
from handlers.sandbox.slack_windows import Window

Shown = dict[str, object]
PLAYED: Mapping[str, str] = {"U0DANA": "staff", "U0RAVI": "staff", "U0ROSA": "owner"}
"""Whom the visitor can be."""


def show_people(workspace: Workspace) -> list[Shown]:
    """Whom the visitor can be, with what they may do."""
    return [
        {"id": person, "name": workspace.people[person].name, "role": role}
        for person, role in PLAYED.items()
    ]


def show_post(workspace: Workspace, message: DeskMessage) -> Shown:
    """A staff message as the desk shows it."""
    person = workspace.people.get(message.user)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user,
        "author": person.name if person else message.user,
        "is_bot": bool(person and person.is_bot),
        "text": message.text,
        "blocks": list(message.blocks),
        "edited": message.edited,
        "reactions": {name: len(users) for name, users in message.reactions.items()},
        "files": [_file(each) for each in message.files],
    }


def show_whisper(whisper: Ephemeral) -> Shown:
    """What one person alone sees."""
    return {
        "channel": whisper.channel,
        "ts": whisper.ts,
        "thread_ts": whisper.thread_ts,
        "user": whisper.user,
        "text": whisper.text,
        "blocks": list(whisper.blocks),
        "deleted": whisper.deleted,
    }


def show_window(stack: Sequence[Window]) -> Shown | None:
    """The window that lies on top, as a dialog draws it."""
    if not stack:
        return None
    return {**_view(stack[-1]), "depth": len(stack)}


def show_home(home: Window | None) -> Shown | None:
    """Somebody's home."""
    return _view(home) if home else None


def _view(window: Window) -> Shown:
    view = {name: window.view.get(name) for name in ("title", "submit", "close", "blocks")}
    return {"id": window.id, "hash": window.hash, **view}


def _file(shown: Mapping[str, object]) -> Shown:
    return {name: shown.get(name) for name in ("id", "name", "mimetype", "alt_txt")}
