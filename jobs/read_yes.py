"""Reads a customer's answer to stated terms while staff have the floor, for the thread to say so.

The bot is silent there, so that no turn reads it. The sweep finds the conversations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.desk.consenting import read_answer
from bot.domain import ConversationId
from bot.store import booking_lists
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

DUE_MAX = 500


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Read what nobody has read yet, and owe the thread a line."""
    wanted = ConversationId(UUID(conversation_id))
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        notice_id = await read_answer(deps.bot, conn, wanted)
    if notice_id is not None:
        deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Conversations with staff in which terms are open and something was written since."""
    now = deps.bot.clock.now()
    found = await booking_lists.list_answered(conn, now=now, limit=DUE_MAX)
    return [{"conversation_id": str(each)} for each in found]


job = Job(run=run, timeout_s=30.0, due=due)
