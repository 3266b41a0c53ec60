"""Puts alarms and what staff called them into the metrics, each once; the sweep rings for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store import emotion_alarm_counts
from bot.store.connection import Connection, borrow
from jobs import metrics
from jobs.base import Job, JobDeps

BATCH = 500


async def run(deps: JobDeps) -> None:
    """Count what is uncounted; a worker that dies here loses a few, and counts none twice."""
    async with borrow(deps.bot.pool) as conn:
        found = await emotion_alarm_counts.count(conn, limit=BATCH)
    for each in found:
        if each.is_new:
            metrics.emotion_alarms.labels(each.trigger, each.severity).inc()
        if each.verdict:
            metrics.emotion_alarms_judged.labels(each.trigger, each.verdict).inc()


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run where anything is uncounted."""
    return [{}] if await emotion_alarm_counts.is_any_uncounted(conn) else []


job = Job(run=run, timeout_s=60.0, due=due)
