"""Draws an owed post as things are now; not a job of its own. jobs/notify_desk.py posts it.

Most posts say what they were owed with. A draft says who has decided on it, and a storm's post who
still waits in it.
"""

from __future__ import annotations

from bot.desk.cards import CHANNELS, REASONS
from bot.drafting_send import ENDED
from bot.store import desk_bundles, drafts
from bot.store.connection import borrow
from bot.store.desk_notices import Notice
from bot.store.drafts import Draft
from channels.desk_blocks import Block
from channels.desk_posts import (
    LINES_MAX,
    DraftState,
    Storm,
    StormLine,
    draft_blocks,
    post_blocks,
    storm_blocks,
)
from jobs.base import JobDeps
from jobs.question_making import draw_question

Picture = tuple[str, list[Block]]
"""What notifications read, and what is shown."""


async def draw(deps: JobDeps, notice: Notice) -> Picture:
    """The post as it shall look now."""
    if notice.kind == "draft":
        return await _draft(deps, notice)
    if notice.kind == "bundle":
        return await _storm(deps, notice)
    if proposal_id := notice.extra.get("proposal_id"):
        return await draw_question(deps, str(proposal_id))
    return notice.text, post_blocks(notice.text, notice.extra)


async def _draft(deps: JobDeps, notice: Notice) -> Picture:
    code = str(notice.extra.get("code") or "")
    async with borrow(deps.bot.pool) as conn:
        draft = await drafts.find_by_code(conn, code)
    return notice.text, draft_blocks(notice.text, draft_state(code, draft))


def draft_state(code: str, draft: Draft | None) -> DraftState:
    """What became of it, in words."""
    if draft is None:
        return DraftState(code=code, is_open=False, said="This draft is no longer kept.")
    if draft.status == "open":
        by = draft.wanted_by
        said = f"{by} wants it sent; it is on its way." if by else ""
        return DraftState(code=draft.code, is_open=not by, said=said)
    ended = ENDED.get(draft.status, draft.status)
    by = f" by {draft.decided_by}" if draft.decided_by else ""
    instead = draft.sent_text if draft.status == "edited" else ""
    said = f"{ended[:1].upper()}{ended[1:]}{by}."
    return DraftState(code=draft.code, is_open=False, said=said, sent_text=instead)


async def _storm(deps: JobDeps, notice: Notice) -> Picture:
    async with borrow(deps.bot.pool) as conn:
        found = await desk_bundles.read_bundle(conn, notice.id, limit=LINES_MAX)
    lines = tuple(
        StormLine(
            escalation_id=str(each.id),
            customer=each.customer,
            channel=CHANNELS.get(each.channel, each.channel),
            reason=REASONS.get(each.reason, each.reason),
            opened_at=each.created_at,
            severity=each.severity,
        )
        for each in found.lines
    )
    storm = Storm(lines=lines, count=found.count, opened=found.opened, resolved=found.resolved)
    return f"{found.count} customers need a person", storm_blocks(storm)
