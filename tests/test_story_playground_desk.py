"""A newcomer plays both sides: the customer is upset, somebody takes over, answers, hands back."""

from __future__ import annotations

from playground_sample import open_browser
from playwright.async_api import Page, expect
from world import World

UPSET = "This is the third time nobody answered me. I'm furious! <img src=x onerror=alert(1)>"
SLOWLY_MS = 15_000


async def test_a_person_takes_over_answers_and_hands_back(world: World) -> None:
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.goto(f"{world.url}/playground")
        await page.wait_for_selector("body[data-ready]")
        await page.locator("#composer").fill(UPSET)
        await page.keyboard.press("Enter")
        card = page.locator("#posts .entry").first
        await expect(card).to_contain_text("<img src=x onerror=alert(1)>", timeout=SLOWLY_MS)

        await card.get_by_role("button", name="Claim").click()
        await expect(card).to_contain_text("Only you see this", timeout=SLOWLY_MS)
        await expect(card).to_contain_text("Held by Dana", timeout=SLOWLY_MS)
        await page.get_by_role("radio", name="Ravi").click()
        await expect(card).not_to_contain_text("Only you see this")
        await page.get_by_role("radio", name="Dana").click()

        reply = card.get_by_label("Reply in the thread")
        await reply.fill("I am so sorry, I am on it.")
        await reply.press("Enter")
        await card.get_by_role("button", name="Send now").click(timeout=SLOWLY_MS)
        phone = page.locator(".theirs", has_text="I am so sorry, I am on it.")
        await expect(phone).to_be_visible(timeout=SLOWLY_MS)
        await expect(card.locator(".reaction", has_text="✅")).to_be_visible(timeout=SLOWLY_MS)

        await _resolve_needs_an_outcome(page)
        await card.get_by_role("button", name="Return to bot").click()
        window = page.locator("dialog.window[open]")
        await window.locator("button[type=submit]").click(timeout=SLOWLY_MS)
        await expect(window).to_have_count(0)
        await expect(card).to_contain_text("back to the concierge", timeout=SLOWLY_MS)

        await _commands_and_home(page)
        assert complaints == []


async def _resolve_needs_an_outcome(page: Page) -> None:
    """The window says so beside its field, and Escape closes it without harm."""
    await page.locator("#posts").get_by_role("button", name="Resolve").click()
    window = page.locator("dialog.window[open]")
    await window.locator("button[type=submit]").click(timeout=SLOWLY_MS)
    await expect(window.locator(".field .wrong").first).to_be_visible()
    await expect(window.locator("[aria-invalid=true]").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(window).to_have_count(0)


async def _commands_and_home(page: Page) -> None:
    """Commands are listed as they are typed; their answer is for one person alone."""
    await page.locator("#desk-field").fill("/cus")
    await page.locator("#desk-commands").get_by_role("button", name="/customer").click()
    await page.keyboard.type("+14155550132")
    await page.keyboard.press("Enter")
    card = page.locator("#posts .entry").last
    await expect(card).to_contain_text("Only you see this", timeout=SLOWLY_MS)
    await expect(card).to_contain_text("Add note")
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#desk-home h3").first).to_be_visible(timeout=SLOWLY_MS)
