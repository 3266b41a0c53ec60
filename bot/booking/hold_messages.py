"""When a customer is told that their hold runs out without the deposit; who may be asleep by then.

Where the moment shortly before the end is allowed, it is told then; else earlier, in the hours
before. Pure functions; bot/booking/reminders.py plans what is found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain_booking import Booking, BookingStatus
from bot.profile import Profile
from bot.quiet import Whereabouts, quiet_begins
from bot.quiet_moments import best_moment, is_allowed, next_working

LEAST = timedelta(minutes=30)
"""A deposit takes a while: closer to the end nothing is planned."""
OVER = timedelta(minutes=10)
"""So shortly before the end it is not worth being told any more."""
SINCE_YES = timedelta(hours=1)
"""Who has just agreed has just been told how to pay."""
STEP = timedelta(minutes=30)
BACK_MAX = timedelta(days=3)
"""Told earlier than that it is forgotten by the end."""

Told = tuple[str, str, datetime, datetime]
"""The cause, its step, when it is due and until when it says something."""


def plan_hold_messages(
    profile: Profile, booking: Booking, where: Whereabouts, heard: Sequence[datetime]
) -> list[Told]:
    """What is told of the hold's end, soonest first; nothing where it awaits no deposit."""
    if booking.status is not BookingStatus.HELD or not (booking.agreed_at and booking.held_until):
        return []
    began, ends = booking.agreed_at.astimezone(UTC), booking.held_until.astimezone(UTC)
    until = ends - OVER
    shortly = ends - timedelta(hours=profile.follow_ups.hold_hours)
    if shortly < began + SINCE_YES or not is_allowed(profile, shortly, where):
        earlier = _instead(profile, (began, ends), shortly, where)
        return [] if earlier is None else [("deposit_missing", "", earlier, until)]
    told: list[Told] = [("hold_lapsing", "", shortly, until)]
    halfway = began + (ends - began) / 2
    latest = min(shortly - timedelta(hours=profile.follow_ups.gap_hours), halfway + timedelta(1))
    missing = best_moment(profile, halfway, latest, where, heard)
    if missing is not None:
        told.insert(0, ("deposit_missing", "", missing, shortly))
    return told


def _instead(
    profile: Profile,
    hold: tuple[datetime, datetime],
    shortly: datetime,
    where: Whereabouts,
) -> datetime | None:
    """The last good moment before those quiet hours, else the first one after them.

    Moments are tried in steps from the wanted one backwards; what is sent just before the quiet
    hours begin must still leave the outbox in time.
    """
    began, ends = hold
    moment, earliest = shortly - STEP, max(began + SINCE_YES, shortly - BACK_MAX)
    while moment >= earliest:
        leaves = quiet_begins(profile, moment, where)
        if leaves - moment >= STEP and is_allowed(profile, moment, where):
            return moment
        moment -= STEP
    first = next_working(profile, max(shortly, began + SINCE_YES), where)
    return first if first <= ends - LEAST and is_allowed(profile, first, where) else None
