"""A customer's yes to stated terms while staff have the floor: read as ever, done when staff agree.

The bot is silent then, so nobody acts on the yes by itself: the thread says that it was said, with
a button, and its press does what the confirming tool would have done, with the customer's message
as the proof (I9). jobs/read_yes.py and handlers/desk/booking.py call it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.booking import reserving
from bot.booking.booking_words import Voice, say_place
from bot.booking.moments import say_moment
from bot.booking_desk import DeskDeps
from bot.desk.booking import note_deed, say_moved
from bot.desk.people import Member
from bot.desk.talks import Talk, read_conversation, refuse_others, say_as_concierge, voice_of
from bot.domain import ConversationId, Direction, MessageId, Mode, StoredMessage
from bot.domain_booking import Act, Booking, BookingId, Proposal, ProposalId
from bot.errors import NotFound
from bot.language.agreement import Agreement
from bot.store import booking_lists, bookings, conversations, desk_notices, proposals, staff
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId
from bot.tools import agreeing

DEEDS = {
    Act.BOOK: "booking",
    Act.CHANGE: "changing",
    Act.CANCEL: "cancelling",
}


async def read_answer(
    deps: DeskDeps, conn: Connection, conversation_id: ConversationId
) -> NoticeId | None:
    """Read what the customer has written since terms were stated; what the thread is told, if any.

    Each message is read once. A yes or a no is told; whatever is neither stands in the thread.
    """
    _epoch, mode = await conversations.lock(conn, conversation_id)
    talk = await read_conversation(deps, conn, conversation_id)
    proposal = talk.situation.proposal
    if mode is not Mode.HUMAN or proposal is None:
        return None
    since = _since(talk, proposal)
    fresh = [m for m in since if await staff.take_in(conn, f"heard:{proposal.id}:{m.id}")]
    if not fresh:
        return None
    heard = _heard(deps, talk, proposal, since)
    if heard is Agreement.UNCLEAR:
        return None
    booking = await bookings.get(conn, proposal.booking_id)
    return await desk_notices.owe_post(
        conn, _told(deps, talk, (proposal, booking), since[-1], is_yes=heard is Agreement.YES)
    )


def _since(talk: Talk, proposal: Proposal) -> tuple[StoredMessage, ...]:
    """What the customer wrote after the terms were made, oldest first."""
    every = (*talk.situation.transcript, *talk.situation.waiting)
    said = (
        m for m in every if m.direction is Direction.INBOUND and m.created_at >= proposal.created_at
    )
    return tuple(sorted(said, key=lambda each: each.seq))


def _heard(
    deps: DeskDeps, talk: Talk, proposal: Proposal, since: tuple[StoredMessage, ...]
) -> Agreement:
    """By the same code that reads it for the bot, as things stood when the last was written."""
    before = tuple(m for m in talk.situation.transcript if m not in since and m.seq < since[-1].seq)
    then = replace(talk.situation, waiting=since, transcript=before)
    return agreeing.heard(deps.profile, then, proposal)


def key_of_yes(booking_id: BookingId, proposal_id: ProposalId, message_id: MessageId) -> str:
    """Under which the thread is told of a yes, once."""
    return f"yes:{booking_id}:{proposal_id}:{message_id}"


def _told(
    deps: DeskDeps,
    talk: Talk,
    what: tuple[Proposal, Booking],
    message: StoredMessage,
    *,
    is_yes: bool,
) -> NewPost:
    proposal, booking = what
    when = say_moment(deps.profile, booking.starts_at)
    word = "yes" if is_yes else "no"
    text = f"The customer said {word} to the terms of {DEEDS[proposal.act]} {booking.code}, {when}."
    text += "" if is_yes else " Nothing was done."
    confirms = {
        "action": "confirm_yes",
        "label": "Confirm",
        "value": f"{proposal.id}:{message.id}",
        "style": "primary",
    }
    return NewPost(
        key=key_of_yes(booking.id, proposal.id, message.id),
        text=text,
        kind="thread" if talk.held is not None else "notice",
        escalation_id=talk.held.escalation_id if talk.held is not None else None,
        booking_id=booking.id,
        extra={"buttons": [confirms]} if is_yes else {},
    )


async def act_on_yes(
    deps: DeskDeps,
    conn: Connection,
    proposal_id: ProposalId,
    message_id: MessageId,
    *,
    by: Member,
) -> Booking:
    """Do what the customer has said yes to, with their message as the proof; the same only once.

    Raises:
        NotFound: nobody read a yes to these terms in that message.
        BookingRefused: the terms are not open any more, or what they say has changed.
        Conflict: somebody else holds the conversation.
    """
    now = deps.clock.now()
    standing = await proposals.find_standing(conn, proposal_id, now=now)
    proposal = standing.proposal if standing else None
    if proposal is None or not await booking_lists.was_told(
        conn, key := key_of_yes(proposal.booking_id, proposal_id, message_id)
    ):
        raise NotFound("no yes to such terms was read")
    await conversations.lock(conn, proposal.conversation_id)
    talk = await read_conversation(deps, conn, proposal.conversation_id)
    refuse_others(talk, by)
    done_before = await bookings.find_by_key(conn, f"{proposal.act.value}:{proposal.id}")
    if done_before is not None:
        return done_before
    before = await bookings.get(conn, proposal.booking_id)
    done = await _apply(deps, conn, proposal, message_id)
    await note_deed(conn, done, f"booking.{proposal.act.value}_confirmed", by, {})
    await say_as_concierge(deps, conn, talk, _say(voice_of(deps, talk), (before, done), proposal))
    await booking_lists.settle_notices(conn, [key], f"Confirmed by {by.name}.")
    return done


async def _apply(
    deps: DeskDeps, conn: Connection, proposal: Proposal, message_id: MessageId
) -> Booking:
    """The same writes under the same keys as the confirming tool's: whoever is second does none."""
    key, now = f"{proposal.act.value}:{proposal.id}", deps.clock.now()
    match proposal.act:
        case Act.BOOK:
            return await reserving.agree(
                conn, deps.profile, proposal, now=now, key=key, message_id=message_id
            )
        case Act.CHANGE:
            return await reserving.change(
                conn, deps.profile, proposal, now=now, key=key, message_id=message_id
            )
        case Act.CANCEL:
            return await reserving.cancel(
                conn, deps.profile, proposal, now=now, key=key, message_id=message_id
            )


def _say(voice: Voice, what: tuple[Booking, Booking], proposal: Proposal) -> str:
    """What was done, as the tool says it."""
    before, after = what
    detail = proposal.detail
    match proposal.act:
        case Act.BOOK:
            return agreeing.say_booked(voice, after, after.held_until or after.starts_at, "")
        case Act.CANCEL:
            refund, kept = (Decimal(str(detail.get(name) or 0)) for name in ("refund", "kept"))
            return agreeing.say_cancelled(voice, after, refund, kept)
        case Act.CHANGE:
            return _say_changed(voice, before, after, Decimal(str(detail.get("fee") or 0)))


def _say_changed(voice: Voice, before: Booking, after: Booking, fee: Decimal) -> str:
    if before.starts_at != after.starts_at:
        said = say_moved(voice, after, fee)
    else:
        said = voice.say("changed", when=voice.moment(after.starts_at))
    more = ""
    if before.quote_id != after.quote_id:
        total = voice.money(after.total)
        more = voice.say("change_guests", guests=str(after.headcount), total=total)
    place = ""
    if (before.address, before.zip_code) != (after.address, after.zip_code):
        there = say_place(after.address, after.zip_code)
        place = voice.say("change_address", address=there)
    return voice.join(said, more, place)
