"""The sandbox's mail as a page: write as a customer, read both sides of a thread, save its files.

Part of the playground, so in sandbox mode only. A letter written here is brought to the service by
the mail provider's stand-in, signed like any other; nothing is put into the database from here.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from handlers.playground_files import NewFile
from handlers.playground_guard import SECURITY_HEADERS, guarded, read_body
from handlers.playground_letters import (
    ACCEPTED,
    answer_words,
    boxes,
    draw_boxes,
    draw_thread,
    gather,
    html_of,
)
from handlers.sandbox.mail_providers import MailProviders, Words
from handlers.sandbox.mailbox import Letter, Mailbox
from handlers.sandbox.server import StandIns

HERE = Path(__file__).parent
SHOWN = 50
PAGE_HEADERS = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"] + "; frame-src 'self'",
}
# A letter's HTML may run nothing, fetch nothing and lead nowhere; only our own page may frame it.
LETTER_HEADERS = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
MAILBOX = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$"


class NewLetter(BaseModel):
    """A letter that the visitor writes as a customer."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    sender: str = Field(alias="from", max_length=254, pattern=MAILBOX)
    subject: str = Field(default="", max_length=200, pattern=r"^[^\r\n]*$")
    text: str = Field(max_length=20_000)
    answers: str = Field(default="", max_length=300)
    """Message-ID of a letter of ours."""
    is_quoting: bool = Field(default=True, alias="quote")
    file: NewFile | None = None


def add_mailbox(app: web.Application, *, stand_ins: StandIns) -> None:
    """Add the page, and the files and HTML parts of its letters."""
    found = stand_ins.vendors.get("mail_providers")
    pages = _Pages(stand_ins.mailbox, found if isinstance(found, MailProviders) else None)
    app.router.add_get("/playground/mail", pages.show)
    app.router.add_get("/playground/mail/style.css", pages.style)
    app.router.add_get("/playground/mail/script.js", pages.script)
    app.router.add_get("/playground/mail/{letter}/as.html", pages.html)
    app.router.add_get("/playground/mail/{letter}/{file}", pages.file)
    app.router.add_post("/playground/mail/letters", guarded(pages.write))


class _Pages:
    """The handlers with what they show and whom they write by."""

    def __init__(self, mailbox: Mailbox, providers: MailProviders | None) -> None:
        self._mailbox, self._providers = mailbox, providers
        page = (HERE / "templates" / "playground-mail.html").read_text(encoding="utf-8")
        self._page = Template(page)

    async def show(self, request: web.Request) -> web.Response:
        """GET /playground/mail?box=: one customer's thread; without a box the newest."""
        written = self._providers.written if self._providers is not None else ()
        letters = gather(self._mailbox.letters, written)
        found = boxes(letters)
        present = request.query.get("box", "").lower() or next(iter(found), "")
        thread = [each for each in letters if each.box == present][-SHOWN:]
        said = self._page.substitute(
            boxes=draw_boxes(found[:SHOWN], present),
            letters=draw_thread(thread),
            count=len(letters),
            box=escape(present),
        )
        return web.Response(text=said, content_type="text/html", headers=PAGE_HEADERS)

    async def style(self, _request: web.Request) -> web.StreamResponse:
        """GET /playground/mail/style.css."""
        return _static("playground-mail.css")

    async def script(self, _request: web.Request) -> web.StreamResponse:
        """GET /playground/mail/script.js."""
        return _static("playground-mail.js")

    async def html(self, request: web.Request) -> web.Response:
        """GET /playground/mail/{letter}/as.html: the HTML part, for a frame that may do nothing."""
        letter = self._find(request.match_info["letter"])
        return web.Response(text=html_of(letter), content_type="text/html", headers=LETTER_HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """GET /playground/mail/{letter}/{file}: a file as the customer's machine would get it."""
        letter, wanted = self._find(request.match_info["letter"]), request.match_info["file"]
        for part in letter.parsed().iter_attachments():
            name = part.get_filename() or ""
            if name == wanted:
                content = part.get_payload(decode=True)
                # Never shown by the browser itself, whatever it may hold.
                headers = {
                    **SECURITY_HEADERS,
                    "Content-Type": f"{part.get_content_type()}; charset=utf-8",
                    "Content-Disposition": "attachment; filename*=UTF-8''" + quote(name),
                }
                body = content if isinstance(content, bytes) else b""
                return web.Response(body=body, headers=headers)
        raise web.HTTPNotFound

    async def write(self, request: web.Request) -> web.StreamResponse:
        """POST /playground/mail/letters: a provider brings the service what the visitor wrote."""
        if self._providers is None:
            raise web.HTTPNotFound
        given = NewLetter.model_validate(await read_body(request))
        file = given.file
        words = Words(text=given.text)
        if given.answers:
            letter = self._find(given.answers)
            words = answer_words(letter, given.text, is_quoting=given.is_quoting)
        written = await self._providers.customer_writes(
            given.sender,
            Words(
                text=words.text,
                html=words.html,
                subject=given.subject,
                answers=words.answers,
                files=((file.name, file.type, file.decoded()),) if file else (),
            ),
        )
        taken = written.status == ACCEPTED
        return web.json_response(
            {"id": written.id, "status": written.status}, status=201 if taken else 502
        )

    def _find(self, wanted: str) -> Letter:
        """A letter of ours by its Message-ID.

        Raises:
            HTTPNotFound: there is none.
        """
        for letter in reversed(self._mailbox.letters):
            if letter.id == wanted:
                return letter
        raise web.HTTPNotFound


def _static(name: str) -> web.StreamResponse:
    return web.FileResponse(HERE / "static" / name, headers={"Cache-Control": "no-cache"})
