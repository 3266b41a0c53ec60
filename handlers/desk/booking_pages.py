"""What the desk shows of bookings: one whole, those ahead, and the windows that change one.

Pure functions of what was read. No part of the desk itself; the parts for bookings call it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from bot.booking.availability import Slot
from bot.booking.moments import say_briefly
from bot.booking.policies import CancelTerms
from bot.booking.staff_words import say_chefs, say_status, say_town
from bot.domain_booking import Booking
from bot.profile import Profile, money
from bot.store.booking_lists import Deed, Listed
from channels.desk_blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    cut,
    date_input,
    escape,
    field,
    modal,
    option,
    radio,
    section,
    short,
    text_input,
)
from handlers.commands.booking_pages import booking_page, labelled
from handlers.desk.book_windows import say_booking, slot_blocks

CANCEL, MOVE, MOVE_SLOT = "booking_cancel", "booking_move", "booking_move_slot"
THEIRS, OURS = "theirs", "ours"
LISTED_MAX = 20
REASON_MAX = 300


def booking_blocks(
    profile: Profile,
    each: Listed,
    told: Sequence[Deed],
    others: Sequence[str],
    now: datetime,
) -> tuple[Block, ...]:
    """All that is known of a booking, and what may be done about it now."""
    page = booking_page(profile, each, told, now)
    page = "\n".join([page, *(labelled("Others", said) for said in others)])
    # A row of backticks in a customer's words would end the frame.
    framed = cut(escape(page).replace("```", "'''"), MAX_SECTION - 10)
    buttons = _buttons(each.booking)
    return (section(f"```{framed}```"), *([actions(buttons)] if buttons else []))


def _buttons(booking: Booking) -> list[Block]:
    code, found = booking.code, list[Block]()
    if not booking.is_open:
        return found
    if booking.awaits_deposit:
        sure = f"Booking {code} is confirmed and the customer is told so."
        found.append(
            button("deposit_paid", "Deposit is in", value=code, style="primary", confirm=sure)
        )
    if booking.agreed_at is None:
        found.append(button("agreed_by_word", "They have said yes", value=code, style="primary"))
    else:
        found.append(button("booking_move", "Move", value=code))
    found.append(button("booking_cancel", "Cancel it", value=code, style="danger"))
    return found


def ahead_blocks(profile: Profile, listed: Sequence[Listed], now: datetime) -> tuple[Block, ...]:
    """What lies ahead, soonest first, with who lacks chefs."""
    blocks: list[Block] = []
    for place, each in enumerate(listed[:LISTED_MAX]):
        blocks.append(section(_line(profile, each, now)))
        shows = button(f"show_booking:{place}", "Show booking", value=each.booking.code)
        blocks[-1]["accessory"] = shows
    if len(listed) > LISTED_MAX:
        blocks.append(section(f"and {len(listed) - LISTED_MAX} more"))
    return tuple(blocks)


def _line(profile: Profile, each: Listed, now: datetime) -> str:
    booking = each.booking
    lacks = f"\n:warning: chefs: {say_chefs(booking)}" if booking.is_short_of_chefs else ""
    chefs = "" if lacks else f", {say_chefs(booking)}"
    parts = (
        say_briefly(profile, booking.starts_at),
        f"{booking.headcount} guests",
        say_town(booking),
        short(each.customer, 60),
    )
    said = ", ".join(filter(None, parts))
    return f"*{booking.code}* {said}\n{say_status(profile, booking, now)}{escape(chefs)}{lacks}"


def cancel_window(
    profile: Profile, booking: Booking, theirs: CancelTerms, ours: CancelTerms
) -> Block:
    """What cancelling means for the money, by whose wish, and why."""
    known = {"b": booking.code, "v": booking.version}
    known |= {THEIRS: str(theirs.refund), OURS: str(ours.refund)}
    who = [
        option(THEIRS, "The customer asked for it", say_money(profile, theirs)),
        option(OURS, "We have to cancel", say_money(profile, ours)),
    ]
    blocks = [
        section(escape(say_booking(profile, booking))),
        field("who", "Who wants it cancelled?", radio(who)),
        field("reason", "Why?", text_input(most=REASON_MAX, lines=True)),
        section("The customer is told in writing, with what goes back to them."),
    ]
    metadata = json.dumps(known)
    return modal(CANCEL, "Cancel a booking", blocks, submit="Cancel it", metadata=metadata)


def say_money(profile: Profile, terms: CancelTerms) -> str:
    """What goes back and what is kept."""
    if terms.refund:
        return f"{money(profile.business, terms.refund, 'en')} goes back to them"
    if terms.kept:
        return f"{money(profile.business, terms.kept, 'en')} is kept, by the rules"
    return "Nothing was paid yet"


def move_window(profile: Profile, booking: Booking, fee: Decimal, *, told: str = "") -> Block:
    """Which day it moves to, and what that costs."""
    known = {"b": booking.code, "v": booking.version, "f": str(fee)}
    blocks = [section(f":warning: {escape(told)}")] if told else []
    blocks += [
        section(escape(say_booking(profile, booking))),
        section(say_fee(profile, fee)),
        field("day", "To which day?", date_input()),
    ]
    metadata = json.dumps(known)
    return modal(MOVE, "Move a booking", blocks, submit="Show the times", metadata=metadata)


def move_slot_window(
    profile: Profile,
    what: tuple[Booking, Decimal],
    on: tuple[date, Sequence[Slot]],
    *,
    told: str = "",
) -> Block:
    """Which of the open times it moves to."""
    booking, fee = what
    day, slots = on
    known = {"b": booking.code, "v": booking.version, "f": str(fee), "d": day.isoformat()}
    blocks = [section(f":warning: {escape(told)}")] if told else []
    blocks += [
        section(escape(say_booking(profile, booking))),
        section(say_fee(profile, fee)),
        *slot_blocks(profile, day, slots),
        section("The customer is told in writing and gets the new calendar entry by mail."),
    ]
    metadata = json.dumps(known)
    return modal(MOVE_SLOT, "Move a booking", blocks, submit="Move it", metadata=metadata)


def say_fee(profile: Profile, fee: Decimal) -> str:
    """What moving the date costs now."""
    if not fee:
        return "Moving it costs nothing this time."
    return f"By the rules moving it costs {money(profile.business, fee, 'en')}, beside the total."
