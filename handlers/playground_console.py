"""The playground's way into the console: its owner needs no link from Slack. Sandbox mode only."""

from __future__ import annotations

from aiohttp import web

from bot.desk.console import console_link
from bot.settings import Settings
from handlers.keys import CLOCK
from handlers.playground_guard import guarded, is_here
from handlers.sandbox.desk_shown import PLAYED

OWNER = next(person for person, role in PLAYED.items() if role == "owner")
HERE_ONLY = "the playground answers to localhost and to addresses only"


def add_console_link(app: web.Application, *, settings: Settings) -> None:
    """Add the path behind the playground's link."""
    secret = settings.concierge_secret.get_secret_value()

    async def open_console(request: web.Request) -> web.Response:
        """GET /playground/console: on to the button that signs the owner in."""
        if not is_here(request) or request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise web.HTTPForbidden(text=HERE_ONLY)
        now = request.app[CLOCK].now()
        link = console_link("", secret, OWNER, now=now)
        return web.Response(status=303, headers={"Location": link, "Cache-Control": "no-store"})

    app.router.add_get("/playground/console", guarded(open_console))
