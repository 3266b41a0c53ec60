"""I6, I11: the page behind the link in a letter, and the mail provider's one click (RFC 8058)."""

from __future__ import annotations

from aiohttp import ClientSession, FormData
from world import World

from bot.domain import Consent
from bot.store import consents
from bot.store.connection import borrow
from bot.unsubscribing import make_link

SECRET = "only this world knows it, nobody else"  # Of tests/world.py, for its own worlds.
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def test_one_press_ends_our_offers_and_another_takes_it_back(idle_world: World) -> None:
    """Following the link does nothing; a click in any form, however often, is one line."""
    world = idle_world
    await world.customer().texts("hola, ¿qué tal?")
    address, customer = (await world.rows("SELECT id, customer_id FROM addresses"))[0]
    await world.rows("UPDATE customers SET language = 'es'")
    link = make_link(world.url, SECRET, address)
    async with ClientSession() as http:
        for verb in ("GET", "HEAD", "GET"):
            async with http.request(verb, link) as shown:
                assert shown.status == 200
                assert "no-store" in shown.headers["Cache-Control"]
                page = await shown.text()
        assert "Terminarlos" in page
        assert "+14155550101" not in page
        assert await world.value("SELECT count(*) FROM consents") == 0

        multipart = FormData(ONE_CLICK, default_to_multipart=True)
        broken = {"Content-Type": "multipart/form-data; boundary=x"}
        for body, headers in ((ONE_CLICK, {}), (multipart, {}), (b"\xff--y", broken), (b"", {})):
            async with http.post(link, data=body, headers=headers, allow_redirects=False) as done:
                assert done.status == 200
                assert "Set-Cookie" not in done.headers
        lines = await world.rows("SELECT act, source, scope FROM consents")
        assert [tuple(each) for each in lines] == [("opt_out", "page", "promotional")]

        async with http.post(link, data={"act": "resubscribe"}) as back:
            assert "Terminarlos" in await back.text()
        head, _, digest = link.rpartition(".")
        for wrong in (link + "x", f"{world.url}/unsubscribe/nothing", f"{head}0.{digest}"):
            async with http.post(wrong, data=ONE_CLICK) as refused:
                assert refused.status == 401
    async with borrow(world.pool) as conn:
        (entry,) = await consents.list_standing(conn, customer)
    assert (entry.consent, entry.promotional) == (Consent.UNKNOWN, Consent.GIVEN)
    assert entry.last is not None
    assert entry.last.source == "page"
