"""Holding a slot and stating its terms: the one path for a first hold, a moved one, a new price.

No tool itself; hold_slot, confirm_booking, change_booking and event_chef go through it. Planned and
worded here, written as an effect when the turn commits.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from bot.booking import reserving, travel
from bot.booking.booking_words import (
    Voice,
    moment_data,
    say_nearest,
    say_place,
    say_rule,
    say_why_not,
    slots_data,
)
from bot.booking.reserving import HoldWish, Planned
from bot.domain import Quote
from bot.domain_booking import Act, Booking, BookingId, ProposalId
from bot.errors import ToolFailed
from bot.ids import new_id
from bot.store.connection import Connection, borrow
from bot.tools import booking_ground as ground
from bot.tools.base import Escalate, ToolContext, ToolResult
from bot.tools.crew_wishes import CrewWish, is_met

NO_WISHES: Mapping[str, object] = MappingProxyType({})
NO_WISH = CrewWish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What to hold, beside the quote in hand."""

    starts_at: datetime
    address: str = ""
    wishes: Mapping[str, object] = field(default_factory=lambda: NO_WISHES)
    lead: str = ""
    """What is said before the terms."""
    crew_wish: CrewWish = NO_WISH
    """What was asked for of those who come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of booking a slot, before or after it is held."""

    starts_at: datetime
    until: datetime
    place: str
    guests: int
    total: Decimal
    deposit: Decimal


def quote_in_hand(context: ToolContext) -> Quote:
    """The quote that the slot would be held for.

    Raises:
        ToolFailed: there is none.
    """
    quote = context.situation.quote
    if quote is None or quote.headcount < 1:
        raise ToolFailed("there is no price in hand yet: call price_party first, then hold")
    return quote


def needs_zip(context: ToolContext) -> ToolResult | None:
    """The question where the event is, as long as the way there is not in the price."""
    quote = quote_in_hand(context)
    is_way_priced = quote.travel is not None or context.deps.profile.travel is None
    if quote.order.get("zip_code") and is_way_priced:
        return None
    voice = ground.voice_of(context)
    return ToolResult(data={"held": False, "ask_next": "zip"}, worded=voice.say("hold_needs_zip"))


def check_place(context: ToolContext, address: str) -> None:
    """Whether the address lies where the price was made for.

    Raises:
        ToolFailed: its ZIP is another one, so that travel must be priced again.
    """
    zips = [found for found in travel.ZIP.findall(address) if travel.find_place(found)]
    priced_for = str(quote_in_hand(context).order.get("zip_code") or "")
    # A street may have a number of five digits; a ZIP stands at the end.
    if zips and address.rstrip().endswith(zips[-1]) and zips[-1] != priced_for:
        raise ToolFailed(
            f"the address is in {zips[-1]} and the price is for {priced_for}: call price_party "
            f"with zip_code {zips[-1]} and the whole party first"
        )


async def hold(context: ToolContext, what: Holding) -> ToolResult:
    """Hold it if it can be, and state the terms; else say why not and what is near."""
    quote, voice = quote_in_hand(context), ground.voice_of(context)
    if (question := needs_zip(context)) is not None:
        return question
    standing = standing_hold(context, what, quote)
    if standing is not None:
        return restated(context, standing, lead=what.lead)
    wish = HoldWish(
        customer_id=context.situation.customer_id,
        conversation_id=context.situation.conversation_id,
        quote=quote,
        starts_at=what.starts_at,
        address=what.address,
        zip_code=str(quote.order.get("zip_code") or ""),
        wishes=what.wishes,
    )
    planned = await _plan(context, wish)
    if planned.team is None:
        return _not_open(voice, planned, quote)
    return _held(context, wish, planned, what)


async def _plan(context: ToolContext, wish: HoldWish) -> Planned:
    own = ground.undecided(context.situation.bookings)
    profile = context.deps.profile
    async with borrow(context.deps.pool) as conn:
        demand = await reserving.demand_for(conn, profile, wish)
        demand = replace(demand, without=own.id if own else None)
        return await reserving.plan(conn, profile, demand, wish.starts_at, now=context.now)


def _not_open(voice: Voice, planned: Planned, quote: Quote) -> ToolResult:
    service = quote.service or voice.profile.business.default_service
    why = say_why_not(voice, planned.slot, service=service, headcount=quote.headcount)
    reasons = [reason.value for reason in planned.slot.reasons]
    data: dict[str, object] = {
        **moment_data(voice, planned.slot.starts_at),
        "held": False,
        "reasons": reasons,
        "why": why,
        "nearest": slots_data(voice, planned.nearest),
        "ask_next": "time" if planned.nearest else "day",
    }
    if reasons and reasons[0] in ("too_large", "too_far"):
        control = Escalate(reason="the date needs a decision", summary=reasons[0])
        return ToolResult(data={**data, "ask_next": "person"}, worded=why, control=control)
    return ToolResult(data=data, worded=voice.join(why, say_nearest(voice, planned.nearest)))


