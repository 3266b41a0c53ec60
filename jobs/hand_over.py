"""What several jobs do when a person is needed; not a job of its own."""

from __future__ import annotations

from bot.domain import Author, EscalationId, OutboundMessage, Purpose
from bot.escalation import Trouble, escalate
from bot.store import conversations, desk_notices
from bot.store.connection import Connection
from jobs.base import JobDeps


async def tell_staff(
    deps: JobDeps, conn: Connection, message: OutboundMessage, trouble: Trouble
) -> EscalationId | None:
    """Escalate for a message that cannot be got to its customer, inside the caller's transaction.

    The customer gets no notice: it could not be sent either. What nobody waits for, such as a
    booking in writing, is put before staff as a notice: a mail server that fails takes no
    conversation from the bot (I14).
    """
    if (message.author, message.purpose) == (Author.SYSTEM, Purpose.ESSENTIAL):
        told = f"Booking letter not sent: {message.channel} {message.recipient}\n"
        told += f"{trouble.explanation}; let the customer know in another way"
        await desk_notices.add(conn, f"{trouble.reason}:{message.id}", None, told)
        return None
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
