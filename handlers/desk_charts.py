"""The desk's pictures over HTTP: GET /desk/charts/{token}, each behind a signed link (I11).

Slack fetches them from outside and shows them at the desk. Drawn when first asked for, off the
event loop, and kept for a while; there is nothing in them of any person (I13).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from aiohttp import web

from bot.desk.chart_links import Chart, read_token
from bot.desk.charts import draw
from bot.desk.numbers import CHART_DAYS, read_days
from bot.profile import Profile
from bot.settings import Settings
from bot.store.connection import borrow
from handlers.keys import CLOCK, POOL

KEPT_MAX = 32
HEADERS = {
    # The link names its moment, so that the picture behind it never changes.
    "Cache-Control": "private, max-age=86400, immutable",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def add_desk_charts(app: web.Application, *, profile: Profile, settings: Settings) -> None:
    """Add the route to the application."""
    app.router.add_get("/desk/charts/{token}", _Charts(profile, settings).show)


class _Charts:
    """The handler with what it keeps."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._profile, self._settings = profile, settings
        self._drawn: OrderedDict[Chart, bytes] = OrderedDict()
        self._drawing = asyncio.Lock()

    async def show(self, request: web.Request) -> web.Response:
        """GET /desk/charts/{token}: a PNG.

        Raises:
            BadSignature: not our link, or one that is over a week old.
        """
        now = request.app[CLOCK].now()
        chart = read_token(self._settings, request.match_info["token"], now=now)
        # One at a time: a crowd of readers of one picture has it drawn once.
        async with self._drawing:
            if chart not in self._drawn:
                self._drawn[chart] = await self._draw(request, chart)
                while len(self._drawn) > KEPT_MAX:
                    self._drawn.popitem(last=False)
            picture = self._drawn[chart]
        return web.Response(body=picture, content_type="image/png", headers=HEADERS)

    async def _draw(self, request: web.Request, chart: Chart) -> bytes:
        async with borrow(request.app[POOL]) as conn:
            days = await read_days(conn, self._profile, last=chart.last)
        return await asyncio.to_thread(draw, days, f"The last {CHART_DAYS} days")
