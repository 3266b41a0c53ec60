"""Tool: takes the customer's yes to terms that were stated in an earlier turn, and applies them.

The yes is read here from the customer's own words, whatever the model believes to have heard, and
it counts only for terms that went out before it and that still hold (I9).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from bot.booking.booking_words import deeds_of, say_status, status_data
from bot.domain_booking import Act, Booking, Proposal
from bot.language.agreement import Agreement
from bot.tools import agreeing, customer_words, holding, stating
from bot.tools import booking_ground as ground
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult


class ConfirmBooking(Arguments):
    """What the customer gave along with the yes."""

    name: str | None = Field(
        default=None, max_length=100, description="The customer's name, if said."
    )
    email: str | None = Field(
        default=None, max_length=254, description="The customer's e-mail address, if said."
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Read the yes and apply what was stated; or say what is missing."""
    ground.state_once(context)
    asked = ConfirmBooking.model_validate(arguments)
    ground.newest_message(context)
    result = await _answer(context)
    kept = customer_words.kept_of(context.situation, asked.name, asked.email)
    return replace(result, effects=(*result.effects, *kept))


async def _answer(context: ToolContext) -> ToolResult:
    situation = context.situation
    proposal = situation.proposal
    if proposal is None:
        return _nothing_waits(context)
    booking = next((b for b in situation.bookings if b.id == proposal.booking_id), None)
    if booking is None:
        return _nothing_waits(context)
    match agreeing.heard(context.deps.profile, situation, proposal):
        case Agreement.NO:
            return agreeing.declined(context)
        case Agreement.UNCLEAR:
            return agreeing.ask_plainly(context, proposal, booking)
    if agreeing.is_stale(situation, proposal, booking):
        return await _again(context, proposal, booking)
    return agreeing.apply(context, proposal, booking)


def _nothing_waits(context: ToolContext) -> ToolResult:
    """No terms are open: how things stand, or what has to come first."""
    voice, bookings = ground.voice_of(context), context.situation.bookings
    if (settled := ground.agreed(bookings)) and not ground.undecided(bookings):
        said = "\n".join(say_status(voice, booking) for booking in settled)
        return ToolResult(
            data={
                "done": False,
                "is_booked_already": True,
                "bookings": [status_data(voice, booking) for booking in settled],
            },
            worded=f"{voice.say('booked_already')}\n{said}",
            deeds=frozenset().union(*(deeds_of(booking) for booking in settled)),
        )
    missing, question = ("hold", "day_unclear")
    if context.situation.quote is None:
        missing, question = "price", "slot_price_it"
    return ToolResult(
        data={"done": False, "missing": missing, "ask_next": "day"},
        worded=voice.join(voice.say("yes_none"), voice.say(question)),
    )


async def _again(context: ToolContext, proposal: Proposal, booking: Booking) -> ToolResult:
    """Terms that no longer hold are stated as they are now; the yes to those comes later."""
    lead = ground.voice_of(context).say("again_lead")
    match proposal.act:
        case Act.BOOK:
            what = holding.Holding(
                starts_at=booking.starts_at,
                address=booking.address,
                wishes=booking.wishes,
                lead=lead,
            )
            return await holding.hold(context, what)
        case Act.CHANGE:
            return await stating.state_change(
                context, booking, _wish(context, proposal, booking), lead=lead
            )
        case Act.CANCEL:
            return stating.state_cancel(context, booking, lead=lead)


def _wish(context: ToolContext, proposal: Proposal, booking: Booking) -> stating.ChangeWish:
    """The change that was stated, at the present price where it was one of the price."""
    detail = proposal.detail
    moved = detail.get("starts_at")
    is_priced = proposal.quote_id != booking.quote_id
    return stating.ChangeWish(
        starts_at=datetime.fromisoformat(str(moved)) if moved else None,
        address=str(detail.get("address") or ""),
        zip_code=str(detail.get("zip_code") or ""),
        quote=context.situation.quote if is_priced else None,
    )


tool = Tool(
    description=(
        "Call this when the customer answers terms that were stated in an earlier message: of "
        "booking a slot on hold, of changing or of cancelling a booking. It reads the customer's "
        "own words: only a plain yes counts, and only for terms that still hold. Pass a name or "
        "e-mail address if the customer gave one. Say only what the result says was done."
    ),
    arguments=ConfirmBooking,
    access="write",
    run=run,
)
