"""Keeps what became of the follow-ups in the outbox; bot/follow_ups/settling.py decides.

The sweep asks whether the outbox has news of any: nothing but the database keeps it (I12).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.follow_ups.settling import settle
from bot.store import follow_up_outcomes
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

PASSES_MAX = 20


async def run(deps: JobDeps) -> None:
    """Pass after pass until nothing is left, each its own transaction."""
    for _ in range(PASSES_MAX):
        async with borrow(deps.bot.pool) as conn, conn.transaction():
            settled = await settle(deps.bot, conn)
        for notice_id in settled.told:
            deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))
        if settled.is_all:
            return


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run, where the outbox has news."""
    return [{}] if await follow_up_outcomes.is_due(conn) else []


job = Job(run=run, due=due)
