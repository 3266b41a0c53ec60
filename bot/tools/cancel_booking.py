"""Tool: states what cancelling means; the yes comes in a later message.

A slot that is only on hold is let go at once: nobody has agreed to anything, and nothing is owed.
"""

from __future__ import annotations

from bot.booking import reserving
from bot.booking.booking_words import moment_data
from bot.domain_booking import Act, Booking
from bot.store.connection import Connection
from bot.tools import booking_ground as ground
from bot.tools import stating
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult


class CancelBooking(Arguments):
    """Nothing: the customer's own booking is meant."""


async def run(context: ToolContext, _arguments: Arguments) -> ToolResult:
    """State the terms, let a hold go, or say that there is nothing."""
    ground.state_once(context)
    ground.newest_message(context)
    if not context.situation.bookings:
        return ToolResult(
            data={"stated": False, "bookings": []},
            worded=ground.voice_of(context).say("cancel_none"),
        )
    booking = ground.booking_meant(context)
    if booking is None:
        return ground.which_booking(context)
    if booking.agreed_at is None:
        return _let_go(context, booking)
    return stating.state_cancel(context, booking)


def _let_go(context: ToolContext, booking: Booking) -> ToolResult:
    voice, now, profile = ground.voice_of(context), context.now, context.deps.profile
    detail = {"refund": "0.00", "kept": "0.00"}
    terms = stating.proposal_of(context, booking, (Act.CANCEL, booking.quote_id), detail)
    message_id = ground.newest_message(context)

    async def let_go(conn: Connection) -> None:
        await reserving.propose(conn, terms)
        key = f"cancel:{booking.id}:{message_id}"
        await reserving.cancel(conn, profile, terms, now=now, key=key, message_id=message_id)

    when = voice.moment(booking.starts_at)
    return ToolResult(
        data={**moment_data(voice, booking.starts_at), "cancelled": True, "was": "on hold only"},
        worded=voice.say("cancelled_hold", when=when),
        effects=(let_go,),
        deeds=frozenset({"cancelled"}),
    )


tool = Tool(
    description=(
        "State what cancelling the customer's booking means: what comes back, what is kept, and "
        "the rule. Say these terms and ask for a plain yes; confirm_booking cancels when that yes "
        "has come in a later message. A slot that is only on hold is let go at once."
    ),
    arguments=CancelBooking,
    access="write",
    run=run,
)
