"""Reads what customers say to the app in Slack: direct messages, and mentions in shared channels.

Not the staff channel, ever: what is said there, by whomever, is no customer's. Whether the person
is one of staff is for the caller to know (handlers/desk/customers.py); channels/slack.py sends.
Source: Slack, reference/events/{message,message.im,app_mention} and their subtypes, with
slack-bolt's recorded samples (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from bot.domain import Kind, Media, Message, Thread
from bot.errors import BadPayload
from channels.desk_text import from_slack
from channels.text import clean

NAME = "slack"
IN_PLAIN_WORDS = "text"
"""No channel that shares Slack's signs: what is read here is read by models, not shown in Slack."""
MAX_MEDIA = 10
MAX_EXTRA = 300
SAID_BY_PEOPLE = frozenset({"", "file_share", "thread_broadcast", "me_message"})
SLACKBOT = "USLACKBOT"
_TEAM = re.compile(r"[TE][A-Z0-9]{1,30}")
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|([^<>]*))?>")

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Where customers may speak to the app."""

    staff_channel: str
    """By its id: nothing that is said there is a customer's."""
    listed: frozenset[str] = frozenset()
    """Channels that the owner named; none: every channel shared with another workspace."""
    api_url: str = ""
    """Where files are asked for whose address the event does not carry."""


def is_channel(value: str) -> bool:
    """Whether this names a channel by its id."""
    return _CHANNEL.fullmatch(value) is not None


def handle_of(team: str, user: str, channel: str = "") -> str:
    """The address of somebody: in a shared channel, where all can read, it is another one."""
    return "/".join(filter(None, (team, user, channel)))


def room_of(handle: str) -> tuple[str, str]:
    """Person and shared channel of an address; no channel: the talk between them and the app."""
    parts = handle.split("/")
    return parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""


def concerns(body: Body, where: Open) -> bool:
    """Whether this event is said where customers speak. Staff parts must not hear of it then."""
    event = _part(body, "event")
    channel = _text(event, "channel")
    if body.get("type") != "event_callback" or not channel or channel == where.staff_channel:
        return False
    match _text(event, "type"):
        case "message":
            return channel.startswith("D") or _is_open(body, channel, where)
        case "app_mention":
            return _is_open(body, channel, where)
    return False


def _is_open(body: Body, channel: str, where: Open) -> bool:
    if channel.startswith("D"):
        return False
    if where.listed:
        return channel in where.listed
    return body.get("is_ext_shared_channel") is True


