"""What customers and staff were seen to read wrongly of follow-ups, and read rightly now.

Pure where it can be; the desk's own pages have their stories elsewhere.
"""

from __future__ import annotations

import re
from datetime import datetime

from desk_hands import Hands, buttons_of, set_clock, words_of
from follow_up_ground import NOW, ZONE, somebody
from playground_sample import open_browser
from world import World

from bot import profile_follow_up_words as words
from bot.booking.reminders import replan
from bot.profile import load_profile
from bot.store import bookings

PROFILE = load_profile()
PARTY = datetime(2026, 12, 12, 18, tzinfo=ZONE)


def test_a_time_that_ends_in_a_full_stop_does_not_double_the_sentences_own() -> None:
    """ "3:00 p.m.." stood in every Spanish reminder (I8: the figure itself is as it was)."""
    said, missing = words.fill("Es a las {time}. Vamos.", {"time": "3:00 p.m."})
    assert (said, missing) == ("Es a las 3:00 p.m. Vamos.", frozenset())
    assert words.fill("A las {time}, ¿sí?", {"time": "3:00 p.m."})[0] == "A las 3:00 p.m., ¿sí?"
    assert words.before_stop("18:00") == "18:00"


def test_no_spanish_wording_has_two_full_stops_in_a_row() -> None:
    """Whatever the wording, its times and arrivals end in "p.m."."""
    known = dict.fromkeys(words.FIELDS, "3:00 p.m.")
    names = [name for name in words.names(PROFILE) if words.find(PROFILE, name, "es")]
    said = {name: words.fill(words.find(PROFILE, name, "es"), known)[0] for name in names}
    assert len(said) > 20
    assert {name for name, text in said.items() if re.search(r"\.\.", text)} == set()


async def test_why_tells_what_becomes_of_it_at_its_moment_and_not_of_today(
    idle_world: World,
) -> None:
    """Just booked, a reminder of next week was said to be left out, with no words to edit (I6)."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, NOW)
    customer = await somebody(world.pool, name="Ana")
    booking_id = await customer.booked(PARTY, at=NOW)
    async with world.pool.acquire() as conn, conn.transaction():
        booking = await bookings.get(conn, booking_id)
        await replan(conn, world.ground.profile, booking, now=NOW)
    listed = await dana.commands("/followups")
    await dana.presses(next(b for b in buttons_of(listed) if b["text"]["text"] == "Why"))
    story = words_of(dana.window)
    assert "At its moment, as things stand" in story
    assert "left out" not in story
    assert "What they would read" in story


async def test_code_is_shown_as_it_stands_on_the_playgrounds_desk(world: World) -> None:
    """A trial's figures lost their underscores, and stood between stray marks."""
    async with open_browser() as browser:
        page = await browser.new_page()
        await page.goto(f"{world.url}/playground")
        await page.wait_for_selector("body[data-ready]")
        drawn = await page.evaluate(
            """async () => {
              const { mrkdwn } = await import("/playground/playground-desk-blocks.js");
              const node = mrkdwn("div", "By\\n```a_b_c *1*\\nd```\\nafter_event_a and _so_");
              return [node.querySelector("pre").textContent, node.querySelectorAll("em").length,
                node.textContent];
            }"""
        )
        assert drawn[0] == "a_b_c *1*\nd"
        assert drawn[1] == 1
        assert "after_event_a and so" in drawn[2]
