"""What may become of a slot once it is kept: agreed to, paid for, changed, cancelled.

The part of bot/booking/reserving.py that applies stated terms. A yes counts for exactly the terms
that were stated and for the booking as it was then (I9); whatever has changed since is refused, and
then stated and asked again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.booking import reminders
from bot.booking.availability import judge
from bot.booking.freeing import free
from bot.booking.reserving_crew import choose, demand_from, event_of, open_roster, seat
from bot.booking.shifts import event_minutes
from bot.booking.staff_words import NoticeKind
from bot.booking.tell_staff import tell_staff
from bot.domain import MessageId
from bot.domain_booking import Act, Booking, BookingId, BookingStatus, Proposal
from bot.errors import BookingRefused
from bot.profile import Profile
from bot.store import allergies, assignments, booking_writes, bookings, proposals, quotes
from bot.store.booking_writes import Event, Write, refusing
from bot.store.connection import Connection


async def agree(
    conn: Connection,
    profile: Profile,
    proposal: Proposal,
    *,
    now: datetime,
    key: str,
    message_id: MessageId | None,
    actor: str = "customer",
) -> Booking:
    """The customer's yes to the terms of booking; the slot is kept on for the deposit.

    Staff who were told it by word of mouth answer for it with their name, in the audit log.

    Raises:
        BookingRefused: the hold ran out, or the price or the booking is not what was stated.
    """
    write = _write(proposal, "agree", (now, key, message_id, actor))
    with refusing():
        if not await booking_writes.begin(conn, write):
            return await bookings.get(conn, write.booking_id)
        booking = await bookings.get(conn, write.booking_id)
        await _agreed_terms(conn, booking, proposal, (Act.BOOK, actor), now=now)
        if booking.status is not BookingStatus.HELD or booking.agreed_at is not None:
            raise BookingRefused("not_held", f"booking {booking.code} awaits no yes")
        held_until = now.astimezone(UTC) + timedelta(hours=profile.booking.hold_hours)
        await booking_writes.agree(conn, write, held_until=held_until)
        await proposals.close_for(conn, booking.id, accepted=proposal.id)
        return await _settled(conn, profile, write, NoticeKind.AWAITS_DEPOSIT)


async def confirm_deposit(
    conn: Connection, profile: Profile, booking_id: BookingId, *, now: datetime, key: str
) -> Booking:
    """Staff have the deposit. A hold that ran out and whose slot nobody took meanwhile counts.

    Raises:
        BookingRefused: nobody agreed to it, it awaits no deposit, or its chefs are taken by now.
    """
    write = Write(key=key, booking_id=booking_id, act="confirm", actor="staff", at=now)
    with refusing():
        if not await booking_writes.begin(conn, write):
            return await bookings.get(conn, booking_id)
        booking = await bookings.get(conn, booking_id)
        if not booking.awaits_deposit:
            raise BookingRefused("not_awaiting", f"booking {booking.code} is {booking.status}")
        await booking_writes.confirm(conn, write)
        if _has_run_out(booking, now):  # Others may have planned with its chefs meanwhile.
            await _replaced(conn, profile, (booking, event_of(booking)), write)
        # Terms that wait for a yes stay open: the yes finds them changed, and is asked for again.
        return await _settled(conn, profile, write, None)


async def change(
    conn: Connection,
    profile: Profile,
    proposal: Proposal,
    *,
    now: datetime,
    key: str,
    message_id: MessageId | None,
    actor: str = "customer",
) -> Booking:
    """The customer's yes to a change, or staff's word; present chefs stay where they can.

    Raises:
        BookingRefused: nothing was changed, because the new slot is taken or the terms are stale.
    """
    write = _write(proposal, "change", (now, key, message_id, actor))
    with refusing():
        if not await booking_writes.begin(conn, write):
            return await bookings.get(conn, write.booking_id)
        booking = await bookings.get(conn, write.booking_id)
        terms = await _agreed_terms(conn, booking, proposal, (Act.CHANGE, actor), now=now)
        if booking.agreed_at is None:
            raise BookingRefused("not_agreed", f"booking {booking.code} is still being decided")
        event = await _changed(conn, profile, booking, terms, now=now)
        if _needs_other_places(event_of(booking), event):
            event = await _replaced(conn, profile, (booking, event), write)
        fee = Decimal(str(terms.detail.get("fee") or 0))
        await booking_writes.change(conn, write, event, fee=fee)
        await proposals.close_for(conn, booking.id, accepted=proposal.id)
        is_news = actor == "customer" and not _fills_in(event_of(booking), event)
        told = NoticeKind.CHANGED if is_news else None
        return await _settled(conn, profile, write, told)


async def cancel(
    conn: Connection,
    profile: Profile,
    proposal: Proposal,
    *,
    now: datetime,
    key: str,
    message_id: MessageId | None,
    actor: str = "customer",
) -> Booking:
    """The customer's yes to cancelling, or staff's word; the chefs are free again.

    Raises:
        BookingRefused: it is over or off already, or the terms are stale.
    """
    write = _write(proposal, "cancel", (now, key, message_id, actor))
    with refusing():
        if not await booking_writes.begin(conn, write):
            return await bookings.get(conn, write.booking_id)
        booking = await bookings.get(conn, write.booking_id)
        terms = await _agreed_terms(conn, booking, proposal, (Act.CANCEL, actor), now=now)
        await assignments.lock_crew(conn)
        await free(conn, profile, booking.id, now=now)
        refund = Decimal(str(terms.detail.get("refund") or 0))
        await booking_writes.cancel(conn, write, refund=refund)
        await proposals.close_for(conn, booking.id, accepted=proposal.id)
        is_news = actor == "customer" and booking.agreed_at is not None
        return await _settled(conn, profile, write, NoticeKind.CANCELLED if is_news else None)


def _write(proposal: Proposal, act: str, by: tuple[datetime, str, MessageId | None, str]) -> Write:
    now, key, message_id, actor = by
    return Write(
        key=key,
        booking_id=proposal.booking_id,
        act=act,
        actor=actor,
        at=now,
        message_id=message_id,
        detail={**proposal.detail, "quote_id": str(proposal.quote_id)},
    )


async def _agreed_terms(
    conn: Connection,
    booking: Booking,
    proposal: Proposal,
    wanted: tuple[Act, str],
    *,
    now: datetime,
) -> Proposal:
    """The terms as they were stated, which may be applied now.

    Staff need no stated terms; a customer's yes needs them, open and unchanged.
    """
    act, actor = wanted
    standing = await proposals.find_standing(conn, proposal.id, now=now)
    terms = standing.proposal if standing else proposal
    if actor == "customer" and not (standing and standing.is_open):
        raise BookingRefused("overtaken", "these terms are not open any more")
    if terms.act is not act or terms.booking_id != booking.id:
        raise BookingRefused("terms_changed", f"the terms are of another deed: {terms.act}")
    if not booking.is_open:
        raise BookingRefused("not_open", f"booking {booking.code} is {booking.status}")
    if _has_run_out(booking, now):
        raise BookingRefused("ran_out", f"the hold {booking.code} has run out")
    if terms.booking_version != booking.version:
        raise BookingRefused("terms_changed", f"booking {booking.code} has changed since")
    _check_price(booking, terms, is_superseded=bool(standing and standing.is_superseded))
    return terms


def _has_run_out(booking: Booking, now: datetime) -> bool:
    return (
        booking.status is BookingStatus.HELD
        and booking.held_until is not None
        and booking.held_until <= now
    )


def _check_price(booking: Booking, terms: Proposal, *, is_superseded: bool) -> None:
    """The price that was said yes to must still be the one in hand (I9)."""
    is_new = terms.quote_id != booking.quote_id
    if is_new and terms.act is not Act.CHANGE:
        raise BookingRefused("terms_changed", f"booking {booking.code} has another price")
    states_price = terms.act is Act.BOOK or is_new
    if states_price and is_superseded:
        raise BookingRefused("quote_superseded", "there is a later price than the one stated")


async def _changed(
    conn: Connection, profile: Profile, booking: Booking, terms: Proposal, *, now: datetime
) -> Event:
    """The event as it would be; how long it takes is only known once it is placed."""
    event, detail = event_of(booking), terms.detail
    length = event.ends_at - event.starts_at
    if terms.quote_id != booking.quote_id:
        quote = await quotes.get(conn, terms.quote_id)
        if quote.expires_at <= now:
            raise BookingRefused("quote_expired", f"quote {quote.id} has expired")
        event = replace(
            event,
            quote_id=quote.id,
            service=quote.service or event.service,
            headcount=quote.headcount,
            workers=quote.workers,
        )
        length = timedelta(minutes=event_minutes(profile, quote))
    starts_at = detail.get("starts_at")
    moved = datetime.fromisoformat(str(starts_at)) if starts_at else event.starts_at
    return replace(
        event,
        starts_at=moved,
        ends_at=moved + length,
        address=str(detail.get("address") or event.address),
        zip_code=str(detail.get("zip_code") or event.zip_code),
    )


def _fills_in(before: Event, after: Event) -> bool:
    """Whether nothing is new but the street address that was missing."""
    return not before.address and replace(before, address=after.address) == after


def _needs_other_places(before: Event, after: Event) -> bool:
    """Whether who serves the event, or from when, depends on what has changed."""
    return any(
        getattr(before, part) != getattr(after, part)
        for part in ("service", "starts_at", "ends_at", "workers", "zip_code")
    )


async def _replaced(
    conn: Connection, profile: Profile, what: tuple[Booking, Event], write: Write
) -> Event:
    """Free the present chefs and choose anew, those who are there already first."""
    booking, event = what
    past = await bookings.list_past_chefs(conn, booking.customer_id)
    demand = demand_from(event, booking.wishes, past_chefs=past, without=booking.id)
    roster = await open_roster(conn, profile, event.starts_at, now=write.at)
    slot = judge(profile, roster, demand, event.starts_at, now=write.at)
    is_moved = event.starts_at != booking.starts_at
    if is_moved and write.actor == "customer" and not slot.is_open:
        raise BookingRefused("slot_taken", ", ".join(slot.reasons))
    event = replace(event, ends_at=slot.ends_at)
    places = choose(profile, roster, demand, event.starts_at, present=booking.chefs)
    await free(conn, profile, booking.id, now=write.at)
    await seat(conn, profile, roster, event, booking_id=booking.id, places=places)
    return event


async def _settled(
    conn: Connection, profile: Profile, write: Write, told: NoticeKind | None
) -> Booking:
    """What follows from every write: allergies stay with it, messages are owed anew, staff know."""
    booking = await bookings.get(conn, write.booking_id)
    if booking.is_open:
        await allergies.attach(conn, booking.customer_id, booking.id)
    await reminders.replan(conn, profile, booking, now=write.at)
    if told is not None:
        await tell_staff(conn, profile, booking, told, now=write.at)
    return booking
