"""Writes an announcement to everybody who is owed it, and tells its writer how it went.

A recipient a transaction: two workers share them, and one that is killed leaves the rest to the
next. The outbox paces the sending; the sweep asks until the writer was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.desk.announcing import tell_writer, write_next
from bot.ids import new_id
from bot.store import announcements
from bot.store.announcements import AnnouncementId
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

LIMIT = 500


async def run(deps: JobDeps, *, announcement_id: str) -> None:
    """Go on where it was; nothing where all is done."""
    wanted = AnnouncementId(UUID(announcement_id))
    windows = {name: channel.window_s for name, channel in deps.channels.items()}
    async with borrow(deps.bot.pool) as conn:
        announcement = await announcements.find(conn, wanted)
    if announcement is None:
        return
    is_owed = True
    while is_owed:
        async with borrow(deps.bot.pool) as conn, conn.transaction():
            is_owed, conversation_id = await write_next(deps.bot, conn, announcement, windows)
        if conversation_id is not None:
            deps.doorbell.ring("deliver", str(new_id()), conversation_id=str(conversation_id))
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        told = await tell_writer(deps.bot, conn, announcement)
    for notice_id in told:
        deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Those that somebody is still owed, or whose writer does not know yet how it went."""
    return [{"announcement_id": str(a)} for a in await announcements.list_due(conn, limit=LIMIT)]


job = Job(run=run, due=due)
