"""Every channel with credentials, and a vendor API that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from recordings import SETTINGS

from bot.domain import Author, ConversationId, MessageId, OutboundMessage, Purpose
from bot.plugins import load
from channels.base import Channel, ConfiguredChannel

# A protocol is all that the loader needs to recognise a plug-in. A channel without a route takes
# nothing in and speaks no HTTP: what it promises is asked in its own test file.
CHANNELS = {
    name: channel
    for name, channel in load("channels", "channel", Channel).items()  # type: ignore[type-abstract]
    if channel.routes
}
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PRIVATE_WORDS = "my gate code is 4711"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def configured(name: str, http: ClientSession, **more: str) -> ConfiguredChannel:
    """The channel with the credentials of the recordings, some of them changed."""
    channel = CHANNELS[name].configure({**SETTINGS, **more}, http)
    assert channel is not None
    return channel


def vendor_of(channel: ConfiguredChannel) -> str:
    """Whose requests these are."""
    return channel.routes[0].vendor


def outbound(channel: str, text: str = PRIVATE_WORDS) -> OutboundMessage:
    """A claimed row of the outbox."""
    return OutboundMessage(
        id=MessageId(UUID(int=1)),
        conversation_id=ConversationId(UUID(int=2)),
        channel=channel,
        recipient="+14155550123",
        sender="",
        text=text,
        author=Author.BOT,
        purpose=Purpose.CONVERSATIONAL,
        epoch=0,
        attempt=1,
        created_at=NOW,
        claimed_at=NOW,
    )


@dataclass(slots=True)
class Wire:
    """The far end of a vendor's API: notes what it is asked and answers as it is told."""

    url: str = ""
    behave: Handler | None = None
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    """Method, path with query, and form of each request."""
    authorised: list[str] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.method, request.path_qs, form))
        self.authorised.append(request.headers.get("Authorization", ""))
        assert self.behave is not None
        return await self.behave(request)

    async def say_nothing(self, request: web.Request) -> web.StreamResponse:
        """Take the request, and hold the line until the test is over."""
        await self.closing.wait()
        return web.Response()


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Take the request, then drop the connection."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Handler:
    """Answer with JSON, or with a string as it is."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=headers)
        return web.Response(
            status=status,
            text=json.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return handle


@asynccontextmanager
async def open_wire() -> AsyncIterator[Wire]:
    """A wire on loopback for one test."""
    wire = Wire()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", wire.handle)
    server = TestServer(application)
    await server.start_server()
    wire.url = str(server.make_url("")).rstrip("/")
    try:
        yield wire
    finally:
        wire.closing.set()
        await server.close()
