"""The windows of a booking: the day, the open times of that day with why others are not, the yes.

They hold what the next step needs in their metadata, which is checked again there. No part of the
desk itself; the parts that quote, book and change bookings show them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from bot.booking.availability import Closed, Slot
from bot.booking.moments import say_day, say_moment, say_time
from bot.booking.staff_words import say_chefs, say_place
from bot.booking_desk import DeskDeps
from bot.desk.talks import Talk
from bot.domain import Quote
from bot.domain_booking import Booking
from bot.profile import Profile, money
from channels.desk_blocks import (
    Block,
    context,
    date_input,
    escape,
    field,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
)
from handlers.desk.whom import Meant

DAY, SLOT, YES = "book_day", "book_slot", "book_yes"
TERMS, PHONE = "terms", "phone"
SAID_MAX = 300
SEEN_MAX = 10
"""So many times are all seen at once; more are a list to open."""
CLOSED = {
    Closed.TOO_LARGE: "the party is too large to be booked by rule",
    Closed.TOO_FAR: "it is too far to be booked by rule",
    Closed.PAST: "it is over",
    Closed.CLOSED: "we are closed that day",
    Closed.WEEKDAY: "not offered on that day of the week",
    Closed.NO_SLOT: "no time at which we start",
    Closed.NOTICE: "sooner than our notice allows",
    Closed.TAKEN: "too few of the crew are free",
}
"""Why a time is not open, for staff."""


def day_window(deps: DeskDeps, meant: Meant, talk: Talk, *, day: str = "", told: str = "") -> Block:
    """Which day, for the price in hand, which is said again."""
    known = {"u": str(meant.customer_id), "e": meant.card}
    quote = talk.situation.quote
    blocks = [section(f":warning: {escape(told)}")] if told else []
    if quote is not None:
        blocks.append(section(say_quote(deps.profile, quote)))
    blocks.append(field("day", "Which day?", date_input(value=day)))
    metadata = json.dumps(known)
    return modal(DAY, "Book", blocks, submit="Show the times", metadata=metadata)


def say_quote(profile: Profile, quote: Quote) -> str:
    """The price in hand in a line, escaped."""
    total = money(profile.business, quote.total, "en")
    where = str(quote.order.get("zip_code") or "")
    place = f", in {where}" if where else ""
    until = say_moment(profile, quote.expires_at)
    return escape(f"Quote {quote.version}: {quote.headcount} guests{place}, {total}, until {until}")


def slot_window(
    deps: DeskDeps,
    meant: Meant,
    talk: Talk,
    what: tuple[date, Sequence[Slot]],
    *,
    told: str = "",
) -> Block:
    """The open times of a day, and by which way the customer says yes."""
    day, slots = what
    quote = talk.situation.quote
    known = {"u": str(meant.customer_id), "e": meant.card, "d": day.isoformat()}
    known |= {"q": str(quote.id) if quote else ""}
    blocks = [section(f":warning: {escape(told)}")] if told else []
    blocks += [
        *([section(say_quote(deps.profile, quote))] if quote else []),
        *slot_blocks(deps.profile, day, slots),
        field("address", "Street address", text_input(most=200), optional=True),
        field(
            "note",
            "Note for the event",
            text_input(most=200),
            optional=True,
            hint="What is celebrated or wished for.",
        ),
        field("how", "The customer's yes", radio(_ways(), value=TERMS)),
        field(
            "said",
            "What they agreed to, if they said yes already",
            text_input(most=SAID_MAX, lines=True),
            optional=True,
            hint="It is kept with your name as the proof of their yes.",
        ),
    ]
    return modal(SLOT, "Book", blocks, submit="Hold it", metadata=json.dumps(known))


def _ways() -> list[Block]:
    return [
        option(TERMS, "Send the terms and ask for their yes"),
        option(PHONE, "They have said yes on the phone or in person"),
    ]


def slot_blocks(profile: Profile, day: date, slots: Sequence[Slot]) -> list[Block]:
    """The open times to choose from, and the others with why not."""
    listed = [
        option(slot.starts_at.isoformat(), say_time(profile, slot.starts_at))
        for slot in slots
        if slot.is_open
    ]
    choice = radio(listed) if len(listed) <= SEEN_MAX else select(listed)
    blocks = [field("slot", f"Open on {say_day(day)}", choice)] if listed else []
    closed = closed_lines(profile, slots)
    return [*blocks, *([context("Not open: " + "; ".join(closed))] if closed else [])]


def closed_lines(profile: Profile, slots: Sequence[Slot]) -> list[str]:
    """ "12:00 PM (too few of the crew are free)"."""
    return [
        f"{say_time(profile, slot.starts_at)} ({CLOSED[slot.reasons[0]]})"
        for slot in slots
        if slot.reasons
    ]


def say_none_open(profile: Profile, day: date, slots: Sequence[Slot]) -> str:
    """That nothing is open that day, and why."""
    why = "; ".join(closed_lines(profile, slots)) or "nothing starts on that day"
    return f"Nothing is open on {say_day(day)}: {why}."


def yes_window(profile: Profile, booking: Booking) -> Block:
    """What the customer has agreed to by word of mouth, for a slot on hold."""
    terms = section(escape(say_booking(profile, booking)))
    proof = field(
        "said",
        "What did they agree to?",
        text_input(most=SAID_MAX, lines=True),
        hint="It is kept with your name as the proof of their yes.",
    )
    known = json.dumps({"b": booking.code, "v": booking.version})
    return modal(YES, "They have said yes", [terms, proof], submit="Book it", metadata=known)


def say_booking(profile: Profile, booking: Booking) -> str:
    """One booking in a few lines."""
    where = say_place(booking) or "place not known"
    total = money(profile.business, booking.total, "en")
    return (
        f"Booking {booking.code}: {say_moment(profile, booking.starts_at)}\n"
        f"{booking.headcount} guests, {where}, {total}\nChefs: {say_chefs(booking)}"
    )
