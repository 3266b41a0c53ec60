"""What planning follow-ups adds to the writes of a booking: with it, and with its causes off.

The same books and the same writes as bench/reserving.py, by turns, so that both see the same
machine. Each customer has talked with us for months before.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.availability import CHEFS, fill
from bench.report import Line, Table, paired, percentile, spread
from bench.reserving import NAMES, list_wishes, time_round
from bench.rig import Rig
from bot.booking.crew import business_zone
from bot.booking.reminders import CAUSES
from bot.clock import SystemClock
from bot.profile import Profile, load_profile
from bot.store.connection import open_pool

PAIRS = 100
WARM_UP = 10
HEARD = 120
"""Messages of each customer, and as many answers to them."""
AIM_MS = 5.0

_TALKED = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, status, text, created_at)
SELECT m.conversation_id, m.address_id, d.direction, 'sms', m.id || d.direction || n, d.author,
  d.status, 'hello', now() - make_interval(hours => n * 17)
FROM messages m, generate_series(1, $2) n,
  (VALUES ('inbound', 'customer', 'answered'), ('outbound', 'bot', 'delivered'))
    AS d(direction, author, status)
WHERE m.id = ANY($1)"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """One booking with planning, one without, and so on."""
    profile, now = load_profile(), SystemClock().now()
    today = now.astimezone(business_zone(profile)).date()
    url = await rig.database("planning")
    await fill(url, profile, today, now)
    pool = await open_pool(url, size=1)
    ours, theirs = [], []
    async with pool.acquire() as conn:
        wishes = await list_wishes(conn, profile, today, now, 2 * (WARM_UP + PAIRS))
        await conn.execute(_TALKED, [message_id for _wish, message_id in wishes], HEARD)
        await conn.execute("ANALYZE")
        for n, (wish, message_id) in enumerate(wishes):
            rules, found = ((profile, ours), (_without(profile), theirs))[n % 2]
            found.append(await time_round(conn, rules, wish, message_id, now=now))
        planned = await conn.fetchval("SELECT count(*) FROM follow_ups WHERE status = 'planned'")
    await pool.close()
    return (_table(ours[WARM_UP:], theirs[WARM_UP:], planned),)


def _without(profile: Profile) -> Profile:
    """The profile that plans nothing for a booking."""
    rules = profile.follow_ups.model_copy(update={"off": CAUSES})
    return profile.model_copy(update={"follow_ups": rules})


def _table(
    ours: Sequence[dict[str, float]], theirs: Sequence[dict[str, float]], planned: int
) -> Table:
    totals = [[sum(took.values()) for took in side] for side in (ours, theirs)]
    lines = [_line(name, [t[name] for t in ours], [t[name] for t in theirs]) for name in NAMES]
    lines.append(_line("all three", *totals))
    added = percentile(totals[0], 0.5) - percentile(totals[1], 0.5)
    aim = f"< {AIM_MS:.0f} ms"
    lines.append(
        Line(what="added to a booking, ms", measured=f"{added:.1f}", aim=aim, met=added < AIM_MS)
    )
    return Table(
        title="Planning follow-ups with a booking",
        lines=tuple(lines),
        notes=(
            f"{len(ours)} bookings each by turns, among the events of {CHEFS} chefs; each customer"
            f" has written {HEARD} messages. {planned} messages were planned.",
            "Compared with: the same writes with the four causes of bookings switched off.",
        ),
    )


def _line(name: str, ours: Sequence[float], theirs: Sequence[float]) -> Line:
    return Line(
        what=f"p50 of {name}, ms",
        measured=f"{percentile(ours, 0.5):.1f}",
        compared=f"{percentile(theirs, 0.5):.1f}",
        ratio=spread(paired(ours, theirs)),
    )
