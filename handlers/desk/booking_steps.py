"""What the steps of changing a booking share: their first windows, and what was seen in them.

No part of the desk itself; the parts for bookings call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from bot.desk import booking as deeds
from bot.domain import CustomerId
from bot.domain_booking import Booking
from bot.errors import BookingRefused, NotFound
from bot.store import bookings
from bot.store.connection import Connection, borrow
from handlers.desk.base import Answer, Office
from handlers.desk.booking_pages import cancel_window, move_window
from handlers.desk.booking_refusals import say_refused

OVER = "This booking is over, or was called off already."
NONE = "There is no such booking any more."


async def find(office: Office, code: str) -> Booking | None:
    """The booking that a button or a word names."""
    async with borrow(office.pool) as conn:
        return await bookings.find_by_code(conn, code)


def window_to_cancel(office: Office, booking: Booking | None) -> Answer:
    """What cancelling would mean."""
    if booking is None or not booking.is_open:
        return Answer(text=NONE if booking is None else OVER)
    theirs, ours = (
        deeds.cancel_terms(office.tools, booking, is_ours=is_ours) for is_ours in (False, True)
    )
    return Answer(window=cancel_window(office.profile, booking, theirs, ours))


def window_to_move(office: Office, booking: Booking | None) -> Answer:
    """What moving would cost, and to which day."""
    if booking is None or not booking.is_open:
        return Answer(text=NONE if booking is None else OVER)
    if booking.agreed_at is None:
        return Answer(text=say_refused(BookingRefused("not_agreed")))
    fee = deeds.move_fee(office.tools, booking)
    return Answer(window=move_window(office.profile, booking, fee))


async def customer_of(conn: Connection, known: Mapping[str, object]) -> CustomerId:
    """Whose booking a window is about.

    Raises:
        NotFound: there is no such booking.
    """
    return (await _get(conn, known)).customer_id


async def seen(conn: Connection, known: Mapping[str, object]) -> Booking:
    """The booking as the window showed it, locked.

    Raises:
        NotFound: there is no such booking.
        BookingRefused: it has changed since.
    """
    booking = await _get(conn, known)
    return await deeds.lock_seen(conn, booking.id, version=int(str(known.get("v") or 0)))


async def _get(conn: Connection, known: Mapping[str, object]) -> Booking:
    booking = await bookings.find_by_code(conn, str(known.get("b")))
    if booking is None:
        raise NotFound("there is no such booking")
    return booking


def read_day(text: str) -> date | None:
    """A day as the vendor writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """The chosen start; what has no zone was not offered."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found
