"""The staff column in a browser: windows, pictures, whispers and letters as Slack shows them."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playground_sample import Served, open_browser, serving
from playwright.async_api import Browser, Page, expect

from bot import devstack
from bot.devstack import DevStack
from bot.store.connection import Pool, open_pool
from channels import desk_blocks as kit

pytestmark = pytest.mark.asyncio(loop_scope="module")
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OPTIONS = [kit.option("red", "Red"), kit.option("blue", "Blue", "Like the sea")]
WINDOW = kit.modal(
    "ask",
    "Everything there is",
    [
        kit.section(f"*Fill it in*, {kit.escape('<b>please</b>')}"),
        kit.field("words", "Words", kit.text_input(lines=True), hint="As many as you like"),
        kit.field("name", "Name", kit.text_input(value="Ann"), optional=True),
        kit.field("guests", "Guests", kit.number_input(least=1, most=50)),
        kit.field("color", "Color", kit.select(OPTIONS, placeholder="Any")),
        kit.field("shade", "Shade", kit.radio(OPTIONS, value="red")),
        kit.field("extras", "Extras", kit.checkboxes(OPTIONS, chosen=["blue"]), optional=True),
        kit.field("day", "Day", kit.date_input(value="2026-12-05")),
        kit.actions([kit.button("more:1", "More", confirm="It takes a while")]),
    ],
    submit="Send it",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(stack: DevStack, template: str) -> AsyncIterator[Pool]:
    url = await devstack.create_database(stack.database_url, "playground_desk", template=template)
    opened = await open_pool(url, size=3)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def served(pool: Pool) -> AsyncIterator[Served]:
    async with serving(pool, has_desk=True) as one:
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


async def test_a_window_takes_every_kind_of_input(page: Page, served: Served) -> None:
    slack = served.stand_ins.slack
    shown = slack.views.show("U0DANA", WINDOW)
    window = page.get_by_role("dialog", name="Everything there is")
    await expect(window).to_be_visible()
    await expect(window).to_contain_text("Fill it in, <b>please</b>")
    await expect(window.get_by_label("Words")).to_be_focused()
    await window.get_by_role("button", name="Send it").click()
    await expect(window.locator(".field .wrong:visible")).to_have_count(3)
    await expect(window.get_by_label("Words")).to_be_focused()
    await expect(window.get_by_label("Words")).to_have_attribute("aria-invalid", "true")
    await window.get_by_label("Words").fill("Hello")
    await window.get_by_label("Guests").fill("99")
    await window.get_by_label("Color").select_option("Blue")
    await window.get_by_label("Blue", exact=False).first.check()
    await window.get_by_role("button", name="Send it").click()
    await expect(window.locator(".field .wrong:visible")).to_have_text(["Must be at most 50."])
    slack.views.redraw(shown, {**WINDOW, "title": kit.plain("Drawn anew", 24)})
    anew = page.get_by_role("dialog", name="Drawn anew")
    await expect(anew.get_by_label("Words")).to_have_value("Hello")
    await anew.get_by_role("button", name="More").click()
    question = page.get_by_role("dialog", name="Are you sure?")
    async with page.expect_response("**/desk/presses") as pressed:
        await question.get_by_role("button", name="Yes").click()
    assert (await (await pressed.value).json())["webhook_status"] == 200
    await anew.get_by_label("Guests").fill("20")
    await anew.get_by_role("button", name="Send it").click()
    await expect(page.locator("dialog.window[open]")).to_have_count(0)
    assert {name: str(value) for name, value in shown.entered.items()} == {
        "words": "Hello",
        "name": "Ann",
        "guests": "20",
        "color": "blue",
        "shade": "blue",
        "extras": "blue",
        "day": "2026-12-05",
    }


async def test_escape_closes_a_window_and_ravi_never_saw_it(page: Page, served: Served) -> None:
    slack = served.stand_ins.slack
    slack.views.show("U0RAVI", WINDOW)
    slack.views.show("U0DANA", {**WINDOW, "title": kit.plain("For Dana", 24)})
    await expect(page.get_by_role("dialog", name="For Dana")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.window[open]")).to_have_count(0)
    assert slack.views.top("U0DANA") is None
    assert slack.views.top("U0RAVI") is not None


@pytest.mark.parametrize("width", [390, 1440])
async def test_pictures_whispers_and_letters_stand_where_they_belong(
    page: Page, served: Served, width: int
) -> None:
    slack = served.stand_ins.slack
    client, channel = served.slack, slack.credentials.channel_id
    await page.set_viewport_size({"width": width, "height": 844})
    if width < 760:
        await page.locator('.views [data-view="desk"]').click()
    ts = str((await client.chat_postMessage(channel=channel, text="card"))["ts"])
    await client.files_upload_v2(
        channel=channel, thread_ts=ts, filename="grill.png", content=DOT, alt_txt="Their grill"
    )
    far = [{"type": "image", "image_url": "https://evil.example/x.png", "alt_text": "far away"}]
    await client.chat_postMessage(channel=channel, text="x", thread_ts=ts, blocks=far)
    await client.chat_postEphemeral(channel=channel, user="U0RAVI", text="psst", thread_ts=ts)
    await client.chat_postMessage(channel="U0ROSA", text="Good morning, Rosa")
    picture = page.get_by_alt_text("Their grill")
    await expect(picture).to_be_visible()
    # Visible comes before loaded.
    await expect(picture).to_have_js_property("naturalWidth", 1)
    await expect(page.locator("#posts .file")).to_have_text("far away")
    posts = page.locator("#posts")
    await expect(posts).not_to_contain_text("psst")
    await page.get_by_role("radio", name="Ravi").click()
    await expect(posts.locator(".whisper")).to_contain_text("psst")
    await page.get_by_role("tab", name="Direct").click()
    await expect(posts).to_contain_text("No letters")
    await page.get_by_role("radio", name="Rosa").click()
    await expect(posts).to_contain_text("Good morning, Rosa")
    await expect(posts).not_to_contain_text("card")
    wide = await page.evaluate("document.body.scrollWidth > document.body.clientWidth + 1")
    assert not wide


async def test_ones_own_words_are_edited_and_deleted(page: Page, served: Served) -> None:
    await page.locator("#desk-field").fill("Who is on today?")
    await page.keyboard.press("Enter")
    post = page.locator("#posts .post", has_text="Who is on")
    await post.hover()
    await post.get_by_label("More actions").click()
    await post.get_by_role("button", name="Edit").click()
    await page.get_by_label("Edit your message").fill("Who is on tonight?")
    await page.keyboard.press("Enter")
    await expect(post).to_contain_text("Who is on tonight?")
    await expect(post).to_contain_text("(edited)")
    await post.hover()
    await post.get_by_label("More actions").click()
    await post.get_by_role("button", name="Delete").click()
    await expect(post).to_have_count(0)
    assert served.stand_ins.slack.messages == []


async def test_only_ones_own_words_and_only_known_people(served: Served) -> None:
    slack = served.stand_ins.slack
    await slack.staff_writes("Mine", user="U0RAVI")
    theirs = slack.messages[-1].ts
    refused = [
        ("changes", {"ts": theirs, "text": "Yours", "user": "U0DANA"}, 404),
        ("presses", {"place": theirs, "action_id": "none"}, 404),
        ("submissions", {"view": "V0"}, 404),
        ("messages", {"text": "x", "user": "U0CONCIERGE"}, 400),
        ("messages", {"text": ""}, 400),
    ]
    async with ClientSession() as http:
        for path, body, status in refused:
            url = f"{served.url}/playground/desk/{path}"
            async with http.post(url, json=body) as response:
                assert (path, response.status) == (path, status)
        kept = slack.uploads.keep("page.html", b"<script>alert(1)</script>", user="U0DANA")
        async with http.get(f"{served.url}/playground/desk/files/{kept.id}") as response:
            assert response.headers["Content-Disposition"] == "attachment"
            assert response.content_type == "application/octet-stream"
    assert slack.messages[-1].text == "Mine"
