"""Folds what a conversation said long ago into its summary, where enough has been said since."""

from __future__ import annotations

from uuid import UUID

from bot.domain import ConversationId
from bot.summarising import summarise
from jobs.base import Job, JobDeps


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Write it anew; nothing where it is not due any more."""
    await summarise(deps.bot, ConversationId(UUID(conversation_id)))


job = Job(run=run)
