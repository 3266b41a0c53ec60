"""The web chat's routes: the widget, a visit, messages in, a stream of what is said out.

HTTP and nothing else. A message goes the way of every other: verified, parsed, committed, answered
(I1, I2); while the stores are away the answer is 503 and the page keeps the words.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain import Kind, Media, Message, Status
from bot.domain_media import FileId
from bot.domain_sending import Receipt
from bot.errors import BadPayload, BadSignature, TooLarge
from bot.media_links import FOR_VENDORS, file_link
from bot.profile import Profile
from bot.settings import Settings
from bot.store import webchat as store
from bot.store.connection import borrow
from bot.webchat import keep_ways, new_visitor, read_ways
from channels.base import Parsed, WebhookRequest
from channels.text import clean
from channels.webchat import NAME, ConfiguredWebchat, external_id
from handlers.chat_doors import Doors, add_cors, guarded, make_doors
from handlers.chat_limits import (
    ACKNOWLEDGING,
    FILING,
    VISITING_ALL,
    VISITING_FROM,
    WRITING,
    WRITING_ALL,
    WRITING_FROM,
    Limits,
)
from handlers.chat_script import make_script
from handlers.chat_streams import Streams
from handlers.chat_watching import Watching
from handlers.keys import CHAT_STREAMS, CLOCK, POOL, REDIS
from handlers.webhooks import record

BODY_MAX_BYTES = 16 * 1024
BODY_TIMEOUT_S = 15.0
FILE_MAX_BYTES = 8 * 1024 * 1024
FILE_TIMEOUT_S = 120.0
NAME_MAX = 120
M = TypeVar("M", bound=BaseModel)


class WantsVisit(BaseModel):
    """What a page asks for when it begins."""

    model_config = ConfigDict(extra="forbid")

    token: bool = False
    """Whether its browser keeps no cookie of ours, so that the page must keep the token."""


class Acknowledged(BaseModel):
    """Messages that have come to the page, and those that were looked at."""

    model_config = ConfigDict(extra="forbid")

    delivered: tuple[UUID, ...] = Field(default=(), max_length=100)
    read: tuple[UUID, ...] = Field(default=(), max_length=100)


def add_chat(
    app: web.Application, *, profile: Profile, settings: Settings, is_playground: bool = False
) -> None:
    """Add the routes, if the profile has a web chat."""
    if profile.webchat is None:
        return
    script = make_script(profile, profile.webchat).encode()
    clock = app[CLOCK]
    doors = make_doors(profile, settings, clock, is_playground=is_playground)
    channel = ConfiguredWebchat(secret=doors.secret, clock=clock)
    chat = _Chat(profile, doors, channel, limits=Limits(app[REDIS], clock), script=script)
    app.router.add_get("/chat/widget.js", chat.widget)
    watching = Watching(doors, chat.limits)
    app.router.add_get("/chat/events", guarded(doors, watching.events), allow_head=False)
    for name, handler in (
        ("session", chat.visit),
        ("messages", chat.write),
        ("files", chat.take_file),
        ("receipts", chat.acknowledge),
    ):
        app.router.add_post(f"/chat/{name}", guarded(doors, handler))
    add_cors(app, doors)

    def link(file_id: FileId) -> str:
        return file_link(settings, file_id, now=clock.now(), lasts=FOR_VENDORS)

    app[CHAT_STREAMS] = Streams(app[POOL], app[REDIS], clock, link=link)
    app.cleanup_ctx.append(_streams)
    app.on_shutdown.append(watching.close)


async def _streams(app: web.Application) -> AsyncIterator[None]:
    app[CHAT_STREAMS].start()
    yield
    await app[CHAT_STREAMS].close()


class _Chat:
    """The handlers with what they share."""

    def __init__(
        self,
        profile: Profile,
        doors: Doors,
        channel: ConfiguredWebchat,
        *,
        limits: Limits,
        script: bytes,
    ) -> None:
        self._profile, self._doors, self._channel, self.limits = profile, doors, channel, limits
        self._script = script
        self._etag = hashlib.sha256(self._script).hexdigest()[:32]

    async def widget(self, request: web.Request) -> web.Response:
        """GET /chat/widget.js: one script, for any page; what it may do its origin decides."""
        headers = {
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": f'"{self._etag}"',
            "X-Content-Type-Options": "nosniff",
        }
        if any(tag.value in (self._etag, "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        answer = web.Response(
            body=self._script, content_type="text/javascript", charset="utf-8", headers=headers
        )
        answer.enable_compression()
        return answer

    async def visit(self, request: web.Request) -> web.Response:
        """POST /chat/session: go on with a visit, or begin one."""
        wanted = _read(WantsVisit, await _body(request))
        network = self._doors.network(request)
        await self.limits.take((VISITING_FROM, network), (VISITING_ALL, ""))
        try:
            visitor, is_resumed = self._doors.visit(request).visitor, True
        except BadSignature:
            visitor, is_resumed = new_visitor(), False
        token = self._doors.token(visitor)
        has_cookie = self._doors.has_cookie(request)
        said: dict[str, object] = {"resumed": is_resumed, "cookie": has_cookie}
        # No script gets hold of it where the browser keeps it away from scripts.
        needed = wanted.token and not has_cookie
        answer = web.json_response(said | ({"token": token} if needed else {}))
        answer.headers["Set-Cookie"] = self._doors.cookie(token)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def write(self, request: web.Request) -> web.Response:
        """POST /chat/messages: a message; answered once it is stored (I1)."""
        call = await _call(request)
        visitor = self._channel.visit(call).visitor
        network = self._doors.network(request)
        await self.limits.take((WRITING, visitor), (WRITING_FROM, network), (WRITING_ALL, ""))
        parsed = self._channel.parse(call)
        await record(request.app, parsed)
        await self._after(request.app, parsed.messages[0])
        reply = self._channel.reply(call)
        return web.Response(text=reply.body, content_type=reply.content_type)

    async def take_file(self, request: web.Request) -> web.Response:
        """POST /chat/files?id=...&name=...: one file, its bytes as they are, as a message."""
        visitor = self._doors.visit(request).visitor
        await self.limits.take((FILING, visitor), (WRITING_FROM, self._doors.network(request)))
        try:
            own_id = UUID(request.query.get("id", ""))
        except ValueError as error:
            raise BadPayload("wrong or missing: id") from error
        content = await _bytes(request, most=FILE_MAX_BYTES, within_s=FILE_TIMEOUT_S)
        if not content:
            raise BadPayload("the file is empty")
        name = clean(request.query.get("name", ""))[:NAME_MAX]
        message = Message(
            channel=NAME,
            external_id=external_id(visitor, own_id),
            sender=visitor,
            recipient=NAME,
            kind=Kind.MEDIA,
            media=(Media("", request.content_type, name, content),),
        )
        await record(request.app, Parsed(messages=(message,)))
        await self._after(request.app, message)
        return web.json_response({"stored": True})

    async def _after(self, app: web.Application, message: Message) -> None:
        ways = read_ways(message.text, self._profile.business.territory)
        if ways.are_some:
            async with borrow(app[POOL]) as conn, conn.transaction():
                await keep_ways(conn, message.external_id, ways)
        await app[CHAT_STREAMS].nudge(message.sender)

    async def acknowledge(self, request: web.Request) -> web.Response:
        """POST /chat/receipts: what has come to the visitor's page, and what was looked at."""
        call = await _call(request)
        visitor = self._channel.visit(call).visitor
        await self.limits.take((ACKNOWLEDGING, visitor))
        given = _read(Acknowledged, call.body)
        async with borrow(request.app[POOL]) as conn:
            own = await store.list_own(conn, visitor, (*given.delivered, *given.read))
        read = {str(each) for each in given.read}
        receipts = tuple(
            Receipt(
                channel=NAME,
                external_id=each,
                status=Status.READ if each in read else Status.DELIVERED,
            )
            for each in own
        )
        await record(request.app, Parsed(receipts=receipts))
        return web.Response(status=204)


async def _call(request: web.Request) -> WebhookRequest:
    return WebhookRequest(
        path=request.path,
        query="",
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await _body(request),
    )


async def _body(request: web.Request) -> bytes:
    """The bytes of a small JSON request.

    Raises:
        HTTPUnsupportedMediaType: a plain form of another site could have sent it. And as `_bytes`.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")
    return await _bytes(request, most=BODY_MAX_BYTES, within_s=BODY_TIMEOUT_S)


async def _bytes(request: web.Request, *, most: int, within_s: float) -> bytes:
    """The body, read no further than it may be long.

    Raises:
        TooLarge: it is longer. BadPayload: it broke off. HTTPRequestTimeout.
    """
    if (request.content_length or 0) > most:
        raise TooLarge(f"at most {most} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > most:
                    raise TooLarge(f"at most {most} bytes")
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="the body took too long") from error
    except ConnectionError as error:
        raise BadPayload("the body broke off") from error
    return bytes(body)


def _read(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        wrong = sorted({".".join(map(str, issue["loc"])) for issue in error.errors()})
        raise BadPayload(f"wrong or missing: {', '.join(wrong) or 'the body'}") from error
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is no JSON") from error
