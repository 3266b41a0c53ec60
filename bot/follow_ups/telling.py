"""Tells the staff member who planned a follow-up that it is held, moved, or does not go.

What a rule planned is told to nobody one by one: the lists show it. Inside the caller's
transaction; called by bot/follow_ups/sending.py and settling.py.
"""

from __future__ import annotations

from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.domain_follow_ups import Owed
from bot.follow_ups.refusing import home_zone, say_at
from bot.store import desk_notices
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId


async def tell_skipped(conn: Connection, owed: Owed, reason: str) -> NoticeId | None:
    """It does not go; with its words, so that they can be planned anew."""
    return await _tell(conn, owed, "skipped", f"Follow-up not sent: {reason}\n{owed.text}")


async def tell_unknown(conn: Connection, owed: Owed, reason: str) -> NoticeId | None:
    """Nobody can tell whether it got there, and it is not sent again (I5)."""
    words = f"Follow-up perhaps not sent: {reason}\nIt is not sent again by itself.\n{owed.text}"
    return await _tell(conn, owed, "unknown", words)


async def tell_moved(
    deps: DeskDeps,
    conn: Connection,
    owed: Owed,
    reason: str,
    until: datetime,
    *,
    is_held: bool,
) -> NoticeId | None:
    """It waits. A hold is told once, however often it is looked at; each move is another."""
    if is_held:
        return await _tell(conn, owed, "held:", f"Follow-up held: {reason}")
    at = say_at(deps.profile, until, home_zone(deps.profile))
    words = f"Follow-up moved: {reason}\nIt goes at {at} instead."
    return await _tell(conn, owed, f"planned:{owed.looks}", words)


async def _tell(conn: Connection, owed: Owed, state: str, words: str) -> NoticeId | None:
    if not owed.planned_by:
        return None
    key = f"follow_up:{owed.id}:{state}"
    post = NewPost(key=key, text=words.rstrip(), kind="person", recipient=owed.planned_by)
    return await desk_notices.owe_post(conn, post)
