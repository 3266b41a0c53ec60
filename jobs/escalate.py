"""Posts an escalation's card to the desk, once, and keeps where it stands.

The floor changed hands when the row was committed; a desk that cannot be reached delays the card,
never the customer's notice (I14). After an unknown outcome the card is looked for before another
is posted. What was not said in the business's own language stands beside its translation, where a
model gives one in time. In a storm the card becomes a line of one post for many.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

from bot.desk.cards import is_explained, weigh
from bot.domain import EscalationId
from bot.domain_alarms import Severity
from bot.ids import new_id
from bot.store import desk_cards, desk_notices, escalations, messages
from bot.store.connection import borrow
from bot.store.desk_cards import CardRow
from bot.store.desk_notices import NoticeId
from bot.store.escalations import Escalation
from channels.desk import Desk, PostedCard
from channels.desk_card import MAX_EXCHANGE
from jobs import metrics
from jobs.base import Job, JobDeps
from jobs.card_lines import learn
from jobs.card_making import make_card
from jobs.desk_pace import paced
from jobs.desk_post import CLAIM_S, Owed, post_once
from jobs.storm import bundle


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Post the card, unless it stands already."""
    wanted = EscalationId(UUID(escalation_id))
    if deps.desk is None:
        return
    claimed, bundled = await _claim(deps, wanted)
    if bundled is not None:
        deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(bundled))
    if claimed is not None:
        await _post(deps, deps.desk, claimed)


async def _claim(deps: JobDeps, wanted: EscalationId) -> tuple[Escalation | None, NoticeId | None]:
    """The escalation to be posted as a card, or the post in which it stands with many others."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        claimed = await escalations.claim_post(conn, wanted, claim_s=CLAIM_S)
        if claimed is None or claimed.in_doubt:
            return claimed, None
        row = await desk_cards.get(conn, wanted)
        bundled = None if row is None else await bundle(deps, conn, row)
        return (None, bundled) if bundled is not None else (claimed, None)


async def _post(deps: JobDeps, desk: Desk, escalation: Escalation) -> None:
    escalation_id = str(escalation.id)
    shown = 0

    async def post() -> PostedCard:
        nonlocal shown
        row = await _read(deps, escalation.id)
        shown = row.card_wanted
        card = await make_card(deps, row)
        channel, pressing = desk.staff_channel, row.severity == Severity.URGENT
        return await paced(
            deps, "chat.postMessage", channel, lambda: desk.post(card), is_urgent=pressing
        )

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
        await _after(deps, escalation.id, shown)


async def _read(deps: JobDeps, wanted: EscalationId) -> CardRow:
    """The row, with the words that weighed and their translations, sought once and kept."""
    async with borrow(deps.bot.pool) as conn:
        row = await desk_cards.get(conn, wanted)
        if row is None:
            raise LookupError("a claimed escalation is never deleted")
        transcript = await messages.list_transcript(conn, row.conversation_id, limit=MAX_EXCHANGE)
        is_known = bool(row.weighed) or is_explained(row)
        cause = "" if is_known else await desk_cards.read_cause(conn, wanted)
    weighed, told = await asyncio.gather(
        weigh(deps.bot, cause, row.reason),
        learn(deps, row.conversation_id, transcript, row.told),
    )
    async with borrow(deps.bot.pool) as conn:
        if weighed:
            await desk_cards.keep_weighed(conn, wanted, weighed)
        if told:
            await desk_cards.keep_told(conn, wanted, told)
    return replace(row, weighed=weighed or row.weighed, told={**row.told, **told})


async def _after(deps: JobDeps, wanted: EscalationId, shown: int) -> None:
    """What waited for the card: its thread, and changes that came while it was posted."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        is_behind = await desk_cards.mark_shown(conn, wanted, shown=shown, pause_s=0.0)
        waiting = await desk_notices.hurry(conn, wanted)
    deps.doorbell.ring("suggest_reply", str(wanted), escalation_id=str(wanted))
    if is_behind:
        deps.doorbell.ring("redraw_card", str(new_id()), escalation_id=str(wanted))
    if waiting is not None:
        deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(waiting))


job = Job(run=run, timeout_s=60.0)