def _held(context: ToolContext, wish: HoldWish, planned: Planned, what: Holding) -> ToolResult:
    voice, profile = ground.voice_of(context), context.deps.profile
    ids = BookingId(new_id(context.deps.clock)), ProposalId(new_id(context.deps.clock))
    key = _key(context, wish)

    async def keep(conn: Connection) -> None:
        await reserving.hold(
            conn,
            profile,
            wish,
            now=context.now,
            key=key,
            booking_id=ids[0],
            proposal_id=ids[1],
        )

    decide = timedelta(minutes=profile.booking.decide_minutes)
    terms = Terms(
        starts_at=planned.slot.starts_at,
        until=min(context.now.astimezone(UTC) + decide, planned.slot.starts_at),
        place=say_place(wish.address, wish.zip_code),
        guests=wish.quote.headcount,
        total=wish.quote.total,
        deposit=wish.quote.deposit,
    )
    team = [member.chef for member in planned.team.members] if planned.team else []
    wished = what.crew_wish.chef
    other = ""
    if wished is not None and wished not in team:
        other = voice.say("held_other_chef", name=wished.name)
    return ToolResult(
        data={**_terms_data(voice, terms), "is_crew_as_wished": is_met(what.crew_wish, team)},
        worded=say_terms(voice, terms, lead=what.lead, aside=other),
        effects=(keep,),
        terms=_figures(voice, terms),
        deeds=frozenset({"held"}),
    )


def _key(context: ToolContext, wish: HoldWish) -> str:
    """The same wish in the same turn is the same hold, however often it is asked for."""
    told = f"{wish.address} {sorted(wish.wishes.items(), key=str)}"
    return ":".join(
        (
            "hold",
            str(wish.conversation_id),
            str(ground.newest_message(context)),
            wish.starts_at.isoformat(),
            str(wish.quote.id),
            f"{zlib.crc32(told.encode()):08x}",
        )
    )


def standing_hold(context: ToolContext, what: Holding, quote: Quote) -> Booking | None:
    """The hold that is exactly what is asked for, with terms that are still open."""
    own, proposal = ground.undecided(context.situation.bookings), context.situation.proposal
    if own is None or proposal is None or proposal.act is not Act.BOOK:
        return None
    stands = (
        proposal.booking_id == own.id
        and proposal.booking_version == own.version
        and own.quote_id == proposal.quote_id == quote.id
    )
    same = own.starts_at == what.starts_at and what.address in ("", own.address)
    wished = all(own.wishes.get(name) == wish for name, wish in what.wishes.items())
    return own if stands and same and wished else None


def restated(context: ToolContext, booking: Booking, *, lead: str = "") -> ToolResult:
    """The terms of a hold that stands, said again; nothing is written."""
    voice, terms = ground.voice_of(context), terms_of(booking)
    return ToolResult(
        data=_terms_data(voice, terms),
        worded=say_terms(voice, terms, lead=lead or voice.say("held_standing")),
        terms=_figures(voice, terms),
        deeds=frozenset({"held"}),
    )


def terms_of(booking: Booking) -> Terms:
    """What the customer of a slot on hold is asked to say yes to."""
    return Terms(
        starts_at=booking.starts_at,
        until=booking.held_until or booking.starts_at,
        place=say_place(booking.address, booking.zip_code),
        guests=booking.headcount,
        total=booking.total,
        deposit=booking.deposit,
    )


def _terms_data(voice: Voice, terms: Terms) -> dict[str, object]:
    return {
        **moment_data(voice, terms.starts_at),
        "held": True,
        "held_until": voice.time(terms.until),
        "place": terms.place or None,
        "guests": terms.guests,
        "total": voice.money(terms.total),
        "deposit": voice.money(terms.deposit),
        "rule": say_rule(voice),
        "ask_next": "yes",
    }


def _figures(voice: Voice, terms: Terms) -> tuple[str, ...]:
    sums = (terms.total, terms.deposit)
    return (voice.moment(terms.starts_at), *(voice.money(each) for each in sums if each))


def say_terms(voice: Voice, terms: Terms, *, lead: str = "", aside: str = "") -> str:
    """The terms as the customer reads them, with the question at their end."""
    when, until = voice.moment(terms.starts_at), voice.time(terms.until)
    money = {"total": voice.money(terms.total), "guests": str(terms.guests)}
    party = (
        voice.say("held_party", place=terms.place, **money)
        if terms.place
        else voice.say("held_party_travel_unknown", **money)
    )
    hours = voice.figure("hours", voice.profile.booking.hold_hours)
    deposit = voice.say("held_deposit", deposit=voice.money(terms.deposit), hours=hours)
    lines = (
        voice.join(lead, voice.say("held_lead", when=when, until=until), aside),
        party,
        voice.join(deposit, say_rule(voice)),
        voice.say("held_ask"),
    )
    return "\n".join(lines)
