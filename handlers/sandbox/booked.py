"""Turns bookings into the plain JSON that the playground draws.

Everything is worded here, in the business's zone; only the time that a hold has left is counted by
the page. Pure functions; feed.py calls them.
"""

from __future__ import annotations

from bot.booking.moments import say_moment
from bot.booking.staff_words import say_place
from bot.domain_booking import Booking
from bot.profile import Profile, money
from bot.store.booking_lists import Listed

Shown = dict[str, object]


def show_booking(profile: Profile, listed: Listed) -> Shown:
    """A booking as the panel shows it."""
    booking = listed.booking
    return {
        "code": booking.code,
        "customer": listed.customer,
        "when": say_moment(profile, booking.starts_at),
        "status": booking.status.value,
        "awaits_deposit": booking.awaits_deposit,
        "held_until": booking.held_until.isoformat() if booking.held_until else None,
        "guests": booking.headcount,
        "place": say_place(booking),
        "total": money(profile.business, booking.total, "en"),
        "deposit": money(profile.business, booking.deposit, "en"),
        "money": _further_money(profile, booking),
        "chefs": [
            {"name": each.name, "reason": each.reason, "by_hand": each.by_hand}
            for each in booking.chefs
        ],
        "missing": max(0, booking.workers - len(booking.chefs)) if booking.is_open else 0,
        "allergies": list(booking.allergies),
    }


def _further_money(profile: Profile, booking: Booking) -> list[str]:
    """Fees and refund, where there are any."""
    said = [f"{money(profile.business, booking.fees, 'en')} fees"] if booking.fees else []
    if booking.refund:
        said.append(f"{money(profile.business, booking.refund, 'en')} back")
    return said
