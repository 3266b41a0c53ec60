"""`concierge customers`: who somebody is to us, what they said of our messages, and joining or
parting two who are one.

Staff name customers by id, address or booking code, never by name alone. What is done is
bot/identity_joining.py's, in one transaction, with a line in the audit log.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from bot.booking.moments import say_moment
from bot.clock import Clock
from bot.desk import customers
from bot.domain import CustomerId
from bot.domain_answers import Memory
from bot.errors import CallerError, Conflict, NotFound
from bot.identity_joining import Wish, join, part
from bot.profile import Profile
from bot.store import consents, customer_cards, memories
from bot.store.connection import Connection, borrow
from bot.store.consents import Entry
from bot.store.customer_cards import Card
from handlers.commands.base import Command
from handlers.commands.booking_pages import labelled
from handlers.commands.stores import open_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the subcommands work with, inside one transaction."""

    profile: Profile
    clock: Clock
    conn: Connection


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what is so now."""
    act: Callable[[Office, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open_office(environment) as office:
        said = await act(office, asked)
    print(said)
    return 0


@asynccontextmanager
async def _open_office(environment: Mapping[str, str]) -> AsyncIterator[Office]:
    async with open_stores(environment) as (on, pool), borrow(pool) as conn, conn.transaction():
        yield Office(profile=on.profile, clock=on.clock, conn=conn)


async def show(office: Office, asked: argparse.Namespace) -> str:
    """Addresses, bookings, what is remembered, and whom they were joined with."""
    customer_id = await _find(office, "WHO", asked.who)
    card = await customer_cards.get(office.conn, customer_id)
    known = await memories.list_live(office.conn, customer_id)
    ledger = await _read_ledger(office.conn, customer_id)
    return "\n".join((*_page(office.profile, card, known), *ledger))


async def lift(office: Office, asked: argparse.Namespace) -> str:
    """Take an address that was given up for one that can be reached."""
    by = _signed(asked.by)
    entries: list[Entry] = []
    for customer_id in await customer_cards.find(office.conn, asked.handle):
        entries += await consents.list_standing(office.conn, customer_id)
    named = [each for each in entries if each.handle.lower() == asked.handle.strip().lower()]
    given_up = [each for each in named if each.suspended_reason]
    if not given_up:
        raise NotFound("ADDRESS: nobody's suspended address is called that")
    for each in given_up:
        await customers.lift(office.conn, each.address_id, by=by)
    return "\n".join(f"{each.channel} {each.handle} is written to again." for each in given_up)


async def merge(office: Office, asked: argparse.Namespace) -> str:
    """Make one customer of two: what is B's becomes A's."""
    by = _signed(asked.by)
    kept = await _find(office, "A", asked.kept)
    joined = await _find(office, "B", asked.joined)
    wish = Wish(kept=kept, joined=joined, proof="staff", actor=by)
    done = await join(office.conn, office.profile, wish, now=office.clock.now())
    hold = " An older undecided hold was let go." if done.released_hold else ""
    return (
        f"Customer {joined} is customer {kept} now.{hold}\n"
        f"Undo with: concierge customers unmerge {done.merge_id} --by NAME"
    )


async def unmerge(office: Office, asked: argparse.Namespace) -> str:
    """Part two who were joined."""
    count = await part(office.conn, asked.id, by=_signed(asked.by), now=office.clock.now())
    return f"Undone: {count} rows went back. A hold that was let go stays so."


async def _read_ledger(conn: Connection, customer_id: CustomerId) -> Sequence[str]:
    """Every line of the consent ledger with its proof, by address, the newest first."""
    told = []
    for entry in await consents.list_standing(conn, customer_id):
        for line in await consents.list_lines(conn, entry.address_id):
            said = customers.say_line(line)
            told.append(labelled("Consent", f"{entry.channel} {entry.handle}: {said}"))
    return told


def _signed(by: str) -> str:
    if not by.strip():
        raise CallerError("--by: say who you are; it stands in the audit log")
    return by.strip()


async def _find(office: Office, field: str, named: str) -> CustomerId:
    found = await customer_cards.find(office.conn, named)
    if not found:
        raise NotFound(f"{field}: nobody has that id, address or booking code")
    if len(found) > 1:
        listed = ", ".join(str(each) for each in found)
        raise Conflict(f"{field}: several customers have that: {listed}; name one by its id")
    return found[0]


def _page(profile: Profile, card: Card, known: Sequence[Memory]) -> Iterator[str]:
    customer = card.customer
    yield labelled("Customer", str(customer["id"]))
    yield labelled("Name", customer["name"] or "not known")
    for address in card.addresses:
        state = address["suspended_reason"] or f"consent {address['consent']}"
        yield labelled("Address", f"{address['channel']} {address['value']} ({state})")
    for booking in card.bookings:
        when = say_moment(profile, booking["starts_at"])
        said = f"{booking['code']}, {when}, {booking['headcount']} guests, {booking['status']}"
        yield labelled("Booking", said)
    for memory in known:
        said = f"{memory.kind}: {memory.value} ({memory.source}, {memory.said_at:%Y-%m-%d})"
        yield labelled("Remembered", said)
    for each in card.merges:
        undone = f", undone by {each['undone_by']}" if each["undone_at"] else ""
        said = f"{each['id']}: {each['joined_id']} into {each['kept_id']}, by {each['proof']}"
        yield labelled("Merge", f"{said} ({each['actor']}){undone}")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def add(name: str, act: object, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    who = "id, address or booking code"
    add("show", show, "a customer: addresses, bookings, memories, merges").add_argument(
        "who", metavar="WHO", help=who
    )
    one = add("lift", lift, "write again to an address that was given up as unreachable")
    one.add_argument("handle", metavar="ADDRESS", help="a number or mailbox, as `show` has it")
    one.add_argument("--by", required=True, metavar="NAME", help="who says so")
    one = add("merge", merge, "make one customer of two who are the same person")
    one.add_argument("kept", metavar="A", help=f"who stays; {who}")
    one.add_argument("joined", metavar="B", help=f"whose rows move to A; {who}")
    one.add_argument("--by", required=True, metavar="NAME", help="who says so")
    one = add("unmerge", unmerge, "part two customers who were joined")
    one.add_argument("id", metavar="ID", type=UUID, help="of the merge; `show` names it")
    one.add_argument("--by", required=True, metavar="NAME", help="who says so")


command = Command(
    help="who a customer is, and joining two who are one", run=run, add_arguments=_arguments
)
