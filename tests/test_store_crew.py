"""The crew as planning reads it: who is there, and what truly keeps them busy (I8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import asyncpg
from crew_samples import PROFILE, ZONE, demand, local

from bot.booking.availability import judge, window
from bot.domain_booking import ChefId
from bot.store import crew

NOW = datetime(2026, 6, 1, 17, tzinfo=UTC)
SATURDAY = date(2026, 6, 13)
_BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, zip_code, agreed_at, held_until)
VALUES ($1, uuidv7(), uuidv7(), uuidv7(), 'hibachi', $2, $3, $4, 12, 1, '94539', $5, $6)
RETURNING id"""
_ASSIGNED = """INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy, released_at)
SELECT $1, id, number, tstzrange($3, $4), $5 FROM chefs WHERE code = $2"""


async def connect(database_url: str) -> asyncpg.Connection:
    """With foreign keys unchecked: who the customers are does not matter here."""
    conn = await asyncpg.connect(database_url)
    await conn.execute("SET session_replication_role = replica")
    return conn


async def book(
    conn: asyncpg.Connection,
    code: str,
    starts_at: datetime,
    *,
    chef: str = "kenji",
    status: str = "confirmed",
    held_until: datetime | None = None,
    released_at: datetime | None = None,
) -> None:
    """An event of three hours with an hour's way before it."""
    begins = starts_at.astimezone(UTC)
    ends = begins + timedelta(hours=3)
    row = (code, begins, ends, status, None if status == "held" else NOW, held_until)
    booking = await conn.fetchval(_BOOKING, *row)
    leaves = begins - timedelta(hours=1)
    await conn.execute(_ASSIGNED, booking, chef, leaves, ends, released_at)


async def test_only_what_still_stands_keeps_a_chef_busy(database_url: str) -> None:
    conn = await connect(database_url)
    noon, minute = local(SATURDAY, time(12)), timedelta(minutes=1)
    days = [noon + timedelta(days=ahead) for ahead in range(7)]
    await book(conn, "CONFIRMED", days[0])
    await book(conn, "HELD", days[1], status="held", held_until=NOW + minute)
    await book(conn, "RANOUT", days[2], status="held", held_until=NOW - minute)
    await book(conn, "CHANGED", days[3], status="changed")
    await book(conn, "DONE", days[4], status="completed")
    await book(conn, "MOVED", days[5], released_at=NOW)
    await book(conn, "BEYOND", days[6] + timedelta(days=2))
    await book(conn, "CALLEDOFF", days[6], status="cancelled")
    first, last = window(SATURDAY, SATURDAY + timedelta(days=6), ZONE)
    roster = await crew.read_roster(conn, first=first, last=last, now=NOW)
    assert [e.starts_at for e in roster.engagements] == [
        day.astimezone(UTC) for day in (days[0], days[1], days[3], days[4])
    ]
    engagement = roster.engagements[0]
    assert engagement.leaves_at == engagement.starts_at - timedelta(hours=1)
    assert engagement.zip_code == "94539"
    kenji = next(chef for chef in roster.chefs if chef.code == "kenji")
    assert {e.chef_id for e in roster.engagements} == {kenji.id}
    await conn.close()


async def test_the_window_sees_the_neighbours_of_its_first_and_last_day(database_url: str) -> None:
    """An event that ends at midnight before, and one that is left for after."""
    conn = await connect(database_url)
    late = local(SATURDAY - timedelta(days=1), time(21))
    early = local(SATURDAY + timedelta(days=1), time(0, 30))
    await book(conn, "BEFORE", late)
    await book(conn, "AFTER", early)
    first, last = window(SATURDAY, SATURDAY, ZONE)
    roster = await crew.read_roster(conn, first=first, last=last, now=NOW)
    assert len(roster.engagements) == 2
    noon = local(SATURDAY, time(12))
    assert judge(PROFILE, roster, demand(), noon, now=NOW).is_open
    await conn.close()


async def test_absences_events_of_late_and_chefs_who_left(database_url: str) -> None:
    conn = await connect(database_url)
    await conn.execute("UPDATE chefs SET is_active = false WHERE code = 'andre'")
    await conn.execute(
        "INSERT INTO absences (chef_id, starts_on, ends_on, reason)"
        " SELECT id, date '2026-06-13', date '2026-06-14', 'wedding' FROM chefs WHERE code = 'wei'"
        " UNION ALL SELECT NULL, date '2026-06-20', date '2026-06-20', 'inventory'"
        " UNION ALL SELECT NULL, date '2026-07-04', date '2026-07-04', 'holiday'"
    )
    await book(conn, "LATELY", NOW - timedelta(days=20), status="completed")
    await book(conn, "AHEAD", NOW + timedelta(days=40))
    await book(conn, "LONGAGO", NOW - timedelta(days=40), status="completed")
    await book(conn, "NOTHERS", NOW - timedelta(days=5), chef="marisol", released_at=NOW)
    first, last = window(SATURDAY, SATURDAY + timedelta(days=7), ZONE)
    roster = await crew.read_roster(conn, first=first, last=last, now=NOW)
    ids: dict[str, ChefId] = {chef.code: chef.id for chef in roster.chefs}
    assert sorted(ids) == ["kenji", "marisol", "wei"]
    assert {(away.chef_id, away.reason) for away in roster.absences} == {
        (ids["wei"], "wedding"),
        (None, "inventory"),
    }
    assert dict(roster.served) == {ids["kenji"]: 2}
    await conn.close()


async def test_the_profile_seeds_the_crew_once(database_url: str) -> None:
    conn = await connect(database_url)
    assert await crew.seed(conn, PROFILE) == 0
    await conn.execute("DELETE FROM chefs")
    assert await crew.seed(conn, PROFILE) == len(PROFILE.chefs)
    first, last = window(SATURDAY, SATURDAY, ZONE)
    roster = await crew.read_roster(conn, first=first, last=last, now=NOW)
    for chef in roster.chefs:
        written = PROFILE.chefs[chef.code]
        assert (chef.name, chef.home_zip) == (written.name, written.home_zip)
        assert chef.languages == frozenset(written.languages)
        assert len(chef.days_off) == len(written.days_off)
    await conn.close()
