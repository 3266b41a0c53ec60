"""A vendor's API over real HTTP that notes what it is asked and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Wire:
    """The far end of a vendor's API: notes what it is asked and answers as it is told."""

    url: str = ""
    behave: Handler | None = None
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    """Method, path with query, and form of each request."""
    authorised: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    """Of each request, whatever its form, as far as it is text."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        # Read first: a form takes the bytes out of the request.
        self.bodies.append((await request.read()).decode(errors="replace"))
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