def read_event(body: Body, where: Open) -> Message | None:
    """What a person said, changed or deleted; None for all that is nobody's words to us.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    if not concerns(body, where):
        return None
    event, us = _part(body, "event"), our_ids(body)
    match _text(event, "subtype"):
        case "message_changed":
            return _read_edit(body, event, us, where)
        case "message_deleted":
            return _read_deletion(body, event, us)
        case subtype if subtype in SAID_BY_PEOPLE and event.get("hidden") is not True:
            if _is_ours(event, us) or not _is_to_us(event, event, us):
                return None
            return _said(body, event, event, where=where)
    return None


def our_ids(body: Body) -> frozenset[str]:
    """The app's own users, as the event's authorizations name them."""
    found = body.get("authorizations")
    rows = found if isinstance(found, list) else []
    return frozenset(
        user for each in rows if isinstance(each, Mapping) and (user := _text(each, "user_id"))
    )


def _is_ours(message: Body, us: frozenset[str]) -> bool:
    """Whether an app wrote it, ourselves or another: nobody answers machines."""
    if any(message.get(name) for name in ("bot_id", "bot_profile", "app_id")):
        return True
    return _text(message, "user") in us | {SLACKBOT}


def _is_to_us(message: Body, event: Body, us: frozenset[str]) -> bool:
    """In a direct message everything is; in a channel only what names the app."""
    if _text(event, "channel").startswith("D") or _text(event, "type") == "app_mention":
        return True
    return bool({found[1] for found in _MENTION.finditer(_text(message, "text"))} & us)


def _read_edit(body: Body, event: Body, us: frozenset[str], where: Open) -> Message | None:
    """An edit by hand: links that unfold and counters of threads change messages too."""
    message, before = _part(event, "message"), _part(event, "previous_message")
    at, at_before = (_text(_part(each, "edited"), "ts") for each in (message, before))
    if not at or at == at_before or message.get("text") == before.get("text"):
        return None
    if _is_ours(message, us) or not _is_to_us(message, event, us):
        return None
    return _said(body, event, message, where=where, kind=Kind.EDIT, mark=f":edited:{_ts(at)}")


def _read_deletion(body: Body, event: Body, us: frozenset[str]) -> Message | None:
    before = _part(event, "previous_message")
    gone = {**before, "ts": _text(event, "deleted_ts") or _text(before, "ts"), "text": ""}
    gone.pop("files", None)
    if _is_ours(before, us) or not _is_to_us(before, event, us) or not _text(before, "user"):
        return None
    return _said(body, event, gone, kind=Kind.DELETION, mark=":deleted")


def _said(
    body: Body,
    event: Body,
    message: Body,
    *,
    where: Open | None = None,
    kind: Kind = Kind.TEXT,
    mark: str = "",
) -> Message | None:
    channel, user = _required(event, "channel", _CHANNEL), _required(message, "user", _USER)
    ts, root = _required(message, "ts", _TS), _text(message, "thread_ts")
    media = _media(message, where) if where else ()
    text = _words(_text(message, "text"), our_ids(body))
    if not text and not media and kind is Kind.TEXT:
        return None
    if media and kind is Kind.TEXT:
        kind = Kind.MEDIA
    in_thread = bool(root) and root != ts
    return Message(
        channel=NAME,
        external_id=f"{channel}:{ts}{mark}",
        sender=handle_of(
            _team(body, message, event), user, "" if channel.startswith("D") else channel
        ),
        recipient=channel,
        kind=kind,
        text=text,
        media=media,
        thread=Thread(message_id=ts, references=(_ts(root),) if in_thread else ()),
        sent_at=None if mark else datetime.fromtimestamp(int(ts.partition(".")[0]), UTC),
        extras=_extras(mark, channel, ts),
    )


def _extras(mark: str, channel: str, ts: str) -> Mapping[str, str]:
    return MappingProxyType({"changes": f"{channel}:{ts}"} if mark else {})


def _team(body: Body, message: Body, event: Body) -> str:
    """The workspace whose member wrote it: in a shared channel not always the one that is told."""
    named = [_text(each, name) for each in (message, event) for name in ("user_team", "team")]
    team = next(filter(None, named), "") or _text(body, "team_id")
    if not team:
        raise BadPayload("team_id is missing")
    if not _TEAM.fullmatch(team):
        raise BadPayload("team_id is no id of a workspace")
    return team


def _words(text: str, us: frozenset[str]) -> str:
    """The text without the app's own name before it, as everybody else reads it."""

    def named(match: re.Match[str]) -> str:
        return "" if match[1] in us else f"@{match[2] or 'somebody'}"

    return from_slack(_MENTION.sub(named, clean(text)), IN_PLAIN_WORDS, {}).strip()


def _media(message: Body, where: Open) -> tuple[Media, ...]:
    """The files that came along; those that are gone, or only links to elsewhere, are none."""
    found = message.get("files")
    rows = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    return tuple(media for each in rows[:MAX_MEDIA] if (media := _file(each, where)) is not None)


def _file(given: Body, where: Open) -> Media | None:
    mode, access = _text(given, "mode"), _text(given, "file_access")
    if mode in ("tombstone", "hidden_by_limit", "external") or given.get("is_external") is True:
        return None
    url = _text(given, "url_private_download") or _text(given, "url_private")
    if access == "check_file_info" or not url:
        file_id = _text(given, "id")
        if not re.fullmatch(r"F[A-Z0-9]{1,30}", file_id):
            return None
        # Of a file from another workspace the event tells no more than its id.
        url = f"{where.api_url}files.info?file={file_id}"
    declared = clean(_text(given, "mimetype"))[:100] or "application/octet-stream"
    return Media(url, declared, name=clean(_text(given, "name"))[:MAX_EXTRA])


def _required(part: Body, name: str, form: re.Pattern[str]) -> str:
    value = _text(part, name)
    if not value:
        raise BadPayload(f"{name} is missing")
    if not form.fullmatch(value):
        raise BadPayload(f"{name} is not of Slack's form")
    return value


def _ts(value: str) -> str:
    if not _TS.fullmatch(value):
        raise BadPayload("ts is not of Slack's form")
    return value


def _part(body: Body, name: str) -> Body:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(part: Body, name: str) -> str:
    found = part.get(name)
    return found if isinstance(found, str) else ""
