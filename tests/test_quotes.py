"""Quotes as they are kept: whole, in versions, and never changed (I8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
from world import World

from bot.domain import ConversationId, CustomerId, Quote, QuoteId, QuoteLine
from bot.errors import NotFound
from bot.ids import new_id
from bot.store import quotes
from bot.store.connection import Connection, open_pool

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)

_CUSTOMER = "INSERT INTO customers (name) VALUES ('Ann') RETURNING id"
_CONVERSATION = "INSERT INTO conversations (customer_id, channel) VALUES ($1, 'sms') RETURNING id"


class Desk:
    """One conversation, in which quotes are made."""

    def __init__(self, conn: Connection, customer: CustomerId, talk: ConversationId) -> None:
        self.conn = conn
        self.customer = customer
        self.talk = talk

    async def keep(self, quote: Quote) -> None:
        await quotes.insert_quote(
            self.conn, conversation_id=self.talk, customer_id=self.customer, quote=quote
        )


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    pool = await open_pool(database_url, size=1)
    async with pool.acquire() as conn:
        customer = CustomerId(await conn.fetchval(_CUSTOMER))
        talk = ConversationId(await conn.fetchval(_CONVERSATION, customer))
        yield Desk(conn, customer, talk)
    await pool.close()


def offer(version: int = 1) -> Quote:
    line = QuoteLine(
        code="adult",
        label="成人",
        quantity=Decimal(8),
        unit_price=Decimal("55.00"),
        amount=Decimal("440.00"),
    )
    return Quote(
        id=QuoteId(new_id()),
        version=version,
        order={"counts": {"adult": 8}, "zip_code": "95112", "miles": "17.3"},
        lines=(line,),
        total=Decimal("550.00"),
        deposit=Decimal("100.00"),
        expires_at=NOW + timedelta(days=7),
        service="hibachi",
        headcount=8,
        workers=1,
        shortfall=Decimal("110.00"),
        travel=Decimal("0.00"),
        gratuity=(Decimal("110.00"), Decimal("192.50")),
    )


async def test_a_quote_comes_back_as_it_was_made(desk: Desk) -> None:
    made = offer()
    await desk.keep(made)
    assert await quotes.get(desk.conn, made.id) == made
    assert await quotes.find_latest(desk.conn, desk.talk, now=NOW) == made


async def test_what_is_not_known_of_a_quote_stays_unknown(desk: Desk) -> None:
    """No way was known and the business suggests no gratuity: neither becomes a nought."""
    made = replace(offer(), travel=None, gratuity=None)
    await desk.keep(made)
    assert await quotes.get(desk.conn, made.id) == made


async def test_an_expired_quote_is_not_in_hand_but_can_be_read(desk: Desk) -> None:
    made = offer()
    await desk.keep(made)
    assert await quotes.find_latest(desk.conn, desk.talk, now=made.expires_at) is None
    assert (await quotes.get(desk.conn, made.id)).total == 550


async def test_a_quote_that_nobody_made_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await quotes.get(desk.conn, QuoteId(new_id()))


async def test_every_price_is_the_next_version_and_the_first_stays(desk: Desk) -> None:
    """A version that is taken already gives way to the next one that is free."""
    made = [offer(1), offer(1), offer(2)]
    for quote in made:
        await desk.keep(quote)
    kept = [await quotes.get(desk.conn, quote.id) for quote in made]
    assert [quote.version for quote in kept] == [1, 2, 3]
    assert kept[0] == made[0]
    assert await quotes.find_latest(desk.conn, desk.talk, now=NOW) == kept[2]


@pytest.mark.parametrize(
    "change", ["total = 1", "lines = '[]'", "expires_at = now() + interval '1 year'", "version = 9"]
)
async def test_no_part_of_a_quote_can_be_changed(desk: Desk, change: str) -> None:
    made = offer()
    await desk.keep(made)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await desk.conn.execute(f"UPDATE quotes SET {change}")
    assert await quotes.get(desk.conn, made.id) == made


async def test_a_customer_who_changes_the_party_has_two_quotes(world: World) -> None:
    ann = world.customer()
    assert "$1,100.00" in await ann.asks("How much for 20 adults in 94539?")
    assert "$1,375.00" in await ann.asks("make it 25 adults")
    await world.settles()
    kept = await world.rows(
        "SELECT version, total, headcount, workers, service, travel FROM quotes ORDER BY version"
    )
    told = [tuple(row.values()) for row in kept]
    assert told == [
        (1, Decimal("1100.00"), 20, 1, "hibachi", Decimal("0.00")),
        (2, Decimal("1375.00"), 25, 1, "hibachi", Decimal("0.00")),
    ]
