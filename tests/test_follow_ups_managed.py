"""Staff see what their concierge is about to send unasked, why, and change it (I6, I15)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from desk_hands import DANA, RAVI, ROSA, Hands, buttons_of, set_clock, words_of
from follow_up_ground import NOW, ZONE, Somebody, somebody
from staff_room import Staff, shown
from world import World

from bot.booking.reminders import replan
from bot.desk.people import Member
from bot.domain_booking import BookingId
from bot.store import bookings
from handlers.desk.base import Answer
from jobs.base import perform

PARTY = datetime(2026, 12, 12, 18, tzinfo=ZONE)
"""A Saturday; its reminders are on the Saturday and the day before."""


async def _booked(world: World, customer: Somebody) -> BookingId:
    """An event with its two reminders, and the thanks after it."""
    set_clock(world, NOW)
    booking_id = await customer.booked(PARTY, at=NOW - timedelta(days=10))
    await _replan(world, booking_id)
    return booking_id


async def _replan(world: World, booking_id: BookingId) -> None:
    async with world.pool.acquire() as conn, conn.transaction():
        booking = await bookings.get(conn, booking_id)
        await replan(conn, world.ground.profile, booking, now=NOW)


def button(shown: Answer, label: str, number: int = 0) -> Mapping[str, Any]:
    """A button of that label."""
    found = [each for each in buttons_of(shown) if each["text"]["text"] == label]
    return found[number]


async def _row(world: World, step: str) -> tuple[object, ...]:
    (row,) = await world.rows(
        "SELECT status, text, planned_by, changed_by FROM follow_ups WHERE step = $1", step
    )
    return tuple(row)


async def test_staff_read_why_it_is_planned_and_what_it_would_say(idle_world: World) -> None:
    """The list names cause and reason; the story has rule, steps, words and way."""
    world, dana = idle_world, Hands(idle_world)
    await _booked(world, await somebody(world.pool, name="Ana & <!here>"))
    listed = await dana.commands("/followups")
    told = words_of(listed)
    assert "3 follow-ups planned" in told
    assert "Reminder before the event (7d)" in told
    assert "Ana &amp; &lt;!here&gt;" in told
    assert "planned by its rule" in told
    assert [each["text"]["text"] for each in buttons_of(listed)[:4]] == [
        "Why",
        "Edit",
        "Send now",
        "Cancel",
    ]
    await dana.presses(button(listed, "Why"))
    story = words_of(dana.window)
    for said in (
        "What called for it",
        "7 and 1 days before the event",
        "never within 48 hours",
        "this one weighs 80",
        "Tue, Dec 1, 2026, 12:00 PM  planned, for Sat, Dec 5, 2026",
        "At its moment, as things stand",
        "It goes by sms to +1510555",
        "the only address that may be written to now",
        "What they would read",
    ):
        assert said in story, said
    assert "12 guests" in story or "12" in story.rpartition("What they would read")[2]
    dana.closes()
    rules = words_of(await dana.commands("/followups", "rules"))
    assert "Reminder before the event (before_event): on" in rules
    assert "2 planned; in 30 days 0 sent" in rules


async def _refused(dana: Hands) -> None:
    """One clear reason for each field."""
    for when, said in (
        ("2026-12-04 03:00", "outside the hours in which they may be written to"),
        ("2026-12-10 10:00", "keep 48 hours apart"),
        ("2026-12-30 10:00", "it says nothing any more after"),
        ("2026-11-30 10:00", "over already"),
    ):
        errors = (await dana.submits({"when": when})).errors
        assert said in errors["when"], when
        assert set(errors) == {"when"}
    errors = (await dana.submits({"text": "x" * 1001, "when": "2026-12-04 03:00"})).errors
    assert errors["text"] == "at most 1000 characters; this has 1001"
    assert "when" in errors


async def test_an_edit_is_kept_in_its_editors_name_or_refused_by_field(idle_world: World) -> None:
    """What was edited is sent as it was written; who comes second is told so."""
    world, dana, ravi = idle_world, Hands(idle_world), Hands(idle_world, RAVI)
    await _booked(world, await somebody(world.pool))
    listed = await dana.commands("/followups")
    await dana.presses(button(listed, "Edit"))
    await ravi.presses(button(listed, "Edit"))
    assert "2026-12-05" in str(dana.window["blocks"])
    await _refused(dana)
    assert await _row(world, "7d") == ("planned", "", "", "")

    assert "Nothing was changed" in words_of((await dana.submits()).window or {})
    dana.closes()
    await dana.presses(button(listed, "Edit"))
    words = "Hi! Kenji asks: shall he bring the big grill? <!channel>"
    kept = await dana.submits({"text": words, "when": "2026-12-04 11:00"})
    assert "Kept: it goes on *Fri, Dec 4, 2026, 11:00 AM*" in words_of(kept.window or {})
    assert await _row(world, "7d") == ("planned", words, "", "U0DANA")
    assert "meanwhile" in (await ravi.submits({"text": "Another text"})).errors["text"]

    dana.closes()
    listed = await dana.commands("/followups")
    assert "edited by Dana" in words_of(listed)
    await dana.presses(button(listed, "Why"))
    assert "Its words were edited by hand." in words_of(dana.window)
    assert ", for Fri, Dec 4, 2026, 11:00 AM: edited by Dana" in words_of(dana.window)
    dana.closes()
    await dana.presses(button(listed, "Edit"))
    assert not (await dana.submits({"text": ""})).errors
    assert (await _row(world, "7d"))[1] == "", "back to the rule's words"
    acts = await world.rows("SELECT actor, act FROM audit_log ORDER BY created_at, id")
    assert [tuple(each) for each in acts] == [("U0DANA", "follow_up.edited")] * 2


async def test_send_now_is_judged_like_any_other(idle_world: World) -> None:
    """I6: never past consent or quiet hours; the answer says at once what becomes of it."""
    world, dana = idle_world, Hands(idle_world)
    customer = await somebody(world.pool)
    await _booked(world, customer)
    listed = await dana.commands("/followups")
    now = button(listed, "Send now")
    set_clock(world, datetime(2026, 12, 2, 3, tzinfo=ZONE))
    pressed = await dana.presses(now)
    assert "Not now: moved out of the customer's quiet hours" in pressed.text
    assert "Wed, Dec 2, 2026, 9:00 AM" in pressed.text
    assert [ring.job for ring in pressed.rings] == ["send_follow_up"]

    await world.rows("UPDATE addresses SET consent = 'revoked'")
    set_clock(world, datetime(2026, 12, 2, 12, tzinfo=ZONE))
    before = await world.rows("SELECT due_at, status FROM follow_ups ORDER BY due_at")
    refused = await dana.presses(button(listed, "Send now", 1))
    assert "Nothing was changed: now it would be left out" in refused.text
    assert "opted out" in refused.text
    assert not refused.rings
    assert await world.rows("SELECT due_at, status FROM follow_ups ORDER BY due_at") == before

    await world.rows("UPDATE addresses SET consent = 'given'")
    goes = await dana.presses(now)
    assert f"It goes now by sms to {customer.handle}." in goes.text
    assert goes.replaces
    assert await world.value("SELECT due_at FROM follow_ups WHERE step = '7d'") <= (
        world.deps.bot.clock.now()
    )


async def test_what_staff_cancelled_stays_cancelled(idle_world: World) -> None:
    """Even where the booking is planned anew; two who press at once do it once."""
    world, dana = idle_world, Hands(idle_world)
    booking_id = await _booked(world, await somebody(world.pool, name="Ana"))
    listed = await dana.commands("/followups", "Ana")
    await dana.presses(button(listed, "Edit"))
    cancel = button(listed, "Cancel")
    answers = await asyncio.gather(dana.presses(cancel), Hands(world, RAVI).presses(cancel))
    assert sorted(each.text.partition(".")[0] for each in answers) == [
        "Cancelled",
        "Nothing to cancel: it had left, or was cancelled before",
    ]
    await _replan(world, booking_id)
    assert (await _row(world, "7d"))[0] == "cancelled"
    assert (await _row(world, "1d"))[0] == "planned"
    assert "it is not planned any more" in (await dana.submits({"text": "Late"})).errors["text"]
    told = words_of(await dana.commands("/followups", "Ana"))
    assert "2 follow-ups planned" in told
    assert "cancelled: cancelled by" in told.partition("Lately")[2]
    late = await dana.presses(button(listed, "Send now"))
    assert "It is not planned any more" in late.text
    dana.closes()
    await dana.presses(button(listed, "Edit"))
    assert "submit" not in dana.window
    forged = {**cancel, "action_id": "followup_now:nonsense"}
    assert "not there any more" in (await dana.presses(forged)).text


async def test_the_longest_list_fits_what_slack_takes(idle_world: World) -> None:
    """Fifty blocks and three thousand signs each, however long the names and words."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, NOW)
    for number in range(3):
        who = await somebody(world.pool, name="&" * 500 + str(number))
        await world.rows(
            """INSERT INTO follow_ups (customer_id, address_id, cause, due_at, status, because,
              reason, text, planned_by)
            SELECT $1, $2, 'staff', $3::timestamptz + make_interval(hours => n), 'held',
              repeat('<', 2000), repeat('>', 2000), repeat('&', 1000), 'U0DANA'
            FROM generate_series(1, 9) n""",
            who.customer_id,
            who.address_id,
            NOW,
        )
    listed = await dana.commands("/followups")
    assert "27 follow-ups planned" in listed.text
    assert "and 7 later ones" in words_of(listed)
    assert len(listed.blocks) <= 50
    texts = [each["text"]["text"] for each in listed.blocks if each["type"] == "section"]  # type: ignore[index]  # Blocks.
    assert max(map(len, texts)) <= 3000
    await dana.presses(button(listed, "Why"))
    assert len(dana.window["blocks"]) <= 100


