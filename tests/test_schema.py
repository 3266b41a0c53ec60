"""The schema: migrations make exactly schema.sql, and promises are constraints.

Those of bookings are in tests/test_schema_bookings.py, plans of hot queries in
tests/test_schema_plans.py.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bot import devstack
from bot.devstack import DevStack
from bot.errors import ConfigError
from bot.store import (
    schema,
)

_numbers = itertools.count(1)

# Everything that a CREATE statement of ours can make, as the catalogue words it.
CATALOGUE = """
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod) || ' '
  || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' '
  || a.attidentity::text || a.attgenerated::text || ' ' || a.attnum::text
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
  AND NOT a.attisdropped
UNION ALL SELECT 'table', relname, array_to_string(reloptions, ','), '' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public'
UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid),
  pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'view', viewname, definition, '' FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT 'extension', extname, '', '' FROM pg_extension
ORDER BY 1, 2, 3
"""

Conn = asyncpg.Connection
Row = tuple[str, ...]


@pytest.fixture
async def empty(stack: DevStack) -> AsyncIterator[str]:
    """A database with nothing in it."""
    name = f"schema_{next(_numbers)}"
    yield await devstack.create_database(stack.database_url, name)
    async with connected(stack.database_url) as admin:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def conn(database_url: str) -> AsyncIterator[Conn]:
    """A connection to a database with the schema."""
    async with connected(database_url) as connection:
        yield connection


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Conn]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def catalogue(url: str) -> list[Row]:
    async with connected(url) as connection:
        return [tuple(str(part) for part in row) for row in await connection.fetch(CATALOGUE)]


async def migrated(url: str) -> int:
    async with connected(url) as connection:
        return await schema.migrate(connection)


# ── Migrations ──────────────────────────────────────────────────────────────────────────────


async def test_all_migrations_together_make_the_schema(empty: str, database_url: str) -> None:
    """An upgraded database and a new one cannot be told apart."""
    async with connected(empty) as connection:
        for _number, path in schema.migrations():
            await connection.execute(path.read_text(encoding="utf-8"))
    assert await catalogue(empty) == await catalogue(database_url)


async def test_migrating_again_changes_nothing(empty: str) -> None:
    """The second time finds everything done."""
    assert await migrated(empty) == schema.latest()
    before = await catalogue(empty)
    assert await migrated(empty) == schema.latest()
    assert await catalogue(empty) == before
    async with connected(empty) as connection:
        assert await schema.find_version(connection) == schema.latest()


async def test_what_is_open_at_an_upgrade_comes_to_the_new_desk(empty: str) -> None:
    """I14: a card that stood there before gets the new buttons, and nobody in it is forgotten."""
    async with connected(empty) as connection:
        for number, path in schema.migrations()[:3]:
            await connection.execute(path.read_text(encoding="utf-8"))
            await connection.execute("INSERT INTO schema_versions (version) VALUES ($1)", number)
        for status in ("open", "resolved"):
            await connection.execute(
                "WITH p AS (INSERT INTO customers DEFAULT VALUES RETURNING id), c AS (INSERT INTO"
                " conversations (customer_id, channel) SELECT id, 'sms' FROM p RETURNING id)"
                " INSERT INTO escalations (conversation_id, reason, status, post_status, desk_ts)"
                " SELECT id, 'emotion', $1, 'posted', $1 FROM c",
                status,
            )
        await schema.migrate(connection)
        wanted = "status, card_wanted > card_shown AND card_due_at <= now() AND remind_at <= now()"
        rows = await connection.fetch(f"SELECT {wanted} FROM escalations")
    assert {row[0]: bool(row[1]) for row in rows} == {"open": True, "resolved": False}


async def test_several_migrate_at_once(empty: str) -> None:
    """Every process of a deployment may try; each finds the schema done afterwards."""
    versions = await asyncio.gather(*(migrated(empty) for _ in range(4)))
    assert set(versions) == {schema.latest()}


async def test_a_newer_database_is_left_alone(empty: str) -> None:
    """An old program does not touch what a new one made."""
    await migrated(empty)
    async with connected(empty) as connection:
        await connection.execute("INSERT INTO schema_versions (version) VALUES (9999)")
    before = await catalogue(empty)
    with pytest.raises(ConfigError, match=r"9999.*newer"):
        await migrated(empty)
    assert await catalogue(empty) == before


# ── Promises are constraints ────────────────────────────────────────────────────────────────

PEOPLE = """
INSERT INTO customers (id) VALUES ('00000000-0000-0000-0000-000000000001');
INSERT INTO addresses (id, customer_id, channel, value)
  SELECT '00000000-0000-0000-0000-000000000002', id, 'sms', '+14155550101' FROM customers;
