"""Holding and booking: terms before the yes, and only what still holds (I8, I9, I10)."""

from __future__ import annotations

import pytest
from booking_chat import CONFIRM, SATURDAY, Chat, book, hold, open_chat, price, put_on_hold
from world import World

from bot.domain_booking import BookingStatus
from bot.prompting import Wanted, build_request
from bot.router import agents


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """A customer whose party of twenty is priced."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return opened


async def test_a_day_that_means_two_is_asked_with_both_dates_and_holds_nothing(chat: Chat) -> None:
    done = await chat.turn("next Saturday at 6", hold("next Saturday", "at 6"))
    days = done.result.data["days"]
    assert isinstance(days, list)
    assert len(days) == 2
    for day in days:
        assert day in done.result.worded
        assert "2026" in day
        assert day.startswith("Saturday")
    assert not await chat.bookings()


async def test_holding_needs_a_price_and_a_place(idle_world: World) -> None:
    chat = await open_chat(idle_world.deps.bot)
    done = await chat.turn("hold dec 12 at 6", hold("dec 12", "6 pm"))
    assert "price_party" in done.error
    await chat.turn("20 adults", price(zip_code=None))
    done = await chat.turn("hold dec 12 at 6", hold("dec 12", "6 pm"))
    assert done.result.data == {"held": False, "ask_next": "zip"}
    assert not await chat.bookings()


async def test_a_hold_states_all_its_terms(chat: Chat) -> None:
    done = await chat.turn("dec 12 at 6", hold("dec 12", "at 6"))
    for said in (SATURDAY, "6:00 PM", "10:21 AM", "20 guests", "$1,100.00", "$100.00", "4 days"):
        assert said in done.result.worded, said
    (booking,) = await chat.bookings()
    assert booking.status is BookingStatus.HELD
    assert booking.agreed_at is None
    assert done.result.deeds == {"held"}
    assert len(done.result.worded) < 600


async def test_a_yes_books_and_a_second_yes_changes_nothing(chat: Chat) -> None:
    await book(chat)
    (first,) = await chat.bookings()
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["is_booked_already"] is True
    assert SATURDAY in done.result.worded
    assert await chat.bookings() == (first,)


@pytest.mark.parametrize("text", ["yes but make it 25", "ok thanks", "maybe", "yes, at 7?", "hmm"])
async def test_what_is_no_plain_yes_books_nothing(chat: Chat, text: str) -> None:
    await put_on_hold(chat)
    done = await chat.turn(text, CONFIRM)
    assert done.result.data["done"] is False
    assert done.result.data["ask_next"] == "yes"
    (booking,) = await chat.bookings()
    assert booking.agreed_at is None


async def test_a_no_lets_the_terms_go(chat: Chat) -> None:
    await put_on_hold(chat)
    done = await chat.turn("no thanks", CONFIRM)
    assert done.result.data["declined"] is True
    assert not await chat.value("SELECT count(*) FROM proposals WHERE status = 'open'")


async def test_a_yes_of_the_same_turn_counts_for_nothing(chat: Chat) -> None:
    """I9: the terms must have gone out before the yes is said."""
    done = await chat.turn("yes book dec 12 at 6", hold("dec 12", "6 pm"), CONFIRM)
    assert "stated in this turn" in done.error
    (booking,) = await chat.bookings()
    assert booking.agreed_at is None


async def test_a_yes_written_before_the_terms_went_out_counts_for_nothing(chat: Chat) -> None:
    await chat.says("dec 12 at 6")
    turn = chat.situation
    await chat.calls("hold_slot", day="dec 12", time="6 pm")
    runs = chat.runs
    await chat.says("yes")
    chat.situation, chat.runs = turn, runs
    await chat.ends()
    await chat.says()
    done = await chat.calls(*CONFIRM[:1])
    await chat.ends()
    assert done.result.data["problem"] == "no_plain_yes"
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["booked"] is True


async def test_a_new_price_is_stated_before_the_old_yes_counts(chat: Chat) -> None:
    """I9: the yes is tied to the version of the price."""
    await put_on_hold(chat)
    await chat.turn("make it 25", price(25))
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["held"] is True
    assert done.result.data["total"] == "$1,375.00"
    assert "$1,375.00" in done.result.worded
    (booking,) = await chat.bookings()
    assert booking.agreed_at is None
    assert booking.headcount == 25
    done = await chat.turn("yes", CONFIRM)
    assert done.result.data["booked"] is True


async def test_a_model_that_holds_again_before_confirming_does_no_harm(chat: Chat) -> None:
    await put_on_hold(chat)
    done = await chat.turn("yes", hold("dec 12", "6 pm"), CONFIRM)
    assert done.result.data["booked"] is True
    (booking,) = await chat.bookings()
    assert booking.agreed_at is not None
    done = await chat.turn("yes", hold("dec 12", "6 pm"))
    assert done.result.data["is_booked_already"] is True
    assert len(await chat.bookings()) == 1


async def test_name_and_mailbox_are_kept_where_the_customer_said_them(chat: Chat) -> None:
    await put_on_hold(chat)
    await chat.says("Yes! My name is Ana Lopez, Ana@x.com")
    done = await chat.calls("confirm_booking", name="Ana Lopez", email="ana@x.com")
    await chat.calls("confirm_booking", name="Eve Invented", email="eve@x.com")
    await chat.ends()
    assert done.result.data["booked"] is True
    assert await chat.value("SELECT name FROM customers WHERE id = $1", chat.customer_id) == (
        "Ana Lopez"
    )
    found = await chat.value("SELECT array_agg(value) FROM addresses WHERE channel = 'email'")
    assert found == ["ana@x.com"]


async def test_a_mailbox_of_somebody_else_stays_theirs(chat: Chat) -> None:
    """I10."""
    other = await open_chat(chat.deps)
    await chat.value(
        "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'email', 'a@x.com')"
        " RETURNING 1",
        other.customer_id,
    )
    await put_on_hold(chat)
    await chat.says("yes, a@x.com")
    await chat.calls("confirm_booking", email="a@x.com")
    await chat.ends()
    owner = await chat.value("SELECT customer_id FROM addresses WHERE value = 'a@x.com'")
    assert owner == other.customer_id


async def test_an_address_elsewhere_is_priced_again_first(chat: Chat) -> None:
    call = hold("dec 12", "6 pm", address="12 Oak St, Sacramento 95814")
    done = await chat.turn("12 Oak St, Sacramento 95814", call)
    assert "price_party" in done.error
    invented = hold("dec 12", "6 pm", address="99 Invented Way")
    done = await chat.turn("dec 12 at 6", invented)
    assert "did not write" in done.error
    assert not await chat.bookings()


async def test_what_was_stated_is_told_to_the_model_without_what_is_ours(chat: Chat) -> None:
    await put_on_hold(chat)
    await chat.says("yes")
    assert chat.situation is not None
    role = agents()["operations"]
    request = build_request(
        chat.deps.profile,
        ("operations", role),
        chat.situation,
        wanted=Wanted(intent="affirm"),
        now=chat.clock.now().astimezone(chat.deps.zone),
    )
    (booking,) = chat.situation.bookings
    told = request.instructions
    assert SATURDAY in told
    assert "book Saturday" in told
    assert "Tuesday, 01 December 2026" in told
    assert str(booking.id) not in told
    assert booking.chefs[0].name not in told
