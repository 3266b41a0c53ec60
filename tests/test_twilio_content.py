"""I6: how templates stand, asked page by page; our credentials go to no other host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.errors import VendorError
from channels.twilio_api import TwilioApi
from channels.twilio_content import PATH, list_templates

SID = "HX" + "0" * 31


@asynccontextmanager
async def content_api(*pages: object) -> AsyncIterator[tuple[TwilioApi, list[str]]]:
    """A vendor that shows these pages one after another, and what it was asked."""
    asked: list[str] = []

    async def show(request: web.Request) -> web.Response:
        asked.append(str(request.rel_url))
        page = pages[len(asked) - 1]
        if isinstance(page, int):
            return web.Response(status=page, text="<html>no</html>")
        return web.json_response(page)

    app = web.Application()
    app.router.add_get(PATH, show)
    async with TestServer(app) as server, ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        api = TwilioApi(
            http=http, base=base, account_sid="AC1", authorization="Basic x", status_callback=""
        )
        yield api, asked


async def test_every_page_is_read_from_the_same_host() -> None:
    """Whatever host the answer names; an unknown shape is no approval."""
    first = {
        "contents": [
            {"sid": SID + "1", "approval_requests": {"status": "Approved", "category": "UTILITY"}},
            {"sid": SID + "2", "approval_requests": {"whatsapp": {"status": "paused"}}},
            {"sid": "something else"},
        ],
        "meta": {"next_page_url": f"https://evil.example{PATH}?Page=1"},
    }
    last = {"contents": [{"sid": SID + "3", "approval_requests": None}], "meta": {}}
    async with content_api(first, last) as (api, asked):
        found = await list_templates(api)
    states = [(each.name[-1], each.state, each.category) for each in found]
    assert states == [("1", "approved", "utility"), ("2", "paused", ""), ("3", "unsubmitted", "")]
    assert asked[1].endswith("?Page=1")


@pytest.mark.parametrize("page", [500, 429, {"contents": "none"}, 401])
async def test_half_a_list_is_none(page: object) -> None:
    """An error page, HTML or another shape leaves what is known as it is."""
    async with content_api(page) as (api, _asked):
        with pytest.raises(VendorError):
            await list_templates(api)
