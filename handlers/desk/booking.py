"""Book: a button of the card, and `/book`. Keeps a slot for the price in hand, and takes the yes.

Either the terms go to the customer, whose yes then counts as ever, or staff say what was agreed by
word of mouth and answer for it with their name (I9). Writes go through bot/desk/booking.py.
"""

from __future__ import annotations

from datetime import date

from bot.desk import booking as deeds
from bot.desk import quoting
from bot.desk.consenting import act_on_yes, key_of_yes
from bot.desk.talks import Talk, open_talk, read_conversation, read_talk, refuse_others
from bot.domain import CustomerId, MessageId
from bot.domain_booking import Booking, ProposalId
from bot.errors import BookingRefused, CallerError, Conflict
from bot.store import bookings, staff
from bot.store.connection import Connection, borrow
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, SlashCommand
from handlers.desk.book_windows import (
    DAY,
    PHONE,
    SLOT,
    YES,
    day_window,
    say_booking,
    say_none_open,
    slot_window,
    yes_window,
)
from handlers.desk.booking_refusals import say_refused
from handlers.desk.booking_steps import read_day, read_moment
from handlers.desk.quote_windows import done_window, party_window
from handlers.desk.talk_rings import deliver_of, rings_after, rings_of_notices
from handlers.desk.whom import WHO, Meant, read_id, ways_in

TAKEN = "That time was taken a moment ago. These are the times that are open now."


async def _open(office: Office, conn: Connection, meant: Meant) -> Answer:
    talk = await read_talk(office.tools, conn, meant.customer_id)
    lacking = deeds.needs_price(office.tools, talk.situation.quote)
    if lacking:
        wanted = quoting.prefilled(office.profile, talk, meant.words)
        return Answer(window=party_window(office.profile, meant, wanted, told=lacking))
    return Answer(window=day_window(office.tools, meant, talk))


async def show_times(office: Office, asked: Asked) -> Answer:
    """The times of the day that was chosen: one day, so that the answer is there at once."""
    meant = _meant(asked.known())
    day = read_day(asked.values.get("day", ""))
    if day is None:
        return Answer(errors={"day": "Choose a day."})
    if why := quoting.against_day(office.tools, day):
        return Answer(errors={"day": why})
    async with borrow(office.pool) as conn:
        talk = await read_talk(office.tools, conn, meant.customer_id)
        return await _times(office, conn, (meant, talk), day)


async def _times(
    office: Office, conn: Connection, of: tuple[Meant, Talk], day: date, *, told: str = ""
) -> Answer:
    meant, talk = of
    lacking = deeds.needs_price(office.tools, talk.situation.quote)
    if lacking:
        return Answer(errors={"day": f"{lacking} Close this window and open it again."})
    slots = await deeds.slots_for(office.tools, conn, talk, day)
    if any(slot.is_open for slot in slots):
        return Answer(window=slot_window(office.tools, meant, talk, (day, slots), told=told))
    why = say_none_open(office.profile, day, slots)
    return Answer(window=day_window(office.tools, meant, talk, day=day.isoformat(), told=why))


async def hold_it(office: Office, asked: Asked) -> Answer:
    """Keep the slot and take the yes by the chosen way; what was taken meanwhile is shown anew."""
    known = asked.known()
    meant, how = _meant(known), asked.values.get("how", "")
    said = asked.values.get("said", "").strip()
    starts_at = read_moment(asked.values.get("slot", ""))
    if starts_at is None:
        return Answer(errors={"slot": "Choose a time."})
    if how == PHONE and not said:
        return Answer(errors={"said": "Say in a sentence what they agreed to."})
    wish = deeds.Wish(
        starts_at=starts_at,
        address=" ".join(asked.values.get("address", "").split()),
        note=" ".join(asked.values.get("note", "").split()),
    )
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, f"{asked.key}:{asked.name}"):
                return QUIET
            talk = await _checked(office, conn, asked, known)
            key = f"hold:desk:{asked.key}"
            booking = await deeds.hold(office.tools, conn, talk, wish, by=asked.by, key=key)
            return await _asked_for_yes(office, conn, (talk, booking), asked)
    except BookingRefused as refused:
        return await _again(office, meant, read_day(str(known.get("d"))), refused)
    except Conflict as refused:
        return Answer(errors={"slot": f"{str(refused).capitalize()}."})


async def _checked(
    office: Office, conn: Connection, asked: Asked, known: dict[str, object]
) -> Talk:
    """The conversation, locked, if it is not somebody else's and its price is the one shown.

    Raises:
        Conflict: it is, or another price was made meanwhile.
    """
    talk = await open_talk(office.tools, conn, _meant(known).customer_id)
    refuse_others(talk, asked.by)
    quote = talk.situation.quote
    if quote is not None and str(quote.id) != known.get("q"):
        raise Conflict("another price was made meanwhile; open the window again")
    return talk


