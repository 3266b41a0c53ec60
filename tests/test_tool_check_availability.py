"""What is open and why not, with the full date said back (I8, I15)."""

from __future__ import annotations

import pytest
from booking_chat import CHECK, SATURDAY, Chat, hold, open_chat, price
from world import World

from bot.tools.base import Escalate


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """A customer whose party of twenty is priced."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return opened


async def test_a_day_shows_its_open_times_with_the_full_date(chat: Chat) -> None:
    done = await chat.turn("is dec 12 open?", (CHECK, {"day": "dec 12"}))
    assert SATURDAY in done.result.worded
    assert "6:00 PM" in done.result.worded
    assert done.result.data["ask_next"] == "time"
    slots = done.result.data["slots"]
    assert isinstance(slots, list)
    assert {slot["time"] for slot in slots} == {"12:00", "15:00", "18:00", "21:00"}


@pytest.mark.parametrize(
    ("day", "time", "problem", "said"),
    [
        ("November 30, 2026", None, "past", "Which"),
        ("Feb 30", None, "no_such_day", "Which"),
        ("Friday December 12", None, "mismatch", "weekday"),
        ("whenever you like", None, "no_day", "?"),
    ],
)
async def test_a_day_that_cannot_be_is_asked_for(
    chat: Chat, day: str, time: str | None, problem: str, said: str
) -> None:
    done = await chat.turn(day, (CHECK, {"day": day, "time": time}))
    assert done.result.data["problem"] == problem, done.result.worded
    assert said in done.result.worded
    kept = await chat.turn(day, hold(day, "at 6"))
    assert kept.result.data["problem"] == problem
    assert not await chat.bookings()


async def test_half_past_four_gets_the_nearest_start_times(chat: Chat) -> None:
    done = await chat.turn("dec 12 at 4:30", (CHECK, {"day": "dec 12", "time": "4:30 pm"}))
    assert done.result.data["open"] is False
    assert done.result.data["reasons"] == ["no_slot"]
    nearest = done.result.data["nearest"]
    assert isinstance(nearest, list)
    assert [slot["time"] for slot in nearest[:2]] == ["15:00", "18:00"]
    assert "3:00 PM" in done.result.worded


async def test_a_bare_six_is_the_six_at_which_we_start(chat: Chat) -> None:
    done = await chat.turn("dec 12, 6", (CHECK, {"day": "dec 12", "time": "6"}))
    assert done.result.data["time"] == "18:00"
    assert done.result.data["open"] is True


async def test_too_soon_is_said_with_the_rule(chat: Chat) -> None:
    done = await chat.turn("tomorrow at 6", (CHECK, {"day": "tomorrow", "time": "6 pm"}))
    assert done.result.data["reasons"] == ["notice"]
    assert "48 hours" in done.result.worded


async def test_a_party_too_large_goes_to_a_person(chat: Chat) -> None:
    done = await chat.turn("130", (CHECK, {"day": "dec 12", "time": "6 pm", "guests": 130}))
    assert isinstance(done.result.control, Escalate)


async def test_an_evening_shows_only_evening_times(chat: Chat) -> None:
    done = await chat.turn("dec 12 in the evening", (CHECK, {"day": "dec 12 in the evening"}))
    slots = done.result.data["slots"]
    assert isinstance(slots, list)
    assert [slot["time"] for slot in slots] == ["18:00", "21:00"]
