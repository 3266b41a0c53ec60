"""What is rung for after staff priced, booked or said something: card, outbox and thread.

No part of the desk itself; the parts that quote and book call it. The sweep finds all of it too.
"""

from __future__ import annotations

from bot.booking.staff_words import NoticeKind
from bot.booking.tell_staff import keys_of
from bot.desk.floor import Floor
from bot.desk.talks import Talk
from bot.domain_booking import Booking
from bot.ids import new_id
from bot.store import booking_lists
from bot.store.connection import Connection
from bot.store.desk_words import WordsId
from handlers.desk.base import Ring
from handlers.desk.following import rings_of
from handlers.desk.spoken import rings_of_words


def rings_after(talk: Talk) -> tuple[Ring, ...]:
    """The card, where there is one."""
    if talk.held is None:
        return ()
    ids = {"escalation_id": str(talk.held.escalation_id)}
    return (Ring(job="redraw_card", key=str(new_id()), ids=ids),)


def rings_of_saying(said: tuple[Floor, WordsId]) -> tuple[Ring, ...]:
    """Everything that follows from staff's words and from holding the conversation for them."""
    floor, words_id = said
    return (*rings_of(floor), *rings_of_words(floor.conversation_id, words_id))


def deliver_of(talk: Talk) -> Ring:
    """The outbox of the conversation."""
    ids = {"conversation_id": str(talk.conversation_id)}
    return Ring(job="deliver", key=str(new_id()), ids=ids)


async def rings_of_notices(conn: Connection, booking: Booking, *more: str) -> tuple[Ring, ...]:
    """What the desk is owed of a booking, and of these keys; before the commit, rung for after."""
    owed = await booking_lists.list_owed(conn, [*keys_of(booking, *NoticeKind), *more])
    return tuple(
        Ring(job="notify_desk", key=str(new_id()), ids={"notice_id": str(each)}) for each in owed
    )
