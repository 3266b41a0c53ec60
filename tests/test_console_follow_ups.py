"""The console's pages of follow-ups in a real browser, without a line of script, on real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from aiohttp import ClientSession
from console_eyes import faults
from console_ground import DANA, ROSA, AtConsole, link_of, new_browser, party, sign_in, working_day
from follow_up_ground import ZONE, Somebody, somebody
from follow_up_measured import went
from playground_sample import open_browser
from playwright.async_api import Browser, Page, expect
from world import World

from bot.store import follow_up_plans
from bot.store.follow_up_plans import NewFollowUp

NOW = datetime.now(UTC)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


async def enter(browser: Browser, world: World, person: str, **how: object) -> Page:
    """A page of somebody who has pressed the button of their link."""
    context = await browser.new_context(**how)  # type: ignore[arg-type]  # Named by the tests.
    page = await context.new_page()
    await page.goto(link_of(world, person))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_title("Follow-ups · My Hibachi Chef")
    return page


async def test_staff_read_edit_and_cancel_without_any_script(
    idle_world: World, browser: Browser
) -> None:
    """I15, I6: both clocks are shown, and a night is refused beside its field."""
    world = idle_world
    await party(world, "Jean <b>O'Connor</b>", zone="America/New_York", handle="+12125550123")
    page = await enter(browser, world, DANA, java_script_enabled=False)
    row = page.get_by_role("row").filter(has_text="(7d)")
    for words in (
        "Jean <b>O'Connor</b>",
        "(America/New_York)",
        "7 days ahead",
        "sms to +12125550123",
        "We have you down for 12 guests",
    ):
        await expect(row).to_contain_text(words)
    await row.get_by_role("link", name="Edit").click()
    due = await world.value("SELECT due_at FROM follow_ups WHERE step = '7d'")
    assert isinstance(due, datetime)
    day = f"{due.astimezone(ZONE):%Y-%m-%d}"
    await page.get_by_label("When").fill(f"{day} 03:00")
    await page.get_by_label("What the customer reads").fill("See you on the day!")
    await page.get_by_role("button", name="Keep").click()
    await expect(page.locator("#when-problem")).to_contain_text("it is 06:00 for the customer then")
    await expect(page.get_by_label("What the customer reads")).to_have_value("See you on the day!")
    await page.get_by_label("When").fill(f"{day} 10:30")
    await page.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("status")).to_contain_text("Kept.")
    await expect(page.get_by_role("main")).to_contain_text("planned: edited by Dana")
    await expect(page.get_by_role("main")).to_contain_text("Its words were edited by hand.")
    await page.locator("summary", has_text="Cancel").click()
    await page.get_by_role("button", name="Yes, cancel it").click()
    await expect(page.get_by_role("status")).to_have_text("Cancelled.")
    await expect(page.get_by_role("main")).to_contain_text("cancelled: cancelled by Dana")
    acts = await world.rows("SELECT actor, act FROM audit_log WHERE act LIKE 'follow_up%'")
    assert [tuple(each) for each in acts] == [
        (DANA, "follow_up.edited"),
        (DANA, "follow_up.cancelled"),
    ]


async def test_two_who_edit_at_once_do_not_overwrite_each_other(
    idle_world: World, http: ClientSession
) -> None:
    """The second is told that it was changed meanwhile, with what they typed still there."""
    world = idle_world
    await party(world)
    dana = await sign_in(world, http, DANA)
    row = await world.value("SELECT id FROM follow_ups WHERE step = '1d'")
    form = await dana.hidden(f"/follow-ups/{row}/edit")
    typed = {**form, "when": form["was"], "text": "Mine"}
    async with await dana.sends(f"/follow-ups/{row}/edit", typed) as kept:
        assert kept.status == 303
    async with await dana.sends(f"/follow-ups/{row}/edit", {**typed, "text": "Theirs"}) as other:
        said = await other.text()
        assert (other.status, "changed it meanwhile" in said, "Theirs" in said) == (422, True, True)
    assert await world.value("SELECT text FROM follow_ups WHERE id = $1", row) == "Mine"
    await _says_what_becomes_of_it_now(dana, row)
    for path in (f"/follow-ups/{'0' * 8}-0000-0000-0000-{'0' * 12}", "/follow-ups?customer=x"):
        assert (await dana.reads(path))[0] == 404


async def _says_what_becomes_of_it_now(dana: AtConsole, row: object) -> None:
    """I6: an opt-out is never passed, whoever presses."""
    await dana.world.rows("UPDATE addresses SET consent = 'revoked'")
    token = {"token": (await dana.hidden("/follow-ups"))["token"]}
    async with await dana.sends(f"/follow-ups/{row}/now", token) as answer:
        said = await answer.text()
    assert "Nothing was changed: now it would be left out" in said
    await dana.world.rows("UPDATE addresses SET consent = 'given'")
    async with await dana.sends(f"/follow-ups/{row}/now", token) as answer:
        said = await answer.text()
    assert "It goes now by sms" in said or "Not now: " in said
    assert await dana.world.value("SELECT due_at <= now() FROM follow_ups WHERE id = $1", row)


async def _plan_sixty(world: World, sam: Somebody) -> None:
    async with world.pool.acquire() as conn:
        for n in range(60):
            await follow_up_plans.plan_own(
                conn,
                NewFollowUp(
                    key=f"k{n}",
                    customer_id=sam.customer_id,
                    address_id=sam.address_id,
                    due_at=NOW + timedelta(days=3 * n + 40),
                    text=f"words {n:02}.",
                    planned_by=DANA,
                ),
                at=NOW,
            )


async def test_the_list_is_paged_and_filtered_and_names_stay_out_of_addresses(
    idle_world: World, http: ClientSession
) -> None:
    """I13: a history or a proxy's log holds no name and no number."""
    world = idle_world
    ana = await party(world)
    sam = await somebody(world.pool, name="Sam Stone")
    await somebody(world.pool, name="Sam Okafor")
    await _plan_sixty(world, sam)
    rosa = await sign_in(world, http, ROSA)
    _, first = await rosa.reads("/follow-ups")
    _, second = await rosa.reads("/follow-ups?page=2")
    assert "63 follow-ups, page 1 of 2" in first
    assert (first.count("<tr role"), second.count("<tr role")) == (51, 14)
    assert ("words 46." in first, "words 47." in second) == (True, True)
    token = {"token": (await rosa.hidden("/follow-ups"))["token"]}
    async with await rosa.sends("/follow-ups", {**token, "who": "sam"}) as several:
        said = await several.text()
        assert ("Sam Stone" in said, "Sam Okafor" in said) == (True, True)
    form = {**token, "who": ana.handle, "cause": "before_event", "status": "planned"}
    async with await rosa.sends("/follow-ups", form) as answer:
        where = unquote(answer.headers["Location"])
        assert (ana.handle in where, f"customer={ana.customer_id}" in where) == (False, True)
    _, hers = await rosa.reads(where.removeprefix("/console"))
    assert ("2 follow-ups" in hers, "Of <strong>Ana María</strong> alone" in hers) == (True, True)
    async with await rosa.sends("/follow-ups", {**token, "who": "Nobody at all"}) as answer:
        assert answer.headers["Location"] == "/console/follow-ups?said=nobody"
    for query in ("?page=999", "?page=-1", "?page=x", "?cause=x&status=x", "?said=<script>"):
        assert (await rosa.reads(f"/follow-ups{query}"))[0] == 200
    assert "No follow-ups" in (await rosa.reads("/follow-ups?status=skipped"))[1]


