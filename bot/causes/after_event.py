"""After an event: thanks, worded by how the customer has felt, and the question how it was.

Planned in the booking's own transaction by bot/booking/reminders.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.booking import standing
from bot.booking.planned_late import plans_within
from bot.booking.reminders import AFTER_EVENT
from bot.causes.base import Cause
from bot.domain import Purpose
from bot.domain_booking import BookingStatus
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile
from bot.store import cause_bookings
from bot.store.connection import Connection

CHOICES = ("great", "okay", "not_good")


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Thanks that fell into the span and were not planned with their booking."""
    rules = profile.follow_ups
    since = span.since - timedelta(hours=rules.after_event_max_hours)
    until = span.until - timedelta(hours=rules.after_event_min_hours)
    if span.unplanned_only:
        found = await cause_bookings.list_unplanned(
            conn, AFTER_EVENT, "ends_at", since=since, until=until
        )
    else:
        found = await cause_bookings.list_agreed(conn, "ends_at", since=since, until=until)
    return await plans_within(conn, profile, found, cause=AFTER_EVENT, span=span)


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """The booking as it stands, unless there was no event, or they have said how it was."""
    if owed.booking_id is None:
        return standing.NO_BOOKING
    found = await cause_bookings.find_as_of(conn, owed.booking_id, at)
    gone = standing.find_gone(profile, found, owed)
    if gone is not None or found is None:
        return gone or standing.NO_BOOKING
    if found.booking.status is BookingStatus.HELD:
        return Gone("the deposit never came, there was no event")
    first = found.booking.ends_at + timedelta(hours=profile.follow_ups.after_event_min_hours)
    if at < first:
        return Later("the event is not over for long enough", first)
    if found.has_feedback:
        return Gone("the customer has said already how it was")
    return Matter(
        fields=partial(standing.fields_of, profile, found),
        choices=lambda language: standing.choices_of(language, *CHOICES),
        wants_feeling=True,
        link=profile.follow_ups.review_url,
    )


cause = Cause(
    title="Thanks after the event",
    purpose=Purpose.CONVERSATIONAL,
    weight=60,
    find=find,
    look=look,
    converts_by="feedback",
    watched=timedelta(days=7),
)
