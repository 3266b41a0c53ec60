"""Moves a booking: the new day, the open times of it, and the move at the fee that was shown.

Opened by a button of the booking or by `/booking CODE move`. The write is bot/desk/booking.py's.
"""

from __future__ import annotations

from datetime import date

from bot.desk import booking as deeds
from bot.desk import quoting
from bot.desk.talks import open_talk, refuse_others
from bot.errors import BookingRefused, Conflict
from bot.store import bookings, staff
from bot.store.connection import Connection, borrow
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part
from handlers.desk.book_windows import say_booking, say_none_open
from handlers.desk.booking_pages import MOVE, MOVE_SLOT, move_slot_window, move_window
from handlers.desk.booking_refusals import say_refused
from handlers.desk.booking_steps import (
    OVER,
    customer_of,
    find,
    read_day,
    read_moment,
    seen,
    window_to_move,
)
from handlers.desk.quote_windows import done_window
from handlers.desk.talk_rings import deliver_of, rings_after

TAKEN = "That time was taken a moment ago. These are the times that are open now."


async def press_move(office: Office, asked: Asked) -> Answer:
    """Open the window that asks for the new day."""
    return window_to_move(office, await find(office, asked.value))


async def show_times(office: Office, asked: Asked) -> Answer:
    """The times of the new day, and why others are not open."""
    known, day = asked.known(), read_day(asked.values.get("day", ""))
    if day is None:
        return Answer(errors={"day": "Choose a day."})
    if why := quoting.against_day(office.tools, day):
        return Answer(errors={"day": why})
    async with borrow(office.pool) as conn:
        return await _times(office, conn, known, day)


async def _times(
    office: Office, conn: Connection, known: dict[str, object], day: date, *, told: str = ""
) -> Answer:
    booking = await bookings.find_by_code(conn, str(known.get("b")))
    if booking is None or not booking.is_open:
        return Answer(errors={"day": OVER})
    fee = deeds.move_fee(office.tools, booking)
    slots = await deeds.slots_to_move(office.tools, conn, booking, day)
    if not any(slot.is_open for slot in slots):
        why = say_none_open(office.profile, day, slots)
        return Answer(window=move_window(office.profile, booking, fee, told=why))
    window = move_slot_window(office.profile, (booking, fee), (day, slots), told=told)
    return Answer(window=window)


async def move_it(office: Office, asked: Asked) -> Answer:
    """Move it to a time that is still open, at the fee that was shown."""
    known, starts_at = asked.known(), read_moment(asked.values.get("slot", ""))
    if starts_at is None:
        return Answer(errors={"slot": "Choose a time."})
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, f"{asked.key}:{asked.name}"):
                return QUIET
            talk = await open_talk(office.tools, conn, await customer_of(conn, known))
            refuse_others(talk, asked.by)
            booking = await seen(conn, known)
            if str(deeds.move_fee(office.tools, booking)) != known.get("f"):
                raise BookingRefused("terms_changed", "the fee has changed")
            moved = await deeds.move(
                office.tools, conn, talk, booking, by=asked.by, starts_at=starts_at
            )
    except BookingRefused as refused:
        day = read_day(str(known.get("d")))
        if refused.code != "slot_taken" or day is None:
            return Answer(errors={"slot": say_refused(refused)})
        async with borrow(office.pool) as conn:
            return await _times(office, conn, known, day, told=TAKEN)
    except Conflict as refused:
        return Answer(errors={"slot": f"{str(refused).capitalize()}."})
    shown = f"{say_booking(office.profile, moved)}\nIt is moved, and the customer is being told."
    rings = (*rings_after(talk), deliver_of(talk))
    return Answer(window=done_window("Moved", shown), rings=rings)


part = Part(
    presses={"booking_move": Act(run=press_move)},
    submits={MOVE: Act(run=show_times), MOVE_SLOT: Act(run=move_it)},
)
