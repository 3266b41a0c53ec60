"""A customer says how it was, that they paid, or no thanks: each is understood and kept."""

from __future__ import annotations

from followed_ground import HELD, Ours, booked, follow_up, held, row_of
from world import World

from bot.language.wording import say
from jobs import measure_follow_ups, note_answers


async def test_how_it_was_is_kept_once_and_the_unhappy_get_a_person(world: World) -> None:
    """Praise is thanked for; "not so good" goes to staff with the booking, and with no link."""
    after = Ours(cause="after_event", text="Thank you for having us. How did it go?")
    joy = world.customer("+14155550404")
    booking = await booked(world, joy)
    await follow_up(world, joy, after, booking)
    thanks, _, asked = (await joy.asks("5 stars!")).partition("\n\n")
    assert thanks in {
        say("feedback_thanks", "en"),
        say("feedback_review", "en", link=world.deps.bot.profile.follow_ups.review_url),
    }
    assert asked.startswith(say("offers_ask", "en"))
    rows = await world.rows("SELECT rating, words, booking_id FROM feedback")
    assert [tuple(row) for row in rows] == [(5, "5 stars!", booking)]

    await follow_up(world, joy, after, booking)
    sorry = await joy.asks("Not so good")
    assert "http" not in sorry
    assert await world.value("SELECT count(*) FROM feedback WHERE rating = 2") == 1
    rows = await world.rows("SELECT reason, explanation FROM escalations")
    code = await world.value("SELECT code FROM bookings")
    assert [row["reason"] for row in rows] == ["complaint"]
    assert str(code) in rows[0]["explanation"]


async def test_no_thanks_to_a_price_is_a_goodbye_and_no_opt_out(world: World) -> None:
    """I6: later messages of the sort are taken back; consent stays as it was."""
    tom = world.customer("+14155550405")
    await tom.asks("How much for 20 adults in 94539?")
    ours = Ours(cause="unanswered_quote", step="24h", text="Did our price reach you all right?")
    first = await follow_up(world, tom, ours)
    await world.value(
        """INSERT INTO follow_ups (cause, step, key, customer_id, due_at, status)
           SELECT 'unanswered_quote', '72h', 'later', customer_id, now() + interval '2 days',
             'planned' FROM follow_ups WHERE id = $1""",
        first,
    )
    assert await tom.asks("No thanks") in {
        say("quote_no_thanks", "en", seed="0"),
        say("quote_no_thanks", "en", seed="1"),
    }
    rows = await world.rows("SELECT status, reason FROM follow_ups WHERE key = 'later'")
    assert [tuple(row) for row in rows] == [("cancelled", "the customer said no")]
    assert await world.value("SELECT count(*) FROM consents") == 0
    assert (await row_of(world, first))["about"] == {"answer": "no"}


async def test_stop_is_no_answer_and_what_staff_answer_is_one(world: World) -> None:
    """I6, I7: the sweep notes what no turn has told, once, and a STOP as what it is."""
    ian, liz = world.customer("+14155550406"), world.customer("+14155550407")
    ours = Ours(cause="season", text="Is there another get-together ahead?")
    await ian.asks("hello")
    gone = await follow_up(world, ian, ours)
    await ian.texts("STOP")
    await world.until("SELECT EXISTS (SELECT FROM addresses WHERE consent = 'revoked')")
    await liz.asks("hello")
    await world.value(
        """UPDATE conversations SET mode = 'human', epoch = epoch + 1 WHERE customer_id =
           (SELECT customer_id FROM addresses WHERE value = $1)""",
        liz.number,
    )
    heard = await follow_up(world, liz, ours)
    await liz.texts("let me think about it")
    await world.settles()
    for job in (note_answers, note_answers, measure_follow_ups):
        await job.run(world.deps)
    left, told = await row_of(world, gone), await row_of(world, heard)
    assert (left["status"], left["answered_at"]) == ("sent", None)
    assert left["opted_out_at"] is not None
    assert (told["status"], told["opted_out_at"]) == ("answered", None)


async def test_how_to_pay_the_deposit_is_answered_and_a_date_let_go_is_asked_once_more(
    world: World,
) -> None:
    """I9: letting a date go states what it means; nothing is cancelled before the yes."""
    max_ = world.customer("+14155550408")
    booking = await held(world, max_)
    await follow_up(world, max_, HELD, booking)
    told = await max_.asks("yes")
    assert "Venmo" in told or "Zelle" in told
    await follow_up(world, max_, HELD, booking)
    stated = await max_.asks("Let the date go")
    assert "?" in stated or "yes" in stated.lower()
    status = "SELECT status FROM bookings WHERE id = $1"
    assert await world.value(status, booking) == "held"
    await max_.asks("yes")
    assert await world.value(status, booking) == "cancelled"


async def test_who_says_to_have_paid_is_heard_by_staff(world: World) -> None:
    """The bot has not seen the money and says so to nobody: a person looks."""
    kim = world.customer("+14155550409")
    booking = await held(world, kim)
    await follow_up(world, kim, HELD, booking)
    await kim.asks("I already sent it, thanks!")
    await world.settles()
    assert await world.value("SELECT count(*) FROM escalations") == 1
    assert await world.value("SELECT status FROM bookings WHERE id = $1", booking) == "held"
