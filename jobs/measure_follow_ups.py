"""Notes what came of follow-ups, and ends comparisons that are full; a pass every five minutes.

Each pass says all of it again and changes only what is new: one that dies loses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.causes.base import causes
from bot.follow_ups import trials
from bot.store import desk_notices, follow_up_counts, follow_up_results, follow_up_trials
from bot.store.connection import Connection, borrow
from jobs import metrics
from jobs.base import Job, JobDeps

EVERY = timedelta(minutes=5)
DAY = timedelta(days=1)
SLOT_S = 40
"""At the beginning of each span: longer than two sweeps, so that none passes it by."""


async def run(deps: JobDeps) -> None:
    """One pass; nothing where another worker is at it."""
    now, profile = deps.bot.clock.now(), deps.bot.profile
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        if not await follow_up_results.hold(conn):
            return
        kinds = by_kind()
        came = [
            *await follow_up_results.take_back(conn, kinds, now=now),
            *await follow_up_results.mark_converted(conn, kinds, now=now),
            *await follow_up_results.mark_opted_out(conn),
        ]
        await follow_up_results.end_watching(conn, now=now)
        await follow_up_results.mark_passed(conn, at=now)
        for ended in await trials.end_full(conn, profile, now=now):
            told = f"The comparison {ended.name} has ended. {ended.verdict}"
            await desk_notices.add(conn, f"trial:{ended.name}", None, told)
    for each in came:
        metrics.follow_ups.labels(each.cause, each.outcome).inc()


def by_kind() -> Mapping[str, Sequence[str]]:
    """The causes by what they are for."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, cause in causes().items():
        found[cause.converts_by].append(name)
    return found


async def _show(conn: Connection, now: datetime) -> None:
    """Where the last day's stand, in this process's figures; each worker's sweep comes by here."""
    found = await follow_up_counts.count_states(conn, now - DAY, now, causes=list(causes()))
    metrics.follow_ups_of_day.clear()
    for cause, status, count in found:
        metrics.follow_ups_of_day.labels(cause, status).set(count)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run where the last pass is that old and there is anything, or a comparison is new."""
    now, begun = deps.bot.clock.now(), deps.bot.profile.follow_ups.trials
    if is_shown(now):
        await _show(conn, now)
    if begun and not await follow_up_trials.has_all(conn, begun):
        return [{}]
    before = now - EVERY
    return [{}] if await follow_up_results.is_due(conn, passed_before=before, now=now) else []


def is_shown(now: datetime) -> bool:
    """Whether a span of time has just begun: every process shows its figures, whoever measures."""
    return int(now.timestamp()) % EVERY.seconds < SLOT_S


job = Job(run=run, timeout_s=60.0, due=due)
