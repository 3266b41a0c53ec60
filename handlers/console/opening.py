"""Opens the console in the web process: every page's routes, each behind sign-in and guard (I11).

Called by handlers/service.py after the desk, which knows who its people are. Whoever is not signed
in is answered 401 and told how; whatever is not there is 404.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from bot import plugins
from bot.booking_desk import DeskTools
from bot.desk.console import PATH
from bot.errors import BadSignature, ConciergeError, VendorError
from bot.settings import Settings
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from handlers.console.base import SAID, Asked, GoTo, Handler, Office, Page, Shown
from handlers.console.guarding import HEADERS, is_foreign, read_form
from handlers.console.showing import Frame, Pages
from handlers.console.signing_in import FOREIGN, Doors, Visitor
from handlers.desk.opening import DOOR
from handlers.desk.roles import Roles
from handlers.keys import DOORBELL

STATIC = Path(__file__).parent.parent / "static"
FILES = {"console.css": "text/css; charset=utf-8", "console.svg": "image/svg+xml"}
WITHIN_S = 25.0
AT_ONCE = 2
"""More pages wait: counting a year must not take the connections that webhooks need."""
TOO_LONG = "That took too long. Ask for less, or again in a moment."
NO_PAGE = "There is no such page."
NOT_OURS = "This form is of another sign-in. Open its page anew; nothing was done."
OWNER_ONLY = "Only the owner may do this. Nothing was done."

Around = tuple[Settings, Pool, Mapping[str, ConfiguredChannel]]
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
Inside = Callable[[web.Request, Visitor], Awaitable[web.Response]]


def add_console(app: web.Application, *, around: Around, tools: DeskTools) -> None:
    """Add the console's routes to the application."""
    console = _Console(around, tools)
    app.cleanup_ctx.append(console.opened)
    add = app.router.add_route
    for path in (PATH, f"{PATH}/"):
        add("GET", path, _with_headers(console.inside(console.go_first)))
    add("GET", f"{PATH}/static/{{file}}", _with_headers(_send_file))
    add("GET", f"{PATH}/sign-in/{{token}}", _with_headers(console.ask_in))
    add("POST", f"{PATH}/sign-in/{{token}}", _with_headers(console.let_in))
    add("POST", f"{PATH}/sign-out", _with_headers(console.inside(console.let_out)))
    for page in console.pages.values():
        for path, handler in page.reads.items():
            add("GET", PATH + path, _with_headers(console.inside(console.of(page, handler))))
        for path, handler in page.writes.items():
            add("POST", PATH + path, _with_headers(console.inside(console.of(page, handler))))
    add("*", f"{PATH}/{{rest:.*}}", _with_headers(console.show_nothing))


