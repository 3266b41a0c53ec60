"""What else there is: the open times of a day or a span, and those nearest to a wanted one.

No tool itself; check_availability, hold_slot and change_booking offer by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.booking.availability import HOPELESS, Closed, Slot, nearest
from bot.booking.booking_words import Voice, say_nearest, say_open, say_why_not, slots_data
from bot.booking.crew import Demand
from bot.tools import booking_ground as ground
from bot.tools.base import Escalate, ToolContext, ToolResult

PERSON_DECIDES = (Closed.TOO_LARGE, Closed.TOO_FAR)


async def open_times(
    context: ToolContext, meant: ground.Meant, demand: Demand, *, held: bool | None = None
) -> ToolResult:
    """What is open on a day or any day of several, and the question which time; or why nothing is.

    Args:
        context: of the tool that asks.
        meant: the day, the days of which any will do, or the span.
        demand: what the event asks of the crew.
        held: what to say of holding, where that was asked for.
    """
    voice = ground.voice_of(context)
    days = meant.span or (min(meant.days), max(meant.days))
    first, last = max(days[0], context.now.date()), days[1]
    slots = ground.in_part(await ground.slots_of(context, demand, first, last), meant.part)
    if meant.days:
        slots = tuple(s for s in slots if s.starts_at.date() in meant.days)
    if meant.time is not None:
        slots = tuple(s for s in slots if s.starts_at.time() == meant.time) or slots
    found = [slot for slot in slots if slot.is_open]
    data: dict[str, object] = {"open": bool(found), "slots": slots_data(voice, found[:12])}
    data |= {} if held is None else {"held": held}
    if found:
        worded = f"{voice.say('days_open')}\n{say_open(voice, found)}"
        asks = voice.say("time_which")
        return ToolResult(data={**data, "ask_next": "time"}, worded=f"{worded}\n{asks}")
    why = _why_none(voice, slots, demand)
    data |= {"why": why, "reasons": sorted({r.value for s in slots for r in s.reasons})}
    if slots and all(slot.reasons[0] in PERSON_DECIDES for slot in slots):
        return for_a_person(data, why)
    wanted = ground.moment_of(context, first, slots[0].starts_at.time()) if slots else None
    around = await alternatives(context, demand, wanted or context.now)
    data |= {"nearest": slots_data(voice, around), "ask_next": "time" if around else "day"}
    return ToolResult(data=data, worded=voice.join(why, say_nearest(voice, around)))


async def alternatives(context: ToolContext, demand: Demand, wanted: datetime) -> tuple[Slot, ...]:
    """The open slots nearest to a moment."""
    today = context.now.date()
    first = max(today, (wanted - ground.AROUND).date())
    last = max(first, (wanted + ground.AROUND).date())
    return nearest(await ground.slots_of(context, demand, first, last), wanted)


def _why_none(voice: Voice, slots: Sequence[Slot], demand: Demand) -> str:
    """Why a day has nothing open, where all its slots share the reason."""
    shared = {slot.reasons[0] for slot in slots}
    if len(shared) == 1 and (shared <= HOPELESS or len(slots) == 1):
        return say_why_not(voice, slots[0], service=demand.service, headcount=demand.headcount)
    if shared == {Closed.NOTICE}:
        return say_why_not(voice, slots[-1], service=demand.service, headcount=demand.headcount)
    return voice.say("not_open_between")


def for_a_person(data: dict[str, object], why: str) -> ToolResult:
    control = Escalate(reason="the date needs a decision", summary=str(data.get("reasons", "")))
    return ToolResult(data={**data, "ask_next": "person"}, worded=why, control=control)
