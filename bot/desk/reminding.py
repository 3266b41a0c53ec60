"""Decides when whom is reminded of a conversation that staff have, and when the bot takes it back.

Pure but for `settle`, which reads who spoke when from the messages and writes what follows. Every
change at the desk settles in its own transaction; jobs/remind_desk.py and jobs/return_floor.py find
what has come due in the rows, so that restarts and changes of the clocks lose and double nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.booking_desk import DeskDeps
from bot.desk.hours import add_open
from bot.domain import ConversationId, EscalationId
from bot.profile import Profile
from bot.store import desk_floor, escalations
from bot.store.connection import Connection
from bot.store.desk_floor import FloorRow
from bot.store.drafts import TAKEN_OVER
from bot.store.escalations import WITH_A_PERSON, WITH_STAFF

LEFT_TO_STAFF = (WITH_A_PERSON, TAKEN_OVER, WITH_STAFF)
"""The accounts of messages that a turn left to a person."""
AT_ANY_HOUR = "event_day"
"""With an event close people are reminded by night too."""
UNSENT = ("failed_send", "unknown_send")
"""Reasons for which the customer waits without having written anything new."""


class Whom(StrEnum):
    """Who is reminded."""

    EVERYBODY = "everybody"
    HOLDER = "holder"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Who is to be reminded next, and when."""

    whom: Whom
    at: datetime
    since: datetime
    """Since when the state lasts of which they are reminded."""


def next_reminder(profile: Profile, row: FloorRow) -> Reminder | None:
    """The next one in this state, or None where nobody waits for anything.

    Nobody holds it: everybody, then the owners. The customer waits for the holder: the holder,
    then the owners. Whoever takes over has the whole time again.
    """
    rules = profile.desk
    late = timedelta(minutes=rules.answer_minutes)
    worse = late + timedelta(minutes=rules.owner_minutes)
    if row.status == "open":
        since = row.created_at
        soon = timedelta(minutes=rules.claim_minutes)
        steps = ((Whom.EVERYBODY, soon), (Whom.OWNERS, max(worse, soon)))
    elif row.status == "claimed" and row.waiting_since is not None:
        since = max(row.waiting_since, row.held_since or row.waiting_since)
        steps = ((Whom.HOLDER, late), (Whom.OWNERS, worse))
    else:
        return None
    if row.reminded >= len(steps):
        return None
    whom, after = steps[row.reminded]
    at = _counted(profile, row, since, after)
    if row.snoozed_until is not None and row.snoozed_until > at:
        at = _counted(profile, row, row.snoozed_until, timedelta())
    return Reminder(whom=whom, at=at, since=since)


def is_open(profile: Profile, at: datetime) -> bool:
    """Whether people answer at that moment."""
    hours, zone = profile.hours, ZoneInfo(profile.business.zone)
    return add_open(at, timedelta(), opens=hours.opens, closes=hours.closes, zone=zone) == at


def in_hours(profile: Profile, row: FloorRow, at: datetime) -> datetime:
    """That moment, or the next at which people may be reminded of this."""
    return _counted(profile, row, at, timedelta())


def _counted(profile: Profile, row: FloorRow, since: datetime, span: timedelta) -> datetime:
    if row.reason == AT_ANY_HOUR:
        return since + span
    hours, zone = profile.hours, ZoneInfo(profile.business.zone)
    return add_open(since, span, opens=hours.opens, closes=hours.closes, zone=zone)


def next_return(profile: Profile, row: FloorRow) -> datetime | None:
    """When the bot takes over again if nobody writes; never while the customer waits.

    However late staff were told of it, they have the whole time that was announced.
    """
    due = _idle_until(profile, row)
    if due is None or row.return_told_at is None:
        return due
    return max(due, row.return_told_at + timedelta(minutes=profile.desk.announce_minutes))


def _idle_until(profile: Profile, row: FloorRow) -> datetime | None:
    if row.status != "claimed" or row.waiting_since is not None or row.held_since is None:
        return None
    due = _latest(row, row.held_since) + timedelta(minutes=profile.desk.idle_minutes)
    return max(due, row.snoozed_until) if row.snoozed_until else due


def _latest(row: FloorRow, held_since: datetime) -> datetime:
    return max(held_since, row.last_word_at or held_since, row.kept_at or held_since)


def _still_told(profile: Profile, row: FloorRow) -> datetime | None:
    """When staff were told that the bot takes over, unless something has moved that since."""
    due, told = _idle_until(profile, row), row.return_told_at
    if due is None or told is None or row.held_since is None:
        return None
    from_then = max(
        due - timedelta(minutes=profile.desk.announce_minutes), _latest(row, row.held_since)
    )
    return told if told >= from_then else None


async def settle(
    deps: DeskDeps, conn: Connection, before: FloorRow, *, is_new_state: bool = False
) -> FloorRow:
    """Read who spoke when and keep what follows; with the conversation locked.

    `before` is the row before the deed. Reminders start anew where the state has changed: somebody
    took it, staff have answered, or the customer waits again. More words in the same wait do not
    start them anew, or whoever writes every few minutes would wait for ever.
    """
    row = await _reread(conn, before.escalation_id)
    said = await desk_floor.read_exchange(conn, row.escalation_id, left_to_staff=LEFT_TO_STAFF)
    waiting_since = said.waiting_since
    if row.reason in UNSENT and said.staff_first_at is None:
        waiting_since = row.created_at
    is_new_state = is_new_state or waiting_since != before.waiting_since
    row = replace(
        row,
        waiting_since=waiting_since,
        answered_at=said.staff_first_at,
        last_word_at=said.last_word_at,
        reminded=0 if is_new_state else row.reminded,
    )
    row = replace(row, return_told_at=_still_told(deps.profile, row))
    return await keep_times(deps, conn, row)


async def keep_times(deps: DeskDeps, conn: Connection, row: FloorRow) -> FloorRow:
    """Keep when somebody is reminded next, and when the bot takes over, of a row so changed."""
    reminder = next_reminder(deps.profile, row)
    row = replace(
        row,
        remind_at=reminder.at if reminder else None,
        returns_at=next_return(deps.profile, row),
    )
    await desk_floor.write_times(conn, row)
    return row


async def settle_open(
    deps: DeskDeps, conn: Connection, conversation_id: ConversationId
) -> FloorRow | None:
    """The same for whatever staff have of a conversation, which the caller has locked."""
    row = await desk_floor.find_open(conn, conversation_id)
    if row is None:
        return None
    await escalations.want_redraw(conn, row.escalation_id)
    return await settle(deps, conn, row)


async def _reread(conn: Connection, escalation_id: EscalationId) -> FloorRow:
    row = await desk_floor.get(conn, escalation_id)
    if row is None:
        raise LookupError("an escalation is never deleted while its conversation is locked")
    return row
