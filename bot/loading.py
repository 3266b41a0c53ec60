"""Loads all that a turn knows, after the claim and in one go: claim, then load."""

from __future__ import annotations

from bot.consent import Wish, read_wish
from bot.deps import Deps
from bot.domain import ConversationId, StoredMessage
from bot.situation import TRANSCRIPT_MAX, Situation
from bot.store import bookings, context, messages
from bot.store.connection import borrow


def _is_consent(message: StoredMessage) -> bool:
    """Whether it must be obeyed even where it stands in a flood that nobody reads (I6)."""
    return read_wish(message.text, message.kind) in (Wish.STOP, Wish.START)


async def load_situation(deps: Deps, conversation_id: ConversationId) -> Situation:
    """The conversation as it stands now.

    Raises:
        NotFound: there is no such conversation.
    """
    now = deps.clock.now()
    async with borrow(deps.pool) as conn:
        known = await context.get(conn, conversation_id, now=now, transcript_max=TRANSCRIPT_MAX)
        facts, waiting = known.facts, known.waiting
        if len(waiting) == messages.WAITING_MAX:
            older = await messages.list_short_before(conn, conversation_id, waiting[0].seq)
            waiting = (*filter(_is_consent, older), *waiting)
        ahead = await bookings.list_open(conn, facts.customer_id, now=now)
    return Situation(
        conversation_id=conversation_id,
        customer_id=facts.customer_id,
        channel=waiting[-1].channel if waiting else facts.channel,
        language=facts.language or deps.profile.business.home_language,
        agent=facts.agent,
        waiting=waiting,
        transcript=known.transcript,
        quote=known.quote,
        customer_name=facts.customer_name,
        bookings=ahead,
        proposal=known.proposal,
        emotions=known.emotions,
        open_escalation=facts.open_escalation,
        last_intent=known.last_intent,
        failures=known.failures,
        summary=known.summary,
        memories=known.memories,
        last_order=known.last_order,
        awaits_code=known.awaits_code,
    )