async def _followed(world: World, words: str, who: Member = DANA) -> str:
    """What is whispered after the first answer."""
    answer = await Hands(world, who).commands("/followups", words)
    if answer.after is None:
        return words_of(answer)
    await answer.after()
    return shown(Staff(world, who.id).whispers[-1])


async def test_results_and_trials_are_whispered_when_they_are_there(idle_world: World) -> None:
    """They may take longer than Slack waits; what is typed wrong is named."""
    world = idle_world
    set_clock(world, NOW)
    ana = await somebody(world.pool, at=NOW - timedelta(days=20))
    await ana.wrote("How much for 12?", NOW - timedelta(days=20))
    await ana.was_priced(NOW - timedelta(days=20) + timedelta(minutes=1))
    told = await _followed(world, "try unanswered_quote 30 quote_hours=24")
    assert "the past 30 days, with quote_hours = 24" in told
    assert "1 would have gone: 1 by sms." in told
    assert await world.value("SELECT count(*) FROM follow_ups") == 0
    assert "cannot be tried" in await _followed(world, "try nonsense")
    assert "no such figure" in await _followed(world, "try unanswered_quote 30 x=<!here>")
    assert "from 1 to 90 days" in await _followed(world, "try unanswered_quote 400")
    assert "Name a cause" in await _followed(world, "try")
    assert "Follow-ups due from" in await _followed(world, "results 7")
    assert "from 1 to 366 days" in await _followed(world, "results ages")
    assert "No event in this time" in await _followed(world, "margins 7", ROSA)
    assert "for owners" in await _followed(world, "margins 7")


