"""Delivers a conversation's outbox in order: claim, pace, ask the send gate, send, record.

A send whose outcome is unknown is never repeated blindly: it keeps the queue behind it waiting
until the vendor's own list says whether the message left (I5). A vendor that hangs fills only its
own channel's places; messages of other channels pass (I14).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from bot.domain import Author, ConversationId, Status
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.escalation import Trouble
from bot.ids import new_id
from bot.send_gate import Leave, Rules, judge
from bot.store import conversations, outbox, pace
from bot.store.connection import borrow
from bot.store.departures import Departure
from bot.store.outbox import Asking
from channels.base import AddressRefused, ConfiguredChannel, DailyCapReached, PersonBusy
from jobs import metrics
from jobs.base import Job, JobDeps, backoff_s
from jobs.hand_over import ring_for_card, tell_staff
from jobs.sent_files import with_files
from jobs.unsent_words import ring_for_marks
from jobs.verdicts import (
    carrier_of,
    count_sent,
    drop,
    end_day,
    follow,
    give_up_address,
    sender_of,
    today,
)

log = logging.getLogger(__name__)

CLAIM_S = 60.0
"""Longer than any send takes, so that a claim that ran out means nobody is sending."""
LEFT_S = 25.0
"""A claim that ends sooner is not used any more: somebody may look it up before we have sent."""
LOOK_AFTER_S = 15.0
"""How long a vendor may need to list a message it has taken."""
WAIT_MAX_S = 2.0
"""A slot later than this is waited for in the queue, not in a worker's place."""
BUSY_S = 1.0
AT_ONCE_PER_CHANNEL = 24
WORK_MAX_S = 30.0
ATTEMPTS_MAX = 12
RETRY_CAP_S = 1800.0


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Send what is due, oldest first, until nothing is, the head must wait, or others want a go."""
    wanted = ConversationId(UUID(conversation_id))
    clock = deps.bot.clock
    began_ms = clock.monotonic_ms()
    while clock.monotonic_ms() - began_ms < WORK_MAX_S * 1000:
        async with borrow(deps.bot.pool) as conn:
            departure = await outbox.claim_next(conn, wanted, now=clock.now(), claim_s=CLAIM_S)
        if departure is None:
            return
        await _depart(deps, departure)
    deps.doorbell.ring("deliver", str(new_id()), conversation_id=conversation_id)


async def _depart(deps: JobDeps, departure: Departure) -> None:
    """Send one claimed message, or note why not."""
    channel = deps.channels.get(departure.message.channel)
    if channel is None:
        await drop(deps, departure, f"the channel {departure.message.channel} is not configured")
        return
    places = deps.places(channel.name, AT_ONCE_PER_CHANNEL)
    if places.locked():
        await _give_way(deps, departure)
        return
    async with places:
        if await _must_wait(deps, departure, channel):
            return
        await _ask_and_send(deps, departure, channel)
    if departure.message.author is Author.STAFF:
        await ring_for_marks(deps, departure.message.id)


async def _must_wait(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> bool:
    """Wait for the sender's slot at the vendor; a far one sends the message back until then."""
    wait_s = 0.0
    if departure.slot_at is None:
        sender = sender_of(departure.message, channel)
        async with borrow(deps.bot.pool) as conn:
            wait_s = await pace.reserve_slot(
                conn, channel.name, sender, per_second=channel.per_second
            )
    if wait_s > WAIT_MAX_S:
        slot_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
        async with borrow(deps.bot.pool) as conn:
            await outbox.postpone(
                conn, departure.message.id, slot_at=slot_at, reason="waits for the sender's pace"
            )
        _ring_at(deps, departure, wait_s)
        return True
    await asyncio.sleep(wait_s)
    return False


