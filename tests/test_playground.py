"""The playground in a real browser, over real HTTP, on a real database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playground_rows import ANGRY, QUOTE, store_turn
from playground_sample import ANN, CARD, SAM, Served, open_browser, serving, tell_the_day
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from bot import devstack
from bot.devstack import DevStack
from bot.store import schema
from bot.store.connection import Pool, open_pool

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG = "Long live the grill! 🔥 " * 66 + "x" * 70
ARABIC = "مرحبا، كم سعر حفلة لعشرين شخصا؟"

LATER_READINGS = """WITH first AS (
  SELECT * FROM messages WHERE direction = 'inbound'
), later AS (
  INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, text,
    language, status, turn_id)
  SELECT conversation_id, address_id, 'inbound', channel, external_id || '2', author,
    'Well, thanks', 'en', 'answered', turn_id FROM first RETURNING id, conversation_id
), alarm AS (
  INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act, explanation)
  SELECT id, conversation_id, 'furious', 'high', 'hand_over', 'angry 0.92: “third time”' FROM first
)
INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer, escalate, created_at)
SELECT id, conversation_id, 'disgusted', 'negative', 0.7, 0.9, 'heads-2', 0.8,
  now() + interval '1 second' FROM first
UNION ALL
SELECT id, conversation_id, 'neutral', 'neutral', 0.05, 0.9, 'heads-1', 0.0,
  now() + interval '2 seconds' FROM later"""
"""What a burst's second text was read as, what the first one rang, and how it was read anew."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(stack: DevStack) -> AsyncIterator[Pool]:
    url = await devstack.create_database(stack.database_url, "playground")
    opened = await open_pool(url, size=3)
    async with opened.acquire() as connection:
        await schema.migrate(connection)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def served(pool: Pool) -> AsyncIterator[Served]:
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE customers CASCADE")
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
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    await show(opened, served)
    yield opened
    await context.close()
    assert not complaints
    assert all(url.startswith(served.url) for url in asked), "something came from elsewhere"


async def show(page: Page, served: Served) -> None:
    await page.goto(f"{served.url}/playground")
    await page.wait_for_selector("body[data-ready]")


async def test_a_text_goes_in_by_a_signed_webhook_and_its_answer_appears(
    page: Page, served: Served
) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("Do you cook outdoors?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine", has_text="Do you cook outdoors?")).to_have_count(1)
    await served.stand_ins.twilio.wait_for(lambda text: text.webhook_status == 200)
    assert [form["Body"] for form in served.service.inbound()] == ["Do you cook outdoors?"]
    assert served.service.forged == 0
    await expect(page.locator(".typing")).to_be_visible()
    await served.reply(ANN, "Yes, anywhere level and clear.")
    await expect(page.locator(".theirs", has_text="Yes, anywhere level")).to_be_visible()
    await expect(page.locator(".typing")).to_have_count(0)


async def test_suggestion_and_whatsapp_by_keyboard(page: Page, served: Served) -> None:
    await page.locator("#channels [role=tab]").first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#device")).to_have_attribute("data-channel", "whatsapp")
    await page.get_by_role("button", name="¿Cuánto cuesta para 20 adultos?").click()
    text = await served.stand_ins.twilio.wait_for(lambda one: one.webhook_status == 200)
    assert (text.channel, text.body) == ("whatsapp", "¿Cuánto cuesta para 20 adultos?")


async def test_a_refused_webhook_is_shown_under_its_text(page: Page, served: Served) -> None:
    served.service.status = 503
    await page.locator("#composer").fill("Anyone there?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .lost")).to_contain_text("503")


async def test_desk_and_life_are_drawn_live(page: Page, served: Served, pool: Pool) -> None:
    await tell_the_day(served, pool)
    await expect(page.locator(".post h3")).to_contain_text("Sam Okafor")
    await expect(page.locator(".thread .post")).to_have_count(1)
    button = page.get_by_role("button", name="Take over")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_attribute("title", re.compile("does not take answers"))
    await expect(page.locator(".card .step-title", has_text="Price party")).to_be_visible()
    await expect(page.locator(".card .gives")).to_contain_text("1555.00")
    await page.locator(f'[data-number="{SAM}"]').click()
    await expect(page.locator(".emotion.angry .emotion-numbers")).to_contain_text("0.92")
    await expect(page.locator(".card", has_text=ANGRY)).to_contain_text("Escalated to staff")


