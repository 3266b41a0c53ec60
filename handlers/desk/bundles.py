"""The Open buttons of a storm's post: a line gets a card of its own, at once."""

from __future__ import annotations

from uuid import UUID

from bot.domain import EscalationId
from bot.errors import NotFound
from bot.ids import new_id
from bot.store import desk_bundles, desk_cards, desk_notices
from bot.store.connection import borrow
from channels.desk_blocks import short
from handlers.desk.base import Act, Answer, Asked, Office, Part, Ring


async def open_card(office: Office, asked: Asked) -> Answer:
    """Owe the card; pressed twice, or by two people, there is one."""
    try:
        wanted = EscalationId(UUID(asked.value))
    except ValueError as error:
        raise NotFound("this line belongs to no conversation of ours") from error
    async with borrow(office.pool) as conn, conn.transaction():
        stood_in = await desk_bundles.take_out(conn, wanted)
        if stood_in is not None:
            await desk_notices.want_redraw(conn, stood_in)
        row = await desk_cards.get(conn, wanted)
    if row is None:
        raise NotFound("this line belongs to no conversation of ours")
    if stood_in is None:
        return Answer(text=f"{short(row.customer_name or row.address, 80)} has a card already.")
    return Answer(
        rings=(
            Ring(job="escalate", key=str(new_id()), ids={"escalation_id": str(wanted)}),
            Ring(job="notify_desk", key=str(new_id()), ids={"notice_id": str(stood_in)}),
        )
    )


part = Part(presses={"open_card": Act(run=open_card)})
