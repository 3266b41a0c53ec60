"""Changing and cancelling: stated with fee or refund, done after the yes (I8, I9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from booking_chat import CONFIRM, SATURDAY, Chat, book, open_chat, price, put_on_hold
from world import World

from bot.booking import reserving
from bot.domain_booking import BookingStatus
from bot.tools.base import Escalate


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """A customer whose party of twenty is priced."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return opened


async def test_the_missing_street_address_is_filled_in_at_once(chat: Chat) -> None:
    await book(chat)
    wrong = await chat.turn(
        "ok", ("change_booking", {"address": "9 Elm St", "use_new_quote": False})
    )
    assert "did not write" in wrong.error
    own_day = {"day": "Dec 12", "use_new_quote": False}
    same = await chat.turn("It is on Dec 12, is he coming?", ("change_booking", own_day))
    assert same.result.worded.startswith("What should I change")
    assert not same.result.deeds & {"changed"}
    asked = {"address": "12 Oak Street", "use_new_quote": False}
    done = await chat.turn("12 Oak Street", ("change_booking", asked))
    assert done.result.data["changed"] is True
    (booking,) = await chat.bookings()
    assert booking.address == "12 Oak Street"


async def test_a_move_states_the_fee_and_waits_for_the_yes(chat: Chat) -> None:
    await book(chat, "Saturday Dec 19", paid=True)
    chat.clock.advance(timedelta(hours=72))
    move = ("change_booking", {"day": "Dec 20", "use_new_quote": False})
    done = await chat.turn("can we move it to Dec 20?", move)
    assert done.result.data["fee"] == "$100.00"
    assert "Sunday, December 20, 2026" in done.result.worded
    assert "6:00 PM" in done.result.worded
    (booking,) = await chat.bookings()
    assert booking.moves == 0
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["changed"] is True
    (booking,) = await chat.bookings()
    assert booking.moves == 1
    assert booking.starts_at.astimezone(chat.deps.zone).day == 20
    assert booking.fees == 100


async def test_the_first_soon_move_is_free(chat: Chat) -> None:
    await book(chat, "Saturday Dec 19")
    move = ("change_booking", {"day": "Dec 20", "time": "3 pm", "use_new_quote": False})
    done = await chat.turn("move it to Dec 20 at 3 pm", move)
    assert done.result.data["is_free"] is True
    assert done.result.data["fee"] is None


async def test_more_guests_need_a_price_first_and_then_a_yes(chat: Chat) -> None:
    await book(chat)
    asked = ("change_booking", {"use_new_quote": True})
    done = await chat.turn("we are 25 now", asked)
    assert "price_party" in done.error
    done = await chat.turn("we are 25 now", price(25), asked)
    assert "$1,375.00" in done.result.worded
    done = await chat.turn("yes", CONFIRM)
    (booking,) = await chat.bookings()
    assert (booking.headcount, str(booking.total)) == (25, "1375.00")


async def test_a_change_too_near_goes_to_a_person(chat: Chat) -> None:
    await book(chat, paid=True)
    chat.clock.advance(timedelta(days=10))
    move = ("change_booking", {"day": "Dec 20", "use_new_quote": False})
    done = await chat.turn("move it to Dec 20", move)
    assert isinstance(done.result.control, Escalate)


@pytest.mark.parametrize(("days", "said"), [(5, "refund"), (9, "kept")])
async def test_cancelling_states_what_comes_back_and_waits_for_the_yes(
    chat: Chat, days: int, said: str
) -> None:
    await book(chat, paid=True)
    chat.clock.advance(timedelta(days=days))
    done = await chat.turn("please cancel it", ("cancel_booking", {}))
    assert done.result.data[said] == "$100.00"
    (booking,) = await chat.bookings()
    assert booking.status is BookingStatus.CONFIRMED
    done = await chat.turn("yes, cancel it", CONFIRM)
    assert done.result.data["cancelled"] is True
    assert not await chat.bookings()
    assert await chat.value("SELECT status FROM bookings") == "cancelled"


async def test_a_hold_is_let_go_at_once(chat: Chat) -> None:
    await put_on_hold(chat)
    done = await chat.turn("forget it, cancel", ("cancel_booking", {}))
    assert done.result.data["cancelled"] is True
    assert not await chat.bookings()


async def test_of_several_bookings_it_is_asked_which(chat: Chat) -> None:
    await book(chat)
    await book(chat, "Saturday Dec 19")
    done = await chat.turn("cancel my party", ("cancel_booking", {}))
    assert done.result.data["ask_next"] == "which_booking"
    assert SATURDAY in done.result.worded
    done = await chat.turn("the one on December 19", ("cancel_booking", {}))
    assert "December 19" in done.result.worded
    assert SATURDAY not in done.result.worded


async def test_a_deposit_between_the_terms_and_the_yes_asks_again_and_not_all_is_said_done(
    chat: Chat,
) -> None:
    """The yes was to moving; that everything is settled would be heard as "it is moved"."""
    await book(chat)
    day = {"day": "Dec 19", "time": None, "address": None, "zip_code": None}
    await chat.turn("move it to Dec 19", ("change_booking", {**day, "use_new_quote": False}))
    (booking,) = await chat.bookings()
    async with chat.deps.pool.acquire() as conn, conn.transaction():
        now = chat.clock.now()
        await reserving.confirm_deposit(conn, chat.deps.profile, booking.id, now=now, key="in")
    again = await chat.turn("yes", CONFIRM)
    assert again.result.data["stated"] is True
    assert "December 19" in again.result.worded
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["changed"] is True
