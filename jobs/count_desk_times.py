"""Puts the times to claim and to answer into the metrics, each once; the sweep rings for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store import desk_times
from bot.store.connection import Connection, borrow
from jobs import metrics
from jobs.base import Job, JobDeps

BATCH = 500


async def run(deps: JobDeps) -> None:
    """Count what is uncounted; a worker that dies here loses a few, and counts none twice."""
    async with borrow(deps.bot.pool) as conn:
        took = await desk_times.count(conn, limit=BATCH)
    for each in took:
        if each.claim_s is not None:
            metrics.claim_seconds.observe(each.claim_s)
        if each.answer_s is not None:
            metrics.answer_seconds.observe(each.answer_s)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run where anything is uncounted."""
    return [{}] if await desk_times.is_any_uncounted(conn) else []


job = Job(run=run, timeout_s=60.0, due=due)
