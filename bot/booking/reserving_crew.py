"""Puts chefs to an event, under a lock on the crew: what was chosen is still true when written.

The part of bot/booking/reserving.py that knows rosters. Planning waits for planning, the whole crew
at a time: a hold takes milliseconds, and two that want different chefs may come to want the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.booking.availability import window
from bot.booking.crew import Demand, approach, leaving
from bot.booking.freeing import free, let_lapse
from bot.booking.matching import Member, choose_team
from bot.booking.travel import miles_between
from bot.domain import CustomerId
from bot.domain_booking import Assignment, Booking, BookingId, Chef, ChefId, Engagement, Roster
from bot.errors import BookingRefused, NotFound
from bot.profile import Profile
from bot.store import assignments, booking_writes, bookings, crew
from bot.store.assignments import Place
from bot.store.booking_writes import Event, Write, refusing
from bot.store.connection import Connection


async def assign(
    conn: Connection,
    profile: Profile,
    booking_id: BookingId,
    chef_ids: Sequence[ChefId],
    *,
    reason: str,
    key: str,
    now: datetime,
) -> Booking:
    """Staff choose who serves an event, whatever the rules say; fewer than it needs is allowed.

    Raises:
        NotFound: there is no such booking, or no such chef at work.
        BookingRefused: the event is over or off, or a chef would be in two places.
    """
    chosen = list(dict.fromkeys(chef_ids))
    detail = {"chefs": [str(chef_id) for chef_id in chosen], "reason": reason}
    write = Write(
        key=key, booking_id=booking_id, act="assign", actor="staff", at=now, detail=detail
    )
    with refusing():
        if not await booking_writes.begin(conn, write):
            return await bookings.get(conn, booking_id)
        booking = await bookings.get(conn, booking_id)
        if not booking.is_open:
            raise BookingRefused("not_open", f"booking {booking.code} is {booking.status}")
        event = event_of(booking)
        demand = demand_from(event, booking.wishes, without=booking_id)
        roster = await open_roster(conn, profile, event.starts_at, now=now)
        places = [_by_hand(profile, roster, (event, demand), each, reason) for each in chosen]
        await seat_anew(conn, profile, roster, event, write=write, places=places)
    return await bookings.get(conn, booking_id)


async def seat_anew(
    conn: Connection,
    profile: Profile,
    roster: Roster,
    event: Event,
    *,
    write: Write,
    places: Sequence[Place],
) -> None:
    """Put these in place of all who were to serve the event; its terms stay as they were stated."""
    await free(conn, profile, write.booking_id, now=write.at)
    await seat(conn, profile, roster, event, booking_id=write.booking_id, places=places)
    await booking_writes.touch(conn, write.booking_id)


def event_of(booking: Booking) -> Event:
    """The booking as it would be written down."""
    return Event(
        quote_id=booking.quote_id,
        service=booking.service,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        headcount=booking.headcount,
        workers=booking.workers,
        address=booking.address,
        zip_code=booking.zip_code,
    )


def demand_from(
    event: Event,
    wishes: Mapping[str, object],
    *,
    past_chefs: Iterable[ChefId] = (),
    without: BookingId | None = None,
) -> Demand:
    """What an event asks of the crew, with its customer's wishes as they are stored."""
    chef = wishes.get("chef")
    return Demand(
        service=event.service,
        headcount=event.headcount,
        workers=event.workers,
        zip_code=event.zip_code,
        minutes=int((event.ends_at - event.starts_at).total_seconds()) // 60,
        language=str(wishes.get("language") or ""),
        strengths=_words(wishes.get("strengths")),
        certificates=_words(wishes.get("certificates")),
        chef=ChefId(UUID(str(chef))) if chef else None,
        past_chefs=frozenset(past_chefs),
        without=without,
    )


async def read_around(
    conn: Connection, profile: Profile, first: date, last: date, *, now: datetime
) -> Roster:
    """The crew and what keeps it busy around these days."""
    begins, ends = window(first, last, ZoneInfo(profile.business.zone))
    return await crew.read_roster(conn, first=begins, last=ends, now=now)


async def open_roster(
    conn: Connection,
    profile: Profile,
    starts_at: datetime,
    *,
    now: datetime,
    customer_id: CustomerId | None = None,
) -> Roster:
    """The crew around an event, for this transaction alone, without holds that ran out.

    With a customer, their own undecided hold is let go too.
    """
    await assignments.lock_crew(conn)
    await let_lapse(conn, profile, now=now, customer_id=customer_id)
    day = local_day(profile, starts_at)
    return await read_around(conn, profile, day, day, now=now)


