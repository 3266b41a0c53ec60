"""Loads all that a turn knows, after the claim and in one go: claim, then load."""

from __future__ import annotations

from bot.consent import Wish, read_wish
from bot.deps import Deps
from bot.domain import ConversationId, StoredMessage
from bot.loading_files import see_files, wait_for_files
from bot.situation import TRANSCRIPT_MAX, Situation
from bot.store import bookings, context, messages
from bot.store.connection import Connection, borrow
from bot.store.follow_up_answers import find_followed


def _is_consent(message: StoredMessage) -> bool:
    """Whether it must be obeyed even where it stands in a flood that nobody reads (I6)."""
    return read_wish(message.text, message.kind) in (Wish.STOP, Wish.START)


async def _with_consent(
    conn: Connection, conversation_id: ConversationId, waiting: tuple[StoredMessage, ...]
) -> tuple[StoredMessage, ...]:
    """What waits; of a flood the older ones too that are about consent."""
    if len(waiting) < messages.WAITING_MAX:
        return waiting
    older = await messages.list_short_before(conn, conversation_id, waiting[0].seq)
    return (*filter(_is_consent, older), *waiting)


async def load_situation(
    deps: Deps, conversation_id: ConversationId, *, with_files: bool = False
) -> Situation:
    """The conversation as it stands now; `with_files` waits a little for those that still come.

    Raises:
        NotFound: there is no such conversation.
    """
    if with_files:
        await wait_for_files(deps, conversation_id)
    now = deps.clock.now()
    async with borrow(deps.pool) as conn:
        known = await context.get(conn, conversation_id, now=now, transcript_max=TRANSCRIPT_MAX)
        facts, waiting = known.facts, await _with_consent(conn, conversation_id, known.waiting)
        ahead = await bookings.list_open(conn, facts.customer_id, now=now)
        followed = await find_followed(conn, facts.customer_id, waiting, now=now)
    situation = Situation(
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
        earlier_emotions=known.earlier_emotions,
        open_escalation=facts.open_escalation,
        staff_note=facts.staff_note,
        last_intent=known.last_intent,
        failures=known.failures,
        summary=known.summary,
        memories=known.memories,
        last_order=known.last_order,
        awaits_code=known.awaits_code,
        paused=known.paused,
        has_left=known.has_left,
        follow_up=followed,
    )
    return await see_files(deps, situation) if with_files else situation
