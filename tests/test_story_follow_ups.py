"""A customer is reminded of their event, answers in a word, and sees the right thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followed_ground import HELD, REMINDER, Ours, booked, follow_up, row_of
from world import World

from bot.clock import ShiftedClock
from bot.domain import ConversationId
from bot.turn import take_turns
from jobs import deliver, send_follow_up


async def test_a_reminder_is_answered_and_another_number_changes_the_booking(world: World) -> None:
    """I8, I9: "all as planned" is kept; "25 not 20" is priced, stated, and done with the yes."""
    ann = world.customer("+14155550401")
    booking = await booked(world, ann)
    first = await follow_up(world, ann, REMINDER, booking)
    thanks = await ann.asks("All as planned")
    assert "20 guests" in thanks
    assert "December 11, 2027" in thanks
    assert await world.value(
        "SELECT headcount_confirmed_at IS NOT NULL FROM bookings WHERE id = $1", booking
    )
    kept = await row_of(world, first)
    assert (kept["status"], kept["answer_id"] is not None) == ("answered", True)
    assert await world.value("SELECT count(*) FROM booking_events WHERE act = 'change'") == 0

    second = await follow_up(world, ann, REMINDER, booking)
    stated = await ann.asks("Hi! We'd be 25 not 20, thanks")
    assert "25" in stated
    assert "$1,375.00" in stated, "25 adults at 55 dollars"
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 20
    done = await ann.asks("yes")
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 25, done
    assert (await row_of(world, second))["status"] == "answered"


async def test_a_number_that_changes_is_asked_for_then_restated_if_the_booking_moved(
    world: World,
) -> None:
    """The tap asks how many; a tap under an older message confirms nothing newer (I8)."""
    eva = world.customer("+14155550402")
    booking = await booked(world, eva)
    await follow_up(world, eva, REMINDER, booking)
    asked = await eva.asks("The number changes")
    assert "new number of guests" in asked
    stated = await eva.asks("22")
    assert "$1,210.00" in stated, "22 adults at 55 dollars"
    await eva.asks("yes")
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 22

    await follow_up(world, eva, REMINDER, booking)
    restated = await eva.asks("All as planned")
    assert "22 guests" in restated
    confirmed = "SELECT headcount_confirmed_at IS NOT NULL FROM bookings WHERE id = $1"
    assert not await world.value(confirmed, booking), "the message spoke of 20"
    thanks = await eva.asks("yes")
    assert "22 guests" in thanks
    assert await world.value(confirmed, booking)


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [("es", "¿Sigue siendo ese el número?", "sí"), ("zh", "一切照原计划吗？", "一切照旧，谢谢")],
)
async def test_a_reminder_is_answered_in_other_languages(
    world: World, language: str, text: str, words: str
) -> None:
    """The thanks repeats the row in the customer's language."""
    who = world.customer("+14155550403")
    booking = await booked(world, who)
    await world.value("UPDATE conversations SET language = $1", language)
    await follow_up(world, who, Ours(cause="before_event", step="1d", text=text), booking)
    thanks = await who.asks(words)
    assert ("20 invitados" if language == "es" else "20位") in thanks
    assert await world.value("SELECT headcount_confirmed_at IS NOT NULL FROM bookings")


async def test_of_two_bookings_the_one_we_wrote_about_is_changed(world: World) -> None:
    """I9: "5 more" after a reminder is for that event, at its own menu and price."""
    zoe = world.customer("+14155550410")
    first = await booked(world, zoe)
    await zoe.asks("I want to book another party for 30 adults in 94539 on December 18, 2027, 6pm")
    await zoe.asks("yes")
    await world.settles()
    assert await world.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 2
    await follow_up(world, zoe, REMINDER, first)
    stated = await zoe.asks("5 more")
    assert "$1,375.00" in stated
    assert "December 11" in stated
    await zoe.asks("yes")
    rows = await world.rows("SELECT headcount FROM bookings ORDER BY starts_at")
    assert [row["headcount"] for row in rows] == [25, 30]


async def test_children_are_asked_for_when_only_the_whole_number_is_said(world: World) -> None:
    """A price rests on ages: nobody is taken for an adult because we were told "25"."""
    lou = world.customer("+14155550411")
    booking = await booked(world, lou, "15 adults and 5 kids aged 8")
    await follow_up(world, lou, REMINDER, booking)
    which = await lou.asks("we'll be 25")
    assert "adults" in which
    assert "25" in which
    stated = await lou.asks("18 adults and 7 kids aged 8")
    assert "$1,200.00" in stated, "18 at 55 and 7 at 30 dollars"
    await lou.asks("yes")
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 25