async def test_each_text_of_a_burst_shows_its_newest_reading_and_what_rang(
    page: Page, served: Served, pool: Pool
) -> None:
    """The calm second text does not hide the first one's anger, nor a rescoring what it was."""
    sid = await served.stand_ins.twilio.customer_sends("sms", SAM, ANGRY)
    await store_turn(pool, customer=SAM, sid=sid, text=ANGRY, is_angry=True)
    await pool.execute(LATER_READINGS)
    await page.locator(f'[data-number="{SAM}"]').click()
    steps = page.locator(".step", has=page.locator(".emotion"))
    await expect(steps).to_have_count(2)
    await expect(steps.first).to_contain_text("Read before as Angry 0.92 by heads-1")
    await expect(steps.first).to_contain_text(f"“{ANGRY[:40]}…”")
    await expect(steps.first.locator(".emotion.disgusted")).to_contain_text("for a manager 0.80")
    await expect(steps.last).to_contain_text("“Well, thanks”")
    await expect(steps.last.locator(".emotion.neutral")).to_be_visible()
    alarm = page.locator(".step", has_text="Alarm: Furious")
    for words in ("high", "staff take over", "angry 0.92: “third time”"):
        await expect(alarm).to_contain_text(words)


async def test_a_waiting_page_sees_a_new_turn_without_being_asked(
    page: Page, served: Served, pool: Pool
) -> None:
    sid = await served.stand_ins.twilio.customer_sends("sms", ANN, "25 adults?")
    await store_turn(pool, customer=ANN, sid=sid, text="25 adults?")
    await expect(page.locator(".card .outcome")).to_have_text("Answered")


async def test_text_is_never_markup(page: Page, served: Served) -> None:
    await served.stand_ins.twilio.customer_sends("sms", ANN, "<img src=x onerror=alert(1)>")
    await expect(page.locator(".mine p")).to_have_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".mine img").count() == 0


async def test_theme_follows_the_system_and_the_toggle(page: Page, served: Served) -> None:
    async def ground() -> str:
        return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = await ground()
    await page.emulate_media(color_scheme="dark")
    dark = await ground()
    assert dark != light
    await page.locator("#theme").click()
    assert await ground() == light
    await show(page, served)
    assert await ground() == light, "the choice is kept"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
async def test_nothing_overflows(page: Page, served: Served, pool: Pool, width: int) -> None:
    await tell_the_day(served, pool)
    for text in (LONG, ARABIC, "🎉🔥", "a" * 400):
        await served.stand_ins.twilio.customer_sends("sms", ANN, text)
        await served.reply(ANN, text)
    await page.set_viewport_size({"width": width, "height": 844})
    for view in ("phone", "desk", "life"):
        tab = page.locator(f'.views [data-view="{view}"]')
        if await tab.is_visible():
            await tab.click()
        wide = await page.evaluate(
            """() => [...document.querySelectorAll('body, main, .messages, .posts, .cards')]
              .filter((node) => node.clientWidth && node.scrollWidth > node.clientWidth + 1)
              .map((node) => node.id || node.tagName)"""
        )
        assert wide == [], view


async def test_a_customer_can_be_added(page: Page) -> None:
    await page.locator("#add").click()
    await page.get_by_label("Name").fill("Noor")
    await page.get_by_label("Phone number").fill("+12095550163")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator('[data-number="+12095550163"]')).to_have_attribute(
        "aria-selected", "true"
    )


async def test_buttons_and_replies_work_where_the_service_takes_them(
    browser: Browser, pool: Pool
) -> None:
    async with serving(pool, has_desk=True) as served:
        opened = await browser.new_page()
        await show(opened, served)
        await tell_the_day_at_the_desk(served)
        button = opened.get_by_role("button", name="Take over")
        async with opened.expect_response("**/playground/desk/presses") as pressed:
            await button.click()
        assert (await (await pressed.value).json())["webhook_status"] == 200
        await opened.get_by_label("Reply in the thread").fill("On my way")
        await opened.keyboard.press("Enter")
        await expect(opened.locator(".thread .post")).to_contain_text("On my way")
        await opened.close()


async def tell_the_day_at_the_desk(served: Served) -> None:
    channel = served.stand_ins.slack.credentials.channel_id
    await served.slack.chat_postMessage(channel=channel, text="card", blocks=list(CARD))


async def test_foreign_pages_cannot_send(served: Served) -> None:
    body = {"channel": "sms", "from": ANN, "text": QUOTE}
    url = f"{served.url}/playground/messages"
    async with ClientSession() as http:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            async with http.post(url, json=body, headers=headers) as response:
                assert response.status == 403
        async with http.post(url, data=body) as response:
            assert response.status == 415
        async with http.post(url, json={**body, "from": "nobody"}) as response:
            assert (response.status, await response.text()) == (400, "wrong or missing: from")
        async with http.post(url, data="{", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
    assert served.stand_ins.twilio.messages == []


async def test_every_answer_carries_security_headers(served: Served) -> None:
    async with ClientSession() as http:
        for path in ("/playground", "/playground/playground.js", "/playground/events"):
            async with http.get(served.url + path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "script-src 'self';" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
        async with http.get(f"{served.url}/playground/secrets.txt") as response:
            assert response.status == 404
