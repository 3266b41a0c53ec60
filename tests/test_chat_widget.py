"""The chat in a real browser, on a site that allows no inline script or style."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession
from playground_sample import open_browser
from playwright.async_api import Browser, Page, expect
from world import World

from handlers import chat_watching

ANSWER_MS = 15_000
PHONE = {"width": 390, "height": 844}
SIZE_MAX = 20_000


@asynccontextmanager
async def on_site(
    browser: Browser, world: World, path: str = "", *, before: str = "", **look: Any
) -> AsyncIterator[Page]:
    """A visitor's page with the chat on it; whatever it complains of fails the test."""
    context = await browser.new_context(**look)
    await context.add_init_script(before)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.goto(f"{world.url}/playground/site{path}")
    await page.locator(".launch").wait_for()
    yield page
    await context.close()
    assert [each for each in complaints if "ERR_INTERNET" not in each] == []


async def test_a_visitor_chats_across_pages_by_keyboard_alone(world: World) -> None:
    async with open_browser() as browser:
        async with on_site(browser, world) as page:
            launch, panel = page.locator(".launch"), page.get_by_role("dialog")
            assert await page.context.cookies() == []  # Nobody is known before they begin.
            await expect(launch).to_have_attribute("aria-expanded", "false")
            await launch.focus()
            await page.keyboard.press("Enter")
            await expect(panel).to_have_accessible_name("Chat with My Hibachi Chef")
            await expect(page.get_by_label("Message", exact=True)).to_be_focused()
            await page.keyboard.type("How much for 25 adults and 6 kids? <b>x</b>")
            await page.keyboard.press("Enter")
            answer = page.locator(".row.bot:not(.piece)", has_text="1,555.00")
            await expect(answer).to_have_count(1, timeout=ANSWER_MS)
            await expect(page.locator(".row.you .text")).to_contain_text("<b>x</b>")
            await expect(page.locator(".row.you .how")).to_have_text("Seen")
            await expect(page.locator(".piece, .dots")).to_have_count(0)
            log = page.get_by_role("log")
            await expect(log).to_have_attribute("aria-live", "polite")
            await world.until(
                "SELECT bool_and(status = 'read') FROM messages WHERE direction = 'outbound'"
            )
            await page.keyboard.press("Escape")
            await expect(panel).to_be_hidden()
            await expect(launch).to_be_focused()
            await page.keyboard.press("Enter")
            await page.get_by_role("link", name="Menu").click()
            await expect(page).to_have_url(re.compile("/menu$"))
            await expect(answer).to_be_visible()
            cookies = await page.context.cookies()
            assert [(c["httpOnly"], c["sameSite"]) for c in cookies] == [(True, "Lax")]
            await _loads_it_again(page)
        async with on_site(browser, world) as stranger:
            await stranger.locator(".launch").click()
            await expect(stranger.locator(".row")).to_have_count(1)  # I10: the greeting alone.
        assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1


async def _loads_it_again(page: Page) -> None:
    """Two tags are one chat, and nothing in it needs a style attribute."""
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement"
        "('script'), {src: '/chat/widget.js?again'}))"
    )
    await page.wait_for_function(
        "performance.getEntriesByName(location.origin + '/chat/widget.js?again').length"
    )
    assert await page.locator("#concierge-chat").count() == 1
    assert await page.locator("#concierge-chat [style]").count() == 0


async def test_words_written_without_a_connection_are_kept_and_sent_once(world: World) -> None:
    """I1, I2: offline, closed and opened again, the message is still one."""
    async with open_browser() as browser, on_site(browser, world, viewport=PHONE) as page:
        await page.locator(".launch").click()
        box = await page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
        await page.context.set_offline(True)
        await expect(page.get_by_role("status")).to_contain_text("No connection")
        await page.get_by_label("Message", exact=True).fill("Hello, is anybody there?")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".row.you .how")).to_have_text("Not sent yet. Trying again…")
        await page.context.set_offline(False)
        await expect(page.locator(".row.you .how")).to_have_text("Seen", timeout=ANSWER_MS)
        await expect(page.get_by_role("status")).to_be_hidden()
        assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1
        await page.get_by_role("button", name="Close chat").first.click()
        await world.rows(
            "INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,"
            " status, external_id) SELECT conversation_id, address_id, 'outbound', channel,"
            " 'staff', 'See https://example.com/a?b=1.', 'sent', 'x' FROM messages WHERE"
            " direction = 'inbound'"
        )
        await expect(page.locator(".badge")).to_have_text("1", timeout=ANSWER_MS)
        await expect(page.locator(".launch")).to_have_accessible_name("Open chat, 1 unread")
        await page.locator(".launch").click()
        link = page.get_by_role("link", name="https://example.com/a?b=1")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        await expect(link).to_have_attribute("href", "https://example.com/a?b=1")
        # On the whole screen the keyboard stays in it.
        for _ in range(8):
            await page.keyboard.press("Tab")
            assert await page.evaluate(
                "!!document.activeElement.shadowRoot?.activeElement.closest('.panel')"
            )


