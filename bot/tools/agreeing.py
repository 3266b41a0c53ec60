"""The customer's answer to stated terms: what was heard, whether the terms still hold, what a yes
does. No tool itself; confirm_booking is made of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.booking import reserving
from bot.booking.booking_words import Voice, deeds_of, moment_data, say_place
from bot.booking.calendar_links import booking_link
from bot.domain import Author, Direction, Quote, Status, StoredMessage
from bot.domain_booking import Act, Booking, Proposal
from bot.domain_media import is_dictated
from bot.language.agreement import Agreement, read_agreement
from bot.language.wording import asked_in
from bot.profile import Profile, fact
from bot.situation import Situation
from bot.store.connection import Connection
from bot.tools import booking_ground as ground
from bot.tools.base import Effect, ToolContext, ToolResult

LEFT_US = (Status.SENDING, Status.SENT, Status.DELIVERED, Status.READ, Status.UNKNOWN)
"""Where terms may have been read; what is queued, failed or dropped nobody can have agreed to."""
OTHER_OFFERS = ("hold", "time", "person")
"""What else our last message may have offered since the terms: a yes is then one to that."""


def heard(profile: Profile, situation: Situation, proposal: Proposal) -> Agreement:
    """What the customer has said to the terms since they were stated (I9).

    What was written before they had gone out is no answer to them; it must not speak against the
    yes either. Where something else was asked since, by us or by staff, it answers that.
    """
    since = [message for message in situation.waiting if _is_after(situation, proposal, message)]
    if not since or _is_of_something_else(profile, situation):
        return Agreement.UNCLEAR
    said = "\n".join(message.text for message in since)
    answer = read_agreement(said, situation.language, act=proposal.act)
    if answer is Agreement.YES and any(map(is_dictated, since)):
        return Agreement.UNCLEAR  # What a machine heard binds nobody: it is asked for in writing.
    if answer is Agreement.YES and len(since) < len(situation.waiting):
        return read_agreement(situation.text, situation.language, act=proposal.act)
    return answer


def _is_of_something_else(profile: Profile, situation: Situation) -> bool:
    said = (m for m in reversed(situation.transcript) if m.direction is Direction.OUTBOUND)
    last = next(said, None)
    if last is None:
        return False
    followed = situation.follow_up
    return (
        last.author is Author.STAFF
        or (followed is not None and last.id in followed.message_ids)
        or asked_in(last.text) in OTHER_OFFERS
        or last.text in profile.texts.cancel_question.values()
    )


def _is_after(situation: Situation, proposal: Proposal, message: StoredMessage) -> bool:
    """Whether a message came after the reply that stated the terms had left us, and answers nothing
    older: a button stays where it is, and a yes may be tapped under the terms of before."""
    replies = [
        m
        for m in situation.transcript
        if m.direction is Direction.OUTBOUND
        and m.created_at >= proposal.created_at
        and m.status in LEFT_US
    ]
    stated = min((m.seq for m in replies), default=None)
    answered = message.replied_to
    is_to_older = bool(answered) and answered not in {m.external_id for m in replies}
    return stated is not None and message.seq > stated and not is_to_older


def is_stale(situation: Situation, proposal: Proposal, booking: Booking) -> bool:
    """Whether price or booking have changed since the terms were stated."""
    if proposal.booking_version != booking.version:
        return True
    states_price = proposal.act is Act.BOOK or proposal.quote_id != booking.quote_id
    quote = situation.quote
    return states_price and (quote is None or quote.id != proposal.quote_id)


def ask_plainly(context: ToolContext, proposal: Proposal, booking: Booking) -> ToolResult:
    """The question again, to be answered with one word."""
    voice = ground.voice_of(context)
    summary = voice.say(
        f"yes_{proposal.act.value}",
        when=voice.moment(booking.starts_at),
        total=voice.money(booking.total),
    )
    return ToolResult(
        data={
            **moment_data(voice, booking.starts_at),
            "done": False,
            "problem": "no_plain_yes",
            "ask_next": "yes",
        },
        worded=voice.say("yes_plain", summary=summary),
        deeds=frozenset({"held"}) if booking.agreed_at is None else deeds_of(booking),
    )


def declined(context: ToolContext) -> ToolResult:
    """The customer's no: nothing waits for a yes any more."""
    conversation_id = context.situation.conversation_id

    async def decline(conn: Connection) -> None:
        await reserving.decline(conn, conversation_id)

    worded = ground.voice_of(context).say("said_no")
    return ToolResult(data={"done": False, "declined": True}, worded=worded, effects=(decline,))