async def _asked_for_yes(
    office: Office, conn: Connection, of: tuple[Talk, Booking], asked: Asked
) -> Answer:
    talk, booking = of
    if asked.values.get("how") == PHONE:
        said = asked.values.get("said", "").strip()
        booking = await deeds.agree_by_word(
            office.tools, conn, talk, booking, by=asked.by, said=said
        )
        told = "It is booked, and the deposit awaited. The customer has it in writing."
    else:
        await deeds.send_terms(office.tools, conn, talk, booking)
        told = "It is on hold, and the terms go to the customer."
    shown = f"{say_booking(office.profile, booking)}\n{told}"
    owed = await rings_of_notices(conn, booking)
    rings = (*rings_after(talk), deliver_of(talk), *owed)
    return Answer(window=done_window("Book", shown), rings=rings)


async def _again(office: Office, meant: Meant, day: date | None, refused: BookingRefused) -> Answer:
    """What was refused, with the times as they are now where that helps."""
    if refused.code not in ("slot_taken", "overtaken") or day is None:
        return Answer(errors={"slot": say_refused(refused)})
    async with borrow(office.pool) as conn:
        talk = await read_talk(office.tools, conn, meant.customer_id)
        return await _times(office, conn, (meant, talk), day, told=TAKEN)


async def ask_word(office: Office, asked: Asked) -> Answer:
    """Open the field for what was agreed to by word of mouth, of a slot on hold."""
    async with borrow(office.pool) as conn:
        booking = await bookings.find_by_code(conn, asked.value)
    if booking is None or not booking.is_open or booking.agreed_at is not None:
        return Answer(text="This booking waits for no yes any more.")
    return Answer(window=yes_window(office.profile, booking))


async def take_word(office: Office, asked: Asked) -> Answer:
    """The yes that only staff have heard."""
    known, said = asked.known(), asked.values.get("said", "").strip()
    if not said:
        return Answer(errors={"said": "Say in a sentence what they agreed to."})
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, f"{asked.key}:{asked.name}"):
                return QUIET
            found = await bookings.find_by_code(conn, str(known.get("b")))
            if found is None:
                raise Conflict("there is no such booking")
            talk = await open_talk(office.tools, conn, found.customer_id)
            refuse_others(talk, asked.by)
            seen = await deeds.lock_seen(conn, found.id, version=int(str(known.get("v"))))
            booking = await deeds.agree_by_word(
                office.tools, conn, talk, seen, by=asked.by, said=said
            )
            owed = await rings_of_notices(conn, booking)
    except BookingRefused as refused:
        return Answer(errors={"said": say_refused(refused)})
    except Conflict as refused:
        return Answer(errors={"said": f"{str(refused).capitalize()}."})
    shown = f"{say_booking(office.profile, booking)}\nIt is booked, and the deposit awaited."
    rings = (*rings_after(talk), deliver_of(talk), *owed)
    return Answer(window=done_window("Book", shown), rings=rings)


async def confirm_yes(office: Office, asked: Asked) -> Answer:
    """The customer's own yes, read in the thread: do what it was said to."""
    first, _, second = asked.value.partition(":")
    proposal_id, message_id = read_id(first), read_id(second)
    if proposal_id is None or message_id is None:
        return Answer(text="This button belongs to no answer of a customer.")
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            booking = await act_on_yes(
                office.tools, conn, ProposalId(proposal_id), MessageId(message_id), by=asked.by
            )
            talk = await read_conversation(office.tools, conn, booking.conversation_id)
            key = key_of_yes(booking.id, ProposalId(proposal_id), MessageId(message_id))
            owed = await rings_of_notices(conn, booking, key)
    except BookingRefused as refused:
        return Answer(text=say_refused(refused))
    text = f"Done, and the customer has it in writing.\n{say_booking(office.profile, booking)}"
    return Answer(text=text, rings=(*rings_after(talk), deliver_of(talk), *owed))


def _meant(known: dict[str, object]) -> Meant:
    customer_id = read_id(str(known.get("u")))
    if customer_id is None:
        raise CallerError("this window belongs to no customer")
    return Meant(customer_id=CustomerId(customer_id), card=str(known.get("e") or ""))


OPEN = ways_in(_open, action="book_customer")

part = Part(
    presses={
        "book": Act(run=OPEN.card),
        "book_customer": Act(run=OPEN.choice),
        "agreed_by_word": Act(run=ask_word),
        "confirm_yes": Act(run=confirm_yes),
    },
    submits={
        f"book_customer{WHO}": Act(run=OPEN.who),
        DAY: Act(run=show_times),
        SLOT: Act(run=hold_it),
        YES: Act(run=take_word),
    },
    commands={
        "/book": SlashCommand(
            run=OPEN.command,
            usage="CUSTOMER",
            help="Keeps a time for a customer's price and asks for their yes, or notes the yes "
            "they gave on the phone.",
        )
    },
)
