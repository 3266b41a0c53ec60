"""Draws the post of a proposal as it is now; no job. jobs/notice_making.py calls it."""

from __future__ import annotations

from uuid import UUID

from bot.desk.correcting import doubts_of_proposal
from bot.errors import NotFound
from bot.store import knowledge_proposals as proposals
from bot.store import staff
from bot.store.connection import borrow
from channels.desk_blocks import Block, section
from channels.desk_question import question_post
from jobs.base import JobDeps

GONE = "This proposal is no longer kept."


async def draw_question(deps: JobDeps, proposal_id: str) -> tuple[str, list[Block]]:
    """What notifications read, and what is shown."""
    async with borrow(deps.bot.pool) as conn:
        try:
            proposal = await proposals.get(conn, UUID(proposal_id))
        except (NotFound, ValueError):
            return GONE, [section(GONE)]
        names = await staff.read_names(conn, [proposal.proposed_by])
        noted = await doubts_of_proposal(deps.bot, conn, proposal)
    return question_post(proposal, names.get(proposal.proposed_by, proposal.proposed_by), noted)
