"""`/booking`: one booking with what may be done about it, and what lies ahead.

Deposit, move and cancel, as buttons, windows and words. Every write is the one the command line
and the bot use, happens once, and tells the customer in writing.
"""

from __future__ import annotations

from datetime import timedelta

from bot.booking.moments import say_moment
from bot.booking.staff_words import say_refusal
from bot.booking.standing_in import list_others
from bot.booking_desk import take_deposit
from bot.desk import booking as deeds
from bot.desk.talks import open_talk, refuse_others
from bot.domain_booking import Booking
from bot.errors import BookingRefused, Conflict
from bot.store import booking_lists, bookings, staff
from bot.store.connection import Connection, borrow
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, Ring, SlashCommand
from handlers.desk.book_windows import say_booking
from handlers.desk.booking_pages import CANCEL, OURS, ahead_blocks, booking_blocks
from handlers.desk.booking_refusals import say_refused
from handlers.desk.booking_steps import (
    NONE,
    customer_of,
    find,
    seen,
    window_to_cancel,
    window_to_move,
)
from handlers.desk.quote_windows import done_window
from handlers.desk.talk_rings import deliver_of, rings_after, rings_of_notices
from handlers.desk.words import asks_help, show_help

DAYS_AHEAD = timedelta(days=7)


async def command(office: Office, asked: Asked) -> Answer:
    """`/booking`, `/booking CODE`, `/booking CODE deposit paid|cancel|move`."""
    code, _, deed = asked.value.partition(" ")
    deed = " ".join(deed.lower().split())
    if asks_help(asked.value):
        return show_help(asked.name)
    async with borrow(office.pool) as conn:
        if not code:
            return await _ahead(office, conn)
        booking = await bookings.find_by_code(conn, code)
        if booking is None:
            return show_help(asked.name, f"There is no booking {code}.")
        if deed == "":
            return await _show(office, conn, booking)
    if deed in ("deposit paid", "deposit", "paid"):
        return await _deposit(office, asked, booking)
    if deed == "cancel":
        return window_to_cancel(office, booking)
    if deed == "move":
        return window_to_move(office, booking)
    return show_help(asked.name, f"I do not know “{deed}”.")


async def _ahead(office: Office, conn: Connection) -> Answer:
    now = office.clock.now()
    until = now + DAYS_AHEAD
    listed = await booking_lists.list_ahead(conn, until=until, unassigned=False, now=now)
    if not listed:
        return Answer(text="Nothing is booked in the next 7 days.")
    text = f"{len(listed)} in the next 7 days"
    return Answer(text=text, blocks=ahead_blocks(office.profile, listed, now))


async def _show(office: Office, conn: Connection, booking: Booking) -> Answer:
    now = office.clock.now()
    each = await booking_lists.get_listed(conn, booking.id)
    told = await booking_lists.list_deeds(conn, booking.id)
    others = await list_others(conn, office.profile, booking, now=now) if booking.is_open else ()
    free = [f"{chef.name}: {why}" for chef, why in others]
    blocks = booking_blocks(office.profile, each, told, free, now)
    return Answer(text=f"Booking {booking.code}", blocks=blocks)


async def show(office: Office, asked: Asked) -> Answer:
    """Show the booking of a notice or a list."""
    async with borrow(office.pool) as conn:
        booking = await bookings.find_by_code(conn, asked.value)
        if booking is None:
            return Answer(text=NONE)
        return await _show(office, conn, booking)


async def press_deposit(office: Office, asked: Asked) -> Answer:
    """ "Deposit is in", under a notice or a booking."""
    booking = await find(office, asked.value)
    if booking is None:
        return Answer(text=NONE)
    return await _deposit(office, asked, booking)


async def _deposit(office: Office, asked: Asked, booking: Booking) -> Answer:
    """Confirm the booking; a deposit that is in already changes nothing."""
    when, now = say_moment(office.profile, booking.starts_at), office.clock.now()
    if booking.deposit_paid_at is not None:
        paid = say_moment(office.profile, booking.deposit_paid_at)
        text = f"Booking {booking.code}, {when}: its deposit is in since {paid}. Nothing changed."
        return Answer(text=text)
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            key = f"deposit:{booking.id}"
            done = await take_deposit(office.tools, conn, booking.id, key=key, actor=asked.by.id)
            owed = await rings_of_notices(conn, done)
    except BookingRefused as refused:
        said = say_refusal(office.profile, booking, refused.code, now)
        return Answer(text=f"{said[:1].upper()}{said[1:]}. Nothing was done.")
    ids = {"conversation_id": str(done.conversation_id)}
    ring = Ring(job="deliver", key=asked.key, ids=ids)
    text = f"Booking {done.code} is {done.status.value}: {when}. The customer is being told."
    return Answer(text=text, rings=(ring, *owed))


async def press_cancel(office: Office, asked: Asked) -> Answer:
    """Open the window that says what cancelling means."""
    return window_to_cancel(office, await find(office, asked.value))


async def cancel_it(office: Office, asked: Asked) -> Answer:
    """Call it off at the money that was shown."""
    known, reason = asked.known(), asked.values.get("reason", "").strip()
    who = asked.values.get("who", "")
    if not who:
        return Answer(errors={"who": "Who wants it cancelled?"})
    if not reason:
        return Answer(errors={"reason": "Say why, in a few words."})
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, f"{asked.key}:{asked.name}"):
                return QUIET
            talk = await open_talk(office.tools, conn, await customer_of(conn, known))
            refuse_others(talk, asked.by)
            booking = await seen(conn, known)
            is_ours = who == OURS
            terms = deeds.cancel_terms(office.tools, booking, is_ours=is_ours)
            if str(terms.refund) != known.get("ours" if is_ours else "theirs"):
                raise BookingRefused("terms_changed", "what goes back has changed")
            done = await deeds.cancel(
                office.tools, conn, talk, booking, by=asked.by, is_ours=is_ours, reason=reason
            )
    except BookingRefused as refused:
        return Answer(errors={"who": say_refused(refused)})
    except Conflict as refused:
        return Answer(errors={"who": f"{str(refused).capitalize()}."})
    shown = f"{say_booking(office.profile, done)}\nIt is cancelled, and the customer is being told."
    rings = (*rings_after(talk), deliver_of(talk))
    return Answer(window=done_window("Cancelled", shown), rings=rings)


part = Part(
    presses={
        "show_booking": Act(run=show),
        "deposit_paid": Act(run=press_deposit),
        "booking_cancel": Act(run=press_cancel),
    },
    submits={CANCEL: Act(run=cancel_it)},
    commands={
        "/booking": SlashCommand(
            run=command,
            usage="[CODE [deposit paid|cancel|move]]",
            help="What is booked in the next 7 days; one booking with its buttons; or what is to "
            "become of it.",
        )
    },
)
