"""Staff see a deposit come in, in the playground, and the customer's phone says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from booking_rows import Row, write_booking
from playground_sample import LUCIA, open_browser
from playwright.async_api import expect
from world import World

from bot.profile import load_profile

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)


def row() -> Row:
    """Agreed to an hour ago; the deposit is awaited."""
    now = datetime.now(UTC)
    return Row(
        code="H7K3Q",
        name="Lucía Pérez",
        number=LUCIA,
        language="es",
        starts_at=datetime(now.year + 1, 6, 5, 18, tzinfo=ZONE),
        holds_until=now + timedelta(hours=23),
    )


async def test_one_press_confirms_and_the_customer_reads_it(world: World) -> None:
    await write_booking(world.pool, row())
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{world.url}/playground")
        await page.wait_for_selector("body[data-ready]")
        await page.locator(f'[data-number="{LUCIA}"]').click()
        await page.get_by_role("button", name="Deposit received").click()
        await expect(page.locator(".booking")).to_contain_text("Confirmed")
        bubble = page.locator(".theirs", has_text="H7K3Q")
        await expect(bubble).to_contain_text("5 de junio de", timeout=15_000)
        await expect(bubble).to_contain_text("6:00 p.m., 20 invitados")
    follow_ups = await world.rows("SELECT cause FROM follow_ups WHERE status = 'planned'")
    assert follow_ups, "a confirmed event plans its reminders"
