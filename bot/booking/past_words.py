"""Says what became of a booking that is not open any more, in the customer's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.booking.booking_words import Voice, moment_data
from bot.domain_booking import Booking, BookingStatus

STANDINGS = {
    "past_undecided": "the hold ran out without a yes; nothing is booked",
    "past_unpaid": "let go, because no deposit was seen in time; nothing is booked",
    "past_cancelled": "cancelled",
    "past_completed": "over",
}
"""The same in words that a model understands, by the phrase."""
WANTED = frozenset({"past_undecided", "past_unpaid"})
"""What the customer may still want."""


def past_data(voice: Voice, booking: Booking) -> Mapping[str, object]:
    """What became of it, as the model is told it."""
    phrase = _phrase(booking)
    until = booking.held_until
    return {
        **moment_data(voice, booking.starts_at),
        "status": STANDINGS[phrase],
        "deposit": voice.money(booking.deposit),
        "is_deposit_seen": booking.deposit_paid_at is not None,
        "held_until": voice.moment(until) if until and phrase in WANTED else None,
        "refund": voice.money(booking.refund) if booking.refund else None,
    }


def say_past(voice: Voice, booking: Booking, now: datetime) -> str:
    """What became of it, and whether to look again where it may still be wanted."""
    phrase, until = _phrase(booking), booking.held_until
    lines = [
        voice.say(
            phrase,
            when=voice.moment(booking.starts_at),
            deposit=voice.money(booking.deposit),
            until=voice.moment(until) if until else "",
        )
    ]
    if phrase == "past_cancelled" and booking.refund:
        lines.append(voice.say("past_refund", refund=voice.money(booking.refund)))
    if phrase in WANTED and booking.starts_at > now:
        lines.append(voice.say("past_look"))
    return voice.join(*lines)


def past_deeds(booking: Booking) -> frozenset[str]:
    """What may be said to be done, in the guard's words."""
    is_off = booking.status is BookingStatus.CANCELLED
    return frozenset({"cancelled"}) if is_off else frozenset()


def _phrase(booking: Booking) -> str:
    if booking.status is BookingStatus.CANCELLED:
        return "past_cancelled"
    if booking.status not in (BookingStatus.HELD, BookingStatus.LAPSED):
        return "past_completed"
    return "past_undecided" if booking.agreed_at is None else "past_unpaid"