async def test_staff_plan_one_and_see_what_stands_against_it(
    idle_world: World, browser: Browser
) -> None:
    """I6, I2: looked at first; sent off twice it is planned once."""
    world = idle_world
    ana = await somebody(world.pool, name="Ana María", at=NOW - timedelta(days=3))
    page = await enter(browser, world, DANA, java_script_enabled=False)
    await page.get_by_role("link", name="New follow-up").click()
    await page.get_by_label("Who is it for?").fill("+1 510 000 0000")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("status")).to_contain_text("Nobody is known")
    await page.get_by_label("Who is it for?").fill(ana.handle)
    await page.get_by_role("button", name="Find").click()
    day = working_day(world, NOW + timedelta(days=9))
    await page.get_by_label("When").fill(f"{day:%Y-%m-%d} 23:30")
    await page.get_by_label("What the customer reads").fill("How are you, Ana?")
    await page.get_by_role("button", name="Only look").click()
    await expect(page.locator("#when-problem")).to_contain_text("it is 23:30 for the customer then")
    await page.get_by_label("When").fill(f"{day:%Y-%m-%d} 14:00")
    await page.get_by_role("button", name="Only look").click()
    await expect(page.get_by_role("status")).to_contain_text("Nothing stands against it")
    await expect(page.get_by_role("status")).to_contain_text("2:00 PM (America/Los_Angeles)")
    await expect(page.get_by_role("status")).to_contain_text("It takes 1 segment")
    assert await world.value("SELECT count(*) FROM follow_ups") == 0
    names = ("token", "customer", "key", "channel", "when", "text")
    form = {n: await page.locator(f"main [name={n}]").input_value() for n in names}
    form["act"] = "plan"
    await page.get_by_role("button", name="Plan it").click()
    await expect(page.get_by_role("status")).to_contain_text("Planned.")
    await expect(page.get_by_role("row").nth(1)).to_contain_text("How are you, Ana?")
    again = await page.request.post(f"{world.url}/console/follow-ups/new", form=form)
    assert "said=planned" in again.url
    rows = await world.rows("SELECT planned_by, text FROM follow_ups")
    assert [tuple(each) for each in rows] == [(DANA, "How are you, Ana?")]


