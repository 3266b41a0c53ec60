"""What becomes of a message that may not simply leave: held, shaped anew, dropped; who is told.

No job itself; jobs/deliver.py calls it with what the send gate or the vendor has said. Each is one
transaction on the claimed row, so that a worker that is killed leaves it to the next.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import assert_never

from bot.domain import Author, Purpose, Status
from bot.domain_sending import OutboundMessage
from bot.ids import new_id
from bot.language.wording import say
from bot.send_gate import Hold, Instead, Refuse
from bot.store import (
    consents,
    desk_floor,
    desk_marks,
    desk_notices,
    desk_words,
    held,
    outbox,
    pace,
    receipts,
)
from bot.store.connection import Connection, borrow
from bot.store.departures import Departure, OtherWay
from bot.store.desk_notices import NewPost
from bot.store.held import Shape
from bot.store.outbox import Draft
from bot.templating import Filled
from channels.base import AddressRefused, ConfiguredChannel, ListsTemplates
from jobs import metrics
from jobs.base import JobDeps
from jobs.hand_over import tell_of_refused

log = logging.getLogger(__name__)

NOT_WITH_TEMPLATE = frozenset({"choices", "media", "attachments"})
NOT_ELSEWHERE = frozenset({"choices", "template", "thread", "subject"})


def sender_of(message: OutboundMessage, channel: ConfiguredChannel) -> str:
    """Which of our handles it leaves from."""
    return message.sender or channel.default_sender


def carrier_of(channel: ConfiguredChannel) -> str:
    """Whose templates may leave the channel's closed window; empty where it has none."""
    return channel.carrier if isinstance(channel, ListsTemplates) else ""


def today(deps: JobDeps, now: datetime) -> date:
    """The day of the business's zone."""
    return now.astimezone(deps.bot.zone).date()


async def follow(deps: JobDeps, departure: Departure, verdict: Refuse | Hold | Instead) -> None:
    """Do what the gate has said."""
    match verdict:
        case Refuse():
            await drop(deps, departure, verdict.reason, was_held=verdict.was_held)
        case Hold():
            await _hold(deps, departure, verdict)
        case Instead():
            await _send_instead(deps, departure, verdict)
        case _:
            assert_never(verdict)


async def drop(deps: JobDeps, departure: Departure, reason: str, *, was_held: bool = False) -> None:
    """Nothing may leave. What people count on, theirs or the house's, they are told of (I6)."""
    message = departure.message
    metrics.deliveries.labels(message.channel, Status.DROPPED.value).inc()
    log.info("message.not_sent", extra={"message_id": str(message.id), "reason": reason})
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await outbox.mark_ended(conn, message.id, status=Status.DROPPED, reason=reason)
        is_house = (message.author, message.purpose) == (Author.SYSTEM, Purpose.ESSENTIAL)
        if is_house or (was_held and message.author is not Author.STAFF):
            await tell_of_refused(conn, message, reason)


async def give_up_address(
    deps: JobDeps, departure: Departure, error: AddressRefused, reason: str
) -> None:
    """Nobody can or may be reached there: the ledger or the address says so from now on."""
    metrics.deliveries.labels(departure.message.channel, "refused").inc()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await outbox.mark_ended(conn, departure.message.id, status=Status.FAILED, reason=reason)
        await outbox.drop_rest(conn, departure.message)
        if error.opted_out:
            await consents.write(
                conn,
                departure.address_id,
                act="opt_out",
                source="vendor",
                said_at=deps.bot.clock.now(),
                words=error.code,
            )
        else:
            await receipts.suspend(conn, departure.address_id, str(error))


async def count_sent(
    deps: JobDeps,
    conn: Connection,
    message: OutboundMessage,
    channel: ConfiguredChannel,
    *,
    segments: int,
) -> None:
    """Count what fills a sender's day: parts of texts, and on WhatsApp what opens a window."""
    if not deps.bot.profile.manners.daily_caps.of(channel.name):
        return
    if channel.window_s is not None and message.template is None:
        return
    day = today(deps, deps.bot.clock.now())
    sent = segments if channel.window_s is None else 1
    await pace.count(conn, channel.name, sender_of(message, channel), day=day, sent=sent)


async def end_day(
    deps: JobDeps, departure: Departure, channel: ConfiguredChannel, reason: str
) -> None:
    """The vendor takes no more of our sender today: it waits for tomorrow, as unasked ones do."""
    message, now = departure.message, deps.bot.clock.now()
    day = today(deps, now)
    until = datetime.combine(day + timedelta(days=1), time(), deps.bot.zone)
    metrics.deliveries.labels(message.channel, Status.HELD.value).inc()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await held.hold(conn, message, until=until, reason=reason, at=now)
        if await pace.cap(conn, channel.name, sender_of(message, channel), day=day):
            told = (
                f"{channel.name}: {reason}\nUnasked messages wait for tomorrow; answers still go."
            )
            await desk_notices.add(conn, f"cap:{channel.name}:{day.isoformat()}", None, told)