def apply(context: ToolContext, proposal: Proposal, booking: Booking) -> ToolResult:
    """Do exactly what was stated."""
    profile, now = context.deps.profile, context.now
    message_id = ground.newest_message(context)
    key = f"{proposal.act.value}:{proposal.id}"

    async def book(conn: Connection) -> None:
        await reserving.agree(conn, profile, proposal, now=now, key=key, message_id=message_id)

    async def change(conn: Connection) -> None:
        await reserving.change(conn, profile, proposal, now=now, key=key, message_id=message_id)

    async def cancel(conn: Connection) -> None:
        await reserving.cancel(conn, profile, proposal, now=now, key=key, message_id=message_id)

    voice = ground.voice_of(context)
    match proposal.act:
        case Act.BOOK:
            link = booking_link(context.deps.settings, booking.id)
            return _booked(voice, booking, now, link, effect=book)
        case Act.CHANGE:
            is_priced = proposal.quote_id != booking.quote_id
            quote = context.situation.quote if is_priced else None
            return _changed(voice, booking, proposal, quote, effect=change)
        case Act.CANCEL:
            return _cancelled(voice, booking, proposal, effect=cancel)


def _booked(
    voice: Voice, booking: Booking, now: datetime, link: str, *, effect: Effect
) -> ToolResult:
    held = timedelta(hours=voice.profile.booking.hold_hours)
    until = min(now.astimezone(UTC) + held, booking.starts_at)
    deposit = voice.money(booking.deposit)
    methods = fact(voice.profile, "payment.methods", voice.language)
    return ToolResult(
        data={
            **moment_data(voice, booking.starts_at),
            "done": True,
            "booked": True,
            "deposit": deposit,
            "deposit_until": voice.moment(until),
            "pay_by": methods,
            "guests": booking.headcount,
            "total": voice.money(booking.total),
            "place": say_place(booking.address, booking.zip_code),
            "calendar_link": link or None,
            "confirmed_once": "staff have seen the deposit",
            "ask_next": "" if booking.address else "address",
        },
        worded=say_booked(voice, booking, until, link),
        effects=(effect,),
        deeds=frozenset({"booked", "held"}),
    )


def say_booked(voice: Voice, booking: Booking, until: datetime, link: str) -> str:
    """That it is booked, by when the deposit is awaited, and the address where it is missing."""
    methods = fact(voice.profile, "payment.methods", voice.language)
    deposit = voice.money(booking.deposit)
    lines = (
        voice.say("booked", when=voice.moment(booking.starts_at)),
        voice.say("booked_deposit", deposit=deposit, until=voice.moment(until), methods=methods),
        voice.say("booked_calendar", link=link) if link else "",
        "" if booking.address else voice.say("ask_address"),
    )
    return "\n".join(filter(None, lines))


def _changed(
    voice: Voice,
    booking: Booking,
    proposal: Proposal,
    quote: Quote | None,
    *,
    effect: Effect,
) -> ToolResult:
    detail = proposal.detail
    moved = detail.get("starts_at")
    starts_at = datetime.fromisoformat(str(moved)) if moved else booking.starts_at
    address = str(detail.get("address") or booking.address)
    place = say_place(address, str(detail.get("zip_code") or booking.zip_code))
    fee = Decimal(str(detail.get("fee") or 0))
    lines = [voice.say("changed", when=voice.moment(starts_at))]
    if quote is not None:
        total = voice.money(quote.total)
        lines.append(voice.say("change_guests", guests=str(quote.headcount), total=total))
    if detail.get("address") or detail.get("zip_code"):
        lines.append(voice.say("change_address", address=place))
    if fee:
        lines.append(voice.say("change_fee", fee=voice.money(fee)))
    return ToolResult(
        data={
            **moment_data(voice, starts_at),
            "done": True,
            "changed": True,
            "guests": quote.headcount if quote else booking.headcount,
            "total": voice.money(quote.total if quote else booking.total),
            "place": place or None,
            "fee": voice.money(fee) if fee else None,
        },
        worded=voice.join(*lines),
        effects=(effect,),
        deeds=frozenset({"changed"}) | deeds_of(booking),
    )


def _cancelled(voice: Voice, booking: Booking, proposal: Proposal, *, effect: Effect) -> ToolResult:
    refund = Decimal(str(proposal.detail.get("refund") or 0))
    kept = Decimal(str(proposal.detail.get("kept") or 0))
    return ToolResult(
        data={
            **moment_data(voice, booking.starts_at),
            "done": True,
            "cancelled": True,
            "refund": voice.money(refund) if refund else None,
            "refund_paid_by": "a person of the team" if refund else None,
            "kept": voice.money(kept) if kept else None,
        },
        worded=say_cancelled(voice, booking, refund, kept),
        effects=(effect,),
        deeds=frozenset({"cancelled"}),
    )


def say_cancelled(voice: Voice, booking: Booking, refund: Decimal, kept: Decimal) -> str:
    """That it is cancelled, and what becomes of what was paid."""
    return voice.join(
        voice.say("cancelled", when=voice.moment(booking.starts_at)),
        voice.say("cancelled_refund", refund=voice.money(refund)) if refund else "",
        voice.say("cancelled_kept", kept=voice.money(kept)) if kept else "",
    )
