"""What became of the last booking, told truthfully once none is open any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from booking_chat import CONFIRM, SATURDAY, Chat, book, open_chat, price, put_on_hold
from world import World

from bot.booking import reserving

STATUS = ("booking_status", dict[str, object]())
ASKED = "did you get my deposit?"
A_DAY = timedelta(days=1, minutes=1)


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """A customer whose party of twenty is priced."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return opened


async def lapse(chat: Chat) -> None:
    """The sweep has been there."""
    async with chat.deps.pool.acquire() as conn, conn.transaction():
        await reserving.lapse_due(conn, chat.deps.profile, now=chat.clock.now())


@pytest.mark.parametrize("is_swept", [True, False])
async def test_that_no_deposit_was_seen_is_said_with_its_date(chat: Chat, is_swept: bool) -> None:
    """Also before the sweep has closed it; the way back is offered."""
    await book(chat)
    chat.clock.advance(A_DAY)
    if is_swept:
        await lapse(chat)
    done = await chat.turn(ASKED, STATUS)
    assert f"The date {SATURDAY}, 6:00 PM was let go" in done.result.worded
    assert "no $100.00 deposit by Wednesday, December 2, 2026, 10:0" in done.result.worded
    assert done.result.worded.endswith("still free?")
    last = done.result.data["last_one"]
    assert isinstance(last, dict)
    assert (last["is_deposit_seen"], done.result.deeds) == (False, frozenset())


async def test_a_hold_nobody_said_yes_to_ran_out(chat: Chat) -> None:
    await put_on_hold(chat)
    chat.clock.advance(timedelta(hours=1))
    done = await chat.turn("am I booked?", STATUS)
    assert f"The hold on {SATURDAY}, 6:00 PM ran out" in done.result.worded
    assert "deposit" not in done.result.worded


async def test_what_was_cancelled_is_said_with_what_goes_back(chat: Chat) -> None:
    await book(chat, paid=True)
    await chat.turn("cancel it please", ("cancel_booking", {}))
    await chat.turn("yes", CONFIRM)
    done = await chat.turn("what about my booking?", STATUS)
    assert f"The event on {SATURDAY}, 6:00 PM was cancelled." in done.result.worded
    assert "The refund: $100.00" in done.result.worded
    assert done.result.deeds == {"cancelled"}


async def test_what_is_over_is_over_and_forgotten_in_time(chat: Chat) -> None:
    """Nobody is told of an event of long ago, nor of another's."""
    await book(chat, paid=True)
    chat.clock.advance(timedelta(days=12))
    done = await chat.turn("when is my party?", STATUS)
    assert "has taken place" in done.result.worded
    other = await open_chat(chat.deps, now=chat.clock.now())
    assert (await other.turn(ASKED, STATUS)).result.data == {"bookings": []}
    chat.clock.advance(timedelta(days=60))
    assert (await chat.turn(ASKED, STATUS)).result.data == {"bookings": []}


@pytest.mark.parametrize(
    ("language", "said"), [("es", "El apartado del sábado"), ("zh", "保留时间过了")]
)
async def test_in_the_customers_language(idle_world: World, language: str, said: str) -> None:
    chat = await open_chat(idle_world.deps.bot, language)
    await chat.turn("20 adults in 95126", price())
    await put_on_hold(chat)
    chat.clock.advance(timedelta(hours=1))
    assert said in (await chat.turn("?", STATUS)).result.worded
