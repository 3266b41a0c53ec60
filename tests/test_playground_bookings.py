"""The playground's panel of bookings in a real browser, live from a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from booking_rows import Row, write_booking
from playground_sample import Served, open_browser, serving, tell_the_day
from playwright.async_api import Browser, Locator, Page, expect

from bot import devstack
from bot.devstack import DevStack
from bot.domain_booking import BookingStatus
from bot.store.connection import Pool, open_pool

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime.now(UTC)
EVENT = datetime(NOW.year + 1, 6, 5, 18, tzinfo=ZoneInfo("America/Los_Angeles"))
WHEN = f"{EVENT:%A}, June 5, {EVENT.year}, 6:00 PM"
DAY_LEFT = NOW + timedelta(hours=23, minutes=40)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(stack: DevStack, template: str) -> AsyncIterator[Pool]:
    url = await devstack.create_database(
        stack.database_url, "playground_bookings", template=template
    )
    opened = await open_pool(url, size=3)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def served(pool: Pool) -> AsyncIterator[Served]:
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE customers CASCADE")
        await connection.execute("TRUNCATE audit_log")
    async with serving(pool) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, served: Served) -> AsyncIterator[Page]:
    """The page, open and drawn; it must not have complained by the end of the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    await opened.goto(f"{served.url}/playground")
    await opened.wait_for_selector("body[data-ready]")
    yield opened
    await context.close()
    assert not complaints


def row(code: str = "H7K3Q", **how: object) -> Row:
    facts = {"starts_at": EVENT, "holds_until": DAY_LEFT, "number": f"+1415555{len(code)}{code[1]}"}
    return Row(code=code, name="Lucía Pérez", **{**facts, **how})  # type: ignore[arg-type]  # Named by the tests.


def card(page: Page, code: str = "H7K3Q") -> Locator:
    return page.get_by_role("article", name=f"Booking {code}")


async def test_a_hold_appears_with_all_that_staff_ask_about(page: Page, pool: Pool) -> None:
    await expect(page.locator("#bookings-list")).to_contain_text("Nothing is booked yet")
    allergies = ("我妈妈对花生过敏", "<b>shellfish</b>")
    await write_booking(pool, row(workers=2, allergies=allergies))
    shown = card(page)
    for words in (
        WHEN,
        "Awaits deposit",
        "23 hours left to pay",
        "Lucía Pérez",
        "20 guests",
        "41 Mission Blvd, Fremont 94539",
        "$1,100.00",
        "$100.00 deposit",
        "Marisol",
        "speaks Spanish, 12 miles, free till 21:00",
        "1 more chef needed",
        "我妈妈对花生过敏",
        "<b>shellfish</b>",
    ):
        await expect(shown).to_contain_text(words)
    assert await shown.locator("b").count() == 0, "text is never markup"
    await expect(page.locator("#bookings-who")).to_have_text("1 unpaid · 1 short of chefs")


async def test_deposit_received_confirms_and_the_page_shows_it(page: Page, pool: Pool) -> None:
    await write_booking(pool, row())
    button = card(page).get_by_role("button", name="Deposit received")
    async with page.expect_response("**/playground/bookings/deposits") as pressed:
        await button.click()
    assert (await (await pressed.value).json()) == {"status": "confirmed"}
    await expect(card(page)).to_contain_text("Confirmed")
    await expect(button).to_have_count(0)
    await expect(page.locator("#bookings-who")).to_have_text("1 confirmed")
    actor = await pool.fetchval("SELECT actor FROM audit_log WHERE act = 'booking.deposit'")
    assert actor == "staff"


async def test_a_hold_that_is_still_decided_has_no_button(page: Page, pool: Pool) -> None:
    """I9: only what the customer has agreed to can be confirmed."""
    soon = NOW + timedelta(minutes=17)
    await write_booking(pool, row(is_agreed=False, holds_until=soon))
    await expect(card(page)).to_contain_text("left to decide")
    await expect(card(page).get_by_role("button")).to_have_count(0)


