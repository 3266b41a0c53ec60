"""Finds out what became of a send that has no outcome, before anything is sent again (I5).

Runs when a claim has run out: the worker was killed, or the vendor never answered. The vendor's own
list is the referee. Where it has none the message is left `unknown` and put before a person.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from bot.domain import MessageId, Status
from bot.errors import VendorRefused, VendorUnavailable
from bot.escalation import Trouble
from bot.store import conversations, outbox
from bot.store.connection import borrow
from bot.store.departures import Departure
from channels.base import ConfiguredChannel
from jobs.base import Job, JobDeps, backoff_s
from jobs.hand_over import ring_for_card, tell_staff

log = logging.getLogger(__name__)

CLAIM_S = 60.0
LOOK_AGAIN_S = 60.0
ATTEMPTS_MAX = 8


async def run(deps: JobDeps, *, message_id: str) -> None:
    """Settle one message: sent, to be sent, or unknown."""
    async with borrow(deps.bot.pool) as conn:
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
    async with borrow(deps.bot.pool) as conn:
        known = await outbox.list_known_ids(conn, message.channel, departure.address_id)
    try:
        found = await channel.find_sent(message, known)
    except VendorUnavailable as error:
        async with borrow(deps.bot.pool) as conn:
            await outbox.leave_in_doubt(
                conn, message.id, look_after_s=LOOK_AGAIN_S, reason=str(error)
            )
        return
    except VendorRefused as error:
        await _settle(deps, departure, str(error))
        return
    if found is None and message.attempt >= ATTEMPTS_MAX:
        await _settle(deps, departure, f"the vendor took none of {message.attempt} tries")
        return
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        if found is None:
            # The first time at once: most often a worker was killed before the vendor heard of it.
            wait_s = backoff_s(message.attempt) if message.attempt > 1 else 0.0
            due_at = now + timedelta(seconds=wait_s)
            await outbox.retry_later(conn, message.id, due_at=due_at, reason="never got there")
        else:
            await outbox.mark_sent(conn, message.id, external_id=found, segments=1, at=now)
    log.info("message.looked_up", extra={"message_id": str(message.id), "found": bool(found)})


async def _settle(deps: JobDeps, departure: Departure, reason: str) -> None:
    """Leave it unknown and put it before a person, in one transaction."""
    message, bot = departure.message, deps.bot
    said = f"nobody can tell whether it was sent: {reason}"
    async with borrow(bot.pool) as conn, conn.transaction():
        # First, as everybody locks: whoever takes words back holds it and wants their rows.
        await conversations.lock(conn, message.conversation_id)
        await outbox.mark_ended(conn, message.id, status=Status.UNKNOWN, reason=said)
        opened = await tell_staff(
            deps, conn, message, Trouble(reason="unknown_send", explanation=said)
        )
    ring_for_card(deps, opened)


job = Job(run=run, timeout_s=90.0)
