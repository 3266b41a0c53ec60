"""Job: makes an answer that the owner approved an article, live at once, and says so at the desk.

Killed at any point it is done again and comes to the same: the article's name is made of the
proposal's id, and what is stored word for word is not stored twice. Approving, the proposal's own
state and the questions that it answers change in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.desk.correcting import post_key
from bot.ids import new_id
from bot.knowledge.grouping import group
from bot.knowledge.taking_in import prepare_answer
from bot.store import knowledge_proposals as proposals
from bot.store import knowledge_versions as versions
from bot.store import unanswered
from bot.store.connection import Connection, borrow
from bot.store.knowledge_proposals import Proposal
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

QUESTIONS_MAX = 500
LIMIT = 500


async def run(deps: JobDeps, *, proposal_id: str) -> None:
    """Take it in if it is approved, and have its post drawn as it is now."""
    wanted = UUID(proposal_id)
    async with borrow(deps.bot.pool) as conn:
        proposal = await proposals.get(conn, wanted)
    if proposal.status == "approved":
        await _take_in(deps, proposal)
    async with borrow(deps.bot.pool) as conn:
        post = await proposals.find_post(conn, post_key(wanted))
    if post is not None:
        deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(post))


def article_of(proposal_id: UUID) -> str:
    """The article's name; the end of an id is what differs between two of one moment."""
    return f"staff_{proposal_id.hex[-12:]}"


async def _take_in(deps: JobDeps, proposal: Proposal) -> None:
    embedder, name = deps.bot.knowledge.embedder, article_of(proposal.id)
    prepared = await prepare_answer(
        embedder,
        name=name,
        language=proposal.language,
        question=proposal.question,
        answer=proposal.answer,
    )
    answered = await _alike(deps, proposal)
    by = proposal.decided_by or proposal.proposed_by
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await versions.add(conn, prepared, source="staff", origin=str(proposal.id), actor=by)
        await versions.approve(conn, name, by=by)
        await proposals.mark_live(conn, proposal.id, name)
        await unanswered.answer(conn, answered, now=deps.bot.clock.now())
        await proposals.want_shown(conn, post_key(proposal.id))
    log.info("proposal.live", extra={"proposal_id": str(proposal.id), "article": name})


async def _alike(deps: JobDeps, proposal: Proposal) -> tuple[UUID, ...]:
    """The open questions that ask what this answers, the proposal's own with them."""
    if proposal.unanswered_id is None:
        return ()
    async with borrow(deps.bot.pool) as conn:
        waiting = await unanswered.list_open(conn, limit=QUESTIONS_MAX)
    for alike in await group(deps.bot.knowledge.embedder, waiting):
        ids = tuple(each.id for each in alike)
        if proposal.unanswered_id in ids:
            return ids
    return (proposal.unanswered_id,)


async def _due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """What is approved and not live."""
    approved = await proposals.list_approved(conn, limit=LIMIT)
    return [{"proposal_id": str(each)} for each in approved]


job = Job(run=run, timeout_s=120.0, due=_due)
