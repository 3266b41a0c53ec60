"""What the booking tools share: which day and time are meant, what an event asks of the crew, and
which of the customer's bookings is spoken of.

No tool itself. Days and times are resolved here from the customer's words, against the moment of
their message, in the business's zone (I15); no model reckons a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.booking import availability
from bot.booking.availability import Slot
from bot.booking.booking_words import Voice
from bot.booking.crew import Demand
from bot.booking.pricing import workers_for
from bot.booking.reserving_crew import demand_from, event_of
from bot.booking.shifts import event_minutes, wall_moment
from bot.domain import MessageId
from bot.domain_booking import Booking, Roster
from bot.errors import ToolFailed
from bot.language.dates import DateReading, read_dates
from bot.profile_offer import Schedule
from bot.store import crew
from bot.store.connection import borrow
from bot.tools.base import ToolContext, ToolResult

PARTS: dict[str, tuple[time, time]] = {
    "morning": (time(5), time(11, 59)),
    "noon": (time(11), time(14, 30)),
    "afternoon": (time(12), time(17, 59)),
    "evening": (time(17), time(23, 59)),
    "night": (time(18), time(23, 59)),
}
"""From when to when a slot starts that is in that part of the day."""
SPAN_DAYS_MAX = 62
AROUND = timedelta(days=10)
"""How far around a wanted day its alternatives are looked for."""
PROBLEMS = {
    "past": "day_past",
    "no_such_day": "day_no_such_day",
    "no_such_time": "day_no_such_time",
    "mismatch": "day_mismatch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """When the customer means, as far as that can be known."""

    days: tuple[date, ...] = ()
    """One is certain; of several it must be asked which."""
    span: tuple[date, date] | None = None
    time: time | None = None
    part: str = ""
    problem: str = ""

    @property
    def day(self) -> date | None:
        """The day, where it is certain."""
        return self.days[0] if len(self.days) == 1 and not self.problem else None


def voice_of(context: ToolContext) -> Voice:
    """How this customer is spoken to; another variant with every reply of ours."""
    situation = context.situation
    seed = f"{situation.conversation_id} {len(situation.transcript)}"
    return Voice(profile=context.deps.profile, language=situation.language, seed=seed)


def newest_message(context: ToolContext) -> MessageId:
    """The message that this turn answers.

    Raises:
        ToolFailed: there is none, so nobody asked for anything.
    """
    if not context.situation.waiting:
        raise ToolFailed("no message of the customer waits, so there is nothing to act on")
    return context.situation.waiting[-1].id


def resolve(context: ToolContext, service: str, day: str | None, clock: str | None) -> Meant:
    """The day and time that the words mean, read against the moment of the message."""
    said = context.situation.waiting[-1].said_at if context.situation.waiting else context.now
    zone = context.now.tzinfo
    of_day = _read(context, day, said.astimezone(zone), asked="date")
    of_time = _read(context, clock, said.astimezone(zone), asked="time")
    times = of_time.times or of_day.times
    schedule = context.deps.profile.service(service).schedule
    return Meant(
        days=of_day.days or of_time.days,
        span=of_day.span,
        time=likeliest_time(schedule, times),
        part=of_time.part or of_day.part,
        problem=of_day.problem or of_time.problem,
    )


def _read(context: ToolContext, words: str | None, said_at: datetime, *, asked: str) -> DateReading:
    return read_dates(
        words or "",
        language=context.situation.language,
        said_at=said_at,
        territory=context.deps.profile.business.territory,
        asked=asked,
    )


def likeliest_time(schedule: Schedule, times: Sequence[time]) -> time | None:
    """Of "6" in the morning and in the evening the one nearest to a time at which we start."""

    def gap(clock: time) -> int:
        minutes = clock.hour * 60 + clock.minute
        return min(abs(minutes - slot.hour * 60 - slot.minute) for slot in schedule.slots)

    return min(times, key=gap) if times else None


def on_day(meant: Meant, day: date) -> Meant:
    """The same with a day, where only the time was said."""
    return replace(meant, days=(day,))


def unsettled(voice: Voice, meant: Meant) -> ToolResult | None:
    """The question to ask where no single day or span is certain; None where one is."""
    said = {"open": False, "held": False}
    days = [voice.day(day) for day in sorted(meant.days)]
    if meant.problem == "mismatch" and len(days) > 1:
        worded = voice.say("day_mismatch_which", days=voice.either(days))
        return ToolResult(
            data={**said, "problem": "mismatch", "days": days, "ask_next": "which_day"},
            worded=worded,
        )
    if meant.problem:
        name = PROBLEMS.get(meant.problem, "day_unclear")
        ask = "time" if meant.problem == "no_such_time" else "day"
        return ToolResult(
            data={**said, "problem": meant.problem, "ask_next": ask}, worded=voice.say(name)
        )
    if len(days) > 1:
        return ToolResult(
            data={**said, "problem": "ambiguous", "days": days, "ask_next": "which_day"},
            worded=voice.say("day_which", days=voice.either(days)),
        )
    if not days and meant.span is None:
        return ToolResult(
            data={**said, "problem": "no_day", "ask_next": "day"}, worded=voice.say("day_unclear")
        )
    return None


def skipped(voice: Voice) -> ToolResult:
    """That the clocks skip the time that was said."""
    return ToolResult(
        data={"open": False, "held": False, "problem": "no_such_time", "ask_next": "time"},
        worded=voice.say("day_no_such_time"),
    )


def moment_of(context: ToolContext, day: date, clock: time) -> datetime | None:
    """The moment a clock on the wall shows that day; None where the clocks skip it."""
    return wall_moment(day, clock, context.deps.zone)


def state_once(context: ToolContext) -> None:
    """A reply states one offer: the next waits for the customer's word on it (I9).

    Raises:
        ToolFailed: terms were stated in this turn already.
    """
    if context.has_stated:
        raise ToolFailed("terms were stated in this turn: say these, and wait for the answer")


def service_of(context: ToolContext) -> str:
    """The code of what is being booked: the quote's, or what the business sells by default."""
    quote = context.situation.quote
    named = quote.service if quote else ""
    return named or context.deps.profile.business.default_service