class _Console:
    """The handlers with what they share."""

    def __init__(self, around: Around, tools: DeskTools) -> None:
        self._settings, self._pool, self._channels = around
        self._tools = tools
        self.pages = plugins.load("handlers.console", "page", Page)
        listed = sorted(self.pages.values(), key=lambda each: each.place)
        menu = [(next(iter(each.reads)), each) for each in listed if each.label]
        self._first = menu[0][0]
        self._shown = Pages(tools.profile, menu)
        self._doors = Doors(self._pool, self._settings, tools.clock, None)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def opened(self, app: web.Application) -> AsyncIterator[None]:
        """The desk is there by now, where there is one."""
        roles = Roles(app[DOOR].office) if DOOR in app else None
        self._doors = Doors(self._pool, self._settings, self._tools.clock, roles)
        yield

    def inside(self, serve: Inside) -> Serve:
        """A handler for those who are signed in; of a form, for their own forms only."""

        async def handle(request: web.Request) -> web.Response:
            visitor = None
            try:
                async with asyncio.timeout(WITHIN_S):
                    visitor = await self._doors.find_visitor(request)
                    if visitor is None:
                        return self._ask_who(request, "")
                    return await serve(request, visitor)
            except TimeoutError:
                return self._refuse(request, TOO_LONG, 503, visitor)
            except VendorError as error:
                return self._refuse(request, str(error), 503, visitor)
            except ConciergeError as error:
                return self._refuse(request, _in_words(error), error.http_status, visitor)

        return handle

    def of(self, page: Page, handler: Handler) -> Inside:
        """A page's handler, for those who have its role."""

        async def serve(request: web.Request, visitor: Visitor) -> web.Response:
            form: Mapping[str, str] = {}
            if request.method == "POST":
                form = await read_form(request)
                if why := self._why_forged(request, visitor, form):
                    return self._refuse(request, why, 403, visitor)
            if not visitor.member.may(page.role):
                return self._refuse(request, OWNER_ONLY, 403, visitor)
            asked = Asked(
                by=visitor.member,
                id=request.match_info.get("id", ""),
                query=dict(request.query),
                form=form,
            )
            async with self._room:
                answer = await handler(self._office(request), asked)
            if isinstance(answer, GoTo):
                return _go(answer)
            return self._draw(request, answer, visitor)

        return serve

    async def go_first(self, _: web.Request, _visitor: Visitor) -> web.Response:
        """GET /console."""
        return _go(GoTo(path=self._first))

    async def ask_in(self, request: web.Request) -> web.Response:
        """GET /console/sign-in/{token}."""
        try:
            return self._draw(request, await self._doors.ask(request), None)
        except BadSignature as error:
            return self._ask_who(request, _in_words(error))

    async def let_in(self, request: web.Request) -> web.Response:
        """POST /console/sign-in/{token}."""
        try:
            return await self._doors.let_in(request)
        except BadSignature as error:
            return self._ask_who(request, _in_words(error))
        except VendorError as error:
            return self._refuse(request, str(error), 503, None)

    async def let_out(self, request: web.Request, visitor: Visitor) -> web.Response:
        """POST /console/sign-out."""
        if why := self._why_forged(request, visitor, await read_form(request)):
            return self._refuse(request, why, 403, visitor)
        return await self._doors.let_out(visitor)

    async def show_nothing(self, request: web.Request) -> web.Response:
        """Anything else."""
        return self._refuse(request, NO_PAGE, 404, None)

    def _why_forged(self, request: web.Request, visitor: Visitor, form: Mapping[str, str]) -> str:
        """Why a form is not one that this very session was shown; empty where it is."""
        if is_foreign(request, self._settings):
            return FOREIGN
        given = form.get("token", "").encode("utf-8", "replace")
        return "" if hmac.compare_digest(visitor.token.encode(), given) else NOT_OURS

    def _office(self, request: web.Request) -> Office:
        return Office(
            pool=self._pool,
            settings=self._settings,
            tools=self._tools,
            channels=self._channels,
            doorbell=request.app[DOORBELL],
        )

    def _ask_who(self, request: web.Request, why: str) -> web.Response:
        shown = Shown(template="nobody.html", title="Not signed in", facts={"why": why}, status=401)
        return self._draw(request, shown, None)

    def _refuse(
        self, request: web.Request, why: str, status: int, visitor: Visitor | None
    ) -> web.Response:
        title = "Not found" if status == 404 else "Not done"
        shown = Shown(template="refused.html", title=title, facts={"why": why}, status=status)
        return self._draw(request, shown, visitor)

    def _draw(self, request: web.Request, shown: Shown, visitor: Visitor | None) -> web.Response:
        frame = Frame(
            path=request.path.removeprefix(PATH),
            by=None if visitor is None else visitor.member,
            token="" if visitor is None else visitor.token,
            said=SAID.get(request.query.get("said", ""), ""),
        )
        text = self._shown.draw(shown, frame)
        return web.Response(text=text, status=shown.status, content_type="text/html")


def _with_headers(serve: Serve) -> Serve:
    """Security headers on every answer of the console."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = await serve(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return handle


async def _send_file(request: web.Request) -> web.StreamResponse:
    """GET /console/static/{file}: style and mark; they say nothing of anybody."""
    name = request.match_info["file"]
    if name not in FILES:
        return web.Response(text=NO_PAGE, status=404)
    headers = {"Content-Type": FILES[name], "Cache-Control": "no-cache"}
    return web.FileResponse(STATIC / name, headers=headers)


def _go(answer: GoTo) -> web.Response:
    query = {**answer.query, **({"said": answer.said} if answer.said else {})}
    where = PATH + answer.path + (f"?{urlencode(query)}" if query else "")
    return web.Response(status=303, headers={"Location": where})


def _in_words(error: ConciergeError) -> str:
    """What was refused, without the name of a terminal's argument before it."""
    said = str(error)
    head, colon, rest = said.partition(": ")
    said = rest if colon and head.strip("-").isupper() else said
    return said[:1].upper() + said[1:]
