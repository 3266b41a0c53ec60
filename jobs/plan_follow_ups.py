"""Plans the follow-ups that nobody rings for: bot/follow_ups/planning.py finds what calls for one.

The sweep asks whether it is time; a booking plans its own in its transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.follow_ups import planning
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps


async def run(deps: JobDeps) -> None:
    """One pass over all causes; nothing where another worker is at it."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await planning.plan_all(deps.bot, conn)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run, where the last pass is a minute old or the rules have changed."""
    return [{}] if await planning.is_due(deps.bot, conn) else []


job = Job(run=run, due=due)
