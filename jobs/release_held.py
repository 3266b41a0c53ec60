"""Puts a held message back into the queue once its moment has come or its customer has written.

The send gate judges it anew then: it leaves, waits on, or is given up and staff are told. Nothing
but the database keeps the time (I12); the sweep asks what is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.domain import MessageId
from bot.ids import new_id
from bot.store import held
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

LIMIT = 500


async def run(deps: JobDeps, *, message_id: str) -> None:
    """Release one; nothing where it is not held any more, or still has to wait."""
    wanted, now = MessageId(UUID(message_id)), deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        conversation_id = await held.release(conn, wanted, now=now)
    if conversation_id is not None:
        deps.doorbell.ring("deliver", str(new_id()), conversation_id=str(conversation_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Those whose moment has come, and those whose customer has written since."""
    found = await held.list_releasable(conn, now=deps.bot.clock.now(), limit=LIMIT)
    return [{"message_id": str(each)} for each in found]


job = Job(run=run, due=due)
