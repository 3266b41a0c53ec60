"""The playground's made-up site of a business, with the web chat on it. Sandbox mode only.

Served as a site of a customer of ours would be: one script tag, and headers that allow no inline
script or style, so that the widget is seen to work under them.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from aiohttp import web

from bot.profile import Profile, fact

HERE = Path(__file__).parent
PAGES = ("", "menu", "areas")
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_site(app: web.Application, *, profile: Profile) -> None:
    """Add the pages, if the business has a web chat."""
    if profile.webchat is None:
        return
    site = _Site(profile)
    app.router.add_get("/playground/site", site.show)
    app.router.add_get("/playground/site/site.css", site.style)
    app.router.add_get("/playground/site/{page}", site.show)


class _Site:
    """The handlers with the profile whose business it is."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._template = (HERE / "templates" / "playground-site.html").read_text(encoding="utf-8")

    async def show(self, request: web.Request) -> web.Response:
        """GET /playground/site and its pages; `?lang=es` is the same in another language."""
        page = request.match_info.get("page", "")
        if page not in PAGES:
            raise web.HTTPNotFound(text="there is no such page")
        business = self._profile.business
        asked = request.query.get("lang", business.home_language)
        language = asked if asked in business.languages else business.home_language
        said = {
            "lang": language,
            "page": page or "home",
            "query": "" if language == business.home_language else f"?lang={language}",
            "name": business.name,
            "trade": fact(self._profile, "business.trade", language),
            "city": business.base_city,
        }
        shown = self._template
        for name, value in said.items():
            shown = shown.replace("{{" + name + "}}", escape(value))
        return web.Response(text=shown, content_type="text/html", headers=HEADERS)

    async def style(self, _: web.Request) -> web.StreamResponse:
        """GET /playground/site/site.css."""
        return web.FileResponse(
            HERE / "static" / "playground-site.css",
            headers={**HEADERS, "Content-Type": "text/css; charset=utf-8"},
        )
