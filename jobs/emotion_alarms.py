"""What the emotion job does with a message that may ring a trigger; not a job of its own.

Rung twice it rings once, so that whoever is killed on the way may begin again. A message that a
turn will answer and that needs more than a person for its feeling is left to the turn, which judges
by the same rules. What is read hours late rings only where nobody has answered it meanwhile. Of who
has opted out no turn reads anything: staff are told a line, and the customer hears nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot import event_day, memory
from bot.consent import Wish, is_bare, read_wish
from bot.domain import (
    AddressId,
    Consent,
    ConversationId,
    CustomerId,
    Emotion,
    EscalationId,
    Mode,
    Status,
    StoredMessage,
)
from bot.domain_alarms import Act, Alarm
from bot.escalation import Trouble, escalate, tell_in_thread
from bot.feelings import watching
from bot.language.forgetting import without_wish
from bot.language.language_id import detect
from bot.noise import why_ignored
from bot.sorting import OPTED_OUT
from bot.store import conversations, emotion_alarms, memories, messages
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NoticeId
from bot.store.unscored import Unscored
from jobs.base import JobDeps
from jobs.hand_over import ring_for_card

LATE: Final = timedelta(minutes=10)
"""What staff wrote after an older message, they wrote knowing it."""
TOLD_AFTER: Final = timedelta(hours=1)
"""Of an older message staff read how old it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """What is to be rung for after the commit."""

    opened: EscalationId | None = None
    notice: NoticeId | None = None


async def ring(deps: JobDeps, row: Unscored, felt: Emotion, *, in_words: bool = True) -> None:
    """Raise every alarm that the message raises and that has not rung yet.

    `in_words` says whether there is time to find the words that weighed.
    """
    alarms = await _find(deps, row, felt, in_words=in_words)
    if not alarms:
        return
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        _epoch, mode = await conversations.lock(conn, row.conversation_id)
        if mode is Mode.BOT:
            rings = await _ring_with_bot(deps, conn, row, alarms)
        else:
            rings = await _ring_with_staff(deps, conn, row.conversation_id, alarms)
    if rings.notice is not None:
        deps.doorbell.ring("notify_desk", str(rings.notice), notice_id=str(rings.notice))
    if rings.opened is not None:
        ring_for_card(deps, rings.opened)
        key = f"{row.conversation_id}:{rings.opened}"
        deps.doorbell.ring("deliver", key, conversation_id=str(row.conversation_id))


async def _find(
    deps: JobDeps, row: Unscored, felt: Emotion, *, in_words: bool
) -> tuple[Alarm, ...]:
    """What is to ring; words are looked for only where somebody will read them."""
    text = without_wish(row.text).strip()
    heard = [watching.Heard(id=row.id, text=text, felt=felt, before=row.before)]
    alarms = await watching.watch(deps.bot, row.conversation_id, heard, in_words=False)
    if not alarms:
        return ()
    now = deps.bot.clock.now()
    age = now - (row.created_at or now)
    async with borrow(deps.bot.pool) as conn:
        has_left = await _find_leaver(conn, row) is not None
        if await emotion_alarms.is_past(conn, row.id, is_late=age > LATE, is_passed_over=has_left):
            return ()
    if in_words:
        alarms = await watching.explain(deps.bot, alarms, heard)
    if age <= TOLD_AFTER:
        return alarms
    hours = round(age / timedelta(hours=1))
    told = f"said {hours} h ago" if hours < 48 else f"said {hours // 24} days ago"
    return tuple(replace(each, explanation=f"{each.explanation} ({told})") for each in alarms)


async def _ring_with_staff(
    deps: JobDeps, conn: Connection, conversation_id: ConversationId, alarms: Sequence[Alarm]
) -> Rings:
    """Staff have the floor: the worst of what is new is told in the thread, the card drawn anew."""
    rung = await watching.keep(deps.bot, conn, conversation_id, alarms)
    if not rung:
        return Rings()
    first = rung[0]
    trouble = Trouble(
        reason=watching.REASON, explanation=first.explanation, severity=first.severity
    )
    return Rings(notice=await tell_in_thread(deps.bot, conn, conversation_id, trouble))


