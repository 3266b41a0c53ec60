"""The payloads that Slack posts for what a person does, put together as the vendor does.

Pure functions, called by slack_deeds.py. Source: reference/interaction-payloads,
interactivity/implementing-slash-commands, reference/events/message.* and slack_bolt's own tests
(read 2026-11-23). Of a message that one alone sees the vendor sends no `message`.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.sandbox.desk_channel import DeskMessage, Person
from handlers.sandbox.slack_windows import APP_ID, TEAM_ID, Window

Payload = dict[str, object]
TEAM = {"id": TEAM_ID, "domain": "sandbox"}


def base(kind: str, user: Person, trigger_id: str) -> Payload:
    """What every interaction has."""
    return {
        "type": kind,
        "team": TEAM,
        "user": {
            "id": user.id,
            "username": user.name.lower(),
            "name": user.name.lower(),
            "team_id": TEAM_ID,
        },
        "api_app_id": APP_ID,
        "token": "obsolete",
        "trigger_id": trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(
    channel: tuple[str, str], ts: str, thread_ts: str, *, shown: Mapping[str, object] | None
) -> Payload:
    """Where a message's button was pressed; `shown` is missing where one alone sees it."""
    container: Payload = {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel[0],
        "is_ephemeral": shown is None,
    }
    if thread_ts:
        container["thread_ts"] = thread_ts
    placed: Payload = {
        "container": container,
        "channel": {"id": channel[0], "name": channel[1] or "directmessage"},
    }
    return placed if shown is None else {**placed, "message": dict(shown)}


def in_window(window: Window, values: Mapping[str, object]) -> Payload:
    """A window or a home, with what is entered in it."""
    return {"view": {**window.to_json(), "state": {"values": dict(values)}}}


def written(message: DeskMessage, *, kind: str, bot_id: str = "") -> Payload:
    """The event of a message that a person wrote; `kind` is the vendor's channel type."""
    event: Payload = {
        "type": "message",
        "channel": message.channel,
        "channel_type": kind,
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "team": TEAM_ID,
    }
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    if bot_id:
        event |= {"bot_id": bot_id, "app_id": APP_ID}
    if message.files:
        event |= {"subtype": "file_share", "files": [dict(each) for each in message.files]}
    return event


def changed(
    now: Mapping[str, object], before: Mapping[str, object], *, at: str, where: tuple[str, str]
) -> Payload:
    """The event of a message that was edited."""
    return _about(where, at, "message_changed") | {
        "message": dict(now),
        "previous_message": dict(before),
    }


def deleted(before: Mapping[str, object], *, at: str, where: tuple[str, str]) -> Payload:
    """The event of a message that was deleted."""
    return _about(where, at, "message_deleted") | {
        "deleted_ts": before["ts"],
        "previous_message": dict(before),
    }


def _about(where: tuple[str, str], at: str, subtype: str) -> Payload:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": where[0],
        "channel_type": where[1],
        "ts": at,
        "event_ts": at,
    }
