"""Who has the floor in a conversation: claim, take over, give back, resolve, snooze.

Each deed runs inside the caller's transaction, locks the conversation first and the escalation
second, as turns do, raises the epoch wherever somebody else speaks from now on (I7), leaves a line
in the audit log and returns the floor with what is to be rung for after the commit.

What the bot had queued dies with the epoch. That may include the notice that a person follows: the
person is there now and introduces themselves, and two voices would be worse than one notice less.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.desk import floor_steps
from bot.desk.floor_steps import end, hold, lock_open, must_be_theirs, note_deed, say_in_thread
from bot.desk.floor_words import tell_customer_bot_is_back
from bot.desk.people import Member
from bot.desk.reminding import LEFT_TO_STAFF, is_open, settle
from bot.domain import ConversationId, EscalationId, MessageId, Mode
from bot.errors import Conflict, NotFound
from bot.store import conversations, desk_floor, drafts, escalations, messages
from bot.store.connection import Connection
from bot.store.desk_floor import FloorRow

Floor = FloorRow
"""What every deed returns; also what `bot.store.desk_floor` reads."""
Held = floor_steps.Held
CLOCK = floor_steps.CLOCK
may_end = floor_steps.may_end
OUTCOMES = {
    "answered": "Answered",
    "booked": "Booked or changed a booking",
    "refunded": "Refunded or gave a discount",
    "apologised": "Apologised",
    "no_reply": "The customer did not reply",
    "not_needed": "No person was needed",
    "other": "Something else",
}
"""What staff may say came of it; `returned` is said by giving the conversation back."""


async def claim(
    deps: DeskDeps, conn: Connection, escalation_id: EscalationId, *, by: Member
) -> Floor:
    """Take an open escalation; the holder claiming again changes nothing.

    Raises:
        NotFound, Held, Conflict: there is none, somebody else has it, or it is resolved.
    """
    row = await lock_open(conn, escalation_id)
    if row.status == "claimed" and row.holder != by.id:
        raise Held(row)
    return await hold(deps, conn, row, by=by, act="desk.claimed", detail={})


async def take_over(
    deps: DeskDeps,
    conn: Connection,
    conversation_id: ConversationId,
    *,
    by: Member,
    via: str,
    since: datetime | None = None,
) -> Floor:
    """Take a conversation from the bot or from whoever holds it.

    Where it is not with staff, an escalation is opened for it and claimed at once, or from `since`
    on where they have spoken already. `via` says by which way, for the card: "desk", "customer
    card", "phone app".

    Raises:
        NotFound, Conflict: there is no such conversation, or it is closed.
    """
    _epoch, mode = await conversations.lock(conn, conversation_id)
    if mode is Mode.CLOSED:
        raise Conflict("the conversation was closed")
    row = await desk_floor.find_open(conn, conversation_id)
    if row is not None:
        row = await lock_open(conn, row.escalation_id)
        detail = {"via": via, "from": row.holder}
        return await hold(deps, conn, row, by=by, act="desk.taken_over", detail=detail)
    opened = await escalations.open_once(
        conn,
        conversation_id,
        message_id=await _first_left(conn, conversation_id),
        reason="taken_over",
        explanation=f"{by.name} took over ({via})",
        at=since or deps.clock.now(),
    )
    if opened is None:
        raise Conflict("somebody else was quicker; look again")
    await conversations.leave_note(conn, conversation_id, "", at=deps.clock.now())
    row = await lock_open(conn, opened)
    held = await hold(deps, conn, row, by=by, act="desk.taken_over", detail={"via": via})
    return replace(held, is_new=True)


async def hand_back(
    deps: DeskDeps,
    conn: Connection,
    escalation_id: EscalationId,
    *,
    by: Member | None,
    note: str = "",
    answer_waiting: bool = True,
) -> Floor:
    """Give the conversation back to the bot, with a note for it; `by` is None for the clock.

    With `answer_waiting` the bot answers what the customer wrote since staff's last words. The
    customer is told that the assistant is back, if a person had spoken to them; by the clock not
    at night, when nobody wants to be woken by that.

    Raises:
        NotFound, Held, Conflict: there is none, somebody else has it, or it is resolved.
    """
    row = await lock_open(conn, escalation_id)
    must_be_theirs(row, by)
    now = deps.clock.now()
    if answer_waiting:
        await desk_floor.free_messages(conn, row, left_to_staff=LEFT_TO_STAFF)
    ended = await end(deps, conn, row, by=by, outcome="returned", act="desk.returned")
    await conversations.leave_note(conn, row.conversation_id, note.strip(), at=now)
    is_night = by is None and not is_open(deps.profile, now)
    told = row.answered_at is not None and not is_night
    told = told and await tell_customer_bot_is_back(deps, conn, ended)
    who = by.name if by else "The clock"
    words = f"{who} gave the conversation back to the concierge."
    words += f"\nFor the concierge: {note.strip()}" if note.strip() else ""
    owed = await say_in_thread(conn, ended, "returned", words)
    waits = await messages.has_waiting(conn, row.conversation_id)
    return replace(ended, owed=owed, writes_customer=told, is_bots_turn=waits)


async def resolve(
    deps: DeskDeps,
    conn: Connection,
    escalation_id: EscalationId,
    *,
    by: Member,
    outcome: str,
    note: str = "",
) -> Floor:
    """It is over: the bot has the conversation again, and nothing is sent to the customer.

    Raises:
        NotFound, Held, Conflict: there is none, somebody else has it, or it is resolved.
        Conflict: there is no such outcome.
    """
    if outcome not in OUTCOMES:
        raise Conflict(f"outcome is one of {', '.join(OUTCOMES)}")
    row = await lock_open(conn, escalation_id)
    must_be_theirs(row, by)
    ended = await end(deps, conn, row, by=by, outcome=outcome, act="desk.resolved")
    await conversations.leave_note(conn, row.conversation_id, "", at=deps.clock.now())
    words = f"Resolved by {by.name}: {OUTCOMES[outcome]}."
    words += f"\n{note.strip()}" if note.strip() else ""
    return replace(ended, owed=await say_in_thread(conn, ended, "resolved", words))


async def snooze(
    deps: DeskDeps, conn: Connection, escalation_id: EscalationId, *, by: Member, until: datetime
) -> Floor:
    """Nobody is reminded of it before then, and the bot does not take it back.

    Raises:
        NotFound, Conflict: there is none, or it is resolved.
    """
    row = await lock_open(conn, escalation_id)
    await desk_floor.snooze(conn, row.escalation_id, until)
    await note_deed(conn, row, by, "desk.snoozed", {"until": until.isoformat()})
    await escalations.want_redraw(conn, row.escalation_id)
    return replace(await settle(deps, conn, row), is_changed=True)


async def keep(
    deps: DeskDeps, conn: Connection, escalation_id: EscalationId, *, by: Member
) -> Floor:
    """Whoever holds it wants to keep it although nobody writes: the idle time starts anew.

    Raises:
        NotFound, Held, Conflict: there is none, somebody else has it, or it is resolved.
    """
    row = await lock_open(conn, escalation_id)
    if row.status != "claimed":
        raise Conflict("nobody holds this conversation; claim it")
    if row.holder != by.id:
        raise Held(row)
    await desk_floor.keep(conn, row.escalation_id, at=deps.clock.now())
    await note_deed(conn, row, by, "desk.kept", {})
    return replace(await settle(deps, conn, row), is_changed=True)


async def spoke(deps: DeskDeps, conn: Connection, escalation_id: EscalationId) -> Floor:
    """Staff's words to the customer were written, undone or failed: what follows is settled anew.

    Call it after the rows of the outbox have changed, in their transaction.

    Raises:
        NotFound: there is none.
    """
    return await _settled(deps, conn, escalation_id)


async def heard(deps: DeskDeps, conn: Connection, escalation_id: EscalationId) -> Floor:
    """The customer wrote while staff have it; after the turn has accounted for the message.

    Raises:
        NotFound: there is none.
    """
    return await _settled(deps, conn, escalation_id)


async def _settled(deps: DeskDeps, conn: Connection, escalation_id: EscalationId) -> Floor:
    row = await desk_floor.lock(conn, escalation_id)
    if row is None:
        raise NotFound(f"escalation {escalation_id}")
    if row.status == "resolved":
        return row
    await escalations.want_redraw(conn, escalation_id)
    return replace(await settle(deps, conn, row), is_changed=True)


async def _first_left(conn: Connection, conversation_id: ConversationId) -> MessageId | None:
    """The first message that nobody has answered: no turn has read it, or its answer is a draft."""
    draft = await drafts.find_open(conn, conversation_id)
    if draft is not None:
        asked = await messages.list_answered_by(
            conn, conversation_id, draft.turn_id, reason=drafts.WAITS
        )
        if asked:
            return asked[0].id
    oldest = await desk_floor.find_oldest_waiting(conn, conversation_id)
    return oldest.id if oldest else None
