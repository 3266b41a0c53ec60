"""How long a month of slots takes for fifty chefs, and the choice of a team among them.

Two years of past events and three months of coming ones lie in the database. Reading the books and
finding the slots in them are timed apart: the first is PostgreSQL's work, the second ours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import asyncpg

from bench.filling import FORGET_COUNTS, QUICKLY
from bench.report import Line, Table, percentile
from bench.rig import Rig
from bot.booking.availability import open_slots, window
from bot.booking.crew import Demand, business_zone
from bot.booking.matching import choose_team
from bot.clock import SystemClock
from bot.domain_booking import Roster
from bot.profile import Profile, load_profile
from bot.store import crew
from bot.store.connection import Connection, open_pool

CHEFS = 50
DAYS = 31
PAST_DAYS = 730
AHEAD_DAYS = 90
ROUNDS = 60
WARM_UP = 5
AIM_MS = 20.0
TEAM_AIM_MS = 5.0
WORKERS = 3
STRENGTHS = ("kids", "birthdays", "corporate", "halal")
ZIPS = (
    "94539 94536 94538 95112 95123 95035 94301 94025 94063 94401 94015 94080 94110 94122 94601"
    " 94610 94704 94804 94520 94550 94568 94588 94541 94544 95070 95014 94040 94086 94901 95814"
).split()

CREW = """INSERT INTO chefs (code, name, home_zip, services, languages, strengths, events_a_day)
SELECT 'chef_' || n, 'Chef ' || n, ($1::text[])[1 + n % cardinality($1)], '{hibachi}',
  ARRAY['en', (ARRAY['es', 'zh', 'ja'])[1 + n % 3]],
  ARRAY(SELECT s FROM unnest($2::text[]) WITH ORDINALITY AS w(s, place)
        WHERE (n >> place::int) % 2 = 1), 2
FROM generate_series(1, $3::int) AS n"""

# Three of ten chefs at noon and three of ten in the evening: a thousand events a month.
EVENTS = """CREATE TABLE events AS
SELECT uuidv7() AS id, c.id AS chef_id, c.number, (day + clock) AT TIME ZONE $4 AS starts_at,
  ($1::text[])[1 + abs(hashint4(c.number * 7 + extract(doy FROM day)::int)) % cardinality($1)]
    AS zip
FROM chefs c, unnest(ARRAY[time '12:00', time '18:00']) AS clock,
  generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') AS day
WHERE abs(hashint8(c.number * 100003 + extract(epoch FROM day + clock)::bigint)) % 10 < 3"""

BOOKINGS = """INSERT INTO bookings (id, code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, zip_code, agreed_at)
SELECT id, id::text, uuidv7(), uuidv7(), uuidv7(), 'hibachi', starts_at,
  starts_at + interval '3 hours', CASE WHEN starts_at < $1 THEN 'completed' ELSE 'confirmed' END,
  12, 1, zip, starts_at - interval '9 days' FROM events ORDER BY starts_at"""

ASSIGNMENTS = """INSERT INTO chef_assignments (booking_id, chef_id, chef_number, busy)
SELECT id, chef_id, number,
  tstzrange(starts_at - interval '80 minutes', starts_at + interval '3 hours')