async def _ask_and_send(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> None:
    """The gate is asked at the last moment, with what is true then, not when it was claimed."""
    now = deps.bot.clock.now()
    asking = Asking(
        left_s=LEFT_S,
        sender=channel.default_sender,
        day=today(deps, now),
        window_s=channel.window_s,
        now=now,
        carrier=carrier_of(channel),
    )
    async with borrow(deps.bot.pool) as conn:
        present = await outbox.reread(conn, departure.message, asking)
    if present is None:
        return
    rules = Rules(
        window_s=channel.window_s,
        windows={name: each.window_s for name, each in deps.channels.items()},
        carrier=asking.carrier,
        profile=deps.bot.profile,
    )
    verdict = judge(present, rules, now=now)
    if isinstance(verdict, Leave):
        await _send(deps, present, channel)
    else:
        await follow(deps, present, verdict)


async def _send(deps: JobDeps, departure: Departure, channel: ConfiguredChannel) -> None:
    message = departure.message
    try:
        sent = await channel.send(await with_files(deps, message))
    except DailyCapReached as error:
        await end_day(deps, departure, channel, str(error))
    except VendorUnavailable as error:
        await _retry(deps, departure, channel, error)
    except VendorSilent as error:
        metrics.deliveries.labels(channel.name, "silent").inc()
        async with borrow(deps.bot.pool) as conn:
            await outbox.leave_in_doubt(
                conn, message.id, look_after_s=LOOK_AFTER_S, reason=str(error)
            )
    except VendorRefused as error:
        await _refused(deps, departure, error)
    else:
        metrics.deliveries.labels(channel.name, "sent").inc()
        async with borrow(deps.bot.pool) as conn:
            await outbox.mark_sent(
                conn,
                message.id,
                external_id=sent.external_id,
                segments=sent.segments,
                at=deps.bot.clock.now(),
            )
            await count_sent(deps, conn, message, channel, segments=sent.segments)


async def _retry(
    deps: JobDeps, departure: Departure, channel: ConfiguredChannel, error: VendorUnavailable
) -> None:
    """Try again later. A vendor that says how much later means the sender, or one person."""
    metrics.deliveries.labels(departure.message.channel, "retried").inc()
    attempt = departure.message.attempt
    if attempt >= ATTEMPTS_MAX:
        await _fail(deps, departure, f"given up after {attempt} tries: {error}")
        return
    wait_s = max(error.retry_after_s or 0.0, backoff_s(attempt, cap_s=RETRY_CAP_S))
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    async with borrow(deps.bot.pool) as conn:
        await outbox.retry_later(conn, departure.message.id, due_at=due_at, reason=str(error))
        if error.retry_after_s and not isinstance(error, PersonBusy):
            sender = sender_of(departure.message, channel)
            await pace.rest(conn, channel.name, sender, for_s=error.retry_after_s)
    _ring_at(deps, departure, wait_s)


async def _give_way(deps: JobDeps, departure: Departure) -> None:
    """The channel's places are taken: come again in a moment, at the old place in the queue."""
    due_at = deps.bot.clock.now() + timedelta(seconds=BUSY_S)
    async with borrow(deps.bot.pool) as conn:
        await outbox.give_way(conn, departure.message.id, due_at=due_at)
    _ring_at(deps, departure, BUSY_S)


def _ring_at(deps: JobDeps, departure: Departure, wait_s: float) -> None:
    conversation_id = str(departure.message.conversation_id)
    deps.doorbell.ring(
        "deliver", str(new_id()), delay_s=wait_s + 0.01, conversation_id=conversation_id
    )


async def _refused(deps: JobDeps, departure: Departure, error: VendorRefused) -> None:
    """What the vendor says of the address is kept; a refusal that is our fault goes to staff."""
    reason = f"{error} [{error.code}]"
    if not isinstance(error, AddressRefused):
        await _fail(deps, departure, reason)
        return
    await give_up_address(deps, departure, error, reason)


async def _fail(deps: JobDeps, departure: Departure, reason: str) -> None:
    """The customer waits for words that will not come, so a person is told."""
    message = departure.message
    metrics.deliveries.labels(message.channel, "failed").inc()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        # First, as everybody locks: whoever takes words back holds it and wants their rows.
        await conversations.lock(conn, message.conversation_id)
        await outbox.mark_ended(conn, message.id, status=Status.FAILED, reason=reason)
        await outbox.drop_rest(conn, message)
        opened = await tell_staff(
            deps, conn, message, Trouble(reason="failed_send", explanation=reason)
        )
    ring_for_card(deps, opened)


job = Job(run=run, timeout_s=60.0)
