"""`concierge bookings`: what is booked, and what staff do about it by hand.

Whatever changes something goes through bot/booking_desk.py, as the playground and the desk do.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from bot.booking.calendar_links import chef_link
from bot.booking.moments import say_day, say_moment
from bot.booking.staff_words import say_chefs, say_refusal
from bot.booking.standing_in import list_others
from bot.booking_desk import DeskTools, find_stand_in, note_absence, put_chefs, take_deposit
from bot.domain_booking import Absence, Booking, Chef
from bot.errors import BookingRefused, CallerError, Conflict, NotFound
from bot.settings import Settings
from bot.store import audit, booking_lists, bookings, crew, crew_changes
from bot.store.connection import Connection
from handlers.commands.base import Command
from handlers.commands.booking_pages import booking_page, chefs_page, labelled, list_page
from handlers.commands.stores import open_counter

ACTOR = "operator"
DAYS = 60
EVERYBODY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the subcommands work with, inside one transaction."""

    desk: DeskTools
    conn: Connection
    settings: Settings


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what is so now."""
    act: Callable[[Office, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open_office(environment) as office:
        said = await act(office, asked)
    print(said)
    return 0


@asynccontextmanager
async def _open_office(environment: Mapping[str, str]) -> AsyncIterator[Office]:
    async with open_counter(environment) as at:
        await crew.seed(at.conn, at.on.profile)
        yield Office(desk=at.desk, conn=at.conn, settings=at.on.settings)


async def list_ahead(office: Office, asked: argparse.Namespace) -> str:
    """What lies ahead, soonest first."""
    now = office.desk.clock.now()
    listed = await booking_lists.list_ahead(
        office.conn, until=now + timedelta(days=asked.days), unassigned=asked.unassigned, now=now
    )
    if not listed:
        lacking = " that lacks a chef" if asked.unassigned else ""
        return f"Nothing{lacking} in the next {asked.days} days."
    return list_page(office.desk.profile, listed, now)


async def show(office: Office, asked: argparse.Namespace) -> str:
    """One booking, whole; of one ahead also who else could serve it, or why not."""
    booking, now = await _find(office, asked.code), office.desk.clock.now()
    each = await booking_lists.get_listed(office.conn, booking.id)
    deeds = await booking_lists.list_deeds(office.conn, booking.id)
    page = booking_page(office.desk.profile, each, deeds, now)
    if not booking.is_open:
        return page
    others = await list_others(office.conn, office.desk.profile, booking, now=now)
    return "\n".join([page, *(labelled("Others", f"{c.name}: {why}") for c, why in others)])


async def deposit(office: Office, asked: argparse.Namespace) -> str:
    """The deposit is in: confirm, and let the customer know."""
    before = await _find(office, asked.code)
    when = say_moment(office.desk.profile, before.starts_at)
    if before.deposit_paid_at is not None:
        paid = say_moment(office.desk.profile, before.deposit_paid_at)
        return f"Booking {before.code}, {when}: its deposit is in since {paid}; nothing changed."
    key = f"deposit:{before.id}"
    with _in_words(office, before):
        booking = await take_deposit(office.desk, office.conn, before.id, key=key, actor=ACTOR)
    return f"Booking {booking.code} is {booking.status.value}: {when}. The customer is being told."


async def assign(office: Office, asked: argparse.Namespace) -> str:
    """Chefs chosen by hand."""
    if not asked.reason.strip():
        raise CallerError("--reason: say why, in a few words; it stands in the audit log")
    before = await _find(office, asked.code)
    chefs = [await _chef(office, named) for named in asked.chefs.split(",")]
    with _in_words(office, before):
        booking = await put_chefs(
            office.desk,
            office.conn,
            before.id,
            [each.id for each in chefs],
            reason=asked.reason.strip(),
            key=f"assign:{before.id}:{before.version}",
            actor=ACTOR,
        )
    return f"Booking {booking.code}: {say_chefs(booking)}."


async def absent(office: Office, asked: argparse.Namespace) -> str:
    """Days away, and who stands in at the events of those days."""
    last: date = asked.last or asked.first
    if last < asked.first:
        raise CallerError(f"TO: {last} is before FROM, {asked.first}")
    chef = None if asked.chef.lower() == EVERYBODY else await _chef(office, asked.chef)
    away = Absence(
        chef_id=chef.id if chef else None,
        starts_on=asked.first,
        ends_on=last,
        reason=asked.reason,
    )
    met = await note_absence(office.desk, office.conn, away, actor=ACTOR)
    days = say_day(last)
    days = f"on {days}" if last == asked.first else f"from {say_day(asked.first)} to {days}"
    lines = [f"{chef.name if chef else 'Everybody'} is away {days}."]
    for each in met:
        booking = await find_stand_in(office.desk, office.conn, each.booking, away, actor=ACTOR)
        when = say_moment(office.desk.profile, booking.starts_at)
        lines.append(f"{booking.code}, {when}: {say_chefs(booking)}")
    return "\n".join(lines if met else [*lines, "No event is touched by that."])


async def chefs(office: Office, _asked: argparse.Namespace) -> str:
    """The crew."""
    listed = await crew_changes.list_chefs(office.conn, now=office.desk.clock.now())
    return chefs_page(listed, [_feed(office, each.chef) for each in listed])


async def feed(office: Office, asked: argparse.Namespace) -> str:
    """Where a chef's calendar is; a new address makes the old one void."""
    chef = await _chef(office, asked.chef)
    if asked.renew:
        version = await crew_changes.renew_feed(office.conn, chef.id)
        detail = {"version": version}
        await audit.record(
            office.conn, actor=ACTOR, act="crew.feed", subject=chef.code, detail=detail
        )
        chef = await _chef(office, chef.code)
    return f"{chef.name}: {_feed(office, chef)}"


