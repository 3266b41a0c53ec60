"""Keeps a slot, and knows what may become of it: the writes that bind the business.

Everything here runs inside the caller's transaction, happens once per key, and raises
`BookingRefused` (a Conflict) where the world has moved on. What was written together stands
together or not at all. Called by tools' effects, staff's commands and jobs.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.booking.availability import Slot, judge, nearest, open_slots
from bot.booking.crew import Demand
from bot.booking.matching import Team, choose_team
from bot.booking.reserving_crew import (
    assign,
    choose,
    demand_from,
    local_day,
    open_roster,
    read_around,
    seat,
)
from bot.booking.reserving_terms import agree, cancel, change, confirm_deposit
from bot.booking.reserving_upkeep import complete_due, lapse_due, tell_of_short
from bot.booking.shifts import event_minutes
from bot.domain import ConversationId, CustomerId, Quote
from bot.domain_booking import Act, Booking, BookingId, Proposal, ProposalId
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.profile import Profile
from bot.store import allergies, booking_writes, bookings, proposals
from bot.store.booking_writes import Event, Write, refusing
from bot.store.connection import Connection, Pool, borrow

__all__ = (
    "HoldWish",
    "Planned",
    "agree",
    "assign",
    "cancel",
    "change",
    "complete_due",
    "confirm_deposit",
    "decline",
    "demand_for",
    "hold",
    "lapse_due",
    "plan",
    "propose",
    "reserve",
    "tell_of_short",
)

LETTERS = "CDFGHJKMNPQRTWXY"
"""No vowels, so that a code is no word, and nothing that looks or sounds like another sign."""
SIGNS = LETTERS + "34679"
CODE_LENGTH = 5
CODES_TRIED = 20
TRIES = 5
LOOK_AROUND = timedelta(days=7)
"""How far from the wanted day other slots are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWish:
    """What a customer wants kept."""

    customer_id: CustomerId
    conversation_id: ConversationId
    quote: Quote
    """The price that is stated with it; must be stored by then."""
    starts_at: datetime
    address: str
    zip_code: str
    wishes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Plain JSON: language, strengths, certificates, chef (an id), as far as they were said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What could be kept, without keeping it."""

    slot: Slot
    team: Team | None
    """Who would come; None where nobody can."""
    nearest: tuple[Slot, ...] = ()
    """Open ones around it, nearest first; only where it is not open itself."""


async def demand_for(conn: Connection, profile: Profile, wish: HoldWish) -> Demand:
    """What a wish asks of the crew, with who served the customer before."""
    past = await bookings.list_past_chefs(conn, wish.customer_id)
    return demand_from(_event(profile, wish), wish.wishes, past_chefs=past)


async def plan(
    conn: Connection, profile: Profile, demand: Demand, starts_at: datetime, *, now: datetime
) -> Planned:
    """Whether an event could start then, who would come, and when else."""
    day = local_day(profile, starts_at)
    first, last = max(day - LOOK_AROUND, local_day(profile, now)), day + LOOK_AROUND
    roster = await read_around(conn, profile, min(first, day), last, now=now)
    slot = judge(profile, roster, demand, starts_at, now=now)
    if slot.is_open:
        return Planned(slot=slot, team=choose_team(profile, roster, demand, starts_at))
    others = open_slots(profile, roster, demand, first, last, now=now) if first <= last else ()
    return Planned(slot=slot, team=None, nearest=nearest(others, starts_at))


async def hold(
    conn: Connection,
    profile: Profile,
    wish: HoldWish,
    *,
    now: datetime,
    key: str,
    booking_id: BookingId,
    proposal_id: ProposalId,
    actor: str = "customer",
) -> Booking:
    """Keep a slot while the customer decides, and state the terms of booking it.

    The customer's own undecided hold is let go for it, also where that frees the very slot.

    Raises:
        BookingRefused: the slot is taken, or the quote is not the customer's or has expired.
    """
    write = Write(
        key=key,
        booking_id=booking_id,
        act="hold",
        actor=actor,
        at=now,
        detail={"quote_id": str(wish.quote.id), "starts_at": wish.starts_at.isoformat()},
    )
    with refusing():
        is_first, quote_ends_at = await booking_writes.begin_hold(
            conn, write, customer_id=wish.customer_id, quote_id=wish.quote.id
        )
        if not is_first:
            return await _done_before(conn, key)
        _check_price(wish, quote_ends_at, now)
        await _keep(conn, profile, wish, write)
        await allergies.attach(conn, wish.customer_id, booking_id)
        booking = await bookings.get(conn, booking_id)
        await proposals.state(conn, _terms(booking, proposal_id, write))
    return booking


async def reserve(
    pool: Pool, profile: Profile, wish: HoldWish, *, now: datetime, key: str
) -> Booking | Planned:
    """A hold in a transaction of its own, or what else there is.

    Raises:
        BookingRefused: others came first every time, or the quote does not allow it.
    """
    for left in reversed(range(TRIES)):
        async with borrow(pool) as conn:
            done = await bookings.find_by_key(conn, key)
            if done is not None:
                return done
            demand = await demand_for(conn, profile, wish)
            planned = await plan(conn, profile, demand, wish.starts_at, now=now)
            if planned.team is None:
                return planned
            try:
                async with conn.transaction():
                    return await hold(
                        conn,
                        profile,
                        wish,
                        now=now,
                        key=key,
                        booking_id=BookingId(new_id()),
                        proposal_id=ProposalId(new_id()),
                    )
            except BookingRefused as refused:
                if refused.code not in ("slot_taken", "overtaken") or not left:
                    raise
    raise AssertionError("unreachable")


async def propose(conn: Connection, proposal: Proposal) -> None:
    """State terms in place of any that were stated before."""
    with refusing():
        # As every write does: the booking before its terms, so that nobody waits in a circle.
        await booking_writes.lock(conn, proposal.booking_id)
        await proposals.state(conn, proposal)


async def decline(conn: Connection, conversation_id: ConversationId) -> None:
    """The customer's no to the terms that were stated; an undecided hold runs out by itself."""
    with refusing():
        await proposals.close(conn, conversation_id, status="declined")


