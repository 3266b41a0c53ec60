"""States what changing or cancelling a booking would mean; nothing of it is done before the yes.

No tool itself; change_booking and cancel_booking state by it, confirm_booking states again what has
changed since. The terms are kept as a proposal when the turn commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from bot.booking import policies, reserving
from bot.booking.booking_words import (
    Voice,
    moment_data,
    say_cancel_terms,
    say_nearest,
    say_place,
    say_why_not,
    slots_data,
)
from bot.booking.reserving import Planned
from bot.booking.reserving_crew import demand_from, event_of
from bot.booking.shifts import event_minutes
from bot.domain import Quote, QuoteId
from bot.domain_booking import Act, Booking, Proposal, ProposalId
from bot.ids import new_id
from bot.store import bookings
from bot.store.booking_writes import Event
from bot.store.connection import Connection, borrow
from bot.tools import booking_ground as ground
from bot.tools.base import Effect, Escalate, ToolContext, ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWish:
    """What should be different of a booking."""

    starts_at: datetime | None = None
    address: str = ""
    zip_code: str = ""
    quote: Quote | None = None
    """A new price to stand on."""


async def state_change(
    context: ToolContext, booking: Booking, wish: ChangeWish, *, lead: str = ""
) -> ToolResult:
    """What the change would mean, as a proposal; or why it cannot be."""
    voice = ground.voice_of(context)
    before, after = event_of(booking), _changed(context, booking, wish)
    if after == before:
        data = {**moment_data(voice, booking.starts_at), "stated": False, "problem": "same"}
        return ToolResult(data={**data, "ask_next": "change"}, worded=voice.say("change_same"))
    if policies.is_short_notice(context.deps.profile, booking, now=context.now):
        return _too_near(voice, booking)
    if _asks_of_crew(before) != _asks_of_crew(after):
        planned = await _planned(context, booking, after)
        if planned.team is None:
            return _not_open(voice, planned, after)
    return _proposed(context, booking, after, lead=lead)


def _changed(context: ToolContext, booking: Booking, wish: ChangeWish) -> Event:
    event = event_of(booking)
    length = event.ends_at - event.starts_at
    if wish.quote is not None:
        length = timedelta(minutes=event_minutes(context.deps.profile, wish.quote))
        event = replace(
            event,
            quote_id=wish.quote.id,
            service=wish.quote.service or event.service,
            headcount=wish.quote.headcount,
            workers=wish.quote.workers,
        )
    starts_at = wish.starts_at or event.starts_at
    return replace(
        event,
        starts_at=starts_at,
        ends_at=starts_at + length,
        address=wish.address or event.address,
        zip_code=wish.zip_code or event.zip_code,
    )


def _asks_of_crew(event: Event) -> tuple[object, ...]:
    length = event.ends_at - event.starts_at
    return event.service, event.starts_at, length, event.workers, event.zip_code


async def _planned(context: ToolContext, booking: Booking, event: Event) -> Planned:
    async with borrow(context.deps.pool) as conn:
        past = await bookings.list_past_chefs(conn, booking.customer_id)
        demand = demand_from(event, booking.wishes, past_chefs=past, without=booking.id)
        return await reserving.plan(
            conn, context.deps.profile, demand, event.starts_at, now=context.now
        )


def _too_near(voice: Voice, booking: Booking) -> ToolResult:
    hours = policies.notice_hours(voice.profile, booking.service, booking.headcount)
    data = {
        **moment_data(voice, booking.starts_at),
        "stated": False,
        "problem": "too_near",
        "notice": voice.figure("hours", hours),
        "ask_next": "person",
    }
    control = Escalate(
        reason="a change within the notice", summary=f"booking {booking.code} wants a change"
    )
    return ToolResult(data=data, worded=voice.say("change_person"), control=control)


def _not_open(voice: Voice, planned: Planned, event: Event) -> ToolResult:
    why = say_why_not(voice, planned.slot, service=event.service, headcount=event.headcount)
    reasons = [reason.value for reason in planned.slot.reasons]
    data: dict[str, object] = {
        **moment_data(voice, planned.slot.starts_at),
        "stated": False,
        "reasons": reasons,
        "why": why,
        "nearest": slots_data(voice, planned.nearest),
        "ask_next": "time" if planned.nearest else "day",
    }
    return ToolResult(data=data, worded=voice.join(why, say_nearest(voice, planned.nearest)))


def _proposed(context: ToolContext, booking: Booking, after: Event, *, lead: str) -> ToolResult:
    voice, quote = ground.voice_of(context), context.situation.quote
    is_moved = after.starts_at != booking.starts_at
    terms = policies.move_terms(context.deps.profile, booking, now=context.now)
    fee = terms.fee if is_moved else policies.NOTHING
    detail: dict[str, object] = {"fee": str(fee)}
    lines = [voice.join(lead, voice.say("change_lead", when=voice.moment(booking.starts_at)))]
    new: dict[str, object] = {}
    if is_moved:
        detail["starts_at"] = after.starts_at.isoformat()
        new |= moment_data(voice, after.starts_at)
        lines.append(voice.say("change_date", when=voice.moment(after.starts_at)))
    if (after.address, after.zip_code) != (booking.address, booking.zip_code):
        detail |= {"address": after.address, "zip_code": after.zip_code}
        new["place"] = say_place(after.address, after.zip_code)
        lines.append(voice.say("change_address", address=str(new["place"])))
    if after.quote_id != booking.quote_id and quote is not None:
        new |= {"guests": after.headcount, "total": voice.money(quote.total)}
        total = voice.money(quote.total)
        lines.append(voice.say("change_guests", guests=str(after.headcount), total=total))
    if is_moved:
        owed = voice.say("change_fee", fee=voice.money(fee)) if fee else voice.say("change_free")
        lines.append(owed)
    data = {
        "stated": True,
        "booking": moment_data(voice, booking.starts_at),
        "new": new,
        "fee": voice.money(fee) if fee else None,
        "is_free": not fee,
        "ask_next": "yes",
    }
    effect = _stating(context, booking, (Act.CHANGE, after.quote_id), detail)
    worded = "\n".join([*lines, voice.say("change_ask")])
    figures = _figures(new.get("when", voice.moment(booking.starts_at)), new.get("total"), data)
    return ToolResult(data=data, worded=worded, effects=(effect,), terms=figures)


def _figures(when: object, total: object, data: Mapping[str, object]) -> tuple[str, ...]:
    """What a reply has to say of the terms: the moment, and every sum that the yes would bind."""
    sums = (total, *(data.get(name) for name in ("fee", "refund", "kept")))
    return (str(when), *(str(each) for each in sums if each))


def state_cancel(context: ToolContext, booking: Booking, *, lead: str = "") -> ToolResult:
    """What cancelling would mean, as a proposal."""
    voice = ground.voice_of(context)
    terms = policies.cancel_terms(context.deps.profile, booking, now=context.now)
    detail = {"refund": str(terms.refund), "kept": str(terms.kept)}
    data = {
        "stated": True,
        "booking": moment_data(voice, booking.starts_at),
        "refund": voice.money(terms.refund) if terms.refund else None,
        "kept": voice.money(terms.kept) if terms.kept else None,
        "terms": say_cancel_terms(voice, terms),
        "ask_next": "yes",
    }
    when = voice.moment(booking.starts_at)
    worded = voice.join(
        lead,
        voice.say("cancel_lead", when=when),
        say_cancel_terms(voice, terms),
        voice.say("cancel_ask"),
    )
    effect = _stating(context, booking, (Act.CANCEL, booking.quote_id), detail)
    figures = _figures(when, None, data)
    return ToolResult(data=data, worded=worded, effects=(effect,), terms=figures)


def proposal_of(
    context: ToolContext, booking: Booking, what: tuple[Act, QuoteId], detail: Mapping[str, object]
) -> Proposal:
    """Terms to be stated now."""
    act, quote_id = what
    return Proposal(
        id=ProposalId(new_id(context.deps.clock)),
        conversation_id=context.situation.conversation_id,
        booking_id=booking.id,
        booking_version=booking.version,
        act=act,
        quote_id=quote_id,
        detail=detail,
        expires_at=_good_until(context),
        created_at=context.now,
    )


def _stating(
    context: ToolContext, booking: Booking, what: tuple[Act, QuoteId], detail: Mapping[str, object]
) -> Effect:
    proposal = proposal_of(context, booking, what, detail)

    async def state(conn: Connection) -> None:
        await reserving.propose(conn, proposal)

    return state


def _good_until(context: ToolContext) -> datetime:
    """Terms go by days, so they hold for the day, and long enough to be read."""
    rules, now = context.deps.profile.booking, context.now.astimezone(UTC)
    tomorrow = datetime.combine(context.now.date() + timedelta(days=1), time(0), context.deps.zone)
    least = now + timedelta(minutes=rules.decide_minutes)
    return max(least, min(tomorrow, now + timedelta(hours=rules.hold_hours)))
