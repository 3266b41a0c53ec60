"""A newcomer opens the playground and sees the real service at work."""

from __future__ import annotations

from playground_sample import open_browser
from playwright.async_api import expect
from world import World


async def test_a_newcomer_sees_a_price_and_an_escalation(world: World) -> None:
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{world.url}/playground")
        await page.wait_for_selector("body[data-ready]")
        await page.get_by_role("button", name="How much for 25 adults and 6 kids?").click()
        await expect(page.locator(".theirs", has_text="1,555.00")).to_be_visible(timeout=15_000)
        await expect(page.locator(".card .outcome")).to_have_text("Answered", timeout=15_000)
        await expect(page.locator(".step", has_text="Handed to Twilio")).to_be_visible()
        await page.locator('[role="tab"]', has_text="Sam").click()
        await page.get_by_role("button", name="This is the third time").click()
        await expect(page.locator(".post")).to_be_visible(timeout=15_000)
        await expect(page.locator(".emotion.angry")).to_be_visible(timeout=15_000)
        await expect(page.locator(".card")).to_contain_text("Escalated to staff")
