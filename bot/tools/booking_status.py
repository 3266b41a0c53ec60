"""Tool: how the customer's bookings stand, in words. Reads only what the turn has loaded."""

from __future__ import annotations

from bot.booking.booking_words import deeds_of, say_status, status_data
from bot.tools import booking_ground as ground
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult


class BookingStatusOf(Arguments):
    """Nothing: the customer's own bookings are meant."""


async def run(context: ToolContext, _arguments: Arguments) -> ToolResult:
    """Say them all, soonest first."""
    voice, bookings = ground.voice_of(context), context.situation.bookings
    if not bookings:
        return ToolResult(data={"bookings": []}, worded=voice.say("status_none"))
    return ToolResult(
        data={"bookings": [status_data(voice, booking) for booking in bookings]},
        worded="\n".join(say_status(voice, booking) for booking in bookings),
        deeds=frozenset().union(*(deeds_of(booking) for booking in bookings)),
    )


tool = Tool(
    description=(
        "Look up the customer's own bookings: date, time, place, guests, total, deposit, and "
        "whether they are on hold, booked or confirmed."
    ),
    arguments=BookingStatusOf,
    access="read",
    run=run,
)
