"""Frees chefs, and lets each set out for the next event of the day from where they then are.

The part of bot/booking/reserving.py that undoes: whatever takes a chef off an event goes through
here. A chef who was to come from an event that is off would else set out from home too late.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.booking.crew import leaving
from bot.domain import CustomerId
from bot.domain_booking import BookingId
from bot.profile import Profile
from bot.store import assignments, booking_writes
from bot.store.connection import Connection


async def free(conn: Connection, profile: Profile, booking_id: BookingId, *, now: datetime) -> None:
    """All who were to serve an event are free again. The crew is locked before."""
    await assignments.release(conn, booking_id, now=now)
    await _set_out_anew(conn, profile, (booking_id,), now=now)


async def let_lapse(
    conn: Connection,
    profile: Profile,
    *,
    now: datetime,
    customer_id: CustomerId | None = None,
    limit: int = 1000,
) -> tuple[BookingId, ...]:
    """Let go of holds that ran out, and of the customer's own undecided one. Crew locked before."""
    gone = await booking_writes.lapse(conn, now=now, customer_id=customer_id, limit=limit)
    if gone:
        await _set_out_anew(conn, profile, gone, now=now)
    return gone


async def _set_out_anew(
    conn: Connection, profile: Profile, freed: tuple[BookingId, ...], *, now: datetime
) -> None:
    zone = ZoneInfo(profile.business.zone)
    for then in await assignments.list_next(conn, freed, now=now):
        is_same_day = (
            then.before_at is not None
            and then.before_at.astimezone(zone).date() == then.starts_at.astimezone(zone).date()
        )
        start_zip = then.before_zip if is_same_day else then.home_zip
        leaves_at = leaving(profile, start_zip, then.zip_code, then.starts_at)
        await assignments.leave_at(conn, then.booking_id, then.chef_id, leaves_at)
