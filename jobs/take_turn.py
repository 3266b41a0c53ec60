"""Takes the next turn in a conversation and rings for what it left to do."""

from __future__ import annotations

from uuid import UUID

from bot.domain import ConversationId
from bot.ids import new_id
from bot.turn import TurnDone, take_turns
from jobs.base import Job, JobDeps


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Answer all that waits; nothing where another worker is at it."""
    done = await take_turns(deps.bot, ConversationId(UUID(conversation_id)))
    _ring(deps, conversation_id, done)


async def give_to_person(deps: JobDeps, *, conversation_id: str) -> None:
    """Thinking has failed repeatedly: no customer waits for a bug to be mended (I4, I14)."""
    done = await take_turns(deps.bot, ConversationId(UUID(conversation_id)), last_resort=True)
    _ring(deps, conversation_id, done)


def _ring(deps: JobDeps, conversation_id: str, done: TurnDone) -> None:
    if done.has_outbound:
        deps.doorbell.ring("deliver", str(new_id()), conversation_id=conversation_id)
    if done.escalation_id is not None:
        escalation_id = str(done.escalation_id)
        deps.doorbell.ring("escalate", escalation_id, escalation_id=escalation_id)


job = Job(run=run, timeout_s=120.0, on_last_try=give_to_person)
