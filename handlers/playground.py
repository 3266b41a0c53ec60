"""The playground's routes: a page that plays customer and staff, fed live. Sandbox mode only.

HTTP and nothing else: the stand-ins send real signed webhooks, feed.py knows what to show. What
changes anything is refused unless it comes from this very page.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.booking.staff_words import say_refusal
from bot.booking_desk import DeskTools, take_deposit
from bot.clock import SystemClock
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.profile import load_profile
from bot.store import bookings
from bot.store.connection import Pool, borrow
from handlers.keys import DOORBELL
from handlers.playground_desk import add_desk, desk_answers, offered
from handlers.playground_files import NewFile, need_content, shown
from handlers.playground_guard import SECURITY_HEADERS, guarded, read_body
from handlers.sandbox.feed import Feed
from handlers.sandbox.phones import Upload
from handlers.sandbox.server import StandIns

HERE = Path(__file__).parent
FILES = {
    "playground.css": "text/css",
    "playground-bookings.css": "text/css",
    "playground.js": "text/javascript",
    "playground-dom.js": "text/javascript",
    "playground-phone.js": "text/javascript",
    "playground-desk.css": "text/css",
    "playground-desk.js": "text/javascript",
    "playground-desk-blocks.js": "text/javascript",
    "playground-desk-inputs.js": "text/javascript",
    "playground-desk-window.js": "text/javascript",
    "playground-bookings.js": "text/javascript",
    "playground-why.css": "text/css",
    "playground-life.js": "text/javascript",
    "playground.svg": "image/svg+xml",
}
# A line of a page that was closed is noticed at the latest when the next heartbeat is written.
CLOSED = (ConnectionResetError, asyncio.CancelledError)
HANDLE = r"^(\+[1-9][0-9]{7,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,128})$"


class NewText(BaseModel):
    """A text that the visitor writes as a customer."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    channel: Literal["sms", "whatsapp"]
    sender: str = Field(alias="from", pattern=HANDLE)
    text: str = Field(default="", max_length=1600)
    file: NewFile | None = None


class DepositSeen(BaseModel):
    """What the visitor, as staff, says of a booking."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9]+$")


def add_playground(
    app: web.Application, *, stand_ins: StandIns, pool: Pool, desk: DeskTools | None = None
) -> None:
    """Add the page and its feed to the application."""
    desk = desk or DeskTools(
        profile=load_profile(), clock=SystemClock(), render=lambda _channel, text: (text,)
    )
    feed = Feed(stand_ins, pool, profile=desk.profile, clock=desk.clock)
    page = _Playground(app, stand_ins, feed, pool=pool, desk=desk)
    for path, handler in (
        ("/playground", page.show),
        ("/playground/events", page.events),
        ("/playground/phone/files/{id}", page.carried),
        ("/playground/{file}", page.file),
    ):
        app.router.add_get(path, guarded(handler))
    app.router.add_post("/playground/messages", guarded(page.customer_writes))
    app.router.add_post("/playground/bookings/deposits", guarded(page.deposit_is_in))
    add_desk(app, slack=stand_ins.slack)
    app.on_shutdown.append(page.close)


class _Playground:
    """The handlers with what they share."""

    def __init__(
        self,
        app: web.Application,
        stand_ins: StandIns,
        feed: Feed,
        *,
        pool: Pool,
        desk: DeskTools,
    ) -> None:
        self._app, self._stand_ins, self._feed = app, stand_ins, feed
        self._pool, self._desk = pool, desk
        self._streams: set[asyncio.Task[None]] = set()

    async def show(self, _: web.Request) -> web.StreamResponse:
        """GET /playground."""
        return _file(HERE / "templates" / "playground.html", "text/html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """GET /playground/{file}: style, scripts and icon."""
        name = request.match_info["file"]
        if name not in FILES:
            raise web.HTTPNotFound
        return _file(HERE / "static" / name, FILES[name])

    async def carried(self, request: web.Request) -> web.StreamResponse:
        """GET /playground/phone/files/{id}: what a text on a phone carries."""
        upload = self._stand_ins.twilio.uploads.get(request.match_info["id"])
        if upload is None:
            raise web.HTTPNotFound
        return shown(upload.content, upload.content_type)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /playground/events: a snapshot, then changes, as server-sent events."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        response.headers.update(SECURITY_HEADERS)
        await response.prepare(request)
        task = asyncio.create_task(self._stream(response))
        self._streams.add(task)
        try:
            await task
        except CLOSED:
            task.cancel()
        finally:
            self._streams.discard(task)
        return response

    async def _stream(self, response: web.StreamResponse) -> None:
        async with aclosing(self._feed.listen()) as heard:
            async for version, name, content in heard:
                if name == "snapshot":
                    content |= {"desk_answers": desk_answers(self._app), **offered(self._app)}
                line = f"id: {version}\nevent: {name}\ndata: {json.dumps(content)}\n\n"
                await response.write(line.encode())

    async def customer_writes(self, request: web.Request) -> web.StreamResponse:
        """POST /playground/messages: the stand-in sends a signed webhook to the service."""
        given = NewText.model_validate(await read_body(request))
        file = given.file
        need_content(given.text, file)
        media = (Upload(file.type, file.decoded()),) if file else ()
        sid = await self._stand_ins.twilio.customer_sends(
            given.channel, given.sender, given.text, media=media
        )
        message = self._stand_ins.twilio.phones.find(sid)
        answered = message.webhook_status if message else None
        return web.json_response({"sid": sid, "webhook_status": answered}, status=201)

    async def deposit_is_in(self, request: web.Request) -> web.StreamResponse:
        """POST /playground/bookings/deposits: what staff do when the deposit has come."""
        code = DepositSeen.model_validate(await read_body(request)).code
        async with borrow(self._pool) as conn, conn.transaction():
            found = await bookings.find_by_code(conn, code)
            if found is None:
                raise web.HTTPNotFound(text=f"there is no booking {code}")
            key = f"deposit:{found.id}"
            try:
                booking = await take_deposit(self._desk, conn, found.id, key=key, actor="staff")
            except BookingRefused as refused:
                now = self._desk.clock.now()
                said = say_refusal(self._desk.profile, found, refused.code, now)
                raise web.HTTPConflict(text=said) from refused
        if DOORBELL in self._app:
            conversation = str(booking.conversation_id)
            self._app[DOORBELL].ring("deliver", str(new_id()), conversation_id=conversation)
        return web.json_response({"status": booking.status.value}, status=201)

    async def close(self, _: web.Application) -> None:
        """End the open streams, so that the service stops without waiting for them."""
        for task in self._streams:
            task.cancel()


def _file(path: Path, content_type: str) -> web.StreamResponse:
    return web.FileResponse(
        path,
        headers={"Content-Type": f"{content_type}; charset=utf-8", "Cache-Control": "no-cache"},
    )
