"""Posts an escalation's card to the desk, once, and keeps where it stands.

The floor changed hands when the row was committed; a desk that cannot be reached delays the card,
never the customer's notice (I14). After an unknown outcome the card is looked for before another
is posted.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from bot.domain import Author, Direction, EscalationId, StoredMessage
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.profile import money
from bot.store import emotions, escalations, messages, quotes
from bot.store.connection import borrow
from bot.store.escalations import Escalation
from channels.desk import Card, Desk, PostedCard
from jobs import metrics
from jobs.base import Job, JobDeps, backoff_s

CLAIM_S = 50.0
LOOK_MAX_S = 20.0
LOOK_AFTER_S = 5.0
LOOK_AGAIN_S = 60.0
EXCHANGE_MAX = 8
REFUSED_AGAIN_S = 300.0
"""A refusal waits for somebody to mend the desk's settings; the card stays owed."""

REASONS = {
    "event_day": "Trouble with an event that is close",
    "emotion": "The customer is upset",
    "complaint": "A complaint",
    "money": "A refund or a bill is at stake",
    "asked_for_person": "The customer asks for a person",
    "tool": "The concierge needs a person",
    "failed": "The concierge could not answer",
    "failed_send": "A reply could not be sent",
    "unknown_send": "Nobody can tell whether a reply was sent",
}


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Post the card, unless it stands already."""
    if deps.desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        wanted = EscalationId(UUID(escalation_id))
        escalation = await escalations.claim_post(conn, wanted, claim_s=CLAIM_S)
    if escalation is None:
        return
    try:
        posted = await _post_once(deps, deps.desk, escalation)
    except _StillInDoubt as error:
        await _doubt(deps, escalation, LOOK_AGAIN_S, error)
    except VendorUnavailable as error:
        wait_s = max(error.retry_after_s or 0.0, backoff_s(escalation.attempts, cap_s=300.0))
        await _owe(deps, escalation, wait_s, error)
    except VendorRefused as error:
        await _owe(deps, escalation, REFUSED_AGAIN_S, error)
    except VendorSilent as error:
        await _doubt(deps, escalation, LOOK_AFTER_S, error)
    else:
        metrics.escalations.labels(escalation.reason).inc()
        async with borrow(deps.bot.pool) as conn:
            await escalations.mark_posted(
                conn, escalation.id, desk_channel=posted.channel, desk_ts=posted.ts
            )


class _StillInDoubt(Exception):
    """The desk could not say whether the card stands there; posting blindly might double it."""


async def _post_once(deps: JobDeps, desk: Desk, escalation: Escalation) -> PostedCard:
    if escalation.in_doubt:
        try:
            async with asyncio.timeout(LOOK_MAX_S):
                found = await desk.find_posted(str(escalation.id), escalation.created_at)
        except (VendorUnavailable, VendorRefused, TimeoutError) as error:
            raise _StillInDoubt(str(error)) from error
        if found is not None:
            return found
    return await desk.post(await make_card(deps, escalation))


async def _owe(deps: JobDeps, escalation: Escalation, wait_s: float, error: Exception) -> None:
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    async with borrow(deps.bot.pool) as conn:
        await escalations.retry_post(conn, escalation.id, due_at=due_at, error=str(error)[:300])
    escalation_id = str(escalation.id)
    deps.doorbell.ring("escalate", str(new_id()), delay_s=wait_s, escalation_id=escalation_id)


async def _doubt(
    deps: JobDeps, escalation: Escalation, look_after_s: float, error: Exception
) -> None:
    async with borrow(deps.bot.pool) as conn:
        await escalations.leave_in_doubt(
            conn, escalation.id, look_after_s=look_after_s, error=str(error)[:300]
        )


async def make_card(deps: JobDeps, escalation: Escalation) -> Card:
    """The card as staff shall see it."""
    async with borrow(deps.bot.pool) as conn:
        transcript = await messages.list_transcript(
            conn, escalation.conversation_id, limit=EXCHANGE_MAX
        )
        felt = await emotions.list_recent(conn, escalation.conversation_id, limit=3)
        quote = await quotes.find_latest(conn, escalation.conversation_id, now=deps.bot.clock.now())
    name = escalation.customer_name or escalation.address
    trend = " → ".join(f"{each.primary} {each.intensity:.1f}" for each in reversed(felt))
    return Card(
        escalation_id=str(escalation.id),
        customer=name,
        channel=f"{escalation.channel} {escalation.address}",
        language=escalation.language,
        reason=REASONS.get(escalation.reason, escalation.reason),
        summary=escalation.explanation,
        last_exchange=tuple((_who(m, name), m.text, m.created_at) for m in transcript),
        opened_at=escalation.created_at,
        emotion=trend,
        quote=""
        if quote is None
        else f"{money(deps.bot.profile.business, quote.total, 'en')} (version {quote.version})",
    )


def _who(message: StoredMessage, customer: str) -> str:
    if message.direction is Direction.INBOUND:
        return customer
    return "Staff" if message.author is Author.STAFF else "Concierge"


job = Job(run=run, timeout_s=60.0)
