"""Finds out what became of a send that has no outcome, before anything is sent again (I5).

Runs when a claim has run out: the worker was killed, or the vendor never answered. The vendor's own
list is the referee. Where it has none the message is left `unknown` and put before a person.
"""

from __future__ import annotations

import logging
from uuid import UUID

from bot.domain import MessageId, Status
from bot.errors import VendorRefused, VendorUnavailable
from bot.escalation import Trouble, escalate
from bot.store import conversations, outbox
from bot.store.outbox import Departure
from channels.base import ConfiguredChannel
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

CLAIM_S = 60.0
LOOK_AGAIN_S = 60.0


async def run(deps: JobDeps, *, message_id: str) -> None:
    """Settle one message: sent, to be sent, or unknown."""
    async with deps.bot.pool.acquire() as conn:
        departure = await outbox.claim_lost(conn, MessageId(UUID(message_id)), claim_s=CLAIM_S)
    if departure is None:
        return
    channel = deps.channels.get(departure.message.channel)
    if channel is None:
        await _settle(deps, departure, "the channel is no longer configured")
        return
    await _look_up(deps, departure, channel)
    conversation_id = str(departure.message.conversation_id)
    deps.doorbell.ring(
        "deliver", f"{conversation_id}:{message_id}", conversation_id=conversation_id
    )


async def _look_up(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> None:
    message = departure.message
    async with deps.bot.pool.acquire() as conn:
        known = await outbox.list_known_ids(conn, message.channel, departure.address_id)
    try:
        found = await channel.find_sent(message, known)
    except VendorUnavailable as error:
        async with deps.bot.pool.acquire() as conn:
            await outbox.leave_in_doubt(
                conn, message.id, look_after_s=LOOK_AGAIN_S, reason=str(error)
            )
        return
    except VendorRefused as error:
        await _settle(deps, departure, str(error))
        return
    now = deps.bot.clock.now()
    async with deps.bot.pool.acquire() as conn:
        if found is None:
            await outbox.retry_later(
                conn, message.id, due_at=now, reason="the vendor never got it; sent again"
            )
        else:
            await outbox.mark_sent(conn, message.id, external_id=found, segments=1, at=now)
    log.info("message.looked_up", extra={"message_id": str(message.id), "found": bool(found)})


async def _settle(deps: JobDeps, departure: Departure, reason: str) -> None:
    """Leave it unknown and put it before a person, in one transaction."""
    message, bot = departure.message, deps.bot
    said = f"nobody can tell whether it was sent: {reason}"
    async with bot.pool.acquire() as conn, conn.transaction():
        await conversations.lock(conn, message.conversation_id)
        await outbox.mark_ended(conn, message.id, status=Status.UNKNOWN, reason=said)
        opened = await escalate(
            bot,
            conn,
            message.conversation_id,
            trouble=Trouble(reason="unknown_send", explanation=said),
            waiting=(),
            language=bot.profile.business.home_language,
        )
    if opened is not None:
        deps.doorbell.ring("escalate", str(opened), escalation_id=str(opened))


job = Job(run=run, timeout_s=90.0)
