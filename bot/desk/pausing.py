"""Staff silence the bot for a while, and give it back what only the pause took from it.

Each deed runs inside the caller's transaction and leaves a line in the audit log and a post in the
staff channel. What a turn does meanwhile is bot/desk/pause_turns.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.desk import floor
from bot.desk.floor import Floor
from bot.desk.people import Member
from bot.domain import EscalationId
from bot.follow_ups.refusing import home_zone, say_at
from bot.store import audit, desk_floor, desk_notices, pauses
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.pauses import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A pause that began or ended, and the post that tells staff; None: told already."""

    pause: Pause
    notice_id: NoticeId | None


async def pause(
    deps: DeskDeps,
    conn: Connection,
    *,
    by: Member,
    reason: str,
    until: datetime | None,
    key: str,
) -> Told:
    """Let the bot answer nobody from now on; said again, with another end or reason."""
    now = deps.clock.now()
    await pauses.end_over(conn, now=now)
    held = await pauses.start(conn, by=by.id, reason=reason, at=now, ends_at=until)
    detail = {"until": until.isoformat() if until else "", "pause": str(held.id)}
    await audit.record(
        conn, actor=by.id, act="concierge.paused", subject="everybody", detail=detail
    )
    told = f"The concierge is paused: by {by.name}, {say_end(deps, held)}"
    told += f"\nBecause {reason}" if reason else ""
    told += "\nEvery conversation comes to you until then. `/resume` ends the pause."
    return Told(pause=held, notice_id=await _tell(conn, f"pause:{key}", told))


async def resume(deps: DeskDeps, conn: Connection, *, by: Member) -> Told | None:
    """End the pause now; None where the bot was answering already."""
    now = deps.clock.now()
    ended = await pauses.end(conn, by=by.id, at=now)
    if ended is None:
        return None
    detail = {"pause": str(ended.id)}
    await audit.record(
        conn, actor=by.id, act="concierge.resumed", subject="everybody", detail=detail
    )
    told = await _say_left(conn, f"The concierge answers again: resumed by {by.name}")
    return Told(pause=ended, notice_id=await _tell(conn, f"resume:{ended.id}", told))


async def end_over(deps: DeskDeps, conn: Connection) -> Told | None:
    """End a pause whose time is over; None where none is."""
    ended = await pauses.end_over(conn, now=deps.clock.now())
    if ended is None:
        return None
    detail = {"pause": str(ended.id)}
    await audit.record(
        conn, actor="clock", act="concierge.resumed", subject="everybody", detail=detail
    )
    told = await _say_left(conn, "The concierge answers again: the pause is over")
    return Told(pause=ended, notice_id=await _tell(conn, f"resume:{ended.id}", told))


async def give_back(deps: DeskDeps, conn: Connection, escalation_id: EscalationId) -> Floor | None:
    """Give the bot a conversation that nothing but a pause took from it, with what waits.

    None where somebody has claimed it, staff have answered it, or the bot is paused again.
    """
    row = await desk_floor.lock(conn, escalation_id)
    if row is None or row.reason != pauses.REASON or row.status != "open" or row.answered_at:
        return None
    if await pauses.find_open(conn, now=deps.clock.now()) is not None:
        return None
    await pauses.free_messages(conn, escalation_id)
    return await floor.hand_back(deps, conn, escalation_id, by=None)


def say_end(deps: DeskDeps, held: Pause) -> str:
    """ "until Wed, Nov 25, 2026, 10:00 AM", or "until somebody resumes it"."""
    if held.ends_at is None:
        return "until somebody resumes it"
    return f"until {say_at(deps.profile, held.ends_at, home_zone(deps.profile))}"


async def _say_left(conn: Connection, first: str) -> str:
    count = await pauses.count_left(conn)
    if not count:
        return first
    what = "conversation" if count == 1 else "conversations"
    return f"{first}\n{count} {what} that nobody has claimed: the concierge answers them now."


async def _tell(conn: Connection, key: str, text: str) -> NoticeId | None:
    return await desk_notices.owe_post(conn, NewPost(key=key, text=text))
