"""Puts others where a chef who is away was counted on; who serves beside them stays.

As many places are filled as can be: an event with one chef of two is nearer to being served than
one with none. Called by bot/booking_desk.py when an absence is noted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.booking.crew import Demand
from bot.booking.matching import choose_team, explain
from bot.booking.reserving_crew import (
    demand_from,
    event_of,
    local_day,
    open_roster,
    place_of,
    read_around,
    seat_anew,
)
from bot.domain_booking import Assignment, Booking, BookingId, Chef, ChefId, Roster
from bot.profile import Profile
from bot.store import booking_writes, bookings
from bot.store.assignments import Place
from bot.store.booking_writes import Write, refusing
from bot.store.connection import Connection


async def stand_in(
    conn: Connection,
    profile: Profile,
    booking_id: BookingId,
    away: ChefId | None,
    *,
    now: datetime,
    key: str,
) -> Booking:
    """Take who is away off an event and put whom the rules choose there; None: all are away.

    Their absence must have been noted before, in the same transaction.
    """
    detail = {"away": "everybody" if away is None else str(away)}
    write = Write(
        key=key, booking_id=booking_id, act="assign", actor="staff", at=now, detail=detail
    )
    with refusing():
        is_first = await booking_writes.begin(conn, write)
        booking = await bookings.get(conn, booking_id)
        staying = tuple(each for each in booking.chefs if away not in (None, each.chef_id))
        if not is_first or not booking.is_open or len(staying) == len(booking.chefs):
            return booking
        event = event_of(booking)
        past = await bookings.list_past_chefs(conn, booking.customer_id)
        demand = demand_from(event, booking.wishes, past_chefs=past, without=booking_id)
        roster = await open_roster(conn, profile, event.starts_at, now=now)
        places = [_place(each) for each in staying]
        places += _others(profile, roster, demand, event.starts_at, staying)
        await seat_anew(conn, profile, roster, event, write=write, places=places)
    return await bookings.get(conn, booking_id)


async def list_others(
    conn: Connection, profile: Profile, booking: Booking, *, now: datetime
) -> tuple[tuple[Chef, str], ...]:
    """Everybody else of the crew, each with why they could come, or which rule forbids it."""
    event = event_of(booking)
    past = await bookings.list_past_chefs(conn, booking.customer_id)
    demand = demand_from(event, booking.wishes, past_chefs=past, without=booking.id)
    day = local_day(profile, event.starts_at)
    roster = await read_around(conn, profile, day, day, now=now)
    there = {each.chef_id for each in booking.chefs}
    return tuple(
        (chef, explain(profile, roster, demand, chef, event.starts_at))
        for chef in roster.chefs
        if chef.id not in there
    )


def _place(kept: Assignment) -> Place:
    return Place(
        chef_id=kept.chef_id,
        leaves_at=kept.leaves_at,
        miles=kept.miles,
        reason=kept.reason,
        by_hand=kept.by_hand,
    )


def _others(
    profile: Profile,
    roster: Roster,
    demand: Demand,
    starts_at: datetime,
    staying: tuple[Assignment, ...],
) -> list[Place]:
    """The best of the others, as many as can be had."""
    there = {each.chef_id for each in staying}
    free = replace(roster, chefs=tuple(c for c in roster.chefs if c.id not in there))
    for workers in range(demand.workers - len(staying), 0, -1):
        team = choose_team(profile, free, replace(demand, workers=workers), starts_at)
        if team is not None:
            return [place_of(member) for member in team.members]
    return []
