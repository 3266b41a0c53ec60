"""Vendors' webhooks: verify, parse, record, wake, answer. Knows no vendor and decides nothing.

2xx means that every message of the request is committed (I1). A verified request that cannot be
read is kept whole as a dead letter before it is answered.
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.errors import BadPayload, StoreUnavailable, UnsupportedEvent
from bot.ids import new_id
from bot.store import dead_letters, receipts
from bot.store.connection import borrow
from channels.base import ConfiguredChannel, Parsed, WebhookRequest
from handlers.keys import CHANNELS_BY_PATH, CLOCK, DOORBELL, INTAKE, OUTAGE, POOL

log = logging.getLogger(__name__)

BODY_TIMEOUT_S = 15.0
"""As long as the most patient vendor waits for the whole answer."""
KEPT_HEADERS = frozenset({"content-type", "user-agent", "i-twilio-idempotency-token"})
"""What a dead letter keeps: enough to read it again, no credentials."""


async def take_webhook(request: web.Request) -> web.Response:
    """Take one vendor's call to its end."""
    sharing = request.app[CHANNELS_BY_PATH][request.path]
    call = WebhookRequest(
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await _body(request),
    )
    sharing[0].verify(call)
    channel = next((each for each in sharing if each.accepts(call)), sharing[0])
    parsed = await _parse(request.app, channel, call)
    try:
        await record(request.app, parsed)
    except StoreUnavailable:
        request.app[OUTAGE].channels.add(channel.name)
        raise
    except BadPayload as error:
        await _keep(request.app, call, str(error))
        raise
    if parsed.messages or parsed.receipts:
        await _end_outage(request.app)
    reply = channel.reply(call)
    return web.Response(text=reply.body, content_type=reply.content_type)


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
    if parsed.messages:
        await app[INTAKE].record(parsed.messages)
    if parsed.receipts:
        async with borrow(app[POOL]) as conn:
            await receipts.apply(conn, parsed.receipts, at=app[CLOCK].now())


async def _parse(app: web.Application, channel: ConfiguredChannel, call: WebhookRequest) -> Parsed:
    try:
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
