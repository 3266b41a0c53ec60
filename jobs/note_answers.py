"""Notes the answers to follow-ups that no turn has told of.

A turn notes what it answers itself; this finds what staff answer, and what was lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store import follow_up_answers
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps


async def run(deps: JobDeps) -> None:
    """One pass; a second one at the same time finds nothing left."""
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await follow_up_answers.note_answers(conn, now)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run, where somebody who is watched has written."""
    return [{}] if await follow_up_answers.is_due(conn) else []


job = Job(run=run, due=due)
