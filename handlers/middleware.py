"""Turns every error into an answer, and counts the answers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web
from prometheus_client import Counter, Histogram

from bot.errors import ConciergeError
from bot.store.connection import STORE_DOWN
from handlers.keys import CLOCK
from jobs import metrics

log = logging.getLogger(__name__)

STREAMS = frozenset({"/playground/events", "/chat/events"})
"""Answers that last as long as a page is open; their length says nothing."""

BODY_HEADERS = frozenset({"content-type", "content-length"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line that says what was wrong, and the status that the kind of error has.

    An answer never quotes what a request held, and a 500 says nothing of the inside.
    """
    clock = request.app[CLOCK]
    began_ms = clock.monotonic_ms()
    response: web.StreamResponse
    try:
        response = await handler(request)
    except web.HTTPException as error:
        kept = {k: v for k, v in error.headers.items() if k.lower() not in BODY_HEADERS}
        response = web.Response(text=error.text, status=error.status, headers=kept)
    except ConciergeError as error:
        response = _say(str(error), error.http_status)
    except STORE_DOWN as error:
        log.warning("request.stores_down", extra={"error": type(error).__name__})
        response = _say("the stores are away; come again", 503)
    except Exception:
        log.exception("request.failed", extra={"path": _route(request)})
        response = _say("something went wrong on our side", 500)
    path = _route(request)
    count, seconds = _series(path, response.status)
    count.inc()
    if path not in STREAMS:
        seconds.observe((clock.monotonic_ms() - began_ms) / 1000)
    return response


@lru_cache(maxsize=256)
def _series(path: str, status: int) -> tuple[Counter, Histogram]:
    """The labelled metrics of a route; looking them up anew costs more than counting."""
    return metrics.webhooks.labels(path, str(status)), metrics.webhook_seconds.labels(path)


def _say(line: str, status: int) -> web.Response:
    headers = {"Retry-After": "5"} if status == 503 else None
    return web.Response(text=f"{line}\n", status=status, headers=headers)


def _route(request: web.Request) -> str:
    """The route's own pattern, so that labels stay few whatever is asked for."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"