async def _ring_with_bot(
    deps: JobDeps, conn: Connection, row: Unscored, alarms: Sequence[Alarm]
) -> Rings:
    """Hand over, or tell staff a line; nothing where a turn has read or must read the message."""
    if (said_by := await _find_leaver(conn, row)) is not None:
        return await _tell(deps, conn, row, alarms, said_by)
    waiting = await messages.list_waiting(conn, row.conversation_id)
    is_past = await emotion_alarms.is_past(conn, row.id, is_late=False)
    if is_past or not waiting or _is_for_turn(waiting):
        return Rings()
    # Of a flood only the newest are here; what was said at its beginning rings all the same.
    said = {row.id: (waiting[-1].address_id, row.text)}
    said |= {message.id: (message.address_id, message.text) for message in waiting}
    facts = await conversations.get_facts(conn, row.conversation_id)
    if await event_day.is_at_stake(deps.bot, conn, facts.customer_id, waiting):
        return Rings()  # A turn has to read it: there is more to it than a feeling.
    trouble = watching.trouble_of(alarms)
    if trouble is None:
        rung = await watching.keep(deps.bot, conn, row.conversation_id, alarms)
        told = await watching.tell_staff(conn, row.conversation_id, rung, said=said)
        return Rings(notice=told)
    language = detect(row.text, prior=facts.language)
    await messages.set_language(conn, [row.id], language)
    await conversations.keep_agent(conn, row.conversation_id, agent=None, language=language)
    opened = await escalate(
        deps.bot,
        conn,
        row.conversation_id,
        trouble=trouble,
        waiting=waiting,
        language=language,
        preface=await _remember(deps, conn, facts.customer_id, (waiting, language)),
    )
    await watching.keep(deps.bot, conn, row.conversation_id, alarms)
    return Rings(opened=opened)


async def _find_leaver(conn: Connection, row: Unscored) -> AddressId | None:
    """Who wrote the message, where they have left with it or before: no turn judges it then.

    A bare keyword and a machine's words are left to the turn.
    """
    message, reason = await emotion_alarms.get_heard(conn, row.id)
    if is_bare(message.text) or why_ignored(message, ()) is not None:
        return None
    has_left = _stops(message) or reason == OPTED_OUT
    if not has_left and message.status is Status.RECEIVED:
        waiting = await messages.list_waiting(conn, row.conversation_id)
        after = [m for m in waiting if m.address_id == message.address_id and m.seq > message.seq]
        has_left = message.consent is Consent.REVOKED or any(map(_stops, after))
    return message.address_id if has_left else None


def _stops(message: StoredMessage) -> bool:
    is_machine = bool(message.extras.get("machine"))
    return not is_machine and read_wish(message.text, message.kind) is Wish.STOP


async def _tell(
    deps: JobDeps, conn: Connection, row: Unscored, alarms: Sequence[Alarm], said_by: AddressId
) -> Rings:
    """Whatever else these alarms would do, staff are told a line."""
    told = [replace(alarm, act=Act.TELL) for alarm in alarms]
    rung = await watching.keep(deps.bot, conn, row.conversation_id, told)
    said = {row.id: (said_by, row.text)}
    return Rings(notice=await watching.tell_staff(conn, row.conversation_id, rung, said=said))


def _is_for_turn(waiting: Sequence[StoredMessage]) -> bool:
    """Whether consent is at stake, or no person wrote it: a turn reads that before anybody answers
    anything, and a machine that shouts gets no answer at all."""
    return any(
        message.consent is Consent.REVOKED
        or read_wish(message.text, message.kind) is not Wish.NONE
        or why_ignored(message, ()) is not None
        for message in waiting
    )


async def _remember(
    deps: JobDeps,
    conn: Connection,
    customer_id: CustomerId,
    said: tuple[Sequence[StoredMessage], str],
) -> str:
    """Keep and forget what these messages ask for; the words on what is forgotten."""
    waiting, language = said
    known = await memories.list_live(conn, customer_id)
    now = deps.bot.clock.now()
    await memory.keep(conn, customer_id, waiting, language=language, known=known, now=now)
    kinds = memory.asked_to_forget(waiting)
    return memory.say_forgotten(kinds, language, seed=str(waiting[-1].id)) if kinds else ""
