"""Tool: how the customer's bookings stand, in words; with none open, what became of the last one.

Reads only; of the open ones what the turn has loaded.
"""

from __future__ import annotations

from bot.booking.booking_words import deeds_of, say_status, status_data
from bot.booking.past_words import past_data, past_deeds, say_past
from bot.store import bookings
from bot.store.connection import borrow
from bot.tools import booking_ground as ground
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult


class BookingStatusOf(Arguments):
    """Nothing: the customer's own bookings are meant."""


async def run(context: ToolContext, _arguments: Arguments) -> ToolResult:
    """Say them all, soonest first."""
    voice, standing = ground.voice_of(context), context.situation.bookings
    if not standing:
        return await _last(context)
    return ToolResult(
        data={"bookings": [status_data(voice, booking) for booking in standing]},
        worded="\n".join(say_status(voice, booking) for booking in standing),
        deeds=frozenset().union(*(deeds_of(booking) for booking in standing)),
    )


async def _last(context: ToolContext) -> ToolResult:
    """What the customer may still have in mind: it ran out, was called off, or has taken place."""
    voice, customer_id = ground.voice_of(context), context.situation.customer_id
    async with borrow(context.deps.pool) as conn:
        booking = await bookings.find_last(conn, customer_id, now=context.now)
    if booking is None:
        return ToolResult(data={"bookings": []}, worded=voice.say("status_none"))
    return ToolResult(
        data={"bookings": [], "last_one": past_data(voice, booking)},
        worded=say_past(voice, booking, context.now),
        deeds=past_deeds(booking),
    )


tool = Tool(
    description=(
        "Look up the customer's own bookings: date, time, place, guests, total, deposit, and "
        "whether they are on hold, booked or confirmed; or, with none open, what became of the "
        "last one: whether it ran out for want of a yes or of the deposit, was cancelled, or has "
        "taken place."
    ),
    arguments=BookingStatusOf,
    access="read",
    run=run,
)
