"""Slack's requests before anybody believes them: the signature, the form, the shape. No plug-in.

What passes here may be read without fear of its shape, so hostile or broken payloads end as 401,
400 or 413 and never as our failure. Called by handlers/desk/door.py. Source: Slack,
authentication/verifying-requests-from-slack and interactivity/slash-commands (read 2026-11-23).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot.errors import BadPayload
from channels.slack_signature import verify

__all__ = ["check", "is_probe", "read_body", "verify"]

FIELDS_MAX = 100
DEPTH_MAX = 60
# A text that the database cannot hold, and half a character that nobody can encode.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_PROBE = frozenset({"ssl_check", "token"})

Payload = Mapping[str, object]

_OBJECTS = (
    "team", "user", "channel", "container", "message", "view", "state", "enterprise", "event",
    "item", "assistant_thread", "previous_message", "function_data",
)  # fmt: skip
_TEXTS = (
    "type", "event_id", "event_ts", "ts", "thread_ts", "team_id", "enterprise_id", "user_id",
    "channel_id", "command", "text", "trigger_id", "callback_id", "response_url", "subtype",
    "channel_type", "bot_id", "app_id", "api_app_id", "deleted_ts", "tab", "challenge",
    "message_ts", "action_ts", "action_id", "private_metadata", "name", "id", "external_id",
    "reaction", "item_user", "user_team", "source_team", "client_msg_id", "file_id",
)  # fmt: skip
_LISTS = ("actions", "authorizations", "files", "response_urls")
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "event_callback": ("event",),
    "block_actions": ("actions", "user"),
    "view_submission": ("view", "user"),
    "view_closed": ("view", "user"),
    "shortcut": ("callback_id", "user"),
    "message_action": ("callback_id", "user"),
    "url_verification": ("challenge",),
}
"""What each type of request cannot do without."""


def is_probe(raw: bytes) -> bool:
    """Whether it is the vendor's look at our certificate: unsigned, and asks for nothing."""
    if len(raw) > 1000:
        return False
    form = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
    return form.get("ssl_check") == "1" and form.keys() <= _PROBE


def read_body(raw: bytes, content_type: str) -> Payload:
    """The request as one object of the expected shape: JSON of an event, a form's payload, a form.

    Raises:
        BadPayload: it is none of these; says which field is wrong.
    """
    try:
        text = raw.decode()
        if content_type == "application/json":
            body = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX))
            body = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is neither a form nor JSON") from error
    return check(body)


def check(body: object) -> Payload:
    """A payload whose known fields are of their kind, and whose texts can be kept.

    Raises:
        BadPayload: says which field is wrong.
    """
    if not isinstance(body, dict) or not body:
        raise BadPayload("the body is no JSON object")
    cleaned = _cleaned(body, DEPTH_MAX)
    assert isinstance(cleaned, dict)  # noqa: S101 - An object stays one.
    _check_fields(cleaned, "")
    kind = cleaned.get("type", "")
    for name in _NEEDED.get(str(kind), ()):
        if not cleaned.get(name):
            raise BadPayload(f"{name} is missing")
    if kind == "event_callback" and not _object(cleaned, "event").get("type"):
        raise BadPayload("event.type is missing")
    if kind == "view_submission" and not _object(cleaned, "view").get("callback_id"):
        raise BadPayload("view.callback_id is missing")
    if kind == "block_actions":
        _check_actions(cleaned["actions"])
    return cleaned


def _check_actions(actions: object) -> None:
    first = actions[0] if isinstance(actions, list) else None
    if not (isinstance(first, dict) and first.get("action_id")):
        raise BadPayload("actions[0].action_id is missing")


def _check_fields(part: Mapping[str, object], where: str) -> None:
    """The fields that anybody reads are texts, objects or lists of objects; null is nothing."""
    for name, value in part.items():
        place = f"{where}{name}"
        if value is None:
            continue
        if name in _LISTS:
            _check_list(value, place)
        elif name in _OBJECTS:
            if isinstance(value, dict):
                _check_fields(value, f"{place}.")
            elif not isinstance(value, str):
                raise BadPayload(f"{place} is neither an object nor a text")
        elif name in _TEXTS and not isinstance(value, str) and not _is_label(place, value):
            raise BadPayload(f"{place} is no text")


def _check_list(value: object, place: str) -> None:
    if not isinstance(value, list):
        raise BadPayload(f"{place} is no list")
    for number, each in enumerate(value):
        if not isinstance(each, dict):
            raise BadPayload(f"{place}[{number}] is no object")
        _check_fields(each, f"{place}[{number}].")


def _is_label(place: str, value: object) -> bool:
    """A button's words are an object that Block Kit calls a text too."""
    return place.startswith("actions[") and place.endswith(".text") and isinstance(value, dict)


def _object(part: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = part.get(name)
    return found if isinstance(found, dict) else {}


def _cleaned(value: object, depth: int) -> object:
    if depth == 0:
        raise BadPayload("the body is nested too deeply")
    if isinstance(value, str):
        return _UNKEEPABLE.sub("", value)
    if isinstance(value, list):
        return [_cleaned(each, depth - 1) for each in value]
    if isinstance(value, dict):
        return {str(_cleaned(key, depth)): _cleaned(each, depth - 1) for key, each in value.items()}
    return value
