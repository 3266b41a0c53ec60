"""Owes the desk a notice about a booking, inside the transaction that gives the reason for it."""

from __future__ import annotations

from datetime import datetime

from bot.booking.staff_words import NoticeKind, notice
from bot.domain_booking import Booking, BookingId
from bot.profile import Profile
from bot.store import desk_notices
from bot.store.connection import Connection


async def tell_staff(
    conn: Connection, profile: Profile, booking: Booking, kind: NoticeKind, *, now: datetime
) -> bool:
    """Tell staff once for this state of the booking; False where they were told before."""
    post = desk_notices.NewPost(
        key=key_of(booking.id, kind, booking.version),
        text=notice(profile, booking, kind, now),
        booking_id=booking.id,
        extra={"buttons": buttons_of(booking, kind)},
    )
    return await desk_notices.owe_post(conn, post) is not None


def key_of(booking_id: BookingId, kind: NoticeKind, version: int) -> str:
    """What makes a notice the same as one that was told before."""
    return f"{kind.value}:{booking_id}:{version}"


def keys_of(booking: Booking, *kinds: NoticeKind) -> list[str]:
    """Everything of these kinds that staff may have been told of a booking, up to now."""
    versions = range(1, booking.version + 1)
    return [key_of(booking.id, kind, version) for kind in kinds for version in versions]


def buttons_of(booking: Booking, kind: NoticeKind) -> list[dict[str, str]]:
    """What staff may do about it right there; who presses is asked for their role then."""
    shows = {"action": "show_booking", "label": "Show booking", "value": booking.code}
    if kind is not NoticeKind.AWAITS_DEPOSIT:
        return [shows]
    paid = {
        "action": "deposit_paid",
        "label": "Deposit is in",
        "value": booking.code,
        "style": "primary",
        "confirm": f"Booking {booking.code} is confirmed and the customer is told so.",
    }
    return [paid, shows]
