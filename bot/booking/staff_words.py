"""What staff are told about a booking, in English and without its customer's words.

Pure functions of a booking; bot/booking/tell_staff.py owes the desk what is worded here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.booking.booking_words import names_town
from bot.booking.moments import say_briefly, say_moment
from bot.booking.travel import find_place
from bot.domain_booking import Booking, BookingStatus
from bot.profile import Profile, money


class NoticeKind(StrEnum):
    """Why staff are told."""

    AWAITS_DEPOSIT = "awaits_deposit"
    """The customer has said yes; somebody has to look for the deposit."""
    CHANGED = "changed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """The customer had said yes, and no deposit was seen in time."""
    SHORT_OF_CHEFS = "short_of_chefs"
    """Fewer chefs are assigned than it needs."""


OPENINGS = {
    NoticeKind.AWAITS_DEPOSIT: "Deposit awaited",
    NoticeKind.CHANGED: "Booking changed",
    NoticeKind.CANCELLED: "Booking cancelled",
    NoticeKind.LAPSED: "Booking lapsed",
    NoticeKind.SHORT_OF_CHEFS: "Event without enough chefs",
}


REFUSALS = {
    "not_awaiting": "it awaits no deposit",
    "not_open": "it is over, or was called off",
    "slot_taken": "somebody serves another event at that time",
    "overtaken": "somebody else is at work on it; try again",
}
"""What a refused write means to staff, by its code."""


def notice(profile: Profile, booking: Booking, kind: NoticeKind, now: datetime) -> str:
    """One line on the event and one on what is to be done; a colon ends the opening words."""
    parts = (
        say_moment(profile, booking.starts_at),
        f"{booking.headcount} guests",
        say_town(booking),
        money(profile.business, booking.total, "en"),
    )
    after = _after(profile, booking, kind, now)
    return f"{OPENINGS[kind]}: {', '.join(filter(None, parts))}\nBooking {booking.code}: {after}"


def say_town(booking: Booking) -> str:
    """Town and ZIP, which is all that planning needs."""
    place = find_place(booking.zip_code)
    return f"{place.town} {booking.zip_code}" if place else booking.zip_code


def say_place(booking: Booking) -> str:
    """The address as the customer gave it, with the town and the ZIP that it lacks."""
    address, zip_code = booking.address, booking.zip_code
    if not address or zip_code in address:
        return address or say_town(booking)
    place = find_place(zip_code)
    if place and names_town(address, place.town):
        return f"{address} {zip_code}"
    return f"{address}, {say_town(booking)}"


def say_chefs(booking: Booking) -> str:
    """Who is assigned, and how many more are needed."""
    names = " and ".join(each.name for each in booking.chefs)
    missing = booking.workers - len(booking.chefs) if booking.is_open else 0
    if missing > 0:
        return f"{names}, {missing} more needed" if names else f"none of {booking.workers}"
    return names or "none"


def say_status(profile: Profile, booking: Booking, now: datetime) -> str:
    """Where the booking is in its life, and till when a hold holds."""
    if booking.status is not BookingStatus.HELD:
        return booking.status.value
    if booking.held_until is None or booking.held_until <= now:
        return "ran out"
    doing = "awaits deposit" if booking.awaits_deposit else "customer decides"
    return f"{doing} until {say_briefly(profile, booking.held_until)}"


def say_refusal(profile: Profile, booking: Booking, code: str, now: datetime) -> str:
    """Why nothing was changed, with how the booking stood."""
    why = REFUSALS.get(code, code)
    return f"booking {booking.code}: {why} ({say_status(profile, booking, now)})"


def _after(profile: Profile, booking: Booking, kind: NoticeKind, now: datetime) -> str:
    match kind:
        case NoticeKind.AWAITS_DEPOSIT:
            deposit = money(profile.business, booking.deposit, "en")
            return (
                f"{deposit} {_until(profile, booking, now)}, {_crew(booking)}; "
                f"`/booking {booking.code} deposit paid` when it is in"
            )
        case NoticeKind.CHANGED:
            owed = money(profile.business, booking.fees, "en")
            fees = f", {owed} in fees owed beside the quote" if booking.fees else ""
            return f"{_crew(booking)}{fees}"
        case NoticeKind.CANCELLED:
            return _refund(profile, booking)
        case NoticeKind.LAPSED:
            deposit = money(profile.business, booking.deposit, "en")
            by = f" by {say_moment(profile, booking.held_until)}" if booking.held_until else ""
            return f"no deposit seen{by} ({deposit}); the date is free again"
        case NoticeKind.SHORT_OF_CHEFS:
            return (
                f"chefs: {say_chefs(booking)}; `concierge bookings assign {booking.code} CHEF "
                f"--reason WHY` puts somebody there"
            )


def _crew(booking: Booking) -> str:
    """ "chef Kenji", "chefs Kenji and Marco"."""
    several = booking.workers > 1 or len(booking.chefs) > 1
    return f"{'chefs' if several else 'chef'} {say_chefs(booking)}"


def _until(profile: Profile, booking: Booking, now: datetime) -> str:
    if booking.held_until is None:
        return "awaited"
    word = "until" if booking.held_until > now else "was due by"
    return f"{word} {say_moment(profile, booking.held_until)}"


def _refund(profile: Profile, booking: Booking) -> str:
    if not booking.refund:
        return "nothing goes back to the customer"
    return f"{money(profile.business, booking.refund, 'en')} goes back to the customer"
