"""The steps that the deeds of bot/desk/floor.py are made of; nobody else calls them.

Each leaves its line in the audit log and what the card and the thread are owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.desk.people import Member, Role
from bot.desk.reminding import settle
from bot.domain import EscalationId, Mode, Status
from bot.errors import Conflict, NotFound
from bot.store import audit, conversations, desk_floor, desk_notices, drafts, escalations
from bot.store.connection import Connection
from bot.store.desk_floor import FloorRow
from bot.store.desk_notices import NewPost, NoticeId

CLOCK = "clock"
"""The actor of what nobody did: the conversation went back to the bot because nobody wrote."""

NOBODY_KNOWN = "phone app"
"""The holder where a colleague answered past the desk and nobody can tell which one it was."""


class Held(Conflict):
    """Somebody else of staff holds the conversation."""

    def __init__(self, floor: FloorRow) -> None:
        super().__init__(f"{floor.holder_name} holds this conversation")
        self.floor = floor
        self.holder = floor.holder


async def lock_open(conn: Connection, escalation_id: EscalationId) -> FloorRow:
    row = await desk_floor.lock(conn, escalation_id)
    if row is None:
        raise NotFound("this card belongs to no conversation of ours")
    if row.status == "resolved":
        raise Conflict("this was resolved already; the concierge has the conversation")
    return row


def may_end(row: FloorRow, by: Member) -> bool:
    """Whether they may give it away: what nobody holds anybody may, else the holder or an owner."""
    return row.status != "claimed" or row.holder == by.id or by.may(Role.OWNER)


def must_be_theirs(row: FloorRow, by: Member | None) -> None:
    """What somebody else holds is theirs to give away, or the owner's."""
    if by is not None and not may_end(row, by):
        raise Held(row)


async def hold(
    deps: DeskDeps,
    conn: Connection,
    row: FloorRow,
    *,
    by: Member,
    act: str,
    detail: Mapping[str, object],
) -> FloorRow:
    if row.mode is Mode.CLOSED:
        raise Conflict("the conversation was closed")
    if row.holder == by.id:
        return row
    now = deps.clock.now()
    # Raised even where staff have it already: what the bot still has in the queue must not leave.
    await conversations.change_owner(conn, row.conversation_id, mode=Mode.HUMAN)
    await _kill_draft(conn, row, now)
    await desk_floor.claim(conn, row.escalation_id, by=by.id, at=now)
    await note_deed(conn, row, by, act, detail)
    await escalations.want_redraw(conn, row.escalation_id)
    owed: tuple[NoticeId, ...] = ()
    if row.holder:
        words = f"{by.name} took over from {row.holder_name}."
        owed = await say_in_thread(conn, row, f"held:{now.isoformat()}", words)
    held = await settle(deps, conn, row, is_new_state=True)
    return replace(held, is_changed=True, owed=owed)


async def end(
    deps: DeskDeps, conn: Connection, row: FloorRow, *, by: Member | None, outcome: str, act: str
) -> FloorRow:
    now = deps.clock.now()
    if row.mode is not Mode.CLOSED:
        await conversations.change_owner(conn, row.conversation_id, mode=Mode.BOT)
    who = by.id if by else ""
    await desk_floor.resolve(conn, row.escalation_id, by=who, outcome=outcome, at=now)
    await note_deed(conn, row, by, act, {"outcome": outcome})
    await escalations.want_redraw(conn, row.escalation_id)
    ended = await desk_floor.get(conn, row.escalation_id)
    return replace(ended or row, is_changed=True)


async def _kill_draft(conn: Connection, row: FloorRow, now: datetime) -> None:
    """What the bot had drafted for staff to send is dead; its questions are theirs now (I7)."""
    draft = await drafts.find_open(conn, row.conversation_id)
    if draft is not None and await drafts.close(conn, draft.id, "superseded", at=now):
        status = Status.IGNORED.value
        await drafts.account(conn, draft, status=status, reason=drafts.TAKEN_OVER)


async def say_in_thread(
    conn: Connection, row: FloorRow, what: str, words: str
) -> tuple[NoticeId, ...]:
    key = f"floor:{row.escalation_id}:{what}"
    post = NewPost(key=key, text=words, kind="thread", escalation_id=row.escalation_id)
    owed = await desk_notices.owe_post(conn, post)
    return () if owed is None else (owed,)


async def note_deed(
    conn: Connection, row: FloorRow, by: Member | None, act: str, detail: Mapping[str, object]
) -> None:
    actor = by.id if by else CLOCK
    await audit.record(conn, actor=actor, act=act, subject=str(row.escalation_id), detail=detail)