async def _hold(deps: JobDeps, departure: Departure, verdict: Hold) -> None:
    message = departure.message
    metrics.deliveries.labels(message.channel, Status.HELD.value).inc()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        is_held = await held.hold(
            conn, message, until=verdict.until, reason=verdict.reason, at=deps.bot.clock.now()
        )
        # Staff's words are told of at their mark; what waits for the morning nobody asks about.
        if is_held and not message.is_unasked and message.author is not Author.STAFF:
            await _tell_of_held(conn, message, verdict.reason)


async def _tell_of_held(conn: Connection, message: OutboundMessage, reason: str) -> None:
    floor = await desk_floor.find_open(conn, message.conversation_id)
    whom = f"{message.channel} {message.recipient}" if floor is None else "The customer"
    post = NewPost(
        key=f"held:{message.id}",
        text=f"Waiting: {whom} has not got our message.\nWhy: {reason}\n"
        "It goes once they write; to reach them before, use another way.",
        kind="notice" if floor is None else "thread",
        escalation_id=None if floor is None else floor.escalation_id,
    )
    await desk_notices.owe_post(conn, post)


async def _send_instead(deps: JobDeps, departure: Departure, verdict: Instead) -> None:
    """The same row in another shape, due at once: the next claim judges it as it is then."""
    message, to = departure.message, verdict.to
    metrics.deliveries.labels(message.channel, "instead").inc()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        if isinstance(to, Filled):
            await held.reshape(conn, message, _as_template(deps, to, verdict.reason))
        else:
            await _move(deps, conn, departure, to, verdict.reason)
    conversation_id = str(message.conversation_id)
    deps.doorbell.ring("deliver", str(new_id()), conversation_id=conversation_id)


def _as_template(deps: JobDeps, to: Filled, reason: str) -> Shape:
    use = {"content_id": to.use.content_id, "variables": dict(to.use.variables)}
    return Shape(
        text=to.text,
        due_at=deps.bot.clock.now(),
        reason=reason,
        rest={"template": use},
        without=NOT_WITH_TEMPLATE,
    )


async def _move(
    deps: JobDeps, conn: Connection, departure: Departure, to: OtherWay, reason: str
) -> None:
    """To another address of the customer: cut for its channel, and saying why it comes there."""
    message = departure.message
    language = departure.standing.language or deps.bot.profile.business.home_language
    lead = say("comes_here", language)
    parts = deps.bot.render(to.channel, f"{lead}\n{message.text}")
    if not parts:
        why = f"{reason}; nothing of it can be sent by {to.channel}"
        await outbox.mark_ended(conn, message.id, status=Status.DROPPED, reason=why)
        return
    now = deps.bot.clock.now()
    rest = _rest_there(deps, message, to, language)
    shape = Shape(
        text=parts[0],
        due_at=now,
        reason=reason,
        address_id=to.address_id,
        channel=to.channel,
        rest=rest,
        without=NOT_ELSEWHERE,
    )
    if not await held.reshape(conn, message, shape):
        return
    first = Draft(
        conversation_id=message.conversation_id,
        address_id=to.address_id,
        channel=to.channel,
        text=parts[0],
        author=message.author,
        purpose=message.purpose,
        epoch=message.epoch,
        due_at=now,
        language=language,
        rest=rest,
    )
    await _put_rest(conn, message, first, parts[1:])


def _rest_there(
    deps: JobDeps, message: OutboundMessage, to: OtherWay, language: str
) -> dict[str, object]:
    """What goes with it there; its parts count as one message that nobody asked for."""
    rest: dict[str, object] = {"instead_of": message.channel}
    if message.is_unasked:
        rest["unasked"] = str(message.id)
    if to.channel == "email":
        business = deps.bot.profile.business.name
        rest["subject"] = say("letter_subject", language, business=business)
    return rest


async def _put_rest(
    conn: Connection, message: OutboundMessage, first: Draft, parts: tuple[str, ...]
) -> None:
    """The further parts behind the first; where staff wrote it, they are parts of their words."""
    words_id = await desk_marks.find_of_message(conn, message.id) if parts else None
    for part in parts:
        part_id = await outbox.insert(conn, replace(first, text=part))
        if words_id is not None:
            await desk_words.add_part(conn, words_id, part_id)
