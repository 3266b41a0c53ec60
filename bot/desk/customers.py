"""What the desk shows of a customer: who they are, what happened, what is booked, how they feel.

Reads and changes nothing but notes. Who is meant was found by bot/desk/finding.py; somebody who was
joined to another is the other, and of somebody who was erased nothing is left to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from bot.booking_desk import DeskDeps
from bot.desk.card_feelings import Worst, say_now, say_worst
from bot.desk.people import Member
from bot.domain import AddressId, CustomerId, Scope
from bot.domain_answers import Memory
from bot.errors import CallerError, Conflict, NotFound
from bot.feelings.history import of_customer
from bot.store import addresses, audit, consents, customer_cards, memories, merges, notes
from bot.store.connection import Connection
from bot.store.consents import Entry, Line
from bot.store.customer_cards import Happened, Offer
from bot.store.notes import Note

TIMELINE = 10
FEELINGS = 12
NOTES = 3
MERGES_MAX = 10
"""Somebody joined to somebody joined to ...; longer chains are a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An address, and what may be sent there."""

    address_id: AddressId
    channel: str
    handle: str
    consent: str
    """unknown, given or revoked; `without_offers`: answers alone."""
    proof: str
    """What they said last of our messages, how we know, and when; empty where nothing was said."""
    window: str
    """Whether free text is allowed now, in words."""
    trouble: str = ""
    """Why nothing can reach it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A booking in a line."""

    code: str
    starts_at: datetime
    status: str
    guests: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    """All that the card shows; every text in it may be the customer's own."""

    customer_id: CustomerId
    name: str
    language: str
    """In English words; empty where it was never read."""
    local_time: str
    since: datetime
    was_joined: bool
    """Whether who was asked for is this customer now."""
    holder: str
    reaches: tuple[Reach, ...]
    ahead: tuple[Event, ...]
    past: tuple[Event, ...]
    offers: tuple[Offer, ...]
    feelings: str
    """How they feel now, where that is going, and a square a message; empty where none was read."""
    worst: Worst | None
    """Their worst moment with us; None where they were never unhappy."""
    memories: tuple[Memory, ...]
    notes: tuple[Note, ...]
    timeline: tuple[Happened, ...]


async def resolve(conn: Connection, customer_id: CustomerId) -> CustomerId:
    """Who this customer is now.

    Raises:
        NotFound: there is nobody of that id, or they were erased.
    """
    for _ in range(MERGES_MAX):
        kept = await merges.find_joined(conn, customer_id)
        if kept is None:
            break
        customer_id = kept
    basics = await customer_cards.find_basics(conn, customer_id)
    if basics is None:
        raise NotFound("There is no such customer")
    if basics["erased_at"] is not None:
        raise NotFound("This customer was erased, and nothing of them is kept")
    return customer_id


async def read_card(
    deps: DeskDeps,
    conn: Connection,
    asked_for: CustomerId,
    *,
    windows: Mapping[str, float | None],
) -> CustomerCard:
    """The card of a customer.

    Args:
        windows: by channel that is configured, the seconds in which free text is allowed after
            the customer wrote; None: always.

    Raises:
        NotFound: there is nobody of that id, or they were erased.
    """
    now = deps.clock.now()
    customer_id = await resolve(conn, asked_for)
    basics = await customer_cards.find_basics(conn, customer_id) or {}
    rows = await customer_cards.get(conn, customer_id)
    events = [_event(row) for row in rows.bookings]
    ledger = {each.address_id: each for each in await consents.list_standing(conn, customer_id)}
    history = await of_customer(conn, customer_id)
    zone = basics["zone"] or deps.profile.business.zone
    return CustomerCard(
        customer_id=customer_id,
        name=basics["name"] or "",
        language=language_name(basics["language"] or ""),
        local_time=say_clock(now, zone, is_known=bool(basics["zone"])),
        since=basics["created_at"],
        was_joined=customer_id != asked_for,
        holder=await customer_cards.find_holder(conn, customer_id),
        reaches=tuple(_reach(row, ledger[row["id"]], windows, now) for row in rows.addresses),
        ahead=tuple(each for each in reversed(events) if _is_ahead(each, now)),
        past=tuple(each for each in events if not _is_ahead(each, now)),
        offers=await customer_cards.list_offers(conn, customer_id, now=now),
        feelings=say_now(history, shown=FEELINGS),
        worst=say_worst(history),
        memories=await memories.list_live(conn, customer_id),
        notes=await notes.list_latest(conn, customer_id, limit=NOTES),
        timeline=await customer_cards.list_timeline(conn, customer_id, limit=TIMELINE),
    )


