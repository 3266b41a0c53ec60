"""Fetching a page for the owner: what is refused, and that the own network is not reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import BadPayload, TooLarge, VendorUnavailable
from channels import web_page
from channels.web_page import fetch, is_public


async def _page(request: web.Request) -> web.StreamResponse:
    kind = request.query.get("kind", "text/html; charset=iso-8859-1")
    return web.Response(body="<p>Hola, señor</p>".encode("latin-1"), headers={"Content-Type": kind})


async def _hop(request: web.Request) -> web.StreamResponse:
    left = int(request.query["left"])
    raise web.HTTPFound(f"/hop?left={left - 1}" if left else "/page")


async def _away(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.query["to"])


async def _slow(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    for _ in range(1000):
        await response.write(b"a")
        await asyncio.Event().wait()
    return response


async def _refused(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPForbidden


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """A stranger's site, on the loopback."""
    app = web.Application()
    routes = {"/page": _page, "/hop": _hop, "/away": _away, "/slow": _slow, "/no": _refused}
    app.add_routes([web.get(path, handler) for path, handler in routes.items()])
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    yield server
    await server.close()


async def test_a_page_is_fetched_and_every_fault_is_one_clear_line(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(path: str) -> str:
        return str(server.make_url(path))

    fetched = await fetch(at("/hop?left=4"), allow_private=True)
    assert (fetched.url, fetched.kind, fetched.charset) == (at("/page"), "html", "iso-8859-1")
    assert fetched.content.decode("latin-1") == "<p>Hola, señor</p>"
    pdf = await fetch(at("/page?kind=application/pdf"), allow_private=True)
    assert (pdf.kind, pdf.charset) == ("pdf", "")
    for path, said in (
        ("/hop?left=5", "more than 5 redirects"),
        ("/page?kind=image/png", "not image/png"),
        ("/missing", "answers 404"),
        ("/no", "answers 403"),
        ("/away?to=file:///etc/passwd", "https://"),
        ("/away?to=ftp://example.com/a", "https://"),
    ):
        with pytest.raises(BadPayload, match=said):
            await fetch(at(path), allow_private=True)
    monkeypatch.setattr(web_page, "BYTES_LIMIT", 10)
    with pytest.raises(TooLarge):
        await fetch(at("/page"), allow_private=True)
    monkeypatch.setattr(web_page, "SECONDS_LIMIT", 0.3)
    with pytest.raises(VendorUnavailable, match="no whole answer"):
        await fetch(at("/slow"), allow_private=True)
    with pytest.raises(VendorUnavailable, match="cannot be fetched"):
        await fetch("http://127.0.0.1:1/", allow_private=True)


async def test_the_own_network_is_refused_by_name_by_number_and_by_redirect(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.port
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①",
                 "１２７.０.０.１", "127。0。0。1"):  # fmt: skip
        with pytest.raises(BadPayload, match="private network"):
            await fetch(f"http://{host}:{port}/page")
    for host in ("2130706433", "0x7f.1", "127.1"):
        with pytest.raises((BadPayload, VendorUnavailable)):
            await fetch(f"http://{host}:{port}/page")
    # The first hop is open, so the redirect is what must be judged.
    monkeypatch.setattr(web_page, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(BadPayload, match="private network"):
        await fetch(f"http://127.0.0.1:{port}/away?to=http://169.254.169.254/latest/meta-data")


@pytest.mark.parametrize(
    "url", ["", "parking.md", "//example.com", "javascript:alert(1)", "http://", "http://[::1",
            "http://u:p@example.com/", "http://example.com:99999/"]
)  # fmt: skip
async def test_only_addresses_of_the_web_are_taken(url: str) -> None:
    with pytest.raises(BadPayload, match="URL"):
        await fetch(url)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
        ("::7f00:1", False),
        ("fec0::1", False),
    ],
)
def test_what_is_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected
