"""Two customers become one once that is proved, with all that is theirs, and can be parted again.

Never by name alone (I10). Also that no later table with a customer in it can be forgotten.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bot.domain import ConversationId, CustomerId
from bot.errors import Conflict
from bot.identity import read_code
from bot.identity_joining import Wish, join, part
from bot.profile import load_profile
from bot.store import conversations, summaries
from bot.store.connection import Pool
from bot.store.merges import TABLES
from bot.store.merges_undone import _FOLLOW

PROFILE = load_profile()
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
SOON = NOW + timedelta(days=30)
FOLLOWS_ITS_QUOTE = {"bookings"}
ITS_OWN = {"customer_merges"}

Conn = asyncpg.Connection

PERSON = """WITH who AS (INSERT INTO customers (name) VALUES ($1) RETURNING id),
place AS (INSERT INTO addresses (customer_id, channel, value) SELECT id, $2, $3 FROM who
  RETURNING id, customer_id),
talk AS (INSERT INTO conversations (customer_id, channel, mode) SELECT customer_id, $2, $4
  FROM place RETURNING id, customer_id)
SELECT talk.customer_id, talk.id AS talk, place.id AS place FROM talk, place"""
QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at) VALUES (uuidv7(), $1, $2, 1, '{}', '[]', 600, 100, $3) RETURNING id"""
BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, held_until, agreed_at, created_at)
VALUES ($1, $2, $3, $4, 'hibachi', $5, $5::timestamptz + interval '3 hours', $6, 10, 1, $5, $7, $8)
RETURNING id"""
WAITING = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status) VALUES ($1, $2, 'inbound', $3, 'customer', $4, 'received') RETURNING id"""
SAID = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status) VALUES ($1, $2, 'outbound', 'sms', 'staff', $3, 'delivered')"""
QUEUED = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, epoch, due_at) VALUES ($1, $2, 'outbound', 'sms', 'bot', $3, 'queued', $4, now())"""
DRAFTED = """WITH turn AS (INSERT INTO turns (conversation_id, epoch, outcome)
  VALUES ($1, 3, 'drafted') RETURNING id),
asked AS (INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, reason, turn_id) SELECT $1, $2, 'inbound', 'sms', 'customer', 'How much?', 'answered',
  'drafted: waits for staff', id FROM turn RETURNING id, turn_id)
INSERT INTO drafts (code, conversation_id, turn_id, message_id, topic, language, epoch, text)
SELECT $1::text, $1, turn_id, id, 'party_price', 'en', 3, 'It is $600.00.' FROM asked"""
OWN = "Stated 2026-11-02: the total is $1,280.00"
MEMORY = """INSERT INTO memories (customer_id, kind, value, source, said_at)
VALUES ($1, $2, $3, 'customer', $4)"""


class Person:
    def __init__(self, row: asyncpg.Record, channel: str) -> None:
        self.id, self.talk, self.place = CustomerId(row[0]), ConversationId(row[1]), row[2]
        self.channel = channel


async def person(conn: Conn, value: str, *, channel: str = "sms", mode: str = "bot") -> Person:
    return Person(await conn.fetchrow(PERSON, "Maria", channel, value, mode), channel)


async def booked(conn: Conn, who: Person, code: str, *, agreed: bool = True, age: int = 1) -> UUID:
    quote = await conn.fetchval(QUOTE, who.talk, who.id, SOON)
    status, yes = ("confirmed", NOW) if agreed else ("held", None)
    made = NOW - timedelta(hours=age)
    found: UUID = await conn.fetchval(
        BOOKING, code, who.id, who.talk, quote, SOON, status, yes, made
    )
    return found


async def owner(conn: Conn, table: str, row_id: object) -> object:
    return await conn.fetchval(f"SELECT customer_id FROM {table} WHERE id = $1", row_id)


def by_staff(kept: Person, joined: Person) -> Wish:
    return Wish(kept=kept.id, joined=joined.id, proof="staff", actor="Kim")


