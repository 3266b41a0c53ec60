"""Keeps the playground to its own page: security headers, and no request of a foreign page.

Sandbox mode only. The playground's modules put their handlers behind `guarded`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import web
from pydantic import ValidationError

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guarded(handler: Handler) -> Handler:
    """Security headers on every answer; requests from foreign pages refused."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            _refuse_foreign(request)
        try:
            response = await handler(request)
        except ValidationError as error:
            fields = sorted({".".join(map(str, issue["loc"])) for issue in error.errors()})
            raise web.HTTPBadRequest(text=f"wrong or missing: {', '.join(fields)}") from error
        if not response.prepared:
            response.headers.update(SECURITY_HEADERS)
        return response

    return guarded


def _refuse_foreign(request: web.Request) -> None:
    """A page of another site can send a form here, but no JSON, and not as same-origin.

    Raises:
        HTTPForbidden, HTTPUnsupportedMediaType: it is not our own page.
    """
    if not is_here(request):
        raise web.HTTPForbidden(text="the playground answers to localhost and to addresses only")
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        raise web.HTTPForbidden(text="only the playground itself may do this")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="only the playground itself may do this")
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")


def is_here(request: web.Request) -> bool:
    """Whether it was sent to no name that somebody's DNS could point at us."""
    host = request.url.host or ""
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


async def read_body(request: web.Request) -> object:
    """The JSON of a request.

    Raises:
        HTTPBadRequest: it is none.
    """
    try:
        return await request.json()
    except (ValueError, LookupError, RecursionError) as error:
        raise web.HTTPBadRequest(text="the body is not JSON") from error
