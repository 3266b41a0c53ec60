"""Owes the desk a notice about a booking, inside the transaction that gives the reason for it."""

from __future__ import annotations

from datetime import datetime

from bot.booking.staff_words import NoticeKind, notice
from bot.domain_booking import Booking
from bot.profile import Profile
from bot.store import desk_notices
from bot.store.connection import Connection


async def tell_staff(
    conn: Connection, profile: Profile, booking: Booking, kind: NoticeKind, *, now: datetime
) -> bool:
    """Tell staff once for this state of the booking; False where they were told before."""
    key = f"{kind.value}:{booking.id}:{booking.version}"
    return await desk_notices.add(conn, key, booking.id, notice(profile, booking, kind, now))
