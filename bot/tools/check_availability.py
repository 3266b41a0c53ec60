"""Tool: says which times are open, and why one is not.

Reads only. Which slots there are and what speaks against one is bot/booking/availability.py's to
say; chefs are neither named nor counted here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from bot.booking import travel
from bot.booking.availability import judge
from bot.booking.booking_words import (
    Voice,
    moment_data,
    say_nearest,
    say_why_not,
    slots_data,
)
from bot.booking.crew import Demand
from bot.tools import booking_choices as choices
from bot.tools import booking_ground as ground
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

ALTERNATIVES_MAX = 2
"""More days than these are not "this Saturday or the next" but any, as in "Saturdays in May"."""


class CheckAvailability(Arguments):
    """The day in question."""

    day: str = Field(
        min_length=1,
        max_length=200,
        description="The day or days in the customer's own words, or as YYYY-MM-DD.",
    )
    time: str | None = Field(
        default=None, max_length=80, description="The time in the customer's own words, if said."
    )
    guests: int | None = Field(
        default=None, ge=1, le=100_000, description="How many come, if no price was made yet."
    )
    zip_code: str | None = Field(
        default=None, max_length=12, description="ZIP of the event, if the customer said it."
    )
    town: str | None = Field(
        default=None, max_length=80, description="Town of the event, if no ZIP was said."
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Resolve the words, look at the slots, and say them."""
    asked = CheckAvailability.model_validate(arguments)
    voice = ground.voice_of(context)
    demand = _demand(context, asked)
    meant = ground.resolve(context, demand.service, asked.day, asked.time)
    if len(meant.days) > ALTERNATIVES_MAX and not meant.problem:
        return await choices.open_times(context, meant, demand)
    if (question := ground.unsettled(voice, meant)) is not None:
        return question
    if meant.day is not None and meant.time is not None:
        starts_at = ground.moment_of(context, meant.day, meant.time)
        if starts_at is None:
            return ground.skipped(voice)
        return await _moment(context, voice, demand, starts_at)
    return await choices.open_times(context, meant, demand)


def _demand(context: ToolContext, asked: CheckAvailability) -> Demand:
    """What the quote in hand asks, or what was said where there is none or it is another party."""
    demand = ground.demand_of(context)
    if asked.guests is not None and asked.guests != demand.headcount:
        workers = ground.workers_of(context, demand.service, asked.guests)
        demand = replace(demand, headcount=asked.guests, workers=workers)
    place = travel.locate(context.deps.profile, asked.zip_code or asked.town or "")
    return demand if place is None else replace(demand, zip_code=place.zip)


async def _moment(
    context: ToolContext, voice: Voice, demand: Demand, starts_at: datetime
) -> ToolResult:
    """One moment, slot of the schedule or not."""
    day = starts_at.date()
    roster = await ground.read_roster(context, day, day)
    slot = judge(context.deps.profile, roster, demand, starts_at, now=context.now)
    data: dict[str, object] = {**moment_data(voice, slot.starts_at), "open": slot.is_open}
    if slot.is_open:
        ask, question = _next(context, voice)
        worded = voice.join(voice.say("slot_open", when=voice.moment(slot.starts_at)), question)
        return ToolResult(data={**data, "ask_next": ask}, worded=worded)
    why = say_why_not(voice, slot, service=demand.service, headcount=demand.headcount)
    data |= {"reasons": [reason.value for reason in slot.reasons], "why": why}
    if slot.reasons[0] in choices.PERSON_DECIDES:
        return choices.for_a_person(data, why)
    around = await choices.alternatives(context, demand, slot.starts_at)
    data |= {"nearest": slots_data(voice, around), "ask_next": "time" if around else "day"}
    return ToolResult(data=data, worded=voice.join(why, say_nearest(voice, around)))


def _next(context: ToolContext, voice: Voice) -> tuple[str, str]:
    """What is missing to hold it: the price, or only the word."""
    if context.situation.quote is None:
        return "price", voice.say("slot_price_it")
    return "hold", voice.say("slot_hold_it")


tool = Tool(
    description=(
        "Look up which start times are open on a day or in a span of days, and why one is not. "
        "Pass the day and time in the customer's own words: dates are worked out here. Always say "
        "the full date back as `when` gives it. If `ask_next` is which_day, ask which of `days` is "
        "meant. Holds nothing: use hold_slot for that."
    ),
    arguments=CheckAvailability,
    access="read",
    run=run,
)
