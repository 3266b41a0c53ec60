"""What several jobs do when a person is needed; not a job of its own."""

from __future__ import annotations

from bot.domain import EscalationId, OutboundMessage
from bot.escalation import Trouble, escalate
from bot.store import conversations
from bot.store.connection import Connection
from jobs.base import JobDeps


async def tell_staff(
    deps: JobDeps, conn: Connection, message: OutboundMessage, trouble: Trouble
) -> EscalationId | None:
    """Escalate for a message that cannot be got to its customer, inside the caller's transaction.

    The customer gets no notice: it could not be sent either.
    """
    await conversations.lock(conn, message.conversation_id)
    return await escalate(
        deps.bot,
        conn,
        message.conversation_id,
        trouble=trouble,
        waiting=(),
        language=deps.bot.profile.business.home_language,
    )


def ring_for_card(deps: JobDeps, opened: EscalationId | None) -> None:
    """After the commit: the card is owed."""
    if opened is not None:
        deps.doorbell.ring("escalate", str(opened), escalation_id=str(opened))
