"""Loads all that a turn knows, after the claim and in one go: claim, then load."""

from __future__ import annotations

from bot.consent import Wish, read_wish
from bot.deps import Deps
from bot.domain import ConversationId, StoredMessage
from bot.situation import TRANSCRIPT_MAX, Situation
from bot.store import bookings, conversations, emotions, messages, proposals, quotes, turns
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
        facts = await conversations.get_facts(conn, conversation_id)
        waiting = await messages.list_waiting(conn, conversation_id)
        if len(waiting) == messages.WAITING_MAX:
            older = await messages.list_short_before(conn, conversation_id, waiting[0].seq)
            waiting = (*filter(_is_consent, older), *waiting)
        transcript = await messages.list_transcript(conn, conversation_id, limit=TRANSCRIPT_MAX)
        return Situation(
            conversation_id=conversation_id,
            customer_id=facts.customer_id,
            channel=waiting[-1].channel if waiting else facts.channel,
            language=facts.language or deps.profile.business.home_language,
            agent=facts.agent,
            waiting=waiting,
            transcript=transcript,
            quote=await quotes.find_latest(conn, conversation_id, now=now),
            customer_name=facts.customer_name,
            bookings=await bookings.list_open(conn, facts.customer_id, now=now),
            proposal=await proposals.find_open(conn, conversation_id, now=now),
            emotions=await emotions.of_messages(conn, [message.id for message in waiting]),
            open_escalation=facts.open_escalation,
            failures=await turns.count_failures(conn, conversation_id),
        )
