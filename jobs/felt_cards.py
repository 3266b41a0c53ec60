"""Draws the card of an open escalation anew once more of its customer's emotions were read.

Not a job of its own: jobs/score_emotion.py calls it with what it has read, jobs/review_emotions.py
with what a language model has.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain import ConversationId
from bot.ids import new_id
from bot.store import desk_cards
from bot.store.connection import borrow
from jobs.base import JobDeps


async def redraw_felt(deps: JobDeps, conversations: Iterable[ConversationId]) -> None:
    """Staff see how the customer feels now; asked twice, the card is only drawn once more."""
    if deps.desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        found = await desk_cards.want_felt(conn, list(dict.fromkeys(conversations)))
    for each in found:
        deps.doorbell.ring("redraw_card", str(new_id()), escalation_id=str(each))
