"""Reads what a person at the desk did out of the vendor's payloads. Believes none of it.

Called by handlers/desk/door.py after the request was verified. Source: Slack,
interactivity/handling-user-interaction and interactivity/implementing-slash-commands (read
2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.desk.people import Member
from bot.errors import BadPayload
from channels.text import clean
from handlers.desk.base import Asked

Payload = Mapping[str, object]


def person_of(body: Payload) -> str:
    """Who did it, by the vendor's id.

    Raises:
        BadPayload: nobody is named.
    """
    named = _part(body, "user").get("id") or body.get("user_id")
    if not isinstance(named, str) or not named:
        raise BadPayload("user.id is missing")
    return named


def read_command(body: Payload, by: Member) -> Asked:
    """A slash command; typed twice it is two, so that only what it does can make it harmless."""
    return Asked(
        by=by,
        name=_text(body, "command").strip().lower(),
        value=clean(_text(body, "text")).strip(),
        key=f"command:{_text(body, 'trigger_id')}",
        channel=_text(body, "channel_id"),
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def read_press(body: Payload, by: Member) -> Asked:
    """A pressed button or a choice made, in a message, a window or a home."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    if not isinstance(action, Mapping):
        raise BadPayload("actions[0] is no object")
    name, _, detail = _text(action, "action_id").partition(":")
    base = _base(body, by)
    seen = _text(action, "action_ts") or base.message_ts
    return replace(
        base,
        name=name,
        detail=detail,
        value=_value(action),
        key=f"press:{base.channel or base.view_id}:{base.message_ts}:{name}:{seen}:{by.id}",
    )


def read_shortcut(body: Payload, by: Member) -> Asked:
    """A shortcut from a message's menu, or from anywhere."""
    base = _base(body, by)
    return replace(
        base,
        name=_text(body, "callback_id"),
        key=f"shortcut:{_text(body, 'trigger_id')}",
    )


def read_submission(body: Payload, by: Member) -> Asked:
    """A window that was sent off; once, however often it is sent."""
    base = _base(body, by)
    return replace(
        base,
        name=_text(_part(body, "view"), "callback_id"),
        key=f"view:{base.view_id}",
    )


def _base(body: Payload, by: Member) -> Asked:
    container, message, view = (_part(body, name) for name in ("container", "message", "view"))
    message_ts = _text(container, "message_ts") or _text(message, "ts") or _text(body, "message_ts")
    thread_ts = _text(container, "thread_ts") or _text(message, "thread_ts")
    return Asked(
        by=by,
        name="",
        channel=_text(_part(body, "channel"), "id") or _text(container, "channel_id"),
        message_ts=message_ts,
        message_text=clean(_text(message, "text")),
        message_user=_text(message, "user"),
        thread_ts="" if thread_ts == message_ts else thread_ts,
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
        # A home is no window: nothing can be put on top of it or shown in its place.
        view_id="" if _text(view, "type") == "home" else _text(view, "id"),
        metadata=_text(view, "private_metadata"),
        values=_values(_part(view, "state") or _part(body, "state")),
    )


def _values(state: Payload) -> Mapping[str, str]:
    """What was entered, by the field's name, whatever kind of input it is."""
    found = {}
    for block, entered in _part(state, "values").items():
        if isinstance(entered, Mapping):
            chosen = next(iter(entered.values()), None)
            found[block] = clean(_value(chosen)).strip() if isinstance(chosen, Mapping) else ""
    return found


def _value(element: Payload) -> str:
    """The value of a button or an input: typed, chosen, ticked or picked."""
    for name in ("value", "selected_date", "selected_time", "selected_user"):
        if isinstance(element.get(name), str):
            return str(element[name])
    ticked = element.get("selected_options")
    if isinstance(ticked, list):
        return ",".join(_text(each, "value") for each in ticked if isinstance(each, Mapping))
    return _text(_part(element, "selected_option"), "value")


def _part(body: Payload, name: str) -> Payload:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Payload, name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
