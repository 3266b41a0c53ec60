"""Status and chef, told of this customer's event only (I10), and the other languages."""

from __future__ import annotations

import pytest
from booking_chat import CHECK, CONFIRM, SATURDAY, Chat, book, hold, open_chat, price, put_on_hold
from world import World

from bot.tools.base import Escalate


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """A customer whose party of twenty is priced."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return opened


async def test_the_status_tells_only_the_customers_own(chat: Chat) -> None:
    """I10."""
    await book(chat)
    done = await chat.turn("what's my status?", ("booking_status", {}))
    assert SATURDAY in done.result.worded
    other = await open_chat(chat.deps, now=chat.clock.now())
    done = await other.turn("status of Dec 12?", ("booking_status", {}))
    assert done.result.data == {"bookings": []}


async def test_the_chef_is_told_by_name_and_not_by_home(chat: Chat) -> None:
    none = await chat.turn("who cooks?", ("event_chef", {"wish": None}))
    assert none.result.data["crew"] == []
    await put_on_hold(chat)
    done = await chat.turn("who cooks?", ("event_chef", {"wish": None}))
    (chef,) = (await chat.bookings())[0].chefs
    assert chef.name in done.result.worded
    assert "English" in done.result.worded


async def test_a_wish_for_a_chef_is_honoured_while_it_is_on_hold(chat: Chat) -> None:
    await put_on_hold(chat)
    for name in ("Kenji", "Wei"):
        done = await chat.turn(f"can we have {name}?", ("event_chef", {"wish": f"{name} please"}))
        (booking,) = await chat.bookings()
        assert [each.name for each in booking.chefs] == [name], done.result.worded
    await chat.turn("yes", CONFIRM)
    done = await chat.turn("rather Kenji", ("event_chef", {"wish": "Kenji"}))
    assert isinstance(done.result.control, Escalate)


@pytest.mark.parametrize(
    ("language", "day", "time", "yes", "full"),
    [
        ("es", "el sábado 12 de diciembre", "a las 6", "Sí, confirmo", "sábado, 12 de diciembre"),
        ("zh", "12月12日星期六", "晚上六点", "好的，订吧", "2026年12月12日星期六"),
    ],
)
async def test_it_books_changes_and_cancels_in_other_languages(
    idle_world: World, language: str, day: str, time: str, yes: str, full: str
) -> None:
    chat = await open_chat(idle_world.deps.bot, language)
    await chat.turn("20 95126", price())
    done = await chat.turn(day, (CHECK, {"day": day, "time": time}))
    assert full in done.result.worded
    done = await chat.turn(f"{day} {time}", hold(day, time))
    assert full in done.result.worded
    assert "2026" in done.result.worded
    done = await chat.turn(yes, CONFIRM)
    assert done.result.data["booked"] is True, done.result.worded
    await chat.turn("?", ("booking_status", {}), ("event_chef", {"wish": None}))
    done = await chat.turn(
        "2026-12-20", ("change_booking", {"day": "2026-12-20", "use_new_quote": False})
    )
    assert done.result.data["stated"] is True
    done = await chat.turn(yes.split("，")[0].split(",")[0], CONFIRM)
    assert done.result.data["changed"] is True, done.result.worded
    await chat.turn("cancel", ("cancel_booking", {}))
    done = await chat.turn({"es": "sí, cancélala", "zh": "是的，取消吧"}[language], CONFIRM)
    assert done.result.data["cancelled"] is True, done.result.worded


async def test_a_wish_that_nobody_free_meets_goes_to_a_person(chat: Chat) -> None:
    """Wei is off on Wednesdays, so the hold stays as it is."""
    await put_on_hold(chat, "Wednesday Dec 16")
    (before,) = await chat.bookings()
    done = await chat.turn("can we have Wei?", ("event_chef", {"wish": "Wei"}))
    assert isinstance(done.result.control, Escalate)
    assert await chat.bookings() == (before,)


async def test_an_occasion_and_a_language_find_the_chef_who_fits(chat: Chat) -> None:
    call = hold("Dec 12", "6 pm", occasion="a birthday with kids, we speak Spanish")
    await chat.turn("a birthday with kids, we speak Spanish", call)
    (booking,) = await chat.bookings()
    assert [each.name for each in booking.chefs] == ["Marisol"]
