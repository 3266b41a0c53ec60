"""Gives a conversation back to the bot when staff have let it rest, after having announced it.

Never while its customer waits for an answer. What is due is in the rows; the sweep rings for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.desk.reminding_out import tend_idle
from bot.domain import EscalationId
from bot.store import desk_floor
from bot.store.connection import Connection, borrow
from jobs.after_floor import key, wishes
from jobs.base import Job, JobDeps

LIMIT = 500


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Announce it, or do it."""
    wanted = EscalationId(UUID(escalation_id))
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        floor = await tend_idle(deps.bot, conn, wanted)
    if floor is not None:
        for job_name, ids in wishes(floor):
            deps.doorbell.ring_for(job_name, key(), ids)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """The conversations that the bot takes back now, or of which staff are to be told so."""
    ahead = timedelta(minutes=deps.bot.profile.desk.announce_minutes)
    now = deps.bot.clock.now()
    found = await desk_floor.list_to_return(conn, now=now, ahead=ahead, limit=LIMIT)
    return [{"escalation_id": str(each)} for each in found]


job = Job(run=run, timeout_s=60.0, due=due)
