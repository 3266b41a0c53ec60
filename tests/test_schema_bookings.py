"""What the database itself promises of bookings, whatever the code above does (I8, I9)."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from test_schema import PEOPLE

Conn = asyncpg.Connection


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


EVENT = """
INSERT INTO customers (id) VALUES ('00000000-0000-0000-0000-000000000009');
INSERT INTO bookings (id, code, customer_id, conversation_id, quote_id, service, starts_at, ends_at,
  status, headcount, workers, held_until)
  SELECT '00000000-0000-0000-0000-000000000005', 'H7K3Q', customer_id, conversation_id, id,
    'hibachi', '2026-12-12 18:00Z', '2026-12-12 21:00Z', 'held', 12, 1, '2026-12-01Z' FROM quotes;
INSERT INTO booking_events (key, booking_id, act, actor) SELECT 'k', id, 'hold', 'customer'
  FROM bookings;
INSERT INTO proposals (conversation_id, booking_id, booking_version, act, quote_id, expires_at)
  SELECT conversation_id, id, version, 'book', quote_id, held_until FROM bookings;
INSERT INTO allergies (customer_id, message_id, words)
  SELECT customer_id, m.id, 'nuts' FROM messages m, bookings;
INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy)
  SELECT b.id, c.id, c.number, tstzrange(b.starts_at, b.ends_at) FROM bookings b, chefs c
  WHERE c.code = 'kenji';
INSERT INTO desk_notices (key, text) VALUES ('k', 'look');
INSERT INTO follow_ups (customer_id, booking_id, cause, step, due_at, status)
  SELECT customer_id, id, 'before_event', '1d', starts_at, 'planned' FROM bookings;