async def test_it_speaks_the_pages_language_and_can_be_read_in_the_dark(world: World) -> None:
    looks = {"color_scheme": "dark", "reduced_motion": "reduce", "viewport": PHONE}
    async with open_browser() as browser:
        for language, title, write in (
            ("es", "Chat con My Hibachi Chef", "Mensaje"),
            ("zh", "与My Hibachi Chef聊天", "输入消息"),
        ):
            async with on_site(browser, world, f"?lang={language}", **looks) as page:
                await page.locator(".launch").click()
                await expect(page.get_by_role("dialog")).to_have_accessible_name(title)
                await page.get_by_label(write, exact=True).fill("Hola, 你好")
                await page.keyboard.press("Enter")
                await expect(page.locator(".row.you")).to_be_visible()
                pairs = await page.evaluate(COLOURS)
                assert len(pairs) >= 4
                assert [pair for pair in pairs if _contrast(*pair[1:]) < 4.5] == []
                wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert wide


FULL = """Object.defineProperty(Storage.prototype, "setItem", {
  value: () => { throw new DOMException("full", "QuotaExceededError"); } });
localStorage.clear();
addEventListener("keyup", (event) => { if (event.key === "s") document.title = "searched"; });
"""
"""A site that has filled the storage, and has a shortcut of its own."""
ENDED = """new Promise((done) => new PerformanceObserver((list) =>
  list.getEntries().some((one) => one.name.endsWith("/chat/events")) && done()
).observe({ type: "resource", buffered: true }))"""
"""Until the stream is over: the browser enters it then."""


async def test_a_site_that_fills_the_storage_loses_no_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1: nor does a chat left open until its stream was ended for quiet."""
    monkeypatch.setattr(chat_watching, "HEARTBEAT_S", 0.2)
    monkeypatch.setattr(chat_watching, "REST_MS", 300.0)
    async with open_browser() as browser, on_site(browser, world, before=FULL) as page:
        await page.locator(".launch").click()
        await page.evaluate(ENDED)
        await page.keyboard.type("is somebody there?")
        await page.keyboard.press("Enter")
        await expect(page.locator(".row.bot")).to_have_count(2, timeout=ANSWER_MS)
        assert await page.title() != "searched"


COLOURS = """() => {
  const shadow = document.querySelector("#concierge-chat").shadowRoot;
  const behind = (el) => { for (; el; el = el.parentElement) {
    const c = getComputedStyle(el).backgroundColor; if (!c.endsWith(", 0)")) return c; } };
  return [".bot .text", ".you .text", ".who", ".how", "h2", "textarea"].map((name) => {
    const el = shadow.querySelector(name);
    return [name, getComputedStyle(el).color, behind(el)]; });
}"""


def _contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, definition of contrast ratio (read 2026-11-23)."""
    lights = []
    for colour in (one, other):
        shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


async def test_the_script_is_small_and_kept_by_browsers(idle_world: World) -> None:
    url = f"{idle_world.url}/chat/widget.js"
    async with ClientSession(auto_decompress=False) as http:
        async with http.get(url, headers={"Accept-Encoding": "identity"}) as plain:
            script = await plain.read()
            assert plain.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            etag = plain.headers["ETag"]
        async with http.get(url, headers={"Accept-Encoding": "gzip"}) as packed:
            body = await packed.read()
            assert gzip.decompress(body) == script
        async with http.get(url, headers={"If-None-Match": etag}) as same:
            assert same.status == 304
    assert len(script) < SIZE_MAX
    assert len(body) < SIZE_MAX / 2
    for banned in (b"innerHTML", b"eval(", b"new Function", b"document.write", b"import("):
        assert banned not in script