async def test_a_hold_runs_out_under_the_readers_eyes(browser: Browser, pool: Pool) -> None:
    """The page counts by itself: nothing changes in the database when time passes."""
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE customers CASCADE")
    async with serving(pool) as served:
        opened = await browser.new_page()
        await opened.clock.install(time=NOW)
        await opened.goto(f"{served.url}/playground")
        await write_booking(pool, row(holds_until=NOW + timedelta(minutes=2, seconds=30)))
        await expect(card(opened)).to_contain_text("3 minutes left to pay")
        await opened.clock.run_for(timedelta(minutes=3) // timedelta(milliseconds=1))
        await expect(card(opened)).to_contain_text("Ran out")
        await expect(card(opened).get_by_role("button")).to_have_count(0)
        await opened.close()


async def test_what_became_of_bookings_is_told_apart(page: Page, pool: Pool) -> None:
    became = (("CHNG1", "changed"), ("CNCL1", "cancelled"), ("DONE1", "completed"))
    for place, (code, status) in enumerate(became):
        facts = {"status": BookingStatus(status), "chefs": (), "number": f"+1415555010{place}"}
        await write_booking(pool, row(code, **facts))
    await expect(card(page, "CHNG1")).to_contain_text("Changed, confirmed")
    await expect(card(page, "CNCL1")).to_contain_text("Cancelled")
    await expect(card(page, "CNCL1")).to_contain_text("$100.00 back")
    await expect(card(page, "DONE1")).to_contain_text("Completed")


async def test_a_deposit_is_refused_in_words(served: Served, pool: Pool) -> None:
    """I11: from this very page only; and no booking but one that awaits a deposit."""
    await write_booking(pool, row(is_agreed=False))
    url = f"{served.url}/playground/bookings/deposits"
    async with ClientSession() as http:
        for body, status, words in (
            ({"code": "NOPE1"}, 404, "no booking NOPE1"),
            ({"code": "H7K3Q"}, 409, "booking H7K3Q: it awaits no deposit"),
            ({"code": "'; --"}, 400, "wrong or missing: code"),
            ({}, 400, "wrong or missing: code"),
        ):
            async with http.post(url, json=body) as answer:
                assert (answer.status, words in await answer.text()) == (status, True)
        foreign = {"Origin": "https://evil.example"}
        async with http.post(url, json={"code": "H7K3Q"}, headers=foreign) as answer:
            assert answer.status == 403
    assert await pool.fetchval("SELECT status FROM bookings") == "held"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_overflows_and_every_booking_can_be_reached(
    page: Page, served: Served, pool: Pool, width: int, scheme: str
) -> None:
    await tell_the_day(served, pool)
    why = "speaks Spanish and " + "w" * 90
    await write_booking(
        pool, row(chefs=(("marisol", why),), allergies=("a" * 120,), address="1 " + "x" * 80)
    )
    await write_booking(pool, row("B4T9X", number="+14155550109", chefs=()))
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": width, "height": 844})
    tab = page.locator('.views [data-view="bookings"]')
    if await tab.is_visible():
        await tab.click()
    button = card(page).get_by_role("button", name="Deposit received")
    await button.scroll_into_view_if_needed()
    await expect(button).to_be_in_viewport(ratio=1)
    wide = await page.evaluate(
        """() => [...document.querySelectorAll('body, main, .views, .bookings-list, .booking')]
          .filter((node) => node.clientWidth && node.scrollWidth > node.clientWidth + 1)
          .map((node) => `${node.tagName} ${node.className}`)"""
    )
    assert wide == []


async def test_the_desk_keeps_its_newest_post_in_sight_when_the_panel_grows(
    page: Page, served: Served, pool: Pool
) -> None:
    await tell_the_day(served, pool)
    newest = page.locator(".thread .post")
    await expect(newest).to_be_in_viewport()
    for place in range(3):
        await write_booking(
            pool, row(f"GROW{place}", number=f"+1415555020{place}", starts_at=EVENT, chefs=())
        )
    await expect(card(page, "GROW2")).to_be_visible()
    await expect(newest).to_be_in_viewport()
