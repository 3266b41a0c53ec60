"""Delivers a conversation's outbox in order: claim, ask the send gate, pace, send, record.

A send whose outcome is unknown is never repeated blindly: it keeps the queue behind it waiting
until the vendor's own list says whether the message left (I5).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from bot.domain import ConversationId, Status
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.send_gate import Refuse, Rules, judge
from bot.store import consents, outbox
from bot.store.outbox import Departure
from channels.base import AddressRefused, ConfiguredChannel
from jobs import metrics
from jobs.base import Job, JobDeps, backoff_s

log = logging.getLogger(__name__)

CLAIM_S = 60.0
"""Longer than any send takes, so that a claim that ran out means nobody is sending."""
LOOK_AFTER_S = 15.0
"""How long a vendor may need to list a message it has taken."""
PACE_WAIT_MAX_S = 2.0
ATTEMPTS_MAX = 12
RETRY_CAP_S = 1800.0


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Send what is due, oldest first, until nothing is or the head must wait."""
    wanted = ConversationId(UUID(conversation_id))
    while True:
        async with deps.bot.pool.acquire() as conn:
            departure = await outbox.claim_next(
                conn, wanted, now=deps.bot.clock.now(), claim_s=CLAIM_S
            )
        if departure is None:
            return
        await depart(deps, departure)


async def depart(deps: JobDeps, departure: Departure) -> None:
    """Send one claimed message, or note why not."""
    channel = deps.channels.get(departure.message.channel)
    if channel is None:
        reason = f"the channel {departure.message.channel} is not configured"
        await _end(deps, departure, Status.DROPPED, reason)
        return
    verdict = judge(departure, Rules(window_s=channel.window_s), now=deps.bot.clock.now())
    if isinstance(verdict, Refuse):
        await _end(deps, departure, Status.DROPPED, verdict.reason)
        return
    if await _must_wait(deps, departure, channel):
        return
    await _send(deps, departure, channel)


async def _must_wait(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> bool:
    """Reserve the sender's next slot at the vendor; a far one sends the message back."""
    sender = departure.message.sender or channel.default_sender
    async with deps.bot.pool.acquire() as conn:
        wait_s = await outbox.reserve_slot(
            conn,
            channel.name,
            sender,
            per_second=channel.per_second,
            wait_max_s=PACE_WAIT_MAX_S,
        )
    if wait_s > PACE_WAIT_MAX_S:
        await _postpone(deps, departure, wait_s, "waits for the sender's pace")
        return True
    if wait_s > 0:
        await asyncio.sleep(wait_s)
    return False


async def _send(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> None:
    message = departure.message
    try:
        sent = await channel.send(message)
    except VendorUnavailable as error:
        await _retry(deps, departure, error)
    except VendorSilent as error:
        metrics.deliveries.labels(channel.name, "silent").inc()
        async with deps.bot.pool.acquire() as conn:
            await outbox.leave_in_doubt(
                conn, message.id, look_after_s=LOOK_AFTER_S, reason=str(error)
            )
    except VendorRefused as error:
        await _refused(deps, departure, error)
    else:
        metrics.deliveries.labels(channel.name, "sent").inc()
        async with deps.bot.pool.acquire() as conn:
            await outbox.mark_sent(
                conn,
                message.id,
                external_id=sent.external_id,
                segments=sent.segments,
                at=deps.bot.clock.now(),
            )


async def _retry(deps: JobDeps, departure: Departure, error: VendorUnavailable) -> None:
    metrics.deliveries.labels(departure.message.channel, "retried").inc()
    attempt = departure.message.attempt
    if attempt >= ATTEMPTS_MAX:
        await _end(deps, departure, Status.FAILED, f"given up after {attempt} tries: {error}")
        return
    wait_s = max(error.retry_after_s or 0.0, backoff_s(attempt, cap_s=RETRY_CAP_S))
    await _postpone(deps, departure, wait_s, str(error))


async def _postpone(deps: JobDeps, departure: Departure, wait_s: float, reason: str) -> None:
    """Back into the queue at its old place, with a ring for the moment it is due."""
    message = departure.message
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    async with deps.bot.pool.acquire() as conn:
        await outbox.retry_later(conn, message.id, due_at=due_at, reason=reason)
    conversation_id = str(message.conversation_id)
    deps.doorbell.ring(
        "deliver", str(new_id()), delay_s=wait_s + 0.01, conversation_id=conversation_id
    )


async def _refused(deps: JobDeps, departure: Departure, error: VendorRefused) -> None:
    async with deps.bot.pool.acquire() as conn, conn.transaction():
        await outbox.mark_ended(
            conn, departure.message.id, status=Status.FAILED, reason=f"{error} [{error.code}]"
        )
        if isinstance(error, AddressRefused) and error.opted_out:
            await consents.write(
                conn, departure.address_id, act="opt_out", source="vendor", words=error.code
            )
        elif isinstance(error, AddressRefused):
            await outbox.suspend(conn, departure.address_id, str(error))
    metrics.deliveries.labels(departure.message.channel, "refused").inc()


async def _end(deps: JobDeps, departure: Departure, status: Status, reason: str) -> None:
    metrics.deliveries.labels(departure.message.channel, status.value).inc()
    facts: Mapping[str, object] = {"message_id": str(departure.message.id), "reason": reason}
    log.info("message.not_sent", extra=dict(facts))
    async with deps.bot.pool.acquire() as conn:
        await outbox.mark_ended(conn, departure.message.id, status=status, reason=reason)


job = Job(run=run, timeout_s=600.0)
