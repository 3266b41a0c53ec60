"""What an unproven sender may not do: ask they may, but nothing of the customer's changes by it.

bot/tool_runner.py asks before a tool runs, bot/deciding.py whether a person must look first. Knows
no channel. Replies go to the address on our books, so that asking tells a forger nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import StoredMessage
from bot.domain_booking import Booking
from bot.language.wording import say
from bot.situation import Situation
from bot.store import desk_notices, handles
from bot.store.connection import Connection
from bot.tools.base import Effect, Tool, ToolContext, ToolResult
from bot.unproven import MARK, is_unproven

LOOK = "for_person"
"""The extra by which a channel says why a person should look before anybody answers."""
SEVERAL = "several senders"
REASON = "sender"
FREE = frozenset({"ask_person", "price_party"})
"""What only asks: a price binds nobody, and a person judges for themselves."""


def forbids(name: str, tool: Tool, situation: Situation) -> bool:
    """Whether this tool would change something for somebody who is not proved."""
    is_writing = tool.access == "write" and name not in FREE
    return is_writing and any(map(is_unproven, situation.waiting))


def refuse(name: str, context: ToolContext) -> ToolResult:
    """Nothing done, the customer told how to go on, and staff told that it was asked."""
    situation = context.situation
    message = next(filter(is_unproven, situation.waiting))
    return ToolResult(
        data={
            "done": False,
            "why": "nobody can tell whether the customer wrote this mail, so nothing was changed;"
            " ask them to write again from a mailbox or number that proves them",
        },
        worded=say("unproven_sender", situation.language, seed=str(message.id)),
        effects=(_tell_staff(message, name, situation.bookings),),
    )


def why_look(situation: Situation) -> str:
    """Why a person must read this before anybody answers; empty where nobody must."""
    for message in situation.waiting:
        if message.extras.get(MARK) == SEVERAL:
            return "the mail names several senders, so nobody can tell whose it is"
        if why := message.extras.get(LOOK):
            return why
    return ""


def _tell_staff(message: StoredMessage, name: str, bookings: Sequence[Booking]) -> Effect:
    async def write(conn: Connection) -> None:
        reach = await handles.get_handle(conn, message.address_id)
        about = ", ".join(booking.code for booking in bookings) or "none yet"
        told = (
            f"A mail in the name of {reach} asked for `{name}`, and its sender is not proved"
            f" ({message.extras.get(MARK)}): nothing was changed. Bookings: {about}"
        )
        await desk_notices.add(conn, f"unproven:{message.id}", None, told)

    return write
