"""Posts a notice to the desk, once: a deposit to look for, an event without enough chefs.

A desk that cannot be reached delays the notice and nothing else (I14). After an unknown outcome
the notice is looked for before another is posted (I5).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_notices
from bot.store.connection import borrow
from bot.store.desk_notices import Notice, NoticeId
from channels.desk import Desk, PostedCard
from jobs.base import Job, JobDeps, backoff_s

CLAIM_S = 50.0
LOOK_MAX_S = 20.0
LOOK_AFTER_S = 5.0
LOOK_AGAIN_S = 60.0
RETRY_CAP_S = 300.0
REFUSED_AGAIN_S = 300.0
"""A refusal waits for somebody to mend the desk's settings; the notice stays owed."""


async def run(deps: JobDeps, *, notice_id: str) -> None:
    """Post the notice, unless it stands already."""
    if deps.desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        wanted = NoticeId(UUID(notice_id))
        notice = await desk_notices.claim_post(conn, wanted, claim_s=CLAIM_S)
    if notice is None:
        return
    try:
        posted = await _post_once(deps.desk, notice)
    except _StillInDoubt as error:
        await _doubt(deps, notice, LOOK_AGAIN_S, error)
    except VendorUnavailable as error:
        wait_s = max(error.retry_after_s or 0.0, backoff_s(notice.attempts, cap_s=RETRY_CAP_S))
        await _owe(deps, notice, wait_s, error)
    except VendorRefused as error:
        await _owe(deps, notice, REFUSED_AGAIN_S, error)
    except VendorSilent as error:
        await _doubt(deps, notice, LOOK_AFTER_S, error)
    else:
        async with borrow(deps.bot.pool) as conn:
            await desk_notices.mark_posted(
                conn, notice.id, desk_channel=posted.channel, desk_ts=posted.ts
            )


class _StillInDoubt(Exception):
    """The desk could not say whether the notice stands there; posting blindly might double it."""


async def _post_once(desk: Desk, notice: Notice) -> PostedCard:
    if notice.in_doubt:
        try:
            async with asyncio.timeout(LOOK_MAX_S):
                found = await desk.find_notice(str(notice.id), notice.created_at)
        except (VendorUnavailable, VendorRefused, TimeoutError) as error:
            raise _StillInDoubt(str(error)) from error
        if found is not None:
            return found
    return await desk.post_notice(str(notice.id), notice.text)


async def _owe(deps: JobDeps, notice: Notice, wait_s: float, error: Exception) -> None:
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    async with borrow(deps.bot.pool) as conn:
        await desk_notices.retry_post(conn, notice.id, due_at=due_at, error=str(error)[:300])
    deps.doorbell.ring("notify_desk", str(new_id()), delay_s=wait_s, notice_id=str(notice.id))


async def _doubt(deps: JobDeps, notice: Notice, look_after_s: float, error: Exception) -> None:
    async with borrow(deps.bot.pool) as conn:
        await desk_notices.leave_in_doubt(
            conn, notice.id, look_after_s=look_after_s, error=str(error)[:300]
        )


job = Job(run=run, timeout_s=60.0)
