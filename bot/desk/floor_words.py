"""What the customer hears when a person gives them back to the bot. Called by bot/desk/floor.py."""

from __future__ import annotations

from bot.booking_desk import DeskDeps
from bot.domain import Author, Purpose
from bot.language.wording import say
from bot.outbox import write
from bot.store import booking_lists
from bot.store.connection import Connection
from bot.store.desk_floor import FloorRow
from bot.store.outbox import Draft


async def tell_customer_bot_is_back(deps: DeskDeps, conn: Connection, row: FloorRow) -> bool:
    """Write that the assistant answers again, where they wrote last; False where that is nowhere.

    The bot's own words at the present epoch: they die if somebody takes over before they leave.
    """
    to = await booking_lists.find_addressee(conn, row.customer_id, row.conversation_id)
    if to is None or to.conversation_id != row.conversation_id:
        return False
    language = row.language or deps.profile.business.home_language
    words = say("bot_back", language, seed=str(row.escalation_id))
    draft = Draft(
        conversation_id=row.conversation_id,
        address_id=to.address_id,
        channel=to.channel,
        text=words,
        author=Author.BOT,
        purpose=Purpose.CONVERSATIONAL,
        epoch=row.epoch,
        due_at=deps.clock.now(),
        language=language,
    )
    return bool(await write(deps, conn, draft))
