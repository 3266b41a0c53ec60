"""Who holds a conversation: claim it, take it over, give it back, resolve, snooze and keep it.

Each deed is one transaction of bot/desk/floor.py. Of two who claim at once one holds it, and the
other sees who, with the way to take over. Names in values and windows are references: whoever
presses them is asked for their role, and the row says what is so.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.desk import floor
from bot.desk.floor import OUTCOMES, Floor, Held
from bot.desk.hours import next_opening
from bot.desk.reminding import LEFT_TO_STAFF
from bot.domain import EscalationId
from bot.errors import BadPayload, Conflict, NotFound
from bot.store import desk_floor, messages, staff
from bot.store.connection import Connection, borrow
from channels.desk_blocks import moment
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part
from handlers.desk.following import rings_of
from handlers.desk.holding_windows import (
    ANSWER,
    HOUR,
    NOTE,
    NOTE_MAX,
    OPENING,
    OUTCOME,
    QUARTER,
    UNTIL,
    resolve_window,
    return_window,
    snooze_window,
    somebody_holds,
    you_hold,
)

SPANS = {QUARTER: timedelta(minutes=15), HOUR: timedelta(hours=1)}


async def claim(office: Office, asked: Asked) -> Answer:
    """Hold it from now on, unless somebody else does."""
    wanted = _id(asked.value)
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            held = await floor.claim(office.tools, conn, wanted, by=asked.by)
    except Held as refused:
        return _held_by(refused.floor)
    return _you_hold(office, held)


async def take_over(office: Office, asked: Asked) -> Answer:
    """Hold it from now on, whoever did."""
    wanted = _id(asked.value)
    async with borrow(office.pool) as conn, conn.transaction():
        row = await _get(conn, wanted)
        if row.status == "resolved":
            raise Conflict("this was resolved already; the concierge has the conversation")
        held = await floor.take_over(
            office.tools, conn, row.conversation_id, by=asked.by, via="desk"
        )
    return _you_hold(office, held, replaces=True)


async def ask_return(office: Office, asked: Asked) -> Answer:
    """The window in which it is given back."""
    wanted = _id(asked.value)
    async with borrow(office.pool) as conn:
        row = await _get(conn, wanted)
        left = await desk_floor.count_left(conn, row, left_to_staff=LEFT_TO_STAFF)
        waits = left > 0 or await messages.has_waiting(conn, row.conversation_id)
    settings = office.settings
    can_read = bool(settings.openai_api_key.get_secret_value() or settings.llama_base_url)
    window = return_window(row, waits=waits, can_read=can_read)
    return _unless_held(row, asked) or Answer(window=window)


async def give_back(office: Office, asked: Asked) -> Answer:
    """The bot has it again."""
    note = asked.values.get(NOTE, "")
    if len(note) > NOTE_MAX:
        return Answer(errors={NOTE: f"At most {NOTE_MAX} characters; this has {len(note)}."})
    wanted = _id(asked.metadata)
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        given = await floor.hand_back(
            office.tools,
            conn,
            wanted,
            by=asked.by,
            note=note,
            answer_waiting=asked.values.get(ANSWER) == ANSWER,
        )
    return Answer(rings=rings_of(given))


async def ask_resolve(office: Office, asked: Asked) -> Answer:
    """The window that asks what came of it."""
    wanted = _id(asked.value)
    async with borrow(office.pool) as conn:
        row = await _get(conn, wanted)
    return _unless_held(row, asked) or Answer(window=resolve_window(row))


async def resolve(office: Office, asked: Asked) -> Answer:
    """It is over."""
    outcome, note = asked.values.get(OUTCOME, ""), asked.values.get(NOTE, "")
    if outcome not in OUTCOMES:
        return Answer(errors={OUTCOME: "Please choose what came of it."})
    if len(note) > NOTE_MAX:
        return Answer(errors={NOTE: f"At most {NOTE_MAX} characters; this has {len(note)}."})
    wanted = _id(asked.metadata)
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        ended = await floor.resolve(
            office.tools, conn, wanted, by=asked.by, outcome=outcome, note=note
        )
    return Answer(rings=rings_of(ended))


async def ask_snooze(office: Office, asked: Asked) -> Answer:
    """The window that asks for how long."""
    wanted = _id(asked.value)
    async with borrow(office.pool) as conn:
        row = await _get(conn, wanted)
    if row.status == "resolved":
        raise Conflict("this was resolved already; nobody is reminded of it")
    opening = next_opening(
        office.clock.now(),
        opens=office.profile.hours.opens,
        zone=ZoneInfo(office.profile.business.zone),
    )
    return Answer(window=snooze_window(row, opening=opening))


async def snooze(office: Office, asked: Asked) -> Answer:
    """Nobody is reminded before then."""
    chosen = asked.values.get(UNTIL, "")
    now = office.clock.now()
    if chosen == OPENING:
        zone = ZoneInfo(office.profile.business.zone)
        until = next_opening(now, opens=office.profile.hours.opens, zone=zone)
    elif chosen in SPANS:
        until = now + SPANS[chosen]
    else:
        return Answer(errors={UNTIL: "Please choose for how long."})
    wanted = _id(asked.metadata)
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        row = await floor.snooze(office.tools, conn, wanted, by=asked.by, until=until)
    return Answer(rings=rings_of(row))


async def keep(office: Office, asked: Asked) -> Answer:
    """Whoever holds it goes on holding it although nobody writes."""
    wanted = _id(asked.value)
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            kept = await floor.keep(office.tools, conn, wanted, by=asked.by)
    except Held as refused:
        return _held_by(refused.floor)
    until = f" until {moment(kept.returns_at)}" if kept.returns_at else ""
    return Answer(text=f"You keep this conversation{until}.", rings=rings_of(kept))


def _you_hold(office: Office, held: Floor, *, replaces: bool = False) -> Answer:
    rules = office.profile.desk
    told = you_hold(held, by_buttons=rules.sending == "buttons", undo_s=rules.undo_seconds)
    return Answer(text=told, rings=rings_of(held), replaces=replaces)


def _held_by(row: Floor) -> Answer:
    told, blocks = somebody_holds(row)
    return Answer(text=told, blocks=blocks)


def _unless_held(row: Floor, asked: Asked) -> Answer | None:
    """The refusal before a window is filled in for nothing."""
    if row.status == "resolved":
        raise Conflict("this was resolved already; the concierge has the conversation")
    return None if floor.may_end(row, asked.by) else _held_by(row)


def _id(value: str) -> EscalationId:
    try:
        return EscalationId(UUID(value))
    except ValueError as error:
        raise BadPayload("the button names no card of ours") from error


async def _get(conn: Connection, escalation_id: EscalationId) -> Floor:
    row = await desk_floor.get(conn, escalation_id)
    if row is None:
        raise NotFound("this card belongs to no conversation of ours")
    return row


part = Part(
    presses={
        "claim": Act(run=claim),
        "take_over": Act(run=take_over),
        "return": Act(run=ask_return),
        "resolve": Act(run=ask_resolve),
        "snooze": Act(run=ask_snooze),
        "keep": Act(run=keep),
    },
    submits={
        "return": Act(run=give_back),
        "resolve": Act(run=resolve),
        "snooze": Act(run=snooze),
    },
)
