"""Vendors' webhooks: verify, parse, record, wake, answer. Knows no vendor and decides nothing.

2xx means that every message of the request is committed (I1). A verified request that cannot be
read is kept whole as a dead letter before it is answered.
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.errors import BadPayload, StoreUnavailable, TooLarge, UnsupportedEvent
from bot.ids import new_id
from bot.store import consents, dead_letters, desk_marks, receipts
from bot.store.connection import borrow
from channels.base import ConfiguredChannel, Greets, Parsed, Reply, WebhookRequest
from handlers.asides import take_asides
from handlers.keys import CHANNELS_BY_PATH, CLOCK, DOORBELL, INTAKE, MEDIA, OUTAGE, POOL
from handlers.taking_news import take_news
from jobs.taking_files import keep_contents, ring_for_files

log = logging.getLogger(__name__)

LARGE_BYTES = 256 * 1024
"""A body beyond this is read beside the event loop."""
BODY_TIMEOUT_S = 15.0
"""As long as the most patient vendor waits for the whole answer."""
KEPT_HEADERS = frozenset({"content-type", "user-agent", "i-twilio-idempotency-token"})
"""What a dead letter keeps: enough to read it again, no credentials."""


async def take_webhook(request: web.Request) -> web.Response:
    """Take one vendor's call to its end."""
    sharing = request.app[CHANNELS_BY_PATH][request.path]
    routes = (each for channel in sharing for each in channel.routes)
    most = max(route.max_bytes for route in routes if route.path == request.path)
    call = await read_call(request, most)
    sharing[0].verify(call)
    channel = next((each for each in sharing if each.accepts(call)), sharing[0])
    parsed = await _parse(request.app, channel, call)
    try:
        await take_asides(request.app, channel.name, parsed)
        await take_news(request.app, parsed)
        await record(request.app, parsed)
    except StoreUnavailable:
        request.app[OUTAGE].channels.add(channel.name)
        raise
    except BadPayload as error:
        await _keep(request.app, call, str(error))
        raise
    if parsed.unread:
        await _keep(request.app, call, "; ".join(parsed.unread))
    if parsed.messages or parsed.receipts:
        await _end_outage(request.app)
    return _answer(channel.reply(call))


async def take_greeting(request: web.Request) -> web.Response:
    """Answer a vendor that asks whether the address is ours."""
    sharing = request.app[CHANNELS_BY_PATH][request.path]
    greeting = next((each for each in sharing if isinstance(each, Greets)), None)
    if greeting is None:
        raise web.HTTPMethodNotAllowed("GET", ["POST"])
    return _answer(greeting.greet(_call(request, b"")))


async def read_call(request: web.Request, most: int) -> WebhookRequest:
    """A vendor's call as it came, on a path that takes at most so many bytes. Raises TooLarge."""
    return _call(request, await _bounded(request, most))


def _call(request: web.Request, body: bytes) -> WebhookRequest:
    return WebhookRequest(
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _answer(reply: Reply) -> web.Response:
    return web.Response(text=reply.body, content_type=reply.content_type, headers=reply.headers)


async def _bounded(request: web.Request, most: int) -> bytes:
    """The body of a path that takes less than the largest one does.

    Raises:
        TooLarge: it is longer, as it says or as it turns out.
    """
    body = b"" if (request.content_length or 0) > most else await _body(request)
    if max(request.content_length or 0, len(body)) > most:
        raise TooLarge(f"the body must have at most {most} bytes")
    return body


async def _body(request: web.Request) -> bytes:
    """The raw bytes, as they were signed.

    Raises:
        BadPayload: they are packed, which no vendor does, or broke off. HTTPRequestTimeout.
    """
    if "Content-Encoding" in request.headers:
        raise BadPayload("Content-Encoding is not accepted: send the body as it is")
    try:
        if request.content.is_eof():
            return await request.read()
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="the body took too long") from error
    except ConnectionError as error:
        raise BadPayload("the body broke off") from error


def _utf8(text: str) -> str:
    return text.encode(errors="replace").decode()


async def record(app: web.Application, parsed: Parsed) -> None:
    """Commit everything a request held.

    Raises:
        StoreUnavailable: nothing, or not everything, was stored; the vendor must come again.
    """
    # First, so that a message that cannot be stored keeps nothing else of its batch out.
    if parsed.preferences:
        async with borrow(app[POOL]) as conn:
            await consents.take_preferences(conn, parsed.preferences, at=app[CLOCK].now())
    if parsed.receipts:
        await _apply(app, parsed)
    if parsed.messages:
        messages = await keep_contents(app[MEDIA], parsed.messages)
        recorded = await app[INTAKE].record(messages)
        ring_for_files(app[DOORBELL], messages, recorded)


async def _apply(app: web.Application, parsed: Parsed) -> None:
    async with borrow(app[POOL]) as conn:
        if not await receipts.apply(conn, parsed.receipts, at=app[CLOCK].now()):
            return
        keys = [(each.channel, each.external_id) for each in parsed.receipts]
        moved = await desk_marks.list_of_receipts(conn, keys)
    for words_id in moved:
        app[DOORBELL].ring("mark_words", str(new_id()), words_id=str(words_id))


async def _parse(app: web.Application, channel: ConfiguredChannel, call: WebhookRequest) -> Parsed:
    try:
        if len(call.body) > LARGE_BYTES:
            # A mail with its files takes a second to read, in which nobody else may wait.
            return await asyncio.to_thread(channel.parse, call)
        return channel.parse(call)
    except UnsupportedEvent:
        return Parsed()
    except BadPayload as error:
        await _keep(app, call, str(error))
        raise
    except Exception as error:
        # Our reader is wrong, not the vendor: keep the request and let somebody replay it.
        log.exception("webhook.unreadable", extra={"channel": channel.name})
        await _keep(app, call, type(error).__name__)
        return Parsed()


async def _keep(app: web.Application, call: WebhookRequest, error: str) -> None:
    async with borrow(app[POOL]) as conn:
        letter = await dead_letters.insert(
            conn,
            path=call.path,
            query=call.query,
            headers={name: _utf8(call.headers[name]) for name in KEPT_HEADERS & set(call.headers)},
            body=call.body,
            error=error,
        )
    log.warning("webhook.kept", extra={"dead_letter": str(letter), "said": error})


async def _end_outage(app: web.Application) -> None:
    """After an outage the vendor is asked for what it could not deliver meanwhile."""
    missed = app[OUTAGE].channels
    if not missed:
        return
    async with borrow(app[POOL]) as conn:
        await dead_letters.want_gap_fill(conn, tuple(missed))
    for name in tuple(missed):
        app[DOORBELL].ring("gap_fill", str(new_id()), channel=name)
    missed.clear()
