"""Posts a notice to the desk: a deposit to look for, an event without enough chefs."""

from __future__ import annotations

from uuid import UUID

from bot.ids import new_id
from bot.store import desk_notices
from bot.store.connection import borrow
from bot.store.desk_notices import NoticeId
from jobs.base import Job, JobDeps
from jobs.desk_post import CLAIM_S, Owed, post_once


async def run(deps: JobDeps, *, notice_id: str) -> None:
    """Post the notice, unless it stands already."""
    desk = deps.desk
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        wanted = NoticeId(UUID(notice_id))
        notice = await desk_notices.claim_post(conn, wanted, claim_s=CLAIM_S)
    if notice is None:
        return

    def ring(wait_s: float) -> None:
        deps.doorbell.ring("notify_desk", str(new_id()), delay_s=wait_s, notice_id=notice_id)

    owed = Owed(
        id=notice.id,
        attempts=notice.attempts,
        in_doubt=notice.in_doubt,
        store=desk_notices,
        find=lambda: desk.find_notice(notice_id, notice.created_at),
        post=lambda: desk.post_notice(notice_id, notice.text),
        ring=ring,
    )
    await post_once(deps, owed)


job = Job(run=run, timeout_s=60.0)
