"""I9: a yes counts for the terms the customer has read last, and for nothing else."""

from __future__ import annotations

import pytest
from booking_chat import CONFIRM, Chat, hold, open_chat, price, put_on_hold
from world import World


@pytest.fixture
async def chat(idle_world: World) -> Chat:
    """Somebody with a slot on hold and the terms on the phone."""
    opened = await open_chat(idle_world.deps.bot)
    await opened.turn("20 adults in 95126", price())
    return await put_on_hold(opened)


async def we_write(chat: Chat, author: str, text: str) -> None:
    await chat.value(
        """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
             status, created_at, epoch)
           SELECT $1, a.id, 'outbound', 'sms', $2, $3, 'delivered', $4, 0
           FROM addresses a WHERE a.customer_id = $5 AND a.channel = 'sms'""",
        chat.conversation_id,
        author,
        text,
        chat.clock.now(),
        chat.customer_id,
    )


async def is_booked_by_yes(chat: Chat) -> bool:
    done = await chat.turn("yes", CONFIRM)
    agreed = await chat.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL")
    assert bool(done.result.data.get("booked")) == bool(agreed)
    return bool(agreed)


async def test_a_yes_to_the_terms_books(chat: Chat) -> None:
    """What the others are held against."""
    assert await is_booked_by_yes(chat)


async def test_a_yes_to_what_cancel_meant_books_nothing(chat: Chat) -> None:
    """CANCEL is asked back; a yes to that question is no yes to the price."""
    await we_write(chat, "bot", chat.deps.profile.texts.cancel_question["en"])
    assert not await is_booked_by_yes(chat)


async def test_a_yes_to_staff_books_nothing(chat: Chat) -> None:
    """A person asked something in between."""
    await we_write(chat, "staff", "Shall I call you about parking?")
    assert not await is_booked_by_yes(chat)


@pytest.mark.parametrize("status", ["queued", "dropped", "failed"])
async def test_terms_that_never_left_us_cannot_be_agreed_to(chat: Chat, status: str) -> None:
    """The customer has not read them, whatever the yes was meant for."""
    await chat.value("UPDATE messages SET status = $1 WHERE direction = 'outbound'", status)
    assert not await is_booked_by_yes(chat)


async def test_one_reply_states_one_offer(idle_world: World) -> None:
    """A model that holds noon, then six, then noon again says one time and holds that one."""
    chat = await open_chat(idle_world.deps.bot)
    await chat.turn("20 adults in 95126", price())
    times = ("6 pm", "noon", "18:00")
    await chat.says("December 12")
    wanted = [hold("Dec 12", time) for time in times]
    first, *others = [await chat.calls(name, **arguments) for name, arguments in wanted]
    assert first.result.data["held"]
    assert all("stated in this turn" in other.error for other in others)
    confirmed = await chat.calls(CONFIRM[0])
    assert "stated in this turn" in confirmed.error
