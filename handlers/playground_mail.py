"""The sandbox's mailbox as a page: every letter that the service sent, with its files to save.

Part of the playground, so in sandbox mode only. Drawn here without a script: letters are read, not
answered. The page asks for itself again every few seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from aiohttp import web

from handlers.playground_guard import SECURITY_HEADERS
from handlers.sandbox.mailbox import Letter, Mailbox

HERE = Path(__file__).parent
SHOWN = 50


def add_mailbox(app: web.Application, *, mailbox: Mailbox) -> None:
    """Add the page and the files of its letters."""
    pages = _Pages(mailbox)
    app.router.add_get("/playground/mail", pages.show)
    app.router.add_get("/playground/mail/style.css", pages.style)
    app.router.add_get("/playground/mail/{letter}/{file}", pages.file)


class _Pages:
    """The handlers with the mailbox they show."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        page = (HERE / "templates" / "playground-mail.html").read_text(encoding="utf-8")
        self._page = Template(page)

    async def show(self, _request: web.Request) -> web.Response:
        """GET /playground/mail."""
        newest = list(reversed(self._mailbox.letters[-SHOWN:]))
        letters = "\n".join(map(_letter, newest)) or "<p class='none'>No letter yet.</p>"
        said = self._page.substitute(letters=letters, count=len(self._mailbox.letters))
        return web.Response(text=said, content_type="text/html", headers=SECURITY_HEADERS)

    async def style(self, _request: web.Request) -> web.StreamResponse:
        """GET /playground/mail/style.css."""
        return web.FileResponse(
            HERE / "static" / "playground-mail.css", headers={"Cache-Control": "no-cache"}
        )

    async def file(self, request: web.Request) -> web.Response:
        """GET /playground/mail/{letter}/{file}: a file as the customer's machine would get it."""
        wanted, name = request.match_info["letter"], request.match_info["file"]
        for letter in self._mailbox.letters:
            for named, kind, text in letter.attachments:
                if letter.id == wanted and named == name:
                    # Never shown by the browser itself, whatever it may hold.
                    headers = {
                        **SECURITY_HEADERS,
                        "Content-Type": kind.partition(";")[0] + "; charset=utf-8",
                        "Content-Disposition": "attachment; filename*=UTF-8''" + quote(name),
                    }
                    return web.Response(body=text.encode(), headers=headers)
        raise web.HTTPNotFound


def _letter(letter: Letter) -> str:
    files = " ".join(
        f'<a href="/playground/mail/{quote(letter.id, safe="")}/{quote(name, safe="")}">'
        f"{escape(name)}</a>"
        for name, _kind, _text in letter.attachments
    )
    at = f"{datetime.fromtimestamp(letter.at, UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f"<article><header><h2>{escape(letter.subject)}</h2>"
        f"<p>to {escape(letter.recipient)} <time>{at}</time></p></header>"
        f"<pre>{escape(letter.text)}</pre><footer>{files}</footer></article>"
    )
