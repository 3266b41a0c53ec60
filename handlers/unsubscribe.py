"""The page behind the link in a letter that nobody asked for: one press ends our offers (RFC 8058).

GET shows where things stand and changes nothing, because scanners follow links. POST ends the
offers, whoever posts and however often: a mail provider's one click has no cookie, no form token
and may be multipart or urlencoded; it is answered 200 and never redirected. The button on the page
says `act`, and can take it back. Source: RFC 8058 section 3.2 (read 2026-11-23).
"""

from __future__ import annotations

from html import escape
from typing import Literal

from aiohttp import web

from bot.domain import AddressId, Consent, Scope
from bot.language.wording import say
from bot.profile import Profile
from bot.settings import Settings
from bot.store import consents
from bot.store.connection import borrow
from bot.store.consents import Subscriber
from bot.unsubscribing import PATH, read_token
from handlers.keys import CLOCK, POOL

BACK = "resubscribe"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;"
    "color:#222;background:#fff}button{font:inherit;padding:.6rem 1.2rem;border-radius:.4rem;"
    "border:1px solid #222;background:#222;color:#fff;cursor:pointer}"
)


def add_unsubscribe(app: web.Application, *, profile: Profile, settings: Settings) -> None:
    """Add the routes to the application."""
    page = _Page(profile, settings)
    app.router.add_get(PATH + "/{token}", page.show, allow_head=True)
    app.router.add_post(PATH + "/{token}", page.act)


class _Page:
    """The handlers with what they share."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._profile, self._settings = profile, settings

    async def show(self, request: web.Request) -> web.Response:
        """GET /unsubscribe/{token}: how it stands, and a button. Raises BadSignature."""
        address_id = self._read(request)
        async with borrow(request.app[POOL]) as conn:
            found = await consents.find_subscriber(conn, address_id)
        return self._answer(found)

    async def act(self, request: web.Request) -> web.Response:
        """POST /unsubscribe/{token}: end it, or take that back. Raises BadSignature."""
        address_id = self._read(request)
        act: Literal["opt_in", "opt_out"] = "opt_in" if await _wants_back(request) else "opt_out"
        wanted = Consent.GIVEN if act == "opt_in" else Consent.REVOKED
        async with borrow(request.app[POOL]) as conn, conn.transaction():
            found = await consents.find_subscriber(conn, address_id)
            if found is not None and found.promotional is not wanted:
                await consents.write(
                    conn,
                    address_id,
                    act=act,
                    source="page",
                    said_at=request.app[CLOCK].now(),
                    words=act,
                    scope=Scope.PROMOTIONAL,
                )
                found = await consents.find_subscriber(conn, address_id)
        return self._answer(found)

    def _read(self, request: web.Request) -> AddressId:
        secret = self._settings.concierge_secret.get_secret_value()
        return read_token(secret, request.match_info["token"])

    def _answer(self, found: Subscriber | None) -> web.Response:
        """The page; of somebody whom we do not know any more, that nothing goes there."""
        business = self._profile.business
        language = found.language if found and found.language else business.home_language
        is_out = found is None or found.promotional is Consent.REVOKED
        words = "unsubscribed" if is_out else "unsubscribe_ask"
        told = say(words, language, seed="page", business=business.name, who=_masked(found))
        title = say("unsubscribe_title", language)
        button = "" if found is None else _button(is_out=is_out, language=language)
        body = (
            f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style>"
            f"<main><h1>{escape(title)}</h1><p>{escape(told)}</p>{button}</main></html>"
        )
        return web.Response(text=body, content_type="text/html", headers=HEADERS)


def _button(*, is_out: bool, language: str) -> str:
    act = BACK if is_out else "unsubscribe"
    label = say("unsubscribe_back" if is_out else "unsubscribe_do", language)
    return (
        '<form method="post"><input type="hidden" name="act" '
        f'value="{act}"><button>{escape(label)}</button></form>'
    )


def _masked(found: Subscriber | None) -> str:
    """Enough of the address for its owner: links are forwarded."""
    if found is None:
        return ""
    name, at, host = found.handle.rpartition("@")
    return f"{name[:1]}***@{host}" if at else f"***{found.handle[-2:]}"


async def _wants_back(request: web.Request) -> bool:
    """Only our own button says so; a body that cannot be read is a wish to end it all the same."""
    try:
        form = await request.post()
    except (ValueError, KeyError, AssertionError, UnicodeError):
        return False
    return form.get("act") == BACK
