"""The console's pages of campaigns: written, looked at, started by the count that was shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from console_ground import DANA, ROSA, AtConsole, new_browser, sign_in
from follow_up_ground import somebody
from world import World

NOW = datetime.now(UTC)
WORDS = "Hi[ {name}], {business} has <winter> dates."


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


@pytest.fixture
async def others_http() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


async def customers(world: World, count: int) -> None:
    for n in range(count):
        await somebody(world.pool, name=f"Sam {n}", at=NOW - timedelta(days=9))


async def press(at: AtConsole, path: str, deed: str, **form: str) -> tuple[int, str]:
    """The status, and where it leads or what it says."""
    token = (await at.hidden(path))["token"]
    async with await at.sends(f"{path}/{deed}", {"token": token, **form}) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def test_the_owner_writes_looks_starts_pauses_and_stops(
    idle_world: World, http: ClientSession
) -> None:
    """I6: nobody is written to before the count that was shown is confirmed, nor by another."""
    world = idle_world
    await customers(world, 3)
    await somebody(world.pool, name="No", at=NOW - timedelta(days=9), consent="revoked")
    rosa = await sign_in(world, http, ROSA)
    form = {**await rosa.hidden("/campaigns/new"), "name": "Winter", "per_hour": "5"}
    async with await rosa.sends("/campaigns/new", {**form, "words_en": "Hi {name}"}) as wrong:
        said = await wrong.text()
        assert (wrong.status, "put {name} into [ ]" in said, "Hi {name}" in said) == (422, True, 1)
    where = ""
    for _ in range(2):
        async with await rosa.sends("/campaigns/new", {**form, "words_en": WORDS}) as made:
            assert made.status == 303
            where = made.headers["Location"].removeprefix("/console").partition("?")[0]
    assert await world.value("SELECT count(*) FROM campaigns") == 1, "sent off twice is one"
    _, page = await rosa.reads(where)
    assert "Start: about 3 customers" in page
    assert "Hi S., My Hibachi Chef has &lt;winter&gt; dates." in page
    assert "opted out" in page
    await customers(world, 9)
    status, said = await press(rosa, where, "start", count="3")
    assert (status, "another number of customers by now" in said) == (409, True)
    assert await world.value("SELECT status FROM campaigns") == "draft"
    for deed, form_, state in (
        ("start", {"count": "12"}, "running"),
        ("pause", {}, "paused"),
        ("resume", {}, "running"),
        ("stop", {}, "cancelled"),
    ):
        status, said = await press(rosa, where, deed, **form_)
        assert (status, where in said) == (303, True), said
        assert await world.value("SELECT status FROM campaigns") == state
    status, said = await press(rosa, where, "start", count="12")
    assert (status, "write it anew" in said) == (409, True)
    acts = await world.rows("SELECT DISTINCT actor FROM audit_log WHERE act LIKE 'campaign%'")
    assert [each["actor"] for each in acts] == [ROSA]


async def test_staff_who_do_not_own_cannot_touch_a_campaign(
    idle_world: World, http: ClientSession, others_http: ClientSession
) -> None:
    """I11: as in Slack, campaigns are the owner's alone, whatever path is typed."""
    world = idle_world
    await customers(world, 2)
    rosa, dana = await sign_in(world, http, ROSA), await sign_in(world, others_http, DANA)
    form = {**await rosa.hidden("/campaigns/new"), "name": "W", "per_hour": "5", "words_en": WORDS}
    async with await rosa.sends("/campaigns/new", form) as made:
        where = made.headers["Location"].removeprefix("/console").partition("?")[0]
    token = (await dana.hidden("/follow-ups"))["token"]
    for path in (f"{where}/start", f"{where}/stop", "/campaigns/new"):
        async with await dana.sends(path, {**form, "token": token, "count": "2"}) as answer:
            assert answer.status == 403
    assert (await dana.reads(where))[0] == 403
    rows = await world.rows("SELECT status, written_by FROM campaigns")
    assert [tuple(each) for each in rows] == [("draft", ROSA)]
