"""Tool: keeps a slot for the customer while they decide, and states the terms.

The first of the two steps to a booking: the yes to these terms comes in a later message and is
confirm_booking's to take (I9).
"""

from __future__ import annotations

from pydantic import Field

from bot.booking.booking_words import deeds_of, say_status, status_data
from bot.domain_booking import Booking
from bot.tools import booking_choices as choices
from bot.tools import booking_ground as ground
from bot.tools import customer_words, holding
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult
from bot.tools.crew_wishes import read_wish, wishes_json


class HoldSlot(Arguments):
    """What to hold."""

    day: str = Field(
        min_length=1,
        max_length=200,
        description="The day in the customer's own words, or as YYYY-MM-DD.",
    )
    time: str | None = Field(
        default=None, max_length=80, description="The time in the customer's own words, if said."
    )
    address: str | None = Field(
        default=None, max_length=300, description="Street address of the event, if said."
    )
    chef: str | None = Field(
        default=None, max_length=80, description="The chef the customer asked for by name, if any."
    )
    occasion: str | None = Field(
        default=None, max_length=200, description="What is celebrated and wished for, if said."
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Resolve the words; hold, ask or say why not."""
    ground.state_once(context)
    asked = HoldSlot.model_validate(arguments)
    voice, service = ground.voice_of(context), ground.service_of(context)
    holding.quote_in_hand(context)
    ground.newest_message(context)
    meant = ground.resolve(context, service, asked.day, asked.time)
    if (question := ground.unsettled(voice, meant)) is not None:
        return question
    if (question := holding.needs_zip(context)) is not None:
        return question
    if meant.day is None or meant.time is None:
        return await choices.open_times(context, meant, ground.demand_of(context), held=False)
    starts_at = ground.moment_of(context, meant.day, meant.time)
    if starts_at is None:
        return ground.skipped(voice)
    booked = next((b for b in _agreed(context) if b.starts_at == starts_at), None)
    if booked is not None:
        return _already(context, booked)
    crew = (await ground.read_roster(context, meant.day, meant.day)).chefs
    words = f"{asked.chef or ''} {asked.occasion or ''}"
    wish = read_wish(words, crew, context.situation.language)
    own = ground.undecided(context.situation.bookings)
    given = customer_words.checked_address(context.situation, asked.address)
    holding.check_place(context, given)
    address = given or (own.address if own else "")
    what = holding.Holding(
        starts_at=starts_at,
        address=address,
        wishes=wishes_json(wish, context.situation.language, (asked.occasion or "").strip()),
        crew_wish=wish,
    )
    return await holding.hold(context, what)


def _agreed(context: ToolContext) -> tuple[Booking, ...]:
    return ground.agreed(context.situation.bookings)


def _already(context: ToolContext, booking: Booking) -> ToolResult:
    """The very event is booked: nothing is held beside it."""
    voice = ground.voice_of(context)
    return ToolResult(
        data={**status_data(voice, booking), "held": False, "is_booked_already": True},
        worded=voice.join(voice.say("booked_already"), say_status(voice, booking)),
        deeds=deeds_of(booking),
    )


tool = Tool(
    description=(
        "Keep a start time for the customer while they decide, and state the terms. Needs a price "
        "from price_party. Pass day and time in the customer's own words: dates are worked out "
        "here. Holding books nothing: say the terms as they are, with the full date, and ask for a "
        "plain yes. Call confirm_booking only when that yes has come in a later message."
    ),
    arguments=HoldSlot,
    access="write",
    run=run,
)
