"""Puts what has changed into an escalation's card, in its place; never as a second card.

Changes that come fast are shown together. A card that was deleted in Slack, or cannot be changed
any more, is posted anew once, and its thread begins there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.domain import EscalationId
from bot.domain_alarms import Severity
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_cards, desk_notices
from bot.store.connection import Connection, borrow
from bot.store.desk_cards import CardRow
from channels.desk import Desk, PostedCard
from jobs.base import Job, JobDeps
from jobs.card_making import make_card
from jobs.desk_pace import paced
from jobs.desk_post import GONE, REFUSED_AGAIN_S
from jobs.storm import take_out

LEASE_S = 40.0
"""Longer than a redraw takes, so that nobody else redraws meanwhile."""
PAUSE_S = 1.5
AGAIN_S = 5.0
DUE_MAX = 500


async def run(deps: JobDeps, *, escalation_id: str) -> None:
    """Redraw the card, unless it shows everything already or another worker is at it."""
    wanted = EscalationId(UUID(escalation_id))
    desk = deps.desk
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        count = await desk_cards.claim_redraw(conn, wanted, lease_s=LEASE_S)
        wait_s = await desk_cards.wait_for_redraw(conn, wanted) if count is None else None
        row = await desk_cards.get(conn, wanted) if count is not None else None
    if count is None or row is None:
        if wait_s is not None:
            # Somebody is at it, or was just now: one more look when that is over shows the rest.
            _ring(deps, wanted, min(wait_s, PAUSE_S) + 0.05, f"{wanted}:waits")
        return
    if row.post_status == "bundled":
        await _redraw_bundle(deps, row)
        return
    await _redraw(deps, desk, row)


async def _redraw(deps: JobDeps, desk: Desk, row: CardRow) -> None:
    posted = PostedCard(channel=row.desk_channel, ts=row.desk_ts)
    try:
        card = await make_card(deps, row)
        await paced(deps, "chat.update", row.desk_channel, lambda: desk.update(posted, card))
    except VendorRefused as refused:
        if refused.code not in GONE:
            await _later(deps, row, REFUSED_AGAIN_S)
            return
        await _post_anew(deps, row)
    except (VendorUnavailable, VendorSilent) as error:
        # Drawn twice it is the same picture, so that an unknown outcome is no trouble.
        await _later(deps, row, getattr(error, "retry_after_s", None) or AGAIN_S)
    else:
        await _shown(deps, row)


async def _redraw_bundle(deps: JobDeps, row: CardRow) -> None:
    """It stands as a line of a post for many: that is what shows the change. What has become urgent
    meanwhile gets its own card."""
    if row.severity == Severity.URGENT and await take_out(deps, row.id):
        await _shown(deps, row)
        return
    if row.bundle_id is not None:
        async with borrow(deps.bot.pool) as conn:
            await desk_notices.want_redraw(conn, row.bundle_id)
        deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(row.bundle_id))
    await _shown(deps, row)


async def _shown(deps: JobDeps, row: CardRow) -> None:
    async with borrow(deps.bot.pool) as conn:
        is_behind = await desk_cards.mark_shown(
            conn, row.id, shown=row.card_wanted, pause_s=PAUSE_S
        )
    if is_behind:
        _ring(deps, row.id, PAUSE_S + 0.05, f"{row.id}:{row.card_wanted}")


async def _post_anew(deps: JobDeps, row: CardRow) -> None:
    async with borrow(deps.bot.pool) as conn:
        is_owed = await desk_cards.post_anew(
            conn, row.id, gone_ts=row.desk_ts, shown=row.card_wanted
        )
        if not is_owed:
            await desk_cards.mark_shown(conn, row.id, shown=row.card_wanted, pause_s=PAUSE_S)
    if is_owed:
        deps.doorbell.ring("escalate", str(new_id()), escalation_id=str(row.id))


async def _later(deps: JobDeps, row: CardRow, wait_s: float) -> None:
    async with borrow(deps.bot.pool) as conn:
        await desk_cards.redraw_later(conn, row.id, wait_s=wait_s)
    _ring(deps, row.id, wait_s + 0.05, str(new_id()))


def _ring(deps: JobDeps, wanted: EscalationId, wait_s: float, key: str) -> None:
    deps.doorbell.ring("redraw_card", key, delay_s=wait_s, escalation_id=str(wanted))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Cards that show less than they should."""
    if deps.desk is None:
        return ()
    found = await desk_cards.list_due(conn, limit=DUE_MAX)
    return [{"escalation_id": str(each)} for each in found]


job = Job(run=run, timeout_s=60.0, due=due)
