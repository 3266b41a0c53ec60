"""Job: once a day drops the notes of deeds at the desk that are too old to be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.store import staff
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

KEEP = timedelta(days=7)
"""Slack repeats an event for a few minutes, and a window may stay open for days."""
EVERY = timedelta(days=1)


async def run(deps: JobDeps) -> None:
    """Drop them."""
    async with borrow(deps.bot.pool) as conn:
        await staff.forget_events(conn, before=deps.bot.clock.now() - KEEP)


async def _due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Once the oldest is a day older than is kept: so once a day while there are any."""
    is_due = await staff.has_events(conn, before=deps.bot.clock.now() - KEEP - EVERY)
    return [{}] if is_due else []


job = Job(run=run, timeout_s=30.0, due=_due)