async def test_a_yes_after_a_reminder_is_no_yes_to_terms_from_before(world: World) -> None:
    """I9: a cancellation was stated and left open; "yes" to the reminder cancels nothing."""
    ada = world.customer("+14155550412")
    booking = await booked(world, ada)
    await ada.asks("please cancel my booking")
    assert await world.value("SELECT count(*) FROM proposals WHERE status = 'open'") == 1
    await follow_up(world, ada, REMINDER, booking)
    await ada.asks("yes")
    rows = await world.rows("SELECT status, headcount_confirmed_at FROM bookings")
    assert [tuple(row) for row in rows] == [("confirmed", None)]


async def test_a_burst_from_another_channel_is_one_answer(world: World) -> None:
    """I2: the reminder went by SMS; she answers on WhatsApp, in two messages, and is understood."""
    bea = world.customer("+14155550413")
    booking = await booked(world, bea)
    there = world.customer("+14155550414", "whatsapp")
    await there.asks("hello")
    await world.value(
        """WITH over AS (UPDATE conversations SET mode = 'closed' WHERE channel = 'whatsapp')
           UPDATE addresses SET customer_id = (SELECT customer_id FROM bookings)
           WHERE channel = 'whatsapp'"""
    )
    asked = await follow_up(world, bea, REMINDER, booking)
    already = len(there.received)
    await there.texts("yes", "all as planned, thank you")
    await world.until("SELECT answered_at IS NOT NULL FROM follow_ups WHERE id = $1", asked)
    await world.settles()
    assert "20 guests" in there.received[already].body
    assert len(bea.received) == len({each.body for each in bea.received}), "nothing came by SMS"
    first = await world.value(
        "SELECT m.text FROM follow_ups f JOIN messages m ON m.id = f.answer_id WHERE f.id = $1",
        asked,
    )
    assert first == "yes"


async def test_a_tap_under_an_older_message_answers_that_one(world: World) -> None:
    """I8: two messages within a week; each answer belongs to what it was tapped under."""
    cleo = world.customer("+14155550415")
    booking = await booked(world, cleo)
    older = await follow_up(world, cleo, REMINDER, booking)
    newer = await follow_up(world, cleo, HELD, booking)
    sid = await world.value(
        """SELECT m.external_id FROM follow_ups f JOIN messages m ON m.id = f.message_id
           WHERE f.id = $1""",
        older,
    )
    bot = world.deps.bot
    talk = await world.value("SELECT id FROM conversations")
    await world.stop_worker()
    await cleo.texts("All as planned")
    await world.value(
        """UPDATE messages SET kind = 'button',
             rest = rest || jsonb_build_object('extras', jsonb_build_object('replied_to', $1::text))
           WHERE status = 'received'""",
        sid,
    )
    await take_turns(bot, ConversationId(talk), lambda _done: None)  # type: ignore[arg-type]  # As above.
    assert await world.value("SELECT headcount_confirmed_at IS NOT NULL FROM bookings")
    assert (await row_of(world, older))["status"] == "answered"
    assert (await row_of(world, newer))["status"] == "sent"


async def test_the_reminder_comes_by_itself_in_time_and_its_answer_changes_the_event(
    world: World,
) -> None:
    """The whole way: planned with the booking, sent when due, answered, changed with the yes."""
    nia = world.customer("+14155550416")
    clock = world.deps.bot.clock
    assert isinstance(clock, ShiftedClock)
    day = clock.now() + timedelta(days=10)
    booking = await booked(world, nia, day=f"{day:%B} {day.day}, {day.year}")
    rows = await world.rows(
        """SELECT id, due_at FROM follow_ups
           WHERE booking_id = $1 AND cause = 'before_event' AND step = '7d'""",
        booking,
    )
    already, ours = len(nia.received), rows[0]["id"]
    clock.shift += rows[0]["due_at"] - clock.now() + timedelta(seconds=1)
    await send_follow_up.run(world.deps, follow_up_id=str(ours))
    talk = await world.value("SELECT id FROM conversations")
    await deliver.run(world.deps, conversation_id=str(talk))
    reminder = await nia.hears(already + 1)
    assert "20" in reminder
    assert f"{day:%B} {day.day}" in reminder
    assert (await row_of(world, ours))["status"] in ("sending", "sent")
    for words in ("we'd be 25 not 20", "yes"):
        # The doorbell keeps real time: with the clock ahead its work is done here.
        await nia.texts(words)
        await take_turns(world.deps.bot, ConversationId(talk), lambda _done: None)  # type: ignore[arg-type]  # As above.
        await deliver.run(world.deps, conversation_id=str(talk))
    assert any("$1,375.00" in each.body for each in nia.received)
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 25
    assert (await row_of(world, ours))["status"] in ("answered", "converted")
