"""Posts an escalation's card to the desk, once, and keeps where it stands.

The floor changed hands when the row was committed; a desk that cannot be reached delays the card,
never the customer's notice (I14). After an unknown outcome the card is looked for before another
is posted. What was not said in the business's own language stands beside its translation, where a
model gives one in time.
"""

from __future__ import annotations

from uuid import UUID

from bot.domain import Author, Direction, EscalationId, StoredMessage
from bot.ids import new_id
from bot.profile import money
from bot.store import emotions, escalations, messages, quotes
from bot.store.connection import borrow
from bot.store.escalations import Escalation
from channels.desk import Card, PostedCard
from jobs import metrics
from jobs.base import Job, JobDeps
from jobs.card_lines import told
from jobs.desk_post import CLAIM_S, Owed, post_once

EXCHANGE_MAX = 8
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
    desk = deps.desk
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        wanted = EscalationId(UUID(escalation_id))
        escalation = await escalations.claim_post(conn, wanted, claim_s=CLAIM_S)
    if escalation is None:
        return

    async def post() -> PostedCard:
        return await desk.post(await make_card(deps, escalation))

    def ring(wait_s: float) -> None:
        deps.doorbell.ring("escalate", str(new_id()), delay_s=wait_s, escalation_id=escalation_id)

    owed = Owed(
        id=escalation.id,
        attempts=escalation.attempts,
        in_doubt=escalation.in_doubt,
        store=escalations,
        find=lambda: desk.find_posted(escalation_id, escalation.created_at),
        post=post,
        ring=ring,
    )
    if await post_once(deps, owed):
        metrics.escalations.labels(escalation.reason).inc()


async def make_card(deps: JobDeps, escalation: Escalation) -> Card:
    """The card as staff shall see it."""
    async with borrow(deps.bot.pool) as conn:
        transcript = await messages.list_transcript(
            conn, escalation.conversation_id, limit=EXCHANGE_MAX
        )
        felt = await emotions.list_recent(conn, escalation.conversation_id, limit=3)
        quote = await quotes.find_latest(conn, escalation.conversation_id, now=deps.bot.clock.now())
    words = await told(deps, escalation.conversation_id, transcript)
    name = escalation.customer_name or escalation.address
    trend = " → ".join(f"{each.primary} {each.intensity:.1f}" for each in reversed(felt))
    return Card(
        escalation_id=str(escalation.id),
        customer=name,
        channel=f"{escalation.channel} {escalation.address}",
        language=escalation.language,
        reason=REASONS.get(escalation.reason, escalation.reason),
        summary=escalation.explanation,
        last_exchange=tuple(
            (_who(m, name), text, m.created_at) for m, text in zip(transcript, words, strict=True)
        ),
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