def local_day(profile: Profile, at: datetime) -> date:
    """The day on the business's wall."""
    return at.astimezone(UTC).astimezone(ZoneInfo(profile.business.zone)).date()


def choose(
    profile: Profile,
    roster: Roster,
    demand: Demand,
    starts_at: datetime,
    *,
    present: Sequence[Assignment] = (),
) -> list[Place]:
    """Who serves an event: of those present whoever still can, then the best of the others.

    Raises:
        BookingRefused: too few can.
    """
    kept = _kept(profile, roster, demand, starts_at, present)[: demand.workers]
    missing = demand.workers - len(kept)
    if not missing:
        return kept
    taken = {place.chef_id for place in kept}
    others = replace(roster, chefs=tuple(c for c in roster.chefs if c.id not in taken))
    team = choose_team(profile, others, replace(demand, workers=missing), starts_at)
    if team is None:
        raise BookingRefused("slot_taken", "too few of the crew can come")
    return kept + [place_of(member) for member in team.members]


def place_of(member: Member) -> Place:
    """The place at an event of somebody who was chosen for it."""
    return Place(
        chef_id=member.chef.id,
        leaves_at=member.approach.leaves_at,
        miles=member.approach.miles,
        reason=member.reason,
    )


async def seat(
    conn: Connection,
    profile: Profile,
    roster: Roster,
    event: Event,
    *,
    booking_id: BookingId,
    places: Sequence[Place],
) -> None:
    """Assign the chefs, and let each set out for the next event of the day from this one."""
    for place in places:
        following = _following(profile, roster, event, booking_id, place.chef_id)
        if following is None:
            continue
        # Reckoned by the way alone: the rules of who may go there were asked when it was booked.
        onward = leaving(profile, event.zip_code, following.zip_code, following.starts_at)
        if onward >= event.ends_at:
            await assignments.leave_at(conn, following.booking_id, place.chef_id, onward)
    await assignments.add(conn, booking_id, places, ends_at=event.ends_at)


def _kept(
    profile: Profile,
    roster: Roster,
    demand: Demand,
    starts_at: datetime,
    present: Sequence[Assignment],
) -> list[Place]:
    chefs = {chef.id: chef for chef in roster.chefs}
    found = (
        (each, approach(profile, roster, chefs[each.chef_id], demand, starts_at))
        for each in present
        if each.chef_id in chefs
    )
    return [
        Place(
            chef_id=each.chef_id,
            leaves_at=way.leaves_at,
            miles=way.miles,
            reason=each.reason,
            by_hand=each.by_hand,
        )
        for each, way in found
        if way is not None
    ]


def _following(
    profile: Profile, roster: Roster, event: Event, booking_id: BookingId, chef_id: ChefId
) -> Engagement | None:
    """The chef's next event on the same day."""
    day = local_day(profile, event.starts_at)
    later = (
        each
        for each in roster.engagements
        if each.chef_id == chef_id
        and each.booking_id != booking_id
        and each.starts_at >= event.ends_at
        and local_day(profile, each.starts_at) == day
    )
    return min(later, key=lambda each: each.starts_at, default=None)


def _by_hand(
    profile: Profile, roster: Roster, what: tuple[Event, Demand], chef_id: ChefId, reason: str
) -> Place:
    event, demand = what
    chef = next((chef for chef in roster.chefs if chef.id == chef_id), None)
    if chef is None:
        raise NotFound(f"chef {chef_id} is not at work")
    way = approach(profile, roster, chef, demand, event.starts_at)
    return Place(
        chef_id=chef_id,
        leaves_at=way.leaves_at if way else _plain_leaving(profile, roster, demand, event, chef),
        miles=miles_between(profile, chef.home_zip, event.zip_code),
        reason=reason,
        by_hand=True,
    )


def _plain_leaving(
    profile: Profile, roster: Roster, demand: Demand, event: Event, chef: Chef
) -> datetime:
    """When a chef sets out whom the rules would not send."""
    day = local_day(profile, event.starts_at)
    before = [
        each
        for each in roster.engagements
        if each.chef_id == chef.id
        and each.booking_id != demand.without
        and each.ends_at <= event.starts_at
        and local_day(profile, each.starts_at) == day
    ]
    start_zip = max(before, key=lambda each: each.ends_at).zip_code if before else chef.home_zip
    return leaving(profile, start_zip, event.zip_code, event.starts_at)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