def _feed(office: Office, chef: Chef) -> str:
    return chef_link(office.settings, chef)


@contextmanager
def _in_words(office: Office, booking: Booking) -> Iterator[None]:
    """A refused write as one line for whoever typed it."""
    try:
        yield
    except BookingRefused as refused:
        profile, now = office.desk.profile, office.desk.clock.now()
        said = say_refusal(profile, booking, refused.code, now)
        raise Conflict(f"CODE: {said}") from refused


async def _find(office: Office, code: str) -> Booking:
    booking = await bookings.find_by_code(office.conn, code.strip())
    if booking is None:
        raise NotFound(f"CODE: there is no booking {code}; `concierge bookings list` names them")
    return booking


async def _chef(office: Office, named: str) -> Chef:
    chef = await crew_changes.find_chef(office.conn, named)
    if chef is None:
        raise NotFound(f"CHEF: nobody is called {named!r}; `concierge bookings chefs` names them")
    return chef


def _days(given: str) -> int:
    days = int(given)
    if not 1 <= days <= 3660:
        raise ValueError(given)
    return days


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: object, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    one = part("list", list_ahead, "what lies ahead, soonest first")
    one.add_argument("--days", type=_days, default=DAYS, help=f"how far to look ({DAYS})")
    one.add_argument("--unassigned", action="store_true", help="only what lacks a chef")
    part("show", show, "one booking, whole").add_argument("code", metavar="CODE")
    one = part("deposit", deposit, "the deposit is in: confirm, and tell the customer")
    one.add_argument("code", metavar="CODE")
    one = part("assign", assign, "choose the chefs by hand")
    one.add_argument("code", metavar="CODE")
    one.add_argument("chefs", metavar="CHEF[,CHEF]", help="codes or names")
    one.add_argument("--reason", required=True, help="why; kept in the audit log")
    one = part("absent", absent, "a chef, or everybody, is away on some days")
    one.add_argument("chef", metavar="CHEF|all")
    one.add_argument("first", metavar="FROM", type=date.fromisoformat, help="such as 2026-12-05")
    one.add_argument("last", metavar="TO", type=date.fromisoformat, nargs="?", help="that day too")
    one.add_argument("--reason", default="", help="for the crew's list")
    part("chefs", chefs, "the crew, and where their calendars are")
    one = part("feed", feed, "where a chef's calendar is")
    one.add_argument("chef", metavar="CHEF")
    one.add_argument("--renew", action="store_true", help="make the present address void")


command = Command(
    help="what is booked, and what staff do about it", run=run, add_arguments=_arguments
)