async def test_rules_are_tried_and_results_are_read(idle_world: World, http: ClientSession) -> None:
    """A trial keeps nothing and names a wrong figure; the figures are those of the desk."""
    world = idle_world
    sam = await somebody(world.pool, name="Sam", at=NOW - timedelta(days=20))
    await sam.was_priced(NOW - timedelta(days=12))
    await went(sam, "unanswered_quote", NOW - timedelta(days=5), answered=NOW - timedelta(days=4))
    dana = await sign_in(world, http, DANA)
    _, rules = await dana.reads("/follow-ups/rules")
    assert "24 and 72 hours after a price without an answer" in rules
    assert 'name="figure_quote_hours" value="24, 72"' in rules
    token = (await dana.hidden("/follow-ups/rules"))["token"]
    form = {"token": token, "cause": "unanswered_quote", "days": "30"}
    same = {"figure_quote_hours": "24, 72", "figure_gap_hours": "48"}
    async with await dana.sends("/follow-ups/rules", {**form, **same}) as tried:
        said = await tried.text()
        assert (tried.status, "A price that was not answered: the past 30 days\n" in said) == (
            200,
            True,
        )
    other = {**form, "figure_quote_hours": "12"}
    async with await dana.sends("/follow-ups/rules", other) as tried:
        assert "the past 30 days, with quote_hours = 12" in await tried.text()
    for wrong, why in (
        ({"days": "400"}, "from 1 to 90"),
        ({"figure_quote_hours": "soon"}, "quote_hours"),
        ({"figure_nonsense": "1"}, "there is no such figure"),
        ({"cause": "nonsense"}, "cannot be tried"),
    ):
        async with await dana.sends("/follow-ups/rules", {**form, **wrong}) as tried:
            assert (tried.status, why in await tried.text()) == (422, True), wrong
    assert await world.value("SELECT count(*) FROM follow_ups") == 1
    _, results = await dana.reads("/follow-ups/results?days=7")
    assert "A price that was not answered (booked)" in results
    assert "1 (100%)" in results
    assert "No event in this time" in results


async def test_the_eyes_of_these_tests_see_what_is_wrong(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(
        """<h1>A</h1><h3>B</h3><p style="color: #999">pale</p><input id="a"><a href="/"></a>
        <p id="a">b</p><img src="x"><table><tr><th>c</th></tr></table>"""
    )
    said = " ".join(await faults(page))
    for fault in (
        *("no language", "not one main", "skips a level", "contrast 2.85", "no label"),
        *("no name", "twice the id a", "no alt", "no caption", "without scope"),
    ):
        assert fault in said


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_read_by_everybody(
    idle_world: World, browser: Browser, scheme: str
) -> None:
    """Labels, names, headings, captions, contrast and width; the keyboard gets to the content."""
    world = idle_world
    ana = await party(world, "Jean-Baptiste O'Connor-Villanueva de la Cruz y Montoya")
    await went(ana, "after_event", NOW - timedelta(days=5))
    row = await world.value("SELECT id FROM follow_ups WHERE status = 'planned' LIMIT 1")
    page = await enter(browser, world, ROSA, color_scheme=scheme)
    paths = [
        *("/follow-ups", f"/follow-ups/{row}", f"/follow-ups/{row}/edit", "/follow-ups/rules"),
        *("/follow-ups/results", "/follow-ups/new", f"/follow-ups/new?customer={ana.customer_id}"),
        *("/campaigns", "/campaigns/new", "/nowhere", "/sign-in/nonsense"),
    ]
    for width in (390, 1440):
        await page.set_viewport_size({"width": width, "height": 844})
        for path in paths:
            await page.goto(f"{world.url}/console{path}")
            for closed in await page.locator("main details").all():
                await closed.evaluate("node => { node.open = true }")
            assert await faults(page) == [], (path, width)
    await page.goto(f"{world.url}/console/follow-ups/{row}/edit")
    await page.get_by_label("When").fill("nonsense")
    await page.get_by_role("button", name="Keep").click()
    await expect(page.locator("#when-problem")).to_be_visible()
    assert await faults(page) == []
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("When")).to_be_focused()
