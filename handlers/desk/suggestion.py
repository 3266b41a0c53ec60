"""Send suggestion: the reply that the card offers, in a window where it may be changed first.

What is confirmed there is said at once: whoever sends it holds the conversation from then on, as
with Claim, and who is beaten to it is told by whom.
"""

from __future__ import annotations

from uuid import UUID

from bot.desk.cards import way
from bot.desk.floor import Held, claim
from bot.desk.speaking import say
from bot.desk.speaking_out import TEXT_MAX_CHARS
from bot.domain import EscalationId
from bot.errors import Conflict, NotFound
from bot.store import desk_cards, desk_floor, staff
from bot.store.connection import borrow
from bot.store.desk_cards import CardRow
from channels.desk_blocks import MAX_INPUT, context, field, modal, section, short, text_input
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part
from handlers.desk.following import rings_of
from handlers.desk.spoken import rings_of_words

WINDOW = "suggested_reply"
TEXT = "reply"
EMPTY = "Write what the customer is to read."


async def open_window(office: Office, asked: Asked) -> Answer:
    """The suggestion as it is now, not as the card showed it."""
    row = await _row(office, asked)
    if row.suggestion is None:
        raise Conflict("the customer has written more since; write in the thread instead")
    if not row.suggestion:
        raise Conflict("there is no suggestion any more; write in the thread instead")
    to = short(row.customer_name or row.address, 60)
    shown = [
        section(f"To *{to}* by {short(way(row.channel), 20)}"),
        field(
            TEXT,
            "What the customer reads",
            text_input(value=row.suggestion, lines=True, most=MAX_INPUT),
        ),
        context("You hold the conversation from then on, and the concierge is silent in it."),
    ]
    window = modal(WINDOW, "Send this reply", shown, submit="Send", metadata=str(row.id))
    return Answer(window=window)


async def send(office: Office, asked: Asked) -> Answer:
    """Claim it where nobody has, and say what was confirmed."""
    text = asked.values.get(TEXT, "").strip()
    if not text:
        return Answer(errors={TEXT: EMPTY})
    if len(text) > TEXT_MAX_CHARS:
        return Answer(errors={TEXT: f"At most {TEXT_MAX_CHARS} characters."})
    try:
        return await _say(office, asked, text)
    except Conflict as refused:
        # The window stays open: what was typed there would be lost with it.
        return Answer(errors={TEXT: f"Not sent: {refused}."})


async def _say(office: Office, asked: Asked, text: str) -> Answer:
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        floor = await claim(office.tools, conn, _id_of(asked.metadata), by=asked.by)
        words_id = await say(office.tools, conn, floor, by=asked.by, text=text)
    return Answer(rings=(*rings_of(floor), *rings_of_words(floor.conversation_id, words_id)))


async def _row(office: Office, asked: Asked) -> CardRow:
    """The card's row, where whoever asks may speak.

    Raises:
        NotFound, Held, Conflict: there is none, somebody else has it, or it is resolved.
    """
    async with borrow(office.pool) as conn:
        row = await desk_cards.get(conn, _id_of(asked.value))
        floor = await desk_floor.get(conn, _id_of(asked.value))
    if row is None or floor is None:
        raise NotFound("this card belongs to no conversation of ours")
    if floor.status == "resolved":
        raise Conflict("this was resolved already; the concierge has the conversation")
    if floor.status == "claimed" and floor.holder != asked.by.id:
        raise Held(floor)
    return row


def _id_of(value: str) -> EscalationId:
    try:
        return EscalationId(UUID(value))
    except ValueError as error:
        raise NotFound("this card belongs to no conversation of ours") from error


part = Part(
    presses={"send_suggestion": Act(run=open_window)},
    submits={WINDOW: Act(run=send)},
)
