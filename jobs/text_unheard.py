"""Texts what was to be said in a telephone call and what nobody was there to hear any more.

The row goes on under its own id, so that whoever owes it finds it, and the send gate judges it as
the text that it now is (I6). Where the number takes none it stays on the timeline, accounted for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.domain import Author, MessageId
from bot.ids import new_id
from bot.store import voice
from bot.store.connection import Connection, borrow
from bot.voice import find_way
from jobs.base import Job, JobDeps
from jobs.unsent_words import ring_for_marks

UNHEARD_AFTER = timedelta(seconds=30)
"""A caller who is there comes for an answer within ten seconds."""


async def run(deps: JobDeps, *, message_id: str) -> None:
    """Move one message, if nobody has heard it yet."""
    wanted = MessageId(UUID(message_id))
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        unheard = await voice.claim_unheard(conn, wanted)
        if unheard is None:
            return
        way = await find_way(
            conn, unheard.address_id, unheard.number, has_texts=voice.TEXTS in deps.channels
        )
        if way is None:
            await voice.leave_unheard(conn, wanted, "the number takes no texts from us")
        else:
            await voice.move_to_text(conn, wanted, way, at=deps.bot.clock.now())
    if unheard.author is Author.STAFF:
        await ring_for_marks(deps, wanted)
    deps.doorbell.ring("deliver", str(new_id()), conversation_id=str(unheard.conversation_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """What could have been heard for a while."""
    before = deps.bot.clock.now() - UNHEARD_AFTER
    return [{"message_id": str(each)} for each in await voice.list_unheard(conn, before=before)]


job = Job(run=run, timeout_s=30.0, due=due)
