"""Which messages are owed for a booking, and when: reminders before it, thanks after it.

Planned anew with every change of the booking, in its transaction; others send them when due.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain_booking import Booking, BookingStatus
from bot.profile import Profile
from bot.store import follow_ups
from bot.store.connection import Connection

AT = time(10)
"""When a reminder is read without hurry, if the quiet hours are over by then."""
AFTER_EVENT = "after_event"


async def replan(conn: Connection, profile: Profile, booking: Booking, *, now: datetime) -> None:
    """Take back what is planned for the booking and is not owed any more, and plan what is."""
    await follow_ups.replace_plan(
        conn,
        booking.customer_id,
        booking.id,
        owed(profile, booking, now=now),
        reason=f"booking {booking.status.value}",
    )


def owed(profile: Profile, booking: Booking, *, now: datetime) -> dict[str, datetime]:
    """What is to be sent for the booking from now on, by cause; nothing before it is agreed to."""
    if booking.agreed_at is None or not (
        booking.is_open or booking.status is BookingStatus.COMPLETED
    ):
        return {}
    wanted = {
        f"reminder_{days}d": _days_before(profile, booking, days)
        for days in profile.follow_ups.reminder_days
    }
    if (after := _after(profile, booking)) is not None:
        wanted[AFTER_EVENT] = after
    return {cause: at for cause, at in wanted.items() if at > now}


def _days_before(profile: Profile, booking: Booking, days: int) -> datetime:
    zone = ZoneInfo(profile.business.zone)
    day = booking.starts_at.astimezone(zone).date() - timedelta(days=days)
    hour = max(AT, profile.follow_ups.quiet_until)
    return datetime.combine(day, hour, zone).astimezone(UTC)


def _after(profile: Profile, booking: Booking) -> datetime | None:
    """The first moment in the span after the event that is not in the quiet hours."""
    rules, zone = profile.follow_ups, ZoneInfo(profile.business.zone)
    first = booking.ends_at.astimezone(UTC) + timedelta(hours=rules.after_event_min_hours)
    last = booking.ends_at.astimezone(UTC) + timedelta(hours=rules.after_event_max_hours)
    local = first.astimezone(zone)
    if rules.quiet_until <= local.time() < rules.quiet_from:
        return first
    day = local.date() + timedelta(days=int(local.time() >= rules.quiet_from))
    at = datetime.combine(day, rules.quiet_until, zone).astimezone(UTC)
    return at if at <= last else None
