"""Words the reply that an open escalation's card offers, and anew when its customer writes again.

Nothing waits for it: the card is posted without and redrawn with it. What nobody can word in time
is kept as empty, so that it is not tried for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.desk.suggesting import NONE, Suggestion, suggest
from bot.domain import EscalationId
from bot.errors import ConciergeError
from bot.ids import new_id
from bot.store import desk_cards, spend
from bot.store.connection import Connection, borrow
from bot.store.desk_cards import CardRow
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
CLAIM_S = 45.0
"""As long as the job may take: after that whoever took it is gone."""
TRIED_FOR = timedelta(minutes=15)
DUE_MAX = 100


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Word it, while nobody has claimed the conversation."""
    wanted = EscalationId(UUID(escalation_id))
    async with borrow(deps.bot.pool) as conn:
        # A model is asked once, however often this was rung for.
        if not await desk_cards.begin_suggestion(conn, wanted, within_s=CLAIM_S):
            return
        row = await desk_cards.get(conn, wanted)
        if row is None:
            return
        newest = await desk_cards.find_newest(conn, row.conversation_id)
    made = await _suggest(deps, row)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await spend.record_steps(
            conn, made.replies, conversation_id=row.conversation_id, turn_id=None
        )
        is_new = await desk_cards.keep_suggestion(conn, wanted, made.text, up_to=newest)
        await desk_cards.end_suggestion(conn, wanted)
    if is_new:
        deps.doorbell.ring("redraw_card", str(new_id()), escalation_id=escalation_id)


async def _suggest(deps: JobDeps, row: CardRow) -> Suggestion:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await suggest(deps.bot, row)
    except (ConciergeError, TimeoutError) as error:
        facts = {"escalation_id": str(row.id), "error": type(error).__name__}
        log.warning("suggestion.none", extra=facts)
        return NONE


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Open escalations for which nobody has tried, where there is a desk to show it."""
    if deps.desk is None:
        return ()
    since = deps.bot.clock.now() - TRIED_FOR
    found = await desk_cards.list_to_suggest(conn, since=since, limit=DUE_MAX)
    return [{"escalation_id": str(each)} for each in found]


job = Job(run=run, timeout_s=CLAIM_S, due=due)
