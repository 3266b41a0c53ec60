"""Fetches one page or file of the web for the owner, and nothing of the house's own network.

Not a channel and not a crawler: `concierge articles add URL` calls it once. An address that is not
public is refused on every hop, and the connection goes to the very address that was judged, so
that a name cannot answer differently a moment later.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.errors import BadPayload, TooLarge, VendorUnavailable

BYTES_LIMIT: Final = 5 * 1024 * 1024
SECONDS_LIMIT: Final = 15.0
REDIRECTS_LIMIT: Final = 5
KINDS: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "plain",
    "text/markdown": "plain",
    "application/pdf": "pdf",
}

_CHUNK_BYTES: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# The last four bytes of an address of these are an IPv4 address, which a gateway may carry on to.
_CARRIERS: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What lay at an address."""

    url: str
    """After redirects."""
    kind: str
    """html, plain or pdf."""
    charset: str
    """As the server named it; empty where it did not."""
    content: bytes


class _PublicResolver(AbstractResolver):
    """Names to addresses; one that is not public stands for none at all."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Every address of the host, where all of them are public."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise _NotPublic(host)
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._inner.close()


class _NotPublic(Exception):
    """A host of the house's own network."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.is_site_local or any(ip in carrier for carrier in _CARRIERS):
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or ip
        return inner.is_global and ip.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


async def fetch(url: str, *, allow_private: bool = False) -> Fetched:
    """The page at an address, redirects followed.

    Raises:
        BadPayload: not an address of the web, one of a private network, too many redirects, a
            refusal, or nothing that can be read as an article.
        TooLarge: more than 5 MB.
        VendorUnavailable: no answer in time, or none at all.
    """
    resolver = None if allow_private else _PublicResolver()
    connector = aiohttp.TCPConnector(resolver=resolver, force_close=True)
    timeout = aiohttp.ClientTimeout(total=SECONDS_LIMIT)
    try:
        async with (
            asyncio.timeout(SECONDS_LIMIT),
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        ):
            return await _follow(session, url, allow_private=allow_private)
    except _NotPublic as error:
        raise BadPayload(_PRIVATE) from error
    except TimeoutError as error:
        raise VendorUnavailable(f"URL: no whole answer within {SECONDS_LIMIT:.0f} s") from error
    except (aiohttp.ClientError, OSError) as error:
        raise VendorUnavailable(f"URL: cannot be fetched ({type(error).__name__})") from error


_PRIVATE: Final = "URL: an address of a private network; --allow-private permits it"


async def _follow(session: aiohttp.ClientSession, url: str, *, allow_private: bool) -> Fetched:
    place = _parsed(url)
    for _ in range(REDIRECTS_LIMIT + 1):
        _check(place, allow_private=allow_private)
        async with session.get(place, allow_redirects=False) as response:
            if response.status not in _REDIRECTS:
                return await _read(response, str(place))
            place = place.join(_parsed(response.headers.get("Location", "")))
    raise BadPayload(f"URL: more than {REDIRECTS_LIMIT} redirects")


def _parsed(url: str) -> URL:
    """The address as the client reads it: what another parser calls a name may be digits to it."""
    try:
        return URL(url)
    except ValueError as error:
        raise BadPayload("URL: not an address of the web") from error


def _check(url: URL, *, allow_private: bool) -> None:
    host = url.raw_host or ""
    if url.scheme not in ("http", "https") or not host or not url.port:
        raise BadPayload("URL: an address that begins with https:// or http:// is expected")
    if url.user or url.password:
        raise BadPayload("URL: an address without name and password is expected")
    # A literal address is never asked of the resolver.
    if not allow_private and _is_literal(host) and not is_public(host):
        raise BadPayload(_PRIVATE)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def _read(response: aiohttp.ClientResponse, url: str) -> Fetched:
    if response.status != 200:
        raise BadPayload(f"URL: the server answers {response.status}")
    kind = KINDS.get(response.content_type)
    if kind is None:
        raise BadPayload(f"URL: a page, a text or a PDF is expected, not {response.content_type}")
    content = bytearray()
    async for part in response.content.iter_chunked(_CHUNK_BYTES):
        content += part
        if len(content) > BYTES_LIMIT:
            raise TooLarge(f"URL: more than {BYTES_LIMIT // 1024 // 1024} MB")
    return Fetched(url=url, kind=kind, charset=response.charset or "", content=bytes(content))
