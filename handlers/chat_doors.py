"""Who may come in to the web chat: pages of allowed origins, visitors with a token of ours (I11).

A browser names the page's origin and no page can change that; the cookie alone proves nothing,
because browsers send it along whoever asks. Source: Fetch standard, CORS protocol; CHIPS, "Cookies
having independent partitioned state" (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

from bot.clock import Clock
from bot.profile import Profile
from bot.settings import Settings
from bot.signing import seal
from bot.webchat import IDLE_DAYS, Visit, make_token, read_token
from channels.webchat import COOKIE, HOST_COOKIE, show_token

PATHS = "/chat/"
_OWN_PORT = {"http": 80, "https": 443}
"""Browsers leave them out of an origin."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ASKED_HEADERS = "Authorization, Content-Type, Last-Event-ID"
PREFLIGHT_KEPT_S = 7200
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Doors:
    """What is asked of whoever comes."""

    origins: frozenset[str]
    secret: str
    is_https: bool
    clock: Clock

    def origin(self, request: web.Request) -> str:
        """The origin of the page that asks; empty where it may not.

        A GET from our own origin names none: browsers then say so in Sec-Fetch-Site.
        """
        given = request.headers.get("Origin", "")
        if not given and request.method == "GET":
            is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
            return "same-origin" if is_own else ""
        return given if given in self.origins else ""

    def visit(self, request: web.Request) -> Visit:
        """Whose request it is.

        Raises:
            BadSignature: no token of ours, or an old one.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        return read_token(self.secret, show_token(headers), now=self.clock.now())

    def token(self, visitor: str) -> str:
        """A fresh token."""
        return make_token(self.secret, visitor, now=self.clock.now())

    def cookie(self, token: str) -> str:
        """The Set-Cookie line: partitioned by the embedding site, so that it follows nobody."""
        life = f"Path=/; Max-Age={IDLE_DAYS * 86_400}; HttpOnly"
        if self.is_https:
            return f"{HOST_COOKIE}={token}; {life}; Secure; SameSite=None; Partitioned"
        return f"{COOKIE}={token}; {life}; SameSite=Lax"

    def has_cookie(self, request: web.Request) -> bool:
        """Whether the browser keeps our cookies and sends them."""
        return (HOST_COOKIE if self.is_https else COOKIE) in request.cookies

    def network(self, request: web.Request) -> str:
        """A name for where a request comes from that tells nobody the address (I13)."""
        return seal(self.secret, "webchat.network", network_of(request)).hex()[:24]


def make_doors(profile: Profile, settings: Settings, clock: Clock, *, is_playground: bool) -> Doors:
    """The doors of this business: its sites, or the service's own address where it names none."""
    given = frozenset(profile.webchat.origins if profile.webchat else ())
    own = _own_origins(settings.base_url)
    return Doors(
        origins=given | own if is_playground or not given else given,
        secret=settings.concierge_secret.get_secret_value(),
        is_https=settings.base_url.startswith("https://"),
        clock=clock,
    )


def _own_origins(base_url: str) -> frozenset[str]:
    """Our own origin; on the machine itself by each of its names."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f":{parts.port}" if parts.port and parts.port != _OWN_PORT.get(parts.scheme) else ""
    hosts = LOOPBACK if host in LOOPBACK else (host,)
    return frozenset(f"{parts.scheme}://{each}{port}" for each in hosts)


def network_of(request: web.Request) -> str:
    """The caller's address; of IPv6 the network that one customer of a provider has.

    Behind a proxy of ours, which has an inner address, the last one that the proxy wrote down: what
    stands before it the caller may have made up.
    """
    peer = request.remote or ""
    given = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = _address(peer)
        if given and address.is_private:
            address = _address(given)
    except ValueError:
        return peer
    if address.version == 6:
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)


def _address(written: str) -> IPv4Address | IPv6Address:
    """An address; one of IPv4 that a socket for both kinds writes as IPv6 is what it is."""
    address = ip_address(written)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def guarded(doors: Doors, handler: Handler) -> Handler:
    """The handler for pages of allowed origins only."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not doors.origin(request):
            raise web.HTTPForbidden(text="not a page of ours; name its site in webchat.origins")
        return await handler(request)

    return guarded


async def _preflight(_: web.Request) -> web.Response:
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": ASKED_HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
        },
    )


def add_cors(app: web.Application, doors: Doors) -> None:
    """Let allowed pages read our answers, errors included: a page must see when to come again."""

    async def allow(request: web.Request, response: web.StreamResponse) -> None:
        if request.path.startswith(PATHS):
            response.headers.update(_cors(doors, request))

    app.on_response_prepare.append(allow)
    app.router.add_route("OPTIONS", PATHS + "{name}", guarded(doors, _preflight))


def _cors(doors: Doors, request: web.Request) -> Mapping[str, str]:
    common = {"Vary": "Origin, Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    given = request.headers.get("Origin", "")
    if given not in doors.origins:
        return common
    return common | {
        "Access-Control-Allow-Origin": given,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
    }
