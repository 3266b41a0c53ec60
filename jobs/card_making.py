"""Draws the card of an escalation as things are now; not a job of its own.

jobs/escalate.py posts what is made here, jobs/redraw_card.py puts it in the old one's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.desk.cards import OUTCOMES, REASONS, read_facts, way
from bot.desk.customers import language_name
from bot.domain import Author, Direction, Kind, StoredMessage
from bot.store import messages
from bot.store.connection import borrow
from bot.store.desk_cards import CardRow
from channels.desk_card import MAX_EXCHANGE, Card, Standing
from jobs.base import JobDeps
from jobs.card_lines import beside

CONCIERGE = "the concierge"
CLOCK = "clock"
"""Who resolves what nobody has touched for long; see bot/desk/floor.py."""


async def make_card(deps: JobDeps, row: CardRow) -> Card:
    """The card as staff shall see it."""
    channel = deps.channels.get(row.channel)
    async with borrow(deps.bot.pool) as conn:
        transcript = await messages.list_transcript(conn, row.conversation_id, limit=MAX_EXCHANGE)
        facts = await read_facts(
            deps.bot, conn, row, window_s=channel.window_s if channel else None
        )
    name = row.customer_name or row.address
    return Card(
        escalation_id=str(row.id),
        customer=name,
        channel=f"{way(row.channel)} {row.address if row.customer_name else ''}".strip(),
        language=language_name(_language(transcript) or row.language),
        reason=REASONS.get(row.reason, row.reason),
        summary=row.explanation,
        severity=row.severity,
        weighed=row.weighed,
        last_exchange=tuple(
            (_who(m, name), beside(m.text or _wordless(m), row.told.get(str(m.id))), m.created_at)
            for m in transcript
        ),
        opened_at=row.created_at,
        emotion=facts.emotion,
        booking=facts.booking,
        quote=facts.quote,
        consent=facts.consent,
        suggestion=row.suggestion,
        standing=standing_of(row, now=deps.bot.clock.now()),
    )


def standing_of(row: CardRow, *, now: datetime) -> Standing:
    """Who has it, and what the clock waits for."""
    if row.status == "resolved":
        by = CONCIERGE if row.resolved_by in ("", CLOCK) else row.resolved_by
        outcome = OUTCOMES.get(row.outcome, row.outcome)
        return Standing(state="resolved", holder=by, since=row.resolved_at, outcome=outcome)
    is_snoozed = row.snoozed_until is not None and row.snoozed_until > now
    return Standing(
        state="claimed" if row.status == "claimed" else "open",
        holder=row.claimed_by,
        since=row.held_since if row.status == "claimed" else row.created_at,
        snoozed_until=row.snoozed_until if is_snoozed else None,
        waiting_since=row.waiting_since,
        reminded=row.reminded,
    )


def _language(transcript: Sequence[StoredMessage]) -> str:
    """What the customer wrote in last."""
    heard = (m.language for m in reversed(transcript) if m.direction is Direction.INBOUND)
    return next(filter(None, heard), "")


def _wordless(message: StoredMessage) -> str:
    if message.kind is Kind.CALL:
        return "(called by telephone)"
    count = message.media_count
    return f"({count} file{'s' if count > 1 else ''})" if count else ""


def _who(message: StoredMessage, customer: str) -> str:
    if message.direction is Direction.INBOUND:
        return customer
    return "Staff" if message.author is Author.STAFF else "Concierge"
