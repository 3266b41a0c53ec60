"""Customers with a price in hand, and a crew: what tests of bookings begin with.

Rows are written as intake and pricing would leave them; everything after that is the product's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from bot.booking import reserving
from bot.booking.reserving import HoldWish
from bot.domain import ConversationId, CustomerId, MessageId, Quote, QuoteId
from bot.domain_booking import Act, Booking, BookingId, Proposal, ProposalId
from bot.ids import new_id
from bot.profile import load_profile
from bot.store import bookings, proposals, quotes
from bot.store.connection import Pool

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""A Tuesday morning where the business is."""
WRITTEN_AT = datetime(2026, 11, 2, 11, tzinfo=ZONE)
"""When they wrote: eleven is the hour at which messages are owed to them."""
SATURDAY = datetime(2026, 12, 12, 18, tzinfo=ZONE)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer in a conversation, who has been given a price."""

    customer_id: CustomerId
    conversation_id: ConversationId
    message_id: MessageId
    quote: Quote

    def wish(self, starts_at: datetime = SATURDAY, zip_code: str = "94539") -> HoldWish:
        """To have the party kept then and there."""
        return HoldWish(
            customer_id=self.customer_id,
            conversation_id=self.conversation_id,
            quote=self.quote,
            starts_at=starts_at,
            address="1 Test St",
            zip_code=zip_code,
        )


async def people(pool: Pool, count: int, *, headcount: int = 12, workers: int = 1) -> list[Person]:
    """As many customers as asked for, each with a price for such a party."""
    numbers = [next(_numbers) for _ in range(count)]
    found = []
    async with pool.acquire() as conn:
        rows = await conn.fetch(
            """WITH who AS (INSERT INTO customers (id) SELECT uuidv7() FROM unnest($1::int[])
                 RETURNING id),
               numbered AS (SELECT id, $1[row_number() OVER ()] AS n FROM who),
               at AS (INSERT INTO addresses (customer_id, channel, value)
                 SELECT id, 'sms', '+1415' || lpad(n::text, 7, '0') FROM numbered
                 RETURNING id, customer_id, value),
               talk AS (INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM who
                 RETURNING id, customer_id)
               INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
                 author, status, text, sent_at)
               SELECT talk.id, at.id, 'inbound', 'sms', 'SM' || at.value, 'customer', 'answered',
                 'yes', $2
               FROM talk JOIN at USING (customer_id)
               RETURNING id, conversation_id,
                 (SELECT customer_id FROM talk t WHERE t.id = conversation_id) AS customer_id""",
            numbers,
            WRITTEN_AT,
        )
        for row in rows:
            person = Person(
                customer_id=CustomerId(row["customer_id"]),
                conversation_id=ConversationId(row["conversation_id"]),
                message_id=MessageId(row["id"]),
                quote=a_quote(headcount=headcount, workers=workers),
            )
            await store_quote(conn, person)
            found.append(person)
    return found


def a_quote(*, headcount: int = 12, workers: int = 1, version: int = 1) -> Quote:
    """A price for a party of that many."""
    return Quote(
        id=QuoteId(new_id()),
        version=version,
        order={},
        lines=(),
        total=Decimal(55) * headcount,
        deposit=Decimal(100),
        expires_at=NOW + timedelta(days=60),
        service="hibachi",
        headcount=headcount,
        workers=workers,
    )


async def store_quote(conn: asyncpg.Connection, person: Person) -> None:
    """Keep the person's price."""
    await quotes.insert_quote(
        conn,
        conversation_id=person.conversation_id,
        customer_id=person.customer_id,
        quote=person.quote,
    )


async def another_quote(pool: Pool, person: Person, quote: Quote) -> Person:
    """The person with a later price."""
    later = replace(person, quote=quote)
    async with pool.acquire() as conn:
        await store_quote(conn, later)
    return later