INSERT INTO conversations (id, customer_id, channel)
  SELECT '00000000-0000-0000-0000-000000000003', id, 'sms' FROM customers;
INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, status)
  SELECT c.id, a.id, 'inbound', 'sms', 'SM1', 'customer', 'received'
  FROM conversations c, addresses a;
INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total,
  deposit, expires_at)
  SELECT '00000000-0000-0000-0000-000000000004', id, customer_id, 1, '{}', '[]', 550, 100, now()
  FROM conversations;
INSERT INTO escalations (conversation_id, reason) SELECT id, 'emotion' FROM conversations;
INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer)
  SELECT id, conversation_id, 'neutral', 'neutral', 0, 1, 's' FROM messages;
"""

BROKEN_PROMISES = {
    "one_owner_per_address": "INSERT INTO addresses (customer_id, channel, value)"
    " SELECT customer_id, channel, value FROM addresses",
    "one_open_conversation": "INSERT INTO conversations (customer_id, channel)"
    " SELECT id, 'whatsapp' FROM customers",
    "one_row_per_vendor_message": "INSERT INTO messages (conversation_id, address_id, direction,"
    " channel, external_id, author, status) SELECT conversation_id, address_id, 'outbound',"
    " channel, external_id, 'bot', 'sent' FROM messages",
    "one_quote_per_version": "INSERT INTO quotes SELECT uuidv7(), conversation_id, customer_id,"
    " version, order_priced, lines, total, deposit, expires_at FROM quotes",
    "one_open_escalation": "INSERT INTO escalations (conversation_id, reason, status)"
    " SELECT conversation_id, 'tool', 'claimed' FROM escalations",
    "one_reading_per_scorer": "INSERT INTO emotion_history SELECT uuidv7(), message_id,"
    " conversation_id, 'angry', 'negative', 1, 1, scorer FROM emotion_history",
}


@pytest.mark.parametrize("name", BROKEN_PROMISES)
async def test_a_promise_is_kept_by_the_database(conn: Conn, name: str) -> None:
    """Check-then-insert promises nothing; a named constraint does, and becomes our error."""
    await conn.execute(PEOPLE)
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await conn.execute(BROKEN_PROMISES[name])
    assert caught.value.constraint_name == name


async def test_a_quote_is_never_changed(conn: Conn) -> None:
    """I8: a correction is the next version."""
    await conn.execute(PEOPLE)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await conn.execute("UPDATE quotes SET total = 1")
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(
            "INSERT INTO quotes SELECT uuidv7(), conversation_id, customer_id, 2,"
            " order_priced, lines, -1, deposit, expires_at FROM quotes"
        )


async def test_closed_and_resolved_make_room_for_the_next(conn: Conn) -> None:
    """Only what is open is single."""
    await conn.execute(PEOPLE)
    await conn.execute("UPDATE conversations SET mode = 'closed'")
    await conn.execute(BROKEN_PROMISES["one_open_conversation"])
    await conn.execute("UPDATE escalations SET status = 'resolved'")
    await conn.execute(BROKEN_PROMISES["one_open_escalation"])
