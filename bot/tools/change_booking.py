"""Tool: states what a change of a booking would mean; the yes comes in a later message.

A slot that is only on hold is held anew at once, with its terms. A street address that was still
missing is filled in: it is what we asked for, and nothing else changes by it.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.booking import policies, reserving, travel
from bot.booking.booking_words import deeds_of, moment_data
from bot.domain import Quote
from bot.domain_booking import Act, Booking
from bot.errors import ToolFailed
from bot.store.connection import Connection
from bot.tools import booking_choices as choices
from bot.tools import booking_ground as ground
from bot.tools import customer_words, holding, stating
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult


class ChangeBooking(Arguments):
    """What should be different."""

    day: str | None = Field(
        default=None, max_length=200, description="The new day in the customer's own words."
    )
    time: str | None = Field(
        default=None, max_length=80, description="The new time in the customer's own words."
    )
    address: str | None = Field(
        default=None, max_length=300, description="The new street address, if said."
    )
    zip_code: str | None = Field(
        default=None, max_length=12, description="The ZIP of the new place, if said."
    )
    use_new_quote: bool = Field(
        description="Whether the booking should take the price that was made last: set it after "
        "pricing again with another number of guests, another menu or another place."
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Find the booking, resolve the words, and state the change."""
    ground.state_once(context)
    asked = ChangeBooking.model_validate(arguments)
    voice = ground.voice_of(context)
    ground.newest_message(context)
    if not context.situation.bookings:
        return ToolResult(data={"stated": False, "bookings": []}, worded=voice.say("change_none"))
    booking = ground.booking_meant(context)
    if booking is None:
        return ground.which_booking(context)
    address = customer_words.checked_address(context.situation, asked.address)
    if not (asked.day or asked.time or address or asked.zip_code or asked.use_new_quote):
        return _asked_what(context, booking)
    starts_at = await _starts_at(context, booking, asked)
    if isinstance(starts_at, ToolResult):
        return starts_at
    zip_code = _zip(asked, address)
    quote = _new_quote(context, booking, asked, zip_code)
    if booking.agreed_at is None:
        return await _held_anew(context, booking, starts_at, address)
    moved = starts_at != booking.starts_at
    if not (moved or quote or booking.address or zip_code not in ("", booking.zip_code)):
        return _filled_in(context, booking, address)
    wish = stating.ChangeWish(starts_at=starts_at, address=address, zip_code=zip_code, quote=quote)
    return await stating.state_change(context, booking, wish)


async def _starts_at(
    context: ToolContext, booking: Booking, asked: ChangeBooking
) -> datetime | ToolResult:
    """The new start, the old one where no other is asked for, or the question which."""
    voice = ground.voice_of(context)
    if not asked.day and not asked.time:
        return booking.starts_at
    old = booking.starts_at.astimezone(context.deps.zone)
    meant = ground.resolve(context, booking.service, asked.day, asked.time)
    if not asked.day and not meant.days and meant.span is None and not meant.problem:
        meant = ground.on_day(meant, old.date())
    if (question := ground.unsettled(voice, meant)) is not None:
        return question
    if meant.day is None or (meant.time is None and meant.part):
        demand = ground.demand_of(context, of=booking)
        return await choices.open_times(context, meant, demand)
    starts_at = ground.moment_of(context, meant.day, meant.time or old.time())
    return ground.skipped(voice) if starts_at is None else starts_at


def _zip(asked: ChangeBooking, address: str) -> str:
    """The ZIP of the new place, said by itself or at the end of the address."""
    place = travel.find_place(asked.zip_code or "")
    if asked.zip_code and place is None:
        raise ToolFailed("zip_code: there is no such ZIP; ask the customer for it")
    found = travel.ZIP.findall(address)
    return place.zip if place else (found[-1] if found and travel.find_place(found[-1]) else "")


def _new_quote(
    context: ToolContext, booking: Booking, asked: ChangeBooking, zip_code: str
) -> Quote | None:
    """The price that the booking would stand on, where it needs another.

    Raises:
        ToolFailed: it has to be priced first.
    """
    quote = context.situation.quote
    is_new = quote is not None and quote.id != booking.quote_id
    priced_for = str(quote.order.get("zip_code") or "") if quote else ""
    if zip_code and zip_code != booking.zip_code and not (is_new and priced_for == zip_code):
        raise ToolFailed(
            f"the new place changes travel: call price_party with zip_code {zip_code} and the "
            "whole party first, then this with use_new_quote"
        )
    if asked.use_new_quote and not is_new:
        raise ToolFailed("nothing was priced anew: call price_party with the whole party first")
    elsewhere = bool(zip_code) and zip_code != booking.zip_code
    return quote if asked.use_new_quote or elsewhere else None


async def _held_anew(
    context: ToolContext, booking: Booking, starts_at: datetime, address: str
) -> ToolResult:
    what = holding.Holding(
        starts_at=starts_at, address=address or booking.address, wishes=booking.wishes
    )
    return await holding.hold(context, what)


def _asked_what(context: ToolContext, booking: Booking) -> ToolResult:
    """Nothing would be different: they are asked what should be."""
    voice = ground.voice_of(context)
    data = {**moment_data(voice, booking.starts_at), "stated": False, "ask_next": "change"}
    return ToolResult(data=data, worded=voice.say("change_what"))


def _filled_in(context: ToolContext, booking: Booking, address: str) -> ToolResult:
    """The address that was missing is put on the booking; its own day alone changes nothing."""
    if not address:
        return _asked_what(context, booking)
    voice, now, profile = ground.voice_of(context), context.now, context.deps.profile
    detail = {"fee": str(policies.NOTHING), "address": address}
    terms = stating.proposal_of(context, booking, (Act.CHANGE, booking.quote_id), detail)
    message_id = ground.newest_message(context)

    async def fill_in(conn: Connection) -> None:
        await reserving.propose(conn, terms)
        key = f"address:{booking.id}:{message_id}"
        await reserving.change(conn, profile, terms, now=now, key=key, message_id=message_id)

    return ToolResult(
        data={**moment_data(voice, booking.starts_at), "changed": True, "address": address},
        worded=voice.say("changed_address", address=address),
        effects=(fill_in,),
        deeds=frozenset({"changed"}) | deeds_of(booking),
    )


tool = Tool(
    description=(
        "State what a change of the customer's booking means: new date, time, address, guests or "
        "menu, with the fee and the new price. Pass day and time in the customer's own words. "
        "For other guests, another menu or another place call price_party first with the whole "
        "party. Say the terms and ask for a plain yes; confirm_booking applies the change when "
        "that yes has come in a later message."
    ),
    arguments=ChangeBooking,
    access="write",
    run=run,
)
