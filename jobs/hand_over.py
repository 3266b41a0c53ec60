"""What several jobs do when a person is needed; not a job of its own."""

from __future__ import annotations

from bot.domain import Author, EscalationId, Purpose
from bot.domain_sending import OutboundMessage
from bot.escalation import Trouble, escalate
from bot.store import conversations, desk_floor, desk_notices
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost
from jobs.base import JobDeps


async def tell_staff(
    deps: JobDeps, conn: Connection, message: OutboundMessage, trouble: Trouble
) -> EscalationId | None:
    """Escalate for a message that cannot be got to its customer, inside the caller's transaction.

    The customer gets no notice: it could not be sent either. What nobody waits for, such as a
    booking in writing or a follow-up by rule, is put before staff as a notice: a mail server that
    fails takes no conversation from the bot (I14).
    """
    if (message.author, message.purpose) == (Author.SYSTEM, Purpose.ESSENTIAL):
        told = f"Booking letter not sent: {message.channel} {message.recipient}\n"
        told += f"{trouble.explanation}; let the customer know in another way"
        await desk_notices.add(conn, f"{trouble.reason}:{message.id}", None, told)
        return None
    if message.is_follow_up and message.author is Author.BOT:
        doubt = "perhaps " if trouble.reason == "unknown_send" else ""
        told = f"Follow-up {doubt}not sent: {message.channel} {message.recipient}\n"
        told += f"{trouble.explanation}; it is not sent again by itself"
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


async def tell_of_refused(conn: Connection, message: OutboundMessage, reason: str) -> None:
    """Owe the desk that words of the house may not leave: in the thread, where one is open."""
    floor = await desk_floor.find_open(conn, message.conversation_id)
    whom = f"{message.channel} {message.recipient}" if floor is None else "the customer"
    told = f"Not sent: {whom} did not get what we wrote to them.\nWhy: {reason}\n"
    post = NewPost(
        key=f"refused:{message.id}",
        text=f"{told}What to do: let the customer know in another way.",
        kind="notice" if floor is None else "thread",
        escalation_id=None if floor is None else floor.escalation_id,
    )
    await desk_notices.owe_post(conn, post)


def ring_for_card(deps: JobDeps, opened: EscalationId | None) -> None:
    """After the commit: the card is owed."""
    if opened is not None:
        deps.doorbell.ring("escalate", str(opened), escalation_id=str(opened))
