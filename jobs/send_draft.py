"""Sends a draft that somebody at the desk wants sent as it is.

The wish is kept with the draft, so that a lost ring delays it and nothing else (I12); staff read at
the desk why one could not be sent.
"""

from __future__ import annotations

from uuid import UUID

from bot.drafting_send import Stale, send
from bot.errors import Conflict, NotFound
from bot.ids import new_id
from bot.store import desk_notices, drafts
from bot.store.connection import borrow
from bot.store.drafts import Draft, DraftId
from jobs.base import Job, JobDeps


async def run(deps: JobDeps, *, draft_id: str) -> None:
    """Send it, unless it was decided on meanwhile."""
    async with borrow(deps.bot.pool) as conn:
        draft = await drafts.find(conn, DraftId(UUID(draft_id)))
    if draft is None or draft.status != "open" or not draft.wanted_by:
        return
    try:
        await send(deps.bot, draft.code, by=draft.wanted_by, edited=draft.sent_text)
    except (Conflict, NotFound) as refused:
        await _tell(deps, draft, refused)
    else:
        ring(deps, draft, "deliver")


def ring(deps: JobDeps, draft: Draft, job: str) -> None:
    """Wake whoever delivers, or drafts anew."""
    deps.doorbell.ring(job, str(new_id()), conversation_id=str(draft.conversation_id))


async def _tell(deps: JobDeps, draft: Draft, refused: Exception) -> None:
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await drafts.unwant(conn, draft.id)
        told = f"Draft not sent: {draft.code}\n{refused}"
        await desk_notices.add(conn, f"draft:{draft.code}:refused", None, told)
    if isinstance(refused, Stale):
        ring(deps, draft, "take_turn")


job = Job(run=run, timeout_s=60.0)