async def _sends(world: World) -> None:
    """The worker judges what is due, twice at once (I2)."""
    due = await world.rows(
        "SELECT id FROM follow_ups WHERE status IN ('planned', 'due') AND due_at <= $1",
        world.deps.bot.clock.now(),
    )
    ids = [{"follow_up_id": str(row["id"])} for row in due]
    await asyncio.gather(*(perform(world.deps, "send_follow_up", each) for each in (*ids, *ids)))


async def test_what_was_edited_and_hurried_leaves_once_as_it_was_written(
    idle_world: World,
) -> None:
    """I2, I6: the customer reads the edited words; nothing can be changed after they have left."""
    world, dana = idle_world, Hands(idle_world)
    await _booked(world, await somebody(world.pool, name="Ana"))
    listed = await dana.commands("/followups", "Ana")
    await dana.presses(button(listed, "Edit"))
    words = "Hi Ana, Kenji asks whether there is shade for the grill."
    assert not (await dana.submits({"text": words})).errors
    dana.closes()
    hurried = await asyncio.gather(
        dana.presses(button(listed, "Send now")),
        Hands(world, RAVI).presses(button(listed, "Send now")),
    )
    assert all("It goes now by sms" in each.text for each in hurried)
    await _sends(world)
    sent = await world.rows("SELECT text FROM messages WHERE direction = 'outbound'")
    assert [row["text"] for row in sent] == [words]
    too_late = await dana.presses(button(listed, "Send now"))
    assert "It has left already, or lies in the outbox" in too_late.text
    too_late = await dana.presses(button(listed, "Cancel"))
    assert "Nothing to cancel" in too_late.text
    await dana.presses(button(listed, "Edit"))
    assert "submit" not in dana.window
    dana.closes()
    await dana.presses(button(listed, "Why"))
    assert words in words_of(dana.window).partition("What they read")[2]

    # The next one is too close to what has just left, and says so.
    near = await dana.presses(button(listed, "Send now", 1))
    assert "another message that nobody asked for" in near.text
    await _sends(world)
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 1
