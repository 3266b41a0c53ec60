"""Sends a follow-up once it is due, a rule's or staff's; bot/follow_ups decides if it still may.

The sweep asks what is due: nothing but the database keeps the time (I12).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from bot.domain_follow_ups import FollowUpId
from bot.follow_ups.sending import Done, prepare, send, set_aside
from bot.ids import new_id
from bot.store import follow_ups
from bot.store.connection import STORE_DOWN, Connection, borrow
from jobs.base import Job, JobDeps
from jobs.follow_up_lines import lines_of

log = logging.getLogger(__name__)

LIMIT = 500
PASSING = (
    *STORE_DOWN,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.QueryCanceledError,
)
"""What says nothing about the follow-up: it is tried again at once."""


async def run(deps: JobDeps, *, follow_up_id: str) -> None:
    """Send it, put it off or leave it out; once, whoever is at it."""
    wanted = FollowUpId(UUID(follow_up_id))
    try:
        done = await _send(deps, wanted)
    except PASSING:
        raise
    except Exception as error:  # The boundary with the causes, which are plug-ins.
        log.error("follow_up.failed", extra={"id": follow_up_id, "error": type(error).__name__})
        async with borrow(deps.bot.pool) as conn, conn.transaction():
            done = await set_aside(deps.bot, conn, wanted, error)
    if done.conversation_id is not None:
        deps.doorbell.ring("deliver", str(new_id()), conversation_id=str(done.conversation_id))
    if done.notice_id is not None:
        deps.doorbell.ring("notify_desk", str(done.notice_id), notice_id=str(done.notice_id))


async def _send(deps: JobDeps, wanted: FollowUpId) -> Done:
    lines = lines_of(deps.channels)
    rewording = await prepare(deps.bot, wanted, lines)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        return await send(deps.bot, conn, wanted, lines, rewording)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Those whose time has come, and the held ones to look at again."""
    now = deps.bot.clock.now()
    await follow_ups.mark_due(conn, now=now, limit=LIMIT)
    found = await follow_ups.list_due(conn, now=now, limit=LIMIT)
    return [{"follow_up_id": str(each)} for each in found]


job = Job(run=run, due=due)
