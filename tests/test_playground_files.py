"""The playground's files in a real browser: a customer's photo, and the photo staff answer with."""

from __future__ import annotations

import base64

from aiohttp import ClientSession
from playground_sample import ANN, open_browser
from playwright.async_api import ConsoleMessage, FilePayload, Locator, expect
from world import World

from handlers.sandbox.phones import Upload

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
PATIO: FilePayload = {"name": "patio.png", "mimeType": "image/png", "buffer": PIXEL}
GRILL: FilePayload = {"name": "grill.png", "mimeType": "image/png", "buffer": PIXEL}


def hear(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type == "error":
        complaints.append(said.text)


async def choose(clip: Locator, file: FilePayload) -> None:
    async with clip.page.expect_file_chooser() as opened:
        await clip.click()
    await (await opened.value).set_files(file)


async def test_photos_go_both_ways(world: World) -> None:
    """The customer's photo reaches the card's thread, that of staff the customer's phone."""
    complaints: list[str] = []
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("console", lambda said: hear(said, complaints))
        await page.goto(f"{world.url}/playground")
        await page.wait_for_selector("body[data-ready]")
        await page.locator(f'#people [data-number="{ANN}"]').click()
        await page.locator('#channels [data-channel="whatsapp"]').click()
        await page.locator("#composer").fill("Can I talk to a person?")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Claim").click(timeout=20_000)
        clip, send = page.locator("#form .clip"), page.get_by_role("button", name="Send").first
        await choose(clip, PATIO)
        await expect(clip).to_have_accessible_name("Attached: patio.png. Take it off")
        await clip.click()
        await expect(clip).to_have_accessible_name("Attach a file")
        await expect(send).to_be_disabled()
        await choose(clip, PATIO)
        await send.click()
        await expect(clip).to_have_attribute("aria-pressed", "false")
        mine = page.locator("#messages .mine img.picture")
        await expect(mine).to_have_count(1)
        await expect(mine).not_to_have_js_property("naturalWidth", 0)
        await expect(page.locator(".thread img.picture")).to_have_count(1, timeout=20_000)
        reply = page.locator("form.reply", has=page.get_by_label("Reply in the thread")).last
        await choose(reply.locator(".clip"), GRILL)
        await reply.get_by_label("Reply in the thread").fill("Like this one.")
        await reply.get_by_role("button", name="Reply").click()
        theirs = page.locator("#messages .theirs img.picture")
        await expect(theirs).to_have_count(1, timeout=20_000)
        await expect(page.locator("#messages .theirs", has_text="Like this one.")).to_be_visible()
        await expect(theirs).not_to_have_js_property("naturalWidth", 0)
    assert complaints == []


async def test_what_no_file_is_named(idle_world: World) -> None:
    """I11: neither words nor file, or a broken file: one clear error, and nothing is sent."""
    text = {"channel": "sms", "from": ANN}
    page = {"name": "a.svg", "type": "image/svg+xml", "content": ""}
    async with ClientSession(idle_world.url) as http:
        for path, given, named in (
            ("messages", text, "missing: text"),
            ("messages", {**text, "file": {**page, "content": "%"}}, "file.content"),
            ("messages", {**text, "file": {**page, "name": "../a"}}, "file.name"),
            ("desk/messages", {}, "missing: text"),
            ("desk/messages", {"file": {**page, "content": "%"}}, "file.content"),
        ):
            refused = await http.post(f"/playground/{path}", json=given)
            assert refused.status == 400
            assert named in await refused.text()
        twilio = idle_world.stand_ins.twilio
        assert twilio.messages == []
        sid = await twilio.customer_sends(
            "sms", ANN, "", media=[Upload("image/svg+xml", b"<svg/>")]
        )
        sent = twilio.phones.find(sid)
        assert sent is not None
        [(key, _)] = sent.media
        shown = await http.get(f"/playground/phone/files/{key}")
        assert shown.headers["Content-Disposition"] == "attachment"
        assert (await http.get("/playground/phone/files/unknown")).status == 404
