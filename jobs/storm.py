"""What the desk sees in a storm: a few cards, and one post with a line for each of the others.

Not a job of its own: jobs/escalate.py asks whether a card is one too many, and whatever concerns a
single escalation later, such as its customer's next words, takes it out again.
"""

from __future__ import annotations

from bot.domain import EscalationId
from bot.domain_alarms import Severity
from bot.ids import new_id
from bot.store import desk_bundles, desk_notices
from bot.store.connection import Connection, borrow
from bot.store.desk_cards import CardRow
from bot.store.desk_notices import NewPost, NoticeId
from jobs.base import JobDeps

BUNDLE_OPEN_S = 600.0
"""So long a post takes further lines; then the next storm has its own."""
ALWAYS_A_CARD = frozenset({"event_day", "money"})
"""What cannot wait until somebody reads a list: an event that is close, and the owner's money; and
whatever is urgent."""


async def bundle(deps: JobDeps, conn: Connection, row: CardRow) -> NoticeId | None:
    """Make an escalation whose post is claimed a line of a post for many, where it storms.

    Inside the transaction that claimed it. None where it gets a card: it is calm, somebody holds it
    already, it is of those that cannot wait, or it was taken out of such a post before.
    """
    rules = deps.bot.profile.desk
    if row.severity == Severity.URGENT:
        return None
    if row.reason in ALWAYS_A_CARD or row.status != "open" or row.bundle_id is not None:
        return None
    cards = await desk_bundles.count_recent(conn, row.id, within_s=rules.storm_seconds)
    if cards < rules.storm_cards:
        return None
    found = await desk_bundles.find_bundle(conn, within_s=BUNDLE_OPEN_S)
    if found is None:
        text = "Many customers need a person at once"
        post = NewPost(key=f"storm:{new_id()}", text=text, kind="bundle")
        found = await desk_notices.owe_post(conn, post)
    if found is None or not await desk_bundles.put_into(conn, row.id, found):
        return None
    await desk_notices.want_redraw(conn, found)
    return found


async def take_out(deps: JobDeps, escalation_id: EscalationId) -> bool:
    """Give a line its own card; whether it was one. Rings for both posts."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        found = await desk_bundles.take_out(conn, escalation_id)
        if found is None:
            return False
        await desk_notices.want_redraw(conn, found)
    deps.doorbell.ring("escalate", str(new_id()), escalation_id=str(escalation_id))
    deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(found))
    return True
