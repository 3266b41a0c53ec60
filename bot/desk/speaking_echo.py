"""A colleague answered past the desk, from the phone app: their words are kept and they have it.

The first human reply by any way takes the conversation from the bot (I7). Whoever of staff holds it
already keeps it: the colleague with the telephone is most often the same person. Called by
bot/intake.py for messages that a channel marks as sent by us from elsewhere.
"""

from __future__ import annotations

from bot.booking_desk import DeskDeps
from bot.desk import floor as floors
from bot.desk.floor_steps import NOBODY_KNOWN
from bot.desk.people import Member, Role
from bot.domain import Author, Direction, Message
from bot.store import desk_floor, echoes
from bot.store.connection import Connection
from bot.store.messages import Recorded

PHONE_APP = Member(id=NOBODY_KNOWN, name="The phone app", role=Role.STAFF)
"""Who speaks where nobody can tell which colleague it was."""


def is_echo(message: Message) -> bool:
    """Whether staff sent it past us, as a channel has read it."""
    return message.direction is Direction.OUTBOUND and message.author is Author.STAFF


async def note_echo(deps: DeskDeps, conn: Connection, message: Message) -> Recorded:
    """Keep it once, as sent, and give the conversation to staff; inside the caller's transaction.

    What we sent ourselves comes back as an echo too and changes nothing.
    """
    at = message.received_at or deps.clock.now()
    echo = await echoes.store(conn, message, by=PHONE_APP.id, received_at=at)
    if echo.message_id is not None:
        floor = await desk_floor.find_open(conn, echo.conversation_id)
        if floor is None or floor.status != "claimed":
            floor = await floors.take_over(
                deps, conn, echo.conversation_id, by=PHONE_APP, via="phone app", since=at
            )
        await floors.spoke(deps, conn, floor.escalation_id)
    return Recorded(conversation_id=echo.conversation_id, message_id=echo.message_id, lease_token=0)
