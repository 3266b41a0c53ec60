"""Messages that hang on a booking and were not planned with it: of before an upgrade, or for a
look into the past. The same rules and the same keys as bot/booking/reminders.py; bot/causes asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.booking.reminders import plans_of
from bot.domain import CustomerId
from bot.domain_booking import Booking, BookingStatus
from bot.domain_follow_ups import Plan, Span
from bot.profile import Profile
from bot.store import answer_hours
from bot.store.answer_hours import Habits
from bot.store.cause_bookings import Candidate
from bot.store.connection import Connection

_OFF = (BookingStatus.CANCELLED, BookingStatus.LAPSED)


async def plans_within(
    conn: Connection, profile: Profile, found: Sequence[Candidate], *, cause: str, span: Span
) -> tuple[Plan, ...]:
    """What these bookings called for in the span, oldest first.

    Args:
        conn: reads only.
        profile: whose rules decide.
        found: bookings that may have called for it.
        cause: which messages.
        span: from its beginning on, up to and without its end.
    """
    asked = [(each.booking.customer_id, each.settled_at) for each in found]
    known = {(h.customer_id, h.at): h for h in await answer_hours.list_habits(conn, asked)}
    plans = [
        plan
        for each in found
        for plan in plans_of(profile, _as_agreed(each.booking), _of(each, known), (cause,))
        if plan.due_at > each.settled_at and span.since <= plan.due_at < span.until
    ]
    plans.sort(key=lambda plan: (plan.due_at, plan.key))
    return tuple(plans[: span.limit])


def _of(each: Candidate, known: Mapping[tuple[CustomerId, datetime], Habits]) -> Habits:
    whose, at = each.booking.customer_id, each.settled_at
    nobody = Habits(customer_id=whose, at=at, zone="", handle="", zip_code="", heard=())
    return known.get((whose, at), nobody)


def _as_agreed(booking: Booking) -> Booking:
    """What is off by now was an event until then; the look says since when it is not."""
    if booking.status is BookingStatus.COMPLETED or booking.status in _OFF:
        return replace(booking, status=BookingStatus.CONFIRMED)
    return booking