FROM events ORDER BY starts_at"""


LARGE_SCANS = """SELECT relname FROM pg_stat_user_tables
WHERE relname IN ('bookings', 'chef_assignments') AND seq_scan > 0 ORDER BY 1"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """The same month, again and again."""
    profile, now = load_profile(), SystemClock().now()
    today = now.astimezone(business_zone(profile)).date()
    url = await rig.database("availability")
    await fill(url, profile, today, now)
    first = today + timedelta(days=3)
    last = first + timedelta(days=DAYS - 1)
    pool = await open_pool(url, size=1)
    async with pool.acquire() as conn:
        rounds = [
            await _round(conn, profile, first, last, now=now) for _ in range(WARM_UP + ROUNDS)
        ]
        roster = await _read(conn, profile, first, last, now=now)
    await pool.close()
    read_whole = await _read_whole(url)
    teams = [_team_ms(profile, roster, now + timedelta(days=10)) for _ in range(ROUNDS)]
    return (_table(rounds[WARM_UP:], teams, roster, read_whole),)


async def fill(url: str, profile: Profile, today: date, now: datetime) -> None:
    """Fifty chefs and what they had on and will have on."""
    conn = await asyncpg.connect(url, command_timeout=300.0)
    await conn.execute(QUICKLY)
    await conn.execute("DELETE FROM chefs")
    await conn.execute(CREW, ZIPS, STRENGTHS, CHEFS)
    begin, end = today - timedelta(days=PAST_DAYS), today + timedelta(days=AHEAD_DAYS)
    await conn.execute(EVENTS, ZIPS, begin, end, profile.business.zone)
    await conn.execute(BOOKINGS, now)
    await conn.execute(ASSIGNMENTS)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()
    conn = await asyncpg.connect(url)  # What the first has counted is known once it has left.
    await conn.execute(FORGET_COUNTS)
    await conn.close()


async def _read_whole(url: str) -> Sequence[str]:
    """Large tables of which no index was used."""
    conn = await asyncpg.connect(url)
    found = [row["relname"] for row in await conn.fetch(LARGE_SCANS)]
    await conn.close()
    return found


async def _read(
    conn: Connection, profile: Profile, first: date, last: date, *, now: datetime
) -> Roster:
    begin, end = window(first, last, business_zone(profile))
    return await crew.read_roster(conn, first=begin, last=end, now=now)


async def _round(
    conn: Connection, profile: Profile, first: date, last: date, *, now: datetime
) -> tuple[float, float, int]:
    """Milliseconds of reading and of finding, and how many slots are open."""
    demand = Demand(service="hibachi", headcount=12, workers=1, zip_code="94539")
    began_s = time.perf_counter()
    roster = await _read(conn, profile, first, last, now=now)
    read_s = time.perf_counter()
    slots = open_slots(profile, roster, demand, first, last, now=now)
    found_s = time.perf_counter()
    free = sum(slot.is_open for slot in slots)
    return (read_s - began_s) * 1000.0, (found_s - read_s) * 1000.0, free


def _team_ms(profile: Profile, roster: Roster, starts_at: datetime) -> float:
    demand = Demand(
        service="hibachi",
        headcount=80,
        workers=WORKERS,
        zip_code="94539",
        language="es",
        strengths=STRENGTHS[:2],
    )
    began_s = time.perf_counter()
    choose_team(profile, roster, demand, starts_at)
    return (time.perf_counter() - began_s) * 1000.0


def _table(
    rounds: Sequence[tuple[float, float, int]],
    teams: Sequence[float],
    roster: Roster,
    read_whole: Sequence[str],
) -> Table:
    reading, finding = [r[0] for r in rounds], [r[1] for r in rounds]
    both = [r[0] + r[1] for r in rounds]
    middle = percentile(both, 0.5)
    return Table(
        title=f"A month of slots for {len(roster.chefs)} chefs",
        lines=(
            Line(
                what="p50 of reading the books and finding the slots, ms",
                measured=f"{middle:.1f}",
                aim=f"< {AIM_MS:.0f} ms",
                met=middle < AIM_MS,
            ),
            Line(what="of it reading the books, ms", measured=f"{percentile(reading, 0.5):.1f}"),
            Line(what="of it finding the slots, ms", measured=f"{percentile(finding, 0.5):.1f}"),
            Line(what="p95 of both, ms", measured=f"{percentile(both, 0.95):.1f}"),
            Line(
                what=f"p50 of choosing {WORKERS} of {len(roster.chefs)} chefs, ms",
                measured=f"{percentile(teams, 0.5):.1f}",
                aim=f"< {TEAM_AIM_MS:.0f} ms",
                met=percentile(teams, 0.5) < TEAM_AIM_MS,
            ),
            Line(
                what="large tables read without an index",
                measured=", ".join(read_whole) or "none",
                aim="none",
                met=not read_whole,
            ),
        ),
        notes=(
            f"{DAYS} days with {len(roster.engagements)} events around them, {rounds[0][2]} slots"
            f" open; two years of past events lie beside them. {len(rounds)} rounds on one"
            " connection.",
        ),
    )
