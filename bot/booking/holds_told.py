"""What is told of a hold that awaits its deposit, as of a moment; both causes of it ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.booking import standing
from bot.booking.hold_messages import OVER
from bot.booking.planned_late import plans_within
from bot.domain_booking import BookingStatus
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile
from bot.store import cause_bookings
from bot.store.cause_bookings import Standing
from bot.store.connection import Connection

CHOICES = ("pay_how", "give_up")


async def find_holds(
    conn: Connection, profile: Profile, span: Span, *, cause: str
) -> Sequence[Plan]:
    """Messages of the cause that fell into the span: of present holds, or of all of the past."""
    hold = timedelta(hours=profile.booking.hold_hours)
    if span.unplanned_only:
        # Of those that still run: whatever a hold is said of, it is said before its end.
        found = await cause_bookings.list_unplanned(
            conn, cause, "held_until", since=span.since, until=span.until + hold
        )
    else:
        found = await cause_bookings.list_once_held(
            conn, since=span.since - hold, until=span.until, hold=hold
        )
    return await plans_within(conn, profile, found, cause=cause, span=span)


async def look_at_hold(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """The hold as it stands, unless the deposit has come or it is over."""
    if owed.booking_id is None:
        return standing.NO_BOOKING
    found = await cause_bookings.find_as_of(conn, owed.booking_id, at)
    gone = standing.find_gone(profile, found, owed)
    if gone is not None or found is None:
        return gone or standing.NO_BOOKING
    if found.booking.status is not BookingStatus.HELD:
        return Gone("the deposit has come")
    ends = _held_until(profile, found)
    if ends is None:
        return Gone("the customer has not agreed to the terms")
    if ends - OVER <= at:
        return Gone("the hold has run out")
    return Matter(
        fields=partial(_fields, profile, found, ends),
        choices=lambda language: standing.choices_of(language, *CHOICES),
    )


def _held_until(profile: Profile, found: Standing) -> datetime | None:
    """When it ends; of one that has become a booking since, when it would have ended."""
    booking = found.booking
    if booking.agreed_at is None or booking.held_until is not None:
        return booking.held_until if booking.agreed_at else None
    ends = booking.agreed_at + timedelta(hours=profile.booking.hold_hours)
    return min(ends, booking.starts_at)


def _fields(profile: Profile, found: Standing, ends: datetime, language: str) -> Mapping[str, str]:
    until = standing.say_until(profile, ends, language)
    return {**standing.fields_of(profile, found, language), "until": until}