async def test_no_table_with_a_customer_in_it_is_forgotten(pool: Pool) -> None:
    async with pool.acquire() as conn:
        rows = await conn.fetch(
            """SELECT DISTINCT k.conrelid::regclass::text AS name FROM pg_constraint k
            WHERE k.contype = 'f' AND k.confrelid = 'customers'::regclass"""
        )
        named = {row["name"] for row in rows}
        assert named == {*TABLES, *ITS_OWN} | FOLLOWS_ITS_QUOTE
        # Nobody can tell of whom a note was meant that staff wrote since.
        stay = {"addresses", "conversations", "customer_notes"}
        assert len(_FOLLOW) == len(set(TABLES) - stay), "all others follow back"


async def test_a_merge_moves_everything_and_moves_it_back(pool: Pool) -> None:
    async with pool.acquire() as conn:
        kept = await person(conn, "+14155550101")
        joined = await person(conn, "maria@example.com", channel="email")
        event = await booked(conn, joined, "AAAA1")
        version = await conn.fetchval("SELECT version FROM bookings WHERE id = $1", event)
        waits = await conn.fetchval(WAITING, joined.talk, joined.place, "email", "and my party?")
        await conn.execute(MEMORY, kept.id, "zip_code", "94110", NOW - timedelta(days=2))
        await conn.execute(MEMORY, joined.id, "zip_code", "94539", NOW)
        async with conn.transaction():
            done = await join(conn, PROFILE, by_staff(kept, joined), now=NOW)
        assert await owner(conn, "bookings", event) == kept.id
        assert await conn.fetchval("SELECT version FROM bookings WHERE id = $1", event) == version
        assert await owner(conn, "addresses", joined.place) == kept.id
        assert done.talk == kept.talk
        assert (await conversations.get_facts(conn, joined.talk)).mode == "closed"
        said_in = "SELECT conversation_id FROM messages WHERE id = $1"
        assert await conn.fetchval(said_in, waits) == kept.talk, "what waits is answered (I4)"
        live = "SELECT value FROM memories WHERE customer_id = $1 AND replaced_by IS NULL"
        assert [row["value"] for row in await conn.fetch(live, kept.id)] == ["94539"]
        assert (await conversations.get_facts(conn, kept.talk)).epoch == 1, "turns in flight die"

        async with conn.transaction():
            await part(conn, done.merge_id, by="Kim", now=NOW)
        assert await owner(conn, "bookings", event) == joined.id
        assert await owner(conn, "addresses", joined.place) == joined.id
        assert await conn.fetchval(said_in, waits) == joined.talk
        assert (await conversations.get_facts(conn, joined.talk)).mode == "bot"
        assert [row["value"] for row in await conn.fetch(live, kept.id)] == ["94110"]
        with pytest.raises(Conflict, match="undone already"):
            await part(conn, done.merge_id, by="Kim", now=NOW)
        acts = await conn.fetch("SELECT act FROM audit_log ORDER BY created_at")
        assert [row["act"] for row in acts] == ["customer.merge", "customer.unmerge"]


async def test_what_the_closed_conversation_said_is_known_until_they_are_parted(
    pool: Pool,
) -> None:
    """I10: nothing of the other customer stays after that."""
    async with pool.acquire() as conn:
        kept, joined = await person(conn, "+14155550101"), await person(conn, "+14155550102")
        await conn.execute(SAID, joined.talk, joined.place, "We will bring extra plates.")
        for who, text in ((kept, OWN), (joined, "Told 2026-11-01: my wife is vegan")):
            before = await summaries.get(conn, who.talk)
            assert before is not None
            await summaries.write(conn, before, up_to_seq=0, text=text, writer="rules")
        async with conn.transaction():
            done = await join(conn, PROFILE, by_staff(kept, joined), now=NOW)
        read = "SELECT text FROM conversation_summaries WHERE conversation_id = $1"
        now_known = await conn.fetchval(read, kept.talk)
        for words in (OWN, "my wife is vegan", "We will bring extra plates."):
            assert words in now_known
        async with conn.transaction():
            await part(conn, done.merge_id, by="Kim", now=NOW)
        assert await conn.fetchval(read, kept.talk) == OWN


