"""Reminds of one conversation, or announces that the bot takes it back and then does.

Each call is the caller's transaction: it locks the conversation, reads what is so now, and owes at
most one post, so that two workers at once and a worker that died in between remind once. Called by
jobs/remind_desk.py and jobs/return_floor.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.booking_desk import DeskDeps
from bot.desk.floor import Floor, hand_back
from bot.desk.floor_steps import NOBODY_KNOWN
from bot.desk.reminding import Reminder, Whom, in_hours, keep_times, next_reminder, settle
from bot.domain import EscalationId
from bot.store import desk_floor, desk_notices
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost

HOURS_FROM = timedelta(hours=2)
"""From here on a wait is told in hours."""


async def remind(
    deps: DeskDeps, conn: Connection, escalation_id: EscalationId, *, owners: Sequence[str]
) -> Floor | None:
    """Owe the reminder that is due, if one is; None where none was.

    `owners` are the Slack ids of the owners; without any the whole channel is called.
    """
    row = await desk_floor.lock(conn, escalation_id)
    if row is None or row.status == "resolved":
        return None
    row = await settle(deps, conn, row)
    now = deps.clock.now()
    reminder = next_reminder(deps.profile, row)
    if reminder is None or reminder.at > now:
        return None
    opening = in_hours(deps.profile, row, now)
    if opening > now:
        # It fell due while nobody was working here, and people have gone home since.
        await desk_floor.write_times(conn, replace(row, remind_at=opening))
        return None
    notice = await desk_notices.owe_post(conn, _post(row, reminder, owners, now))
    row = await keep_times(deps, conn, replace(row, reminded=row.reminded + 1))
    return replace(row, owed=() if notice is None else (notice,))


async def tend_idle(deps: DeskDeps, conn: Connection, escalation_id: EscalationId) -> Floor | None:
    """Announce that the bot takes over, or let it, where the time for that has come."""
    row = await desk_floor.lock(conn, escalation_id)
    if row is None or row.status != "claimed":
        return None
    row = await settle(deps, conn, row)
    now = deps.clock.now()
    if row.returns_at is None:
        return None
    if row.return_told_at is not None:
        if row.returns_at > now:
            return None
        return await hand_back(deps, conn, escalation_id, by=None, answer_waiting=False)
    ahead = timedelta(minutes=deps.profile.desk.announce_minutes)
    if row.returns_at - ahead > now:
        return None
    minutes = deps.profile.desk.announce_minutes
    post = NewPost(
        key=f"idle:{escalation_id}:{row.returns_at.isoformat()}",
        text=f"In {_span(timedelta(minutes=minutes))} I take over again unless somebody writes or"
        " presses Keep.",
        kind="thread",
        escalation_id=escalation_id,
        extra={"buttons": [{"action": "keep", "label": "Keep", "value": str(escalation_id)}]},
    )
    notice = await desk_notices.owe_post(conn, post)
    row = await keep_times(deps, conn, replace(row, return_told_at=now))
    return replace(row, owed=() if notice is None else (notice,))


def _post(row: Floor, reminder: Reminder, owners: Sequence[str], now: datetime) -> NewPost:
    called = {Whom.HOLDER: (row.holder,), Whom.OWNERS: owners}.get(reminder.whom, ())
    to_all = not called or NOBODY_KNOWN in called
    return NewPost(
        key=f"remind:{row.escalation_id}:{reminder.whom}:{reminder.since.isoformat()}",
        text=_words(row, reminder, _span(now - reminder.since)),
        kind="reminder",
        escalation_id=row.escalation_id,
        extra={"here": True, "broadcast": True} if to_all else {"mentions": list(called)},
    )


def _words(row: Floor, reminder: Reminder, waited: str) -> str:
    if row.status == "open":
        more = " Press Claim on the card to answer." if reminder.whom is Whom.EVERYBODY else ""
        return f"Nobody has taken this conversation for {waited}.{more}"
    if reminder.whom is Whom.HOLDER:
        return f"The customer has been waiting for your answer for {waited}."
    return f"The customer has been waiting for {waited}. {row.holder_name} holds the conversation."


def _span(waited: timedelta) -> str:
    if waited >= HOURS_FROM:
        return f"{waited // timedelta(hours=1)} hours"
    minutes = max(1, waited // timedelta(minutes=1))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
