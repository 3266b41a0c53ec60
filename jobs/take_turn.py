"""Takes the next turn in a conversation and rings for what it left to do."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from bot.domain import ConversationId
from bot.ids import new_id
from bot.summarising import is_due
from bot.turn import TurnDone, take_turns
from jobs.base import Job, JobDeps
from jobs.hand_over import ring_for_card
from jobs.reading import is_wanted


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Answer all that waits; nothing where another worker is at it."""
    wanted = ConversationId(UUID(conversation_id))
    if is_wanted(deps):
        deps.doorbell.ring("show_reading", str(new_id()), conversation_id=conversation_id)
    await take_turns(deps.bot, wanted, partial(_ring, deps, conversation_id))
    if await is_due(deps.bot, wanted):
        deps.doorbell.ring("summarise", conversation_id, conversation_id=conversation_id)


def _ring(deps: JobDeps, conversation_id: str, done: TurnDone) -> None:
    here = (conversation_id,) if done.has_outbound else ()
    for each in (*here, *map(str, done.elsewhere)):
        deps.doorbell.ring("deliver", str(new_id()), conversation_id=each)
    ring_for_card(deps, done.escalation_id)
    for notice_id in done.notice_ids:
        deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))
    if done.notice_ids:  # The bot was silent, and what it would have heard may be a yes to terms.
        deps.doorbell.ring("read_yes", str(new_id()), conversation_id=conversation_id)


job = Job(run=run, timeout_s=60.0)
