"""What every request to the console is held to: where it comes from, how large it is, who sends it.

handlers/console/opening.py puts every handler behind these. Nothing here knows a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bot.desk.console import LASTS
from bot.errors import BadPayload, TooLarge
from bot.settings import Settings

FORM_MAX_BYTES = 64 * 1024
FIELDS_MAX = 100
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # With `no-referrer` a browser would send our own forms as of no origin at all.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def is_foreign(request: web.Request, settings: Settings) -> bool:
    """Whether a form was sent by a page of somebody else's."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        return True
    if origin is None:
        return False
    given = urlsplit(origin)
    # A proxy may rewrite the host; the public address is ours whatever it is called behind it.
    ours = urlsplit(settings.base_url)
    return given.netloc != request.host and given[:2] != ours[:2]


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form; of several of one name the last.

    Raises:
        BadPayload, TooLarge: it is none of ours.
    """
    size = request.content_length
    if request.content_type != FORM or size is None:
        raise BadPayload(f"send a form, as {FORM}")
    if size > FORM_MAX_BYTES:
        raise TooLarge(f"a form of the console has at most {FORM_MAX_BYTES} bytes")
    raw = await request.read()
    try:
        fields = parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError as error:
        raise BadPayload("this form cannot be read") from error
    # PostgreSQL holds no NUL in a text, and a browser ends lines with two characters.
    return {k: v.replace("\r\n", "\n").replace("\x00", "") for k, v in fields}


def cookie_name(settings: Settings) -> str:
    """With the prefix that keeps other hosts of a domain from setting it, where there is TLS."""
    return "__Host-console" if _is_secure(settings) else "console"


def set_cookie(response: web.StreamResponse, settings: Settings, key: str) -> None:
    """Sign a browser in."""
    response.set_cookie(
        cookie_name(settings),
        key,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="Strict",
    )


def drop_cookie(response: web.StreamResponse, settings: Settings) -> None:
    """Sign a browser out."""
    response.del_cookie(
        cookie_name(settings),
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="Strict",
    )


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
