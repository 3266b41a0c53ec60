"""Holds, agrees, moves and cancels for staff: the writes are bot/booking/reserving's own.

What the booking tools do for a customer's words, for what somebody at the desk chose in a window.
Terms that staff send are the house's words, so that the customer's yes to them is read as ever; a
yes by word of mouth is answered for by a name (I9). Each runs in the caller's transaction, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.booking import availability, policies, reserving
from bot.booking.availability import Slot
from bot.booking.booking_words import Voice
from bot.booking.crew import Demand
from bot.booking.policies import NOTHING, CancelTerms
from bot.booking.reserving import HoldWish
from bot.booking.reserving_crew import demand_from, event_of, open_roster, read_around
from bot.booking_desk import DeskDeps
from bot.desk.people import Member
from bot.desk.talks import Talk, say_as_concierge, voice_of
from bot.domain import Quote
from bot.domain_booking import Act, Booking, BookingId, Proposal, ProposalId
from bot.errors import BookingRefused, Conflict
from bot.ids import new_id
from bot.store import audit, booking_lists, escalations, proposals
from bot.store.connection import Connection
from bot.tools import agreeing, holding
from bot.tools.crew_wishes import CrewWish, wishes_json

STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be kept for a customer."""

    starts_at: datetime
    address: str = ""
    note: str = ""


def needs_price(deps: DeskDeps, quote: Quote | None) -> str:
    """Why nothing can be booked before it is priced; empty where it can."""
    if quote is None or quote.headcount < 1:
        return "There is no price in hand: make one first, then book."
    is_way_unknown = deps.profile.travel is not None and quote.travel is None
    if is_way_unknown:
        return "The price does not know where the event is: price it with its town or ZIP first."
    return ""


async def slots_for(deps: DeskDeps, conn: Connection, talk: Talk, day: date) -> tuple[Slot, ...]:
    """Every start of that day for the price in hand, open or with why not."""
    quote, situation = talk.situation.quote, talk.situation
    if quote is None:
        raise Conflict(needs_price(deps, quote))
    wish = _hold_wish(talk, quote, Wish(starts_at=deps.clock.now()))
    demand = await reserving.demand_for(conn, deps.profile, wish)
    own = next((b for b in situation.bookings if b.agreed_at is None), None)
    return await _slots(deps, conn, replace(demand, without=own.id if own else None), day)


async def slots_to_move(
    deps: DeskDeps, conn: Connection, booking: Booking, day: date
) -> tuple[Slot, ...]:
    """Every start of that day that a booking could move to, open or with why not."""
    demand = demand_from(event_of(booking), booking.wishes, without=booking.id)
    return await _slots(deps, conn, demand, day)


async def _slots(deps: DeskDeps, conn: Connection, demand: Demand, day: date) -> tuple[Slot, ...]:
    now = deps.clock.now()
    roster = await read_around(conn, deps.profile, day, day, now=now)
    return availability.open_slots(deps.profile, roster, demand, day, day, now=now)


async def hold(
    deps: DeskDeps, conn: Connection, talk: Talk, wish: Wish, *, by: Member, key: str
) -> Booking:
    """Keep a slot, as the tool does, with its terms open for a yes.

    Raises:
        BookingRefused: it was taken meanwhile, or the price has expired.
        Conflict: there is no price, or none that knows where the event is.
    """
    quote = talk.situation.quote
    if quote is None or needs_price(deps, quote):
        raise Conflict(needs_price(deps, quote))
    booking = await reserving.hold(
        conn,
        deps.profile,
        _hold_wish(talk, quote, wish),
        now=deps.clock.now(),
        key=key,
        booking_id=BookingId(new_id(deps.clock)),
        proposal_id=ProposalId(new_id(deps.clock)),
        actor=STAFF,
    )
    await note_deed(conn, booking, "booking.hold", by, {"quote": str(quote.id)})
    await _redraw(conn, talk)
    return booking


def _hold_wish(talk: Talk, quote: Quote, wish: Wish) -> HoldWish:
    situation = talk.situation
    return HoldWish(
        customer_id=situation.customer_id,
        conversation_id=situation.conversation_id,
        quote=quote,
        starts_at=wish.starts_at,
        address=wish.address,
        zip_code=str(quote.order.get("zip_code") or ""),
        wishes=wishes_json(CrewWish(), situation.language, wish.note),
    )


async def send_terms(deps: DeskDeps, conn: Connection, talk: Talk, booking: Booking) -> str:
    """The terms to the customer, in the very words of the tool; the words."""
    words = holding.say_terms(voice_of(deps, talk), holding.terms_of(booking))
    await say_as_concierge(deps, conn, talk, words)
    return words


async def agree_by_word(
    deps: DeskDeps, conn: Connection, talk: Talk, booking: Booking, *, by: Member, said: str
) -> Booking:
    """The customer's yes that only staff have heard: kept with their name and what was said (I9).

    Raises:
        BookingRefused: the hold ran out, or the price is not what it was.
    """
    now = deps.clock.now()
    stated = await proposals.find_open(conn, booking.conversation_id, now=now)
    is_of_it = stated is not None and stated.booking_id == booking.id and stated.act is Act.BOOK
    proposal = stated if stated is not None and is_of_it else _proposal(deps, booking, Act.BOOK, {})
    key = f"{Act.BOOK.value}:{proposal.id}" if is_of_it else f"agree:desk:{booking.id}"
    was_agreed = booking.agreed_at is not None
    agreed = await reserving.agree(
        conn, deps.profile, proposal, now=now, key=key, message_id=None, actor=STAFF
    )
    if was_agreed:
        return agreed
    await note_deed(conn, agreed, "booking.agreed_by_word", by, {"proof": said})
    until = agreed.held_until or agreed.starts_at
    words = agreeing.say_booked(voice_of(deps, talk), agreed, until, "")
    await say_as_concierge(deps, conn, talk, words)
    await _redraw(conn, talk)
    return agreed