def _event(profile: Profile, wish: HoldWish) -> Event:
    service = wish.quote.service or profile.business.default_service
    length = timedelta(minutes=event_minutes(profile, wish.quote))
    return Event(
        quote_id=wish.quote.id,
        service=service,
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + length,
        headcount=wish.quote.headcount,
        workers=wish.quote.workers,
        address=wish.address,
        zip_code=wish.zip_code,
    )


def _check_price(wish: HoldWish, quote_ends_at: datetime | None, now: datetime) -> None:
    if quote_ends_at is None:
        raise BookingRefused("quote_unknown", f"quote {wish.quote.id} is not the customer's")
    if quote_ends_at <= now:
        raise BookingRefused("quote_expired", f"quote {wish.quote.id} has expired")
    if wish.quote.headcount < 1:
        raise BookingRefused("quote_expired", f"quote {wish.quote.id} says not for how many")


async def _keep(conn: Connection, profile: Profile, wish: HoldWish, write: Write) -> None:
    """Judge the slot and the crew as they are under the lock, and write the hold down."""
    demand = await demand_for(conn, profile, wish)
    roster = await open_roster(
        conn, profile, wish.starts_at, now=write.at, customer_id=wish.customer_id
    )
    slot = judge(profile, roster, demand, wish.starts_at, now=write.at)
    if not slot.is_open:
        raise BookingRefused("slot_taken", ", ".join(slot.reasons))
    places = choose(profile, roster, demand, wish.starts_at)
    event = replace(_event(profile, wish), ends_at=slot.ends_at)
    decide = timedelta(minutes=profile.booking.decide_minutes)
    held_until = min(write.at.astimezone(UTC) + decide, event.starts_at)
    for _ in range(CODES_TRIED):
        if await booking_writes.insert(
            conn,
            write,
            event,
            code=new_code(),
            of=(wish.customer_id, wish.conversation_id),
            wishes=wish.wishes,
            held_until=held_until,
        ):
            break
    else:
        raise BookingRefused("overtaken", "no free code was found")
    await seat(conn, profile, roster, event, booking_id=write.booking_id, places=places)


def new_code() -> str:
    """A short code that can be read out: a letter, then letters and digits."""
    return secrets.choice(LETTERS) + "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH - 1))


def _terms(booking: Booking, proposal_id: ProposalId, write: Write) -> Proposal:
    return Proposal(
        id=proposal_id,
        conversation_id=booking.conversation_id,
        booking_id=booking.id,
        booking_version=booking.version,
        act=Act.BOOK,
        quote_id=booking.quote_id,
        detail={},
        expires_at=booking.held_until or write.at,
        created_at=write.at,
    )


async def _done_before(conn: Connection, key: str) -> Booking:
    booking = await bookings.find_by_key(conn, key)
    if booking is None:
        raise BookingRefused("overtaken", "the same write has just been undone")
    return booking