async def test_what_waits_for_staff_or_for_the_vendor_is_not_lost(pool: Pool) -> None:
    """I4, I7: replies on their way still leave, dead ones stay dead, drafted questions wait."""
    async with pool.acquire() as conn:
        kept, joined = await person(conn, "+14155550101"), await person(conn, "+14155550102")
        await conn.execute("UPDATE conversations SET epoch = 3")
        for who in (kept, joined):
            for text, epoch in (("alive", 3), ("dead", 0)):
                await conn.execute(QUEUED, who.talk, who.place, text, epoch)
            await conn.execute(DRAFTED, who.talk, who.place)
        async with conn.transaction():
            done = await join(conn, PROFILE, by_staff(kept, joined), now=NOW)
        leaves = await conn.fetch(
            """SELECT m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE m.status = 'queued' AND m.epoch = c.epoch AND c.mode <> 'closed'"""
        )
        assert [row["text"] for row in leaves] == ["alive", "alive"]
        waiting = "SELECT count(*) FROM messages WHERE status = 'received' AND conversation_id = $1"
        assert await conn.fetchval(waiting, kept.talk) == 1, "of the draft that was closed"
        alive = "SELECT epoch FROM drafts WHERE status = 'open' AND conversation_id = $1"
        assert await conn.fetchval(alive, kept.talk) == done.epoch == 4

        async with conn.transaction():
            await part(conn, done.merge_id, by="Kim", now=NOW)
        assert await conn.fetchval("SELECT count(*) FROM drafts WHERE status = 'open'") == 0
        assert await conn.fetchval(waiting, kept.talk) == 1
        assert await conn.fetchval(waiting, joined.talk) == 1


async def test_of_two_undecided_holds_the_newer_stays(pool: Pool) -> None:
    async with pool.acquire() as conn:
        kept, joined = await person(conn, "+14155550101"), await person(conn, "+14155550102")
        older = await booked(conn, kept, "AAAA1", agreed=False, age=5)
        newer = await booked(conn, joined, "AAAA2", agreed=False, age=1)
        async with conn.transaction():
            done = await join(conn, PROFILE, by_staff(kept, joined), now=NOW)
        assert done.released_hold
        status = "SELECT status FROM bookings WHERE id = $1"
        assert await conn.fetchval(status, older) == "lapsed"
        assert await conn.fetchval(status, newer) == "held"
        assert await owner(conn, "bookings", newer) == kept.id


async def test_the_conversation_that_staff_have_stays_and_two_of_them_are_a_conflict(
    pool: Pool,
) -> None:
    async with pool.acquire() as conn:
        kept = await person(conn, "+14155550101")
        joined = await person(conn, "+14155550102", mode="human")
        async with conn.transaction():
            done = await join(conn, PROFILE, by_staff(kept, joined), now=NOW)
        assert done.talk == joined.talk
        assert (await conversations.get_facts(conn, kept.talk)).mode == "closed"
        third = await person(conn, "+14155550103", mode="human")
        with pytest.raises(Conflict, match="staff have both"):
            async with conn.transaction():
                await join(conn, PROFILE, by_staff(kept, third), now=NOW)
        with pytest.raises(Conflict, match="was joined to"):
            async with conn.transaction():
                await join(conn, PROFILE, by_staff(third, joined), now=NOW)


async def test_two_merges_at_once_and_one_is_told(pool: Pool) -> None:
    async with pool.acquire() as conn:
        one, two = await person(conn, "+14155550101"), await person(conn, "+14155550102")

    async def attempt(kept: Person, joined: Person) -> object:
        async with pool.acquire() as conn, conn.transaction():
            return await join(conn, PROFILE, by_staff(kept, joined), now=NOW)

    ended = await asyncio.gather(attempt(one, two), attempt(two, one), return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in ended) == 1, ended


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"), ("the code is 123 456.", "123456"), ("es el 123-456", "123456"),
        ("验证码１２３４５６", "123456"), ("20 adults in 94539", ""), ("+14155550101", ""),
        ("$123456", ""), ("123456 or 654321", ""), ("call 415-555-0101", ""),
    ],
)  # fmt: skip
def test_a_code_is_read_where_it_is_all_that_is_said(text: str, code: str) -> None:
    assert read_code(text) == code