async def hold(
    pool: Pool, person: Person, starts_at: datetime = SATURDAY, **how: object
) -> Booking:
    """Keep a slot, as the tool's effect does."""
    zip_code = str(how.get("zip_code", "94539"))
    now = how.get("now", NOW)
    assert isinstance(now, datetime)
    async with pool.acquire() as conn, conn.transaction():
        return await reserving.hold(
            conn,
            PROFILE,
            person.wish(starts_at, zip_code),
            now=now,
            key=str(how.get("key", new_id())),
            booking_id=BookingId(new_id()),
            proposal_id=ProposalId(new_id()),
        )


async def stated(pool: Pool, person: Person, now: datetime = NOW) -> Proposal:
    """The terms that wait for the person's yes."""
    async with pool.acquire() as conn:
        found = await proposals.find_open(conn, person.conversation_id, now=now)
    assert found is not None
    return found


async def agree(
    pool: Pool, person: Person, proposal: Proposal, *, now: datetime = NOW, key: str = ""
) -> Booking:
    """The person's yes."""
    async with pool.acquire() as conn, conn.transaction():
        return await reserving.agree(
            conn,
            PROFILE,
            proposal,
            now=now,
            key=key or str(new_id()),
            message_id=person.message_id,
        )


async def booked(
    pool: Pool, person: Person, starts_at: datetime = SATURDAY, **how: object
) -> Booking:
    """A slot held and agreed to, and the deposit in."""
    held = await hold(pool, person, starts_at, **how)
    await agree(pool, person, await stated(pool, person))
    return await deposit(pool, held.id)


async def deposit(
    pool: Pool, booking_id: BookingId, *, now: datetime = NOW, key: str = ""
) -> Booking:
    """Staff have the deposit."""
    async with pool.acquire() as conn, conn.transaction():
        return await reserving.confirm_deposit(
            conn, PROFILE, booking_id, now=now, key=key or str(new_id())
        )


async def propose(
    pool: Pool, booking: Booking, act: Act, *, quote_id: UUID | None = None, **detail: object
) -> Proposal:
    """State terms for a booking as it is now."""
    proposal = Proposal(
        id=ProposalId(new_id()),
        conversation_id=booking.conversation_id,
        booking_id=booking.id,
        booking_version=booking.version,
        act=act,
        quote_id=QuoteId(quote_id or booking.quote_id),
        detail=detail,
        expires_at=NOW + timedelta(days=30),
        created_at=NOW,
    )
    async with pool.acquire() as conn, conn.transaction():
        await reserving.propose(conn, proposal)
    return proposal


async def apply(
    pool: Pool, person: Person, proposal: Proposal, *, now: datetime = NOW, key: str = ""
) -> Booking:
    """The person's yes to a change or to cancelling."""
    write = reserving.change if proposal.act is Act.CHANGE else reserving.cancel
    async with pool.acquire() as conn, conn.transaction():
        return await write(
            conn,
            PROFILE,
            proposal,
            now=now,
            key=key or str(new_id()),
            message_id=person.message_id,
        )


async def only(pool: Pool, *codes: str) -> None:
    """Let these chefs be the whole crew."""
    await pool.execute("UPDATE chefs SET is_active = code = ANY($1)", list(codes))


async def now_is(pool: Pool, booking: Booking) -> Booking:
    """The booking as it stands."""
    async with pool.acquire() as conn:
        return await bookings.get(conn, booking.id)


async def events(pool: Pool, booking: Booking) -> list[str]:
    """What was done to it, in order."""
    rows = await pool.fetch(
        "SELECT act FROM booking_events WHERE booking_id = $1 ORDER BY id", booking.id
    )
    return [row["act"] for row in rows]


async def plans(pool: Pool, booking: Booking) -> dict[str, datetime]:
    """When which message is owed, local, by its cause and step."""
    rows = await pool.fetch(
        "SELECT cause, step, due_at FROM follow_ups WHERE booking_id = $1 AND status = 'planned'",
        booking.id,
    )
    return {f"{row['cause']} {row['step']}".strip(): row["due_at"].astimezone(ZONE) for row in rows}


async def one(pool: Pool, **party: int) -> Person:
    """A single customer."""
    return (await people(pool, 1, **party))[0]
