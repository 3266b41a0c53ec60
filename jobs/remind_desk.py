"""Reminds staff of a conversation that nobody has taken, or whose customer waits for an answer.

What is due is in the rows; the sweep rings for it. Whom to call is looked up before the
transaction that reminds, and once in it decided anew.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.desk.reminding import Whom, next_reminder
from bot.desk.reminding_out import remind
from bot.domain import EscalationId
from bot.errors import VendorError
from bot.store import desk_floor
from bot.store.connection import Connection, borrow
from jobs.after_floor import key, wishes
from jobs.base import Job, JobDeps
from jobs.desk_people import find_owners

log = logging.getLogger(__name__)

LIMIT = 500


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Owe the reminder that is due, and ring for its post."""
    wanted = EscalationId(UUID(escalation_id))
    owners = await _owners(deps, wanted)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        floor = await remind(deps.bot, conn, wanted, owners=owners)
    if floor is not None:
        for job_name, ids in wishes(floor):
            deps.doorbell.ring_for(job_name, key(), ids)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """The conversations of which somebody is to be reminded now."""
    if deps.desk is None:
        return ()
    found = await desk_floor.list_to_remind(conn, now=deps.bot.clock.now(), limit=LIMIT)
    return [{"escalation_id": str(each)} for each in found]


async def _owners(deps: JobDeps, escalation_id: EscalationId) -> tuple[str, ...]:
    """The owners' ids where they are whom to call; none where nobody can tell who they are."""
    async with borrow(deps.bot.pool) as conn:
        row = await desk_floor.get(conn, escalation_id)
    reminder = None if row is None else next_reminder(deps.bot.profile, row)
    if deps.desk is None or reminder is None or reminder.whom is not Whom.OWNERS:
        return ()
    try:
        return tuple(member.id for member in await find_owners(deps, deps.desk))
    except VendorError as error:
        log.warning("desk.owners_unknown", extra={"error": type(error).__name__})
        return ()


job = Job(run=run, timeout_s=60.0, due=due)
