"""What becomes of bookings when nobody does anything: holds run out, events are over.

The part of bot/booking/reserving.py that a job calls. A hold that ran out keeps nobody busy even
before it is lapsed here; this makes it plain.
"""

from __future__ import annotations

from datetime import datetime

from bot.booking.freeing import let_lapse
from bot.booking.staff_words import NoticeKind
from bot.booking.tell_staff import tell_staff
from bot.domain_booking import Booking
from bot.profile import Profile
from bot.store import assignments, booking_writes, bookings
from bot.store.booking_writes import refusing
from bot.store.connection import Connection


async def lapse_due(
    conn: Connection, profile: Profile, *, now: datetime, limit: int = 100
) -> tuple[Booking, ...]:
    """Let go of holds that ran out."""
    with refusing():
        await assignments.lock_crew(conn)
        gone = await let_lapse(conn, profile, now=now, limit=limit)
    return await bookings.list_by_id(conn, gone)


async def complete_due(conn: Connection, *, now: datetime, limit: int = 100) -> tuple[Booking, ...]:
    """Complete events that are over."""
    with refusing():
        done = await booking_writes.complete(conn, now=now, limit=limit)
    return await bookings.list_by_id(conn, done)


async def tell_of_short(
    conn: Connection, profile: Profile, *, now: datetime, limit: int = 100
) -> tuple[Booking, ...]:
    """Tell staff of events to come with fewer chefs than they need, once for each state."""
    short = await bookings.list_by_id(
        conn,
        await bookings.list_short_of_chefs(conn, now=now, zone=profile.business.zone, limit=limit),
    )
    for booking in short:
        await tell_staff(conn, profile, booking, NoticeKind.SHORT_OF_CHEFS, now=now)
    return short