async def lift(conn: Connection, address_id: AddressId, *, by: str) -> CustomerId:
    """Staff know that an address can be reached again; whose it is.

    What its owner said of our messages stays as it is: only they take that back (I6).

    Raises:
        Conflict: it is not suspended, or is nobody's any more.
    """
    found = await addresses.lift(conn, address_id)
    if found is None:
        raise Conflict("That address is not suspended")
    await audit.record(conn, actor=by, act="address.lifted", subject=str(address_id), detail={})
    return found


def say_line(line: Line) -> str:
    """A line of the consent ledger with its proof."""
    deed = "opted out" if line.act == "opt_out" else "opted in"
    scope = " of offers" if line.scope is Scope.PROMOTIONAL else ""
    words = f" “{line.words}”" if line.words else ""
    return f"{deed}{scope} {line.said_at:%Y-%m-%d} by {line.source}{words}"


async def add_note(
    deps: DeskDeps, conn: Connection, named: str, text: str, *, by: Member, key: str
) -> CustomerId:
    """Keep a note for staff; the same deed keeps it once. Whose it became.

    Raises:
        CallerError: there is nothing to keep, or too much. NotFound: there is no such customer.
    """
    said = text.strip()
    if not said:
        raise CallerError("Please write something to keep")
    if len(said) > notes.MAX_CHARS:
        raise CallerError(
            f"A note has at most {notes.MAX_CHARS} characters, and this has {len(said)}"
        )
    customer_id = await resolve(conn, read_id(named))
    is_new = await notes.add(
        conn, customer_id, said, written_by=by.id, key=key, at=deps.clock.now()
    )
    if is_new:
        await audit.record(
            conn,
            actor=by.id,
            act="customer.note",
            subject=str(customer_id),
            detail={"characters": len(said)},
        )
    return customer_id


def read_id(named: str) -> CustomerId:
    """The id that a button carries.

    Raises:
        NotFound: it is none.
    """
    try:
        return CustomerId(UUID(named))
    except ValueError as error:
        raise NotFound("There is no such customer") from error


def say_clock(now: datetime, zone: str, *, is_known: bool) -> str:
    """What the clock on their wall shows."""
    local = now.astimezone(ZoneInfo(zone))
    said = f"{local:%a} {local.hour % 12 or 12}:{local:%M %p}"
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{said} in {place}" if is_known else f"{said} (our own zone: theirs is not known)"


def language_name(code: str) -> str:
    """ "Spanish" for es; the code itself where it is no known language."""
    try:
        return str(Locale.parse(code.replace("-", "_")).get_language_name("en") or code)
    except (ValueError, UnknownLocaleError):
        return code


def _event(row: Mapping[str, object]) -> Event:
    return Event(
        code=row["code"],  # type: ignore[arg-type]  # The column's.
        starts_at=row["starts_at"],  # type: ignore[arg-type]  # The column's.
        status=row["status"],  # type: ignore[arg-type]  # The column's.
        guests=row["headcount"],  # type: ignore[arg-type]  # The column's.
        total=row["total"],  # type: ignore[arg-type]  # The column's.
    )


def _is_ahead(event: Event, now: datetime) -> bool:
    return event.status in ("held", "confirmed", "changed") and event.starts_at > now


def _reach(
    row: Mapping[str, object], entry: Entry, windows: Mapping[str, float | None], now: datetime
) -> Reach:
    channel = str(row["channel"])
    heard = row["last_inbound_at"]
    if channel not in windows:
        window = "channel not set up"
    else:
        window = _window(windows[channel], heard if isinstance(heard, datetime) else None, now)
    return Reach(
        address_id=entry.address_id,
        channel=channel,
        handle=entry.handle,
        consent="without_offers" if entry.is_without_offers else entry.consent.value,
        proof=say_line(entry.last) if entry.last else "",
        window=window,
        trouble=entry.suspended_reason,
    )


def _window(window_s: float | None, heard: datetime | None, now: datetime) -> str:
    if window_s is None:
        return "at any time"
    left = (heard + timedelta(seconds=window_s) - now) if heard else timedelta()
    if left <= timedelta():
        return "window closed: approved templates only"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"window open for {hours} h {minutes} min" if hours else f"window open for {minutes} min"