async def lock_seen(conn: Connection, booking_id: BookingId, *, version: int) -> Booking:
    """The booking as it was shown, and nobody else changes it meanwhile.

    Raises:
        NotFound: there is none.
        BookingRefused: it has changed since.
    """
    booking = await booking_lists.lock(conn, booking_id)
    if booking.version != version:
        raise BookingRefused("terms_changed", f"booking {booking.code} has changed since")
    return booking


def cancel_terms(deps: DeskDeps, booking: Booking, *, is_ours: bool) -> CancelTerms:
    """What becomes of the money: by the rules, or all of it back where the house cancels."""
    terms = policies.cancel_terms(deps.profile, booking, now=deps.clock.now())
    if not is_ours:
        return terms
    return replace(terms, refund=terms.refund + terms.kept, kept=NOTHING)


async def cancel(
    deps: DeskDeps,
    conn: Connection,
    talk: Talk,
    booking: Booking,
    *,
    by: Member,
    is_ours: bool,
    reason: str,
) -> Booking:
    """Call it off, and let the customer know in writing.

    Raises:
        BookingRefused: it is over or off already, or has changed since.
    """
    terms = cancel_terms(deps, booking, is_ours=is_ours)
    detail = {"refund": str(terms.refund), "kept": str(terms.kept)}
    done = await reserving.cancel(
        conn,
        deps.profile,
        _proposal(deps, booking, Act.CANCEL, detail),
        now=deps.clock.now(),
        key=f"cancel:desk:{booking.id}:{booking.version}",
        message_id=None,
        actor=STAFF,
    )
    more = {"asked_by": "us" if is_ours else "customer", "reason": reason, **detail}
    await note_deed(conn, done, "booking.cancel", by, more)
    voice = voice_of(deps, talk)
    if booking.agreed_at is None:
        words = voice.say("cancelled_hold", when=voice.moment(booking.starts_at))
    else:
        words = agreeing.say_cancelled(voice, booking, terms.refund, terms.kept)
    await say_as_concierge(deps, conn, talk, words)
    await _redraw(conn, talk)
    return done


def move_fee(deps: DeskDeps, booking: Booking) -> Decimal:
    """What moving its date costs now, by the rules."""
    return policies.move_terms(deps.profile, booking, now=deps.clock.now()).fee


async def move(
    deps: DeskDeps,
    conn: Connection,
    talk: Talk,
    booking: Booking,
    *,
    by: Member,
    starts_at: datetime,
) -> Booking:
    """Another start, which must be open, at the rules' fee; the customer is told in writing.

    Raises:
        BookingRefused: that start was taken meanwhile, nobody agreed to it yet, or it changed.
        Conflict: it starts then already, and nothing is to be paid for that.
    """
    if starts_at == booking.starts_at:
        raise Conflict("it starts at that time already; nothing was changed")
    now, fee = deps.clock.now(), move_fee(deps, booking)
    demand = demand_from(event_of(booking), booking.wishes, without=booking.id)
    roster = await open_roster(conn, deps.profile, starts_at, now=now)
    if not availability.judge(deps.profile, roster, demand, starts_at, now=now).is_open:
        raise BookingRefused("slot_taken", f"booking {booking.code} cannot start then")
    detail: dict[str, object] = {"fee": str(fee), "starts_at": starts_at.isoformat()}
    moved = await reserving.change(
        conn,
        deps.profile,
        _proposal(deps, booking, Act.CHANGE, detail),
        now=now,
        key=f"change:desk:{booking.id}:{booking.version}",
        message_id=None,
        actor=STAFF,
    )
    await note_deed(conn, moved, "booking.change", by, detail)
    await say_as_concierge(deps, conn, talk, say_moved(voice_of(deps, talk), moved, fee))
    await _redraw(conn, talk)
    return moved


def say_moved(voice: Voice, booking: Booking, fee: Decimal) -> str:
    """That it is another day now, and what that costs."""
    return voice.join(
        voice.say("changed", when=voice.moment(booking.starts_at)),
        voice.say("change_fee", fee=voice.money(fee)) if fee else voice.say("change_free"),
    )


def _proposal(deps: DeskDeps, booking: Booking, act: Act, detail: Mapping[str, object]) -> Proposal:
    """Terms that staff answer for: made for the booking as they saw it, and stated to nobody."""
    now = deps.clock.now()
    return Proposal(
        id=ProposalId(new_id(deps.clock)),
        conversation_id=booking.conversation_id,
        booking_id=booking.id,
        booking_version=booking.version,
        act=act,
        quote_id=booking.quote_id,
        detail=detail,
        expires_at=now.astimezone(UTC) + timedelta(minutes=1),
        created_at=now,
    )


async def note_deed(
    conn: Connection, booking: Booking, act: str, by: Member, detail: Mapping[str, object]
) -> None:
    """Keep who of staff did it, by name."""
    said = {"by": by.name, **detail}
    await audit.record(conn, actor=by.id, act=act, subject=booking.code, detail=said)


async def _redraw(conn: Connection, talk: Talk) -> None:
    if talk.held is not None:
        await escalations.want_redraw(conn, talk.held.escalation_id)
