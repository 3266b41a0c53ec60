"""Reads Slack calls as the vendor does: parameters in three forms, limits, errors by name."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import cast

from aiohttp import web

from handlers.sandbox import block_kit
from handlers.sandbox.desk_channel import as_blocks
from handlers.sandbox.faults import Fault

MAX_TEXT = 40_000
Parameters = Mapping[str, object]
Answer = dict[str, object]
log = logging.getLogger(__name__)


class SlackRefusal(Exception):
    """The call fails with this error name; `why` is what Slack adds for developers."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.why = why


def read_content(given: Parameters) -> tuple[str, tuple[Mapping[str, object], ...]]:
    """Text and blocks of a message, within the vendor's limits.

    Raises:
        SlackRefusal: Slack's error for what is wrong.
    """
    text, raw = str(given.get("text") or ""), decoded(given.get("blocks"))
    try:
        blocks = tuple(as_blocks(raw)) if raw else ()
    except ValueError as error:
        raise SlackRefusal("invalid_blocks_format") from error
    if not text and not blocks:
        raise SlackRefusal("no_text")
    if len(text) > MAX_TEXT:
        raise SlackRefusal("msg_too_long")
    if problem := block_kit.refusal(blocks):
        raise SlackRefusal(*problem)
    return text, blocks


def read_view(given: Parameters) -> Mapping[str, object]:
    """A window or a home, within the vendor's limits.

    Raises:
        SlackRefusal: Slack's error for what is wrong.
    """
    view = decoded(given.get("view"))
    if not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", "/view: an object")
    if problem := block_kit.problem_of_view(view):
        raise SlackRefusal("invalid_arguments", problem)
    return cast("Mapping[str, object]", view)


async def read_parameters(request: web.Request) -> Parameters:
    """Query, form or JSON: the vendor takes all three."""
    if request.content_type == "application/json":
        body = await request.json()
        if not isinstance(body, dict):
            raise SlackRefusal("invalid_json")
        return {**request.query, **body}
    return {**request.query, **await request.post()}


def decoded(value: object) -> object:
    """An object given as itself or, in a form, as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return cast("object", json.loads(value)) if value else None
    except ValueError as error:
        raise SlackRefusal("invalid_arguments") from error


def refused(method: str, refusal: SlackRefusal) -> web.Response:
    """The answer to a call that the vendor would not carry out."""
    body: Answer = {"ok": False, "error": str(refusal)}
    if refusal.why:
        # Said in the log too: our own client keeps the error's name and no more.
        log.warning("slack.refused", extra={"method": method, "why": refusal.why})
        body["response_metadata"] = {"messages": [f"[ERROR] {refusal.why}"]}
    return web.json_response(body)


def failure(fault: Fault) -> web.Response:
    """The answer of a call that was ordered to fail."""
    headers = {"Retry-After": f"{fault.retry_after or 1:g}"} if fault.status == 429 else {}
    body = {"ok": False, "error": fault.code}
    return web.json_response(body, status=fault.status, headers=headers)
