"""Ends a pause whose time is over, and gives the bot back what only a pause took from it.

The sweep asks; `/resume` rings. Each conversation in a transaction of its own, so that one that
cannot be given back keeps none of the others, and a crash leaves the rest to the next sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from bot.desk import pausing
from bot.errors import Conflict, NotFound
from bot.ids import new_id
from bot.store import pauses
from bot.store.connection import Connection, borrow
from jobs.after_floor import key, wishes
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

BATCH = 100


async def run(deps: JobDeps) -> None:
    """End what is over; then, while the bot answers, give it back what nobody has claimed."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        over = await pausing.end_over(deps.bot, conn)
    if over is not None and over.notice_id is not None:
        deps.doorbell.ring("notify_desk", str(over.notice_id), notice_id=str(over.notice_id))
    async with borrow(deps.bot.pool) as conn:
        if await pauses.find_open(conn, now=deps.bot.clock.now()) is not None:
            return
        left = await pauses.list_left(conn, limit=BATCH)
    is_under_way = False
    for escalation_id in left:
        try:
            async with borrow(deps.bot.pool) as conn, conn.transaction():
                floor = await pausing.give_back(deps.bot, conn, escalation_id)
        except (Conflict, NotFound):
            log.info("pause.not_given_back", extra={"escalation_id": str(escalation_id)})
            continue
        if floor is not None:
            is_under_way = True
            for job_name, ids in wishes(floor):
                deps.doorbell.ring_for(job_name, key(), ids)
    # A batch of which none can be given back is the sweep's to look at again, not ours for ever.
    if is_under_way and len(left) == BATCH:
        deps.doorbell.ring("end_pause", str(new_id()))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Whether a pause has run out, or what it took waits to be given back."""
    is_owed = await pauses.is_owed(conn, now=deps.bot.clock.now())
    return [{}] if is_owed else []


job = Job(run=run, due=due)
