"""Marks on posts: the metadata by which one is found again whose outcome was never learnt.

Used by channels/desk.py alone. Source: Slack, reference/metadata and reference/methods/
conversations.history (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import VendorSilent, VendorUnavailable
from channels.slack_api import call

HISTORY_PAGES = 5
HISTORY_SIZE = 100

Mark = tuple[str, str]


def metadata(mark: Mark) -> dict[str, object]:
    """What a post carries: of what kind it is, and the id of what it is for."""
    kind, identifier = mark
    return {"event_type": kind, "event_payload": {f"{kind}_id": identifier}}


async def find_ts(
    client: AsyncWebClient,
    channel: str,
    mark: Mark,
    *,
    since: datetime,
    root_ts: str = "",
    timeout_s: float,
) -> str | None:
    """The post with this mark in a channel or, with `root_ts`, in a thread of it.

    Raises:
        VendorUnavailable: Slack cannot say now. VendorRefused: it will not.
    """
    cursor = ""
    for _ in range(HISTORY_PAGES):
        given: dict[str, object] = {
            "channel": channel,
            "oldest": f"{since.timestamp() - 5:.6f}",
            "include_all_metadata": True,
            "limit": HISTORY_SIZE,
            "cursor": cursor or None,
        }
        answer = await _history(client, given, root_ts, timeout_s)
        for message in answer.get("messages") or ():
            if _has(message, mark):
                return str(message["ts"])
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return None


async def direct_channel(client: AsyncWebClient, person: str, *, timeout_s: float) -> str:
    """The channel in which the app talks to one person."""
    try:
        answer = await call(client.conversations_open(users=person), timeout_s=timeout_s)
    except VendorSilent as error:
        raise VendorUnavailable("Slack did not answer a look-up", code=error.code) from error
    return str((answer.get("channel") or {}).get("id") or "")


async def _history(
    client: AsyncWebClient, given: dict[str, object], root_ts: str, timeout_s: float
) -> AsyncSlackResponse:
    read = (
        client.conversations_replies(ts=root_ts, **given)  # type: ignore[arg-type]  # As the client names them.
        if root_ts
        else client.conversations_history(**given)  # type: ignore[arg-type]  # As the client names them.
    )
    try:
        return await call(read, timeout_s=timeout_s)
    except VendorSilent as error:
        raise VendorUnavailable("Slack did not answer a look-up", code=error.code) from error


def _has(message: Mapping[str, object], mark: Mark) -> bool:
    kind, identifier = mark
    found = message.get("metadata")
    if not isinstance(found, Mapping) or found.get("event_type") != kind:
        return False
    payload = found.get("event_payload")
    return isinstance(payload, Mapping) and payload.get(f"{kind}_id") == identifier
