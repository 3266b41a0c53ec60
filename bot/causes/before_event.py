"""Before an event: the number of guests to confirm, who comes, and what is left to pay.

Planned in the booking's own transaction by bot/booking/reminders.py, a message for each of the
profile's reminder_days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.booking import standing
from bot.booking.planned_late import plans_within
from bot.booking.reminders import BEFORE_EVENT, DAYS_EARLIER_MAX
from bot.causes.base import Cause
from bot.domain import Purpose
from bot.domain_booking import BookingStatus
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile
from bot.store import cause_bookings
from bot.store.cause_bookings import Standing
from bot.store.connection import Connection

STANDS_FOR = timedelta(days=2)
"""Who has said so lately how many they are is not asked again."""
CHOICES = ("headcount_stands", "headcount_changes")


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Reminders that fell into the span and were not planned with their booking."""
    ahead = max(profile.follow_ups.reminder_days, default=0) + DAYS_EARLIER_MAX + 1
    until = span.until + timedelta(days=ahead)
    if span.unplanned_only:
        found = await cause_bookings.list_unplanned(
            conn, BEFORE_EVENT, "starts_at", since=span.since, until=until
        )
    else:
        found = await cause_bookings.list_agreed(conn, "starts_at", since=span.since, until=until)
    return await plans_within(conn, profile, found, cause=BEFORE_EVENT, span=span)


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """The booking as it stands, unless there is nothing to remind of."""
    if owed.booking_id is None:
        return standing.NO_BOOKING
    found = await cause_bookings.find_as_of(conn, owed.booking_id, at)
    gone = standing.find_gone(profile, found, owed)
    if gone is not None or found is None:
        return gone or standing.NO_BOOKING
    booking = found.booking
    if booking.starts_at <= at:
        return Gone("the event has begun")
    if booking.status is BookingStatus.HELD and booking.held_until is not None:
        if booking.held_until <= at:
            return Gone("the hold has run out")
        return Later("the deposit is still awaited", booking.held_until)
    if gone := _has_been_said(found, at):
        return gone
    return Matter(
        fields=partial(standing.fields_of, profile, found),
        choices=lambda language: standing.choices_of(language, *CHOICES),
    )


def _has_been_said(found: Standing, at: datetime) -> Gone | None:
    confirmed, changed = found.headcount_confirmed_at, found.changed_at
    if confirmed is not None and at - confirmed < STANDS_FOR:
        return Gone("the customer has just said that the number stands")
    if changed is not None and at - changed < STANDS_FOR:
        return Gone("the booking was changed within the last two days, its figures were just said")
    return None


cause = Cause(
    title="Reminder before the event",
    purpose=Purpose.ESSENTIAL,
    weight=80,
    find=find,
    look=look,
    converts_by="headcount",
    watched=timedelta(days=7),
)