def demand_of(context: ToolContext, *, of: Booking | None = None) -> Demand:
    """What the event asks of the crew: a booking that would move, or the quote in hand."""
    quote, situation = context.situation.quote, context.situation
    if of is not None:
        return replace(demand_from(event_of(of), of.wishes), without=of.id)
    own = undecided(situation.bookings)
    return Demand(
        service=service_of(context),
        headcount=quote.headcount if quote else 1,
        workers=quote.workers if quote else 1,
        zip_code=str(quote.order.get("zip_code") or "") if quote else "",
        minutes=event_minutes(context.deps.profile, quote) if quote else 0,
        language=situation.language,
        without=own.id if own else None,
    )


def workers_of(context: ToolContext, service: str, guests: int) -> int:
    """How many of the crew that many guests need."""
    return workers_for(context.deps.profile.service(service), guests)


async def read_roster(context: ToolContext, first: date, last: date) -> Roster:
    """The crew with all that keeps it busy on these days."""
    begins, ends = availability.window(first, last, context.deps.zone)
    async with borrow(context.deps.pool) as conn:
        return await crew.read_roster(conn, first=begins, last=ends, now=context.now)


async def slots_of(
    context: ToolContext, demand: Demand, first: date, last: date
) -> tuple[Slot, ...]:
    """Every slot of these days, open or not."""
    last = min(last, first + timedelta(days=SPAN_DAYS_MAX))
    roster = await read_roster(context, first, last)
    profile = context.deps.profile
    return availability.open_slots(profile, roster, demand, first, last, now=context.now)


def in_part(slots: Sequence[Slot], part: str) -> tuple[Slot, ...]:
    """The slots that start in that part of the day; all where none is said."""
    if part not in PARTS:
        return tuple(slots)
    least, most = PARTS[part]
    return tuple(slot for slot in slots if least <= slot.starts_at.time() <= most)


def undecided(bookings: Sequence[Booking]) -> Booking | None:
    """The hold that the customer has not said yes to."""
    return next((b for b in bookings if b.agreed_at is None), None)


def agreed(bookings: Sequence[Booking]) -> tuple[Booking, ...]:
    """The bookings the customer has said yes to."""
    return tuple(b for b in bookings if b.agreed_at is not None)


def booking_meant(context: ToolContext) -> Booking | None:
    """The one booking that is spoken of; None where there are several and no word tells which.

    Raises:
        ToolFailed: the customer has none.
    """
    held = context.situation.bookings
    if not held:
        raise ToolFailed("this customer has no booking")
    chosen = agreed(held) or held
    if len(chosen) == 1:
        return chosen[0]
    named = [b for b in chosen if _is_named(context, b)]
    if not named and (followed := context.situation.follow_up) is not None:
        # Nothing is named, but they answer our words on one of them.
        named = [b for b in chosen if b.id == followed.booking_id]
    return named[0] if len(named) == 1 else None


def which_booking(context: ToolContext) -> ToolResult:
    """The question which of several bookings is meant."""
    voice = voice_of(context)
    several = agreed(context.situation.bookings) or context.situation.bookings
    days = [voice.moment(booking.starts_at) for booking in several]
    return ToolResult(
        data={"stated": False, "bookings": days, "ask_next": "which_booking"},
        worded=voice.say("change_which", days=voice.either(days)),
    )


def _is_named(context: ToolContext, booking: Booking) -> bool:
    """Whether the customer's words name the booking's code or its day."""
    day = booking.starts_at.astimezone(context.deps.zone).date()
    for message in context.situation.waiting:
        if booking.code in message.text.upper():
            return True
        read = _read(context, message.text, message.said_at.astimezone(context.deps.zone), asked="")
        if day in read.days:
            return True
    return False