"""


def another_booking(**changed: str) -> str:
    """A second booking, like the first but for these columns."""
    columns = {
        "code": "'H7K3R'",
        "customer_id": "customer_id",
        "starts_at": "starts_at",
        "ends_at": "ends_at",
        "status": "'lapsed'",
        "held_until": "held_until",
        "agreed_at": "agreed_at",
    } | changed
    return (
        f"INSERT INTO bookings ({', '.join(columns)}, conversation_id, quote_id, service,"
        f" headcount, workers) SELECT {', '.join(columns.values())}, conversation_id, quote_id,"
        " service, headcount, workers FROM bookings"
    )


def another_assignment(**changed: str) -> str:
    """The same chef at the same booking, but for these columns."""
    columns = {"chef_id": "chef_id", "chef_number": "chef_number", "busy": "busy"} | changed
    return (
        f"INSERT INTO chef_assignments (booking_id, {', '.join(columns)})"
        f" SELECT booking_id, {', '.join(columns.values())} FROM chef_assignments"
    )


Unique, Check = asyncpg.UniqueViolationError, asyncpg.CheckViolationError
Foreign, Exclusion = asyncpg.ForeignKeyViolationError, asyncpg.ExclusionViolationError

BROKEN_BOOKINGS: dict[str, tuple[type[asyncpg.PostgresError], str]] = {
    "one_booking_per_code": (Unique, another_booking(code="code")),
    "one_undecided_hold": (Unique, another_booking(status="'held'")),
    "quote_of_its_customer": (
        Foreign,
        another_booking(customer_id="'00000000-0000-0000-0000-000000000009'::uuid"),
    ),
    "event_has_length": (Check, another_booking(ends_at="starts_at")),
    "hold_has_an_end": (Check, another_booking(status="'held'", held_until="NULL::timestamptz")),
    "no_booking_without_yes": (Check, another_booking(status="'confirmed'")),
    "booking_moves": (Check, "UPDATE bookings SET status = 'completed', agreed_at = now()"),
    "one_booking_write_per_key": (
        Unique,
        "INSERT INTO booking_events (key, booking_id, act, actor)"
        " SELECT key, booking_id, 'cancel', 'staff' FROM booking_events",
    ),
    "one_open_proposal": (
        Unique,
        "INSERT INTO proposals (conversation_id, booking_id, booking_version, act, quote_id,"
        " expires_at) SELECT conversation_id, booking_id, 2, 'cancel', quote_id, expires_at"
        " FROM proposals",
    ),
    "one_allergy_per_message": (
        Unique,
        "INSERT INTO allergies (customer_id, message_id, words)"
        " SELECT customer_id, message_id, 'eggs' FROM allergies",
    ),
    "one_chef_per_code": (
        Unique,
        "INSERT INTO chefs (code, name, home_zip, services, languages, events_a_day)"
        " SELECT code, name, home_zip, services, languages, 1 FROM chefs",
    ),
    "absence_has_length": (
        Check,
        "INSERT INTO absences (starts_on, ends_on) VALUES ('2026-12-24', '2026-12-23')",
    ),
    "assigned_chef": (
        Foreign,
        another_assignment(
            chef_id="(SELECT id FROM chefs WHERE code = 'wei')",
            busy="tstzrange(upper(busy), upper(busy) + '3h')",
        ),
    ),
    "chef_in_one_place": (
        Exclusion,
        another_assignment(busy="tstzrange(upper(busy) - interval '1s', upper(busy) + '3h')"),
    ),
    "one_assignment": (
        Unique,
        another_assignment(busy="tstzrange(upper(busy), upper(busy) + '3h')"),
    ),
    "assignment_has_length": (Check, another_assignment(busy="'empty'::tstzrange")),
    "one_notice_per_key": (Unique, "INSERT INTO desk_notices (key, text) VALUES ('k', 'again')"),
    "one_plan_per_cause": (
        Unique,
        "INSERT INTO follow_ups (customer_id, booking_id, cause, step, due_at, status)"
        " SELECT customer_id, booking_id, cause, step, now(), 'planned' FROM follow_ups",
    ),
}


@pytest.mark.parametrize("name", BROKEN_BOOKINGS)
async def test_a_promise_of_bookings_is_kept_by_the_database(conn: Conn, name: str) -> None:
    """Nobody is booked twice, unasked or in two places, whatever the code above does."""
    await conn.execute(PEOPLE)
    await conn.execute(EVENT)
    expected, statement = BROKEN_BOOKINGS[name]
    with pytest.raises(expected) as caught:
        await conn.execute(statement)
    assert caught.value.constraint_name == name


async def test_a_chef_may_go_from_one_event_straight_to_the_next(conn: Conn) -> None:
    """Ends are not part of a span; and who is released is in nobody's way."""
    await conn.execute(PEOPLE)
    await conn.execute(EVENT)
    await conn.execute(another_booking())
    next_one = another_assignment(busy="tstzrange(upper(busy), upper(busy) + '3h')").replace(
        "SELECT booking_id", "SELECT (SELECT id FROM bookings WHERE code = 'H7K3R')"
    )
    await conn.execute(next_one)
    await conn.execute("UPDATE chef_assignments SET released_at = now()")
    await conn.execute(another_assignment() + " LIMIT 1")


STATUSES = ("held", "confirmed", "changed", "completed", "cancelled", "lapsed")
MAY_BECOME = {
    "held": {"held", "confirmed", "cancelled", "lapsed"},
    "confirmed": {"confirmed", "changed", "cancelled", "completed"},
    "changed": {"changed", "cancelled", "completed"},
}


async def test_a_booking_goes_only_where_its_life_leads(conn: Conn) -> None:
    """What is over stays over, also for whoever writes SQL by hand; each change is counted."""
    await conn.execute(PEOPLE)
    await conn.execute(EVENT)
    for before, after in itertools.product(STATUSES, STATUSES):
        await conn.execute("DELETE FROM bookings WHERE code = 'H7K3R'")
        await conn.execute(another_booking(status=f"'{before}'", agreed_at="now()"))
        try:
            version = await conn.fetchval(
                "UPDATE bookings SET status = $1 WHERE code = 'H7K3R' RETURNING version", after
            )
        except asyncpg.CheckViolationError:
            version = 0
        assert version == 2 * (after in MAY_BECOME.get(before, set())), (before, after)
