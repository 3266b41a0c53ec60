"""GET /media/{token}: one kept file, for whoever has the signed link until it expires (I11).

Nothing of it runs in a browser: pictures that were written anew are shown, all else is a download,
in a sandbox, under the type that we found and not the one that its sender named.
"""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot import media_links
from bot.domain_media import FileStatus, MediaFile
from bot.errors import BadSignature, NotFound
from bot.media import MediaStore
from bot.settings import Settings
from bot.store import media_files
from bot.store.connection import borrow
from handlers.keys import CLOCK, POOL

SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What we have decoded and written ourselves."""
CACHED_S = 300
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Accept-Ranges": "none",
}
UNKNOWN = "There is no such file. The link may have been cut in two: copy all of it.\n"
OVER = "This link has expired. Ask for a new one.\n"
NOT_KEPT = "This file is not kept any more.\n"


def add_media(app: web.Application, *, settings: Settings, store: MediaStore) -> None:
    """Add the route to the application."""
    app.router.add_get("/media/{token}", _Files(settings, store).show)


class _Files:
    """The handler with what it needs."""

    def __init__(self, settings: Settings, store: MediaStore) -> None:
        self._settings, self._store = settings, store

    async def show(self, request: web.Request) -> web.Response:
        """The file, or in a line why not: 404, or 410 where it was there once.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        try:
            asked = media_links.read_file_token(self._settings, request.match_info["token"])
        except BadSignature:
            return web.Response(text=UNKNOWN, status=404)
        if asked.expires <= request.app[CLOCK].now().timestamp():
            return web.Response(text=OVER, status=410)
        async with borrow(request.app[POOL]) as conn:
            file = (
                await media_files.find(conn, asked.file_id)
                if asked.file_id is not None
                else await media_files.find_of_message(conn, asked.message_id, asked.place)
            )
        if file is None or file.status is not FileStatus.KEPT:
            return web.Response(text=NOT_KEPT, status=410)
        try:
            content = await self._store.get(file.key)
        except NotFound:
            return web.Response(text=NOT_KEPT, status=410)
        return web.Response(body=content, headers=_headers(file))


def _headers(file: MediaFile) -> dict[str, str]:
    way = "inline" if file.content_type in SHOWN else "attachment"
    plain = file.name.encode("ascii", "ignore").decode() or "file"
    return {
        **HEADERS,
        "Content-Type": file.content_type,
        # Only whoever asked may keep it, and not for long: the link ends.
        "Cache-Control": f"private, max-age={CACHED_S}",
        "Content-Disposition": (
            f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
        ),
    }
