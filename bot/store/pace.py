"""How fast and how much each of our senders may send: slots, rests that a vendor asks for, days.

jobs/deliver.py asks. A rest holds the whole sender, since a vendor that says "too many" means all
of us; what is asked for while it rests gets its slot behind it.
"""

from __future__ import annotations

from datetime import date

from bot.store.connection import Connection

_RESERVE = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE
SET next_at = greatest(p.next_at, clock_timestamp()) + make_interval(secs => $3)
RETURNING greatest(0, extract(epoch FROM old.next_at - clock_timestamp()))::float8"""

_REST = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE SET next_at = greatest(p.next_at, excluded.next_at)"""

_COUNT = """INSERT INTO sender_days AS y (channel, sender, day, sent) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, sender, day) DO UPDATE SET sent = y.sent + excluded.sent"""

_CAP = """INSERT INTO sender_days AS y (channel, sender, day, capped) VALUES ($1, $2, $3, true)
ON CONFLICT (channel, sender, day) DO UPDATE SET capped = true WHERE NOT y.capped RETURNING true"""


async def reserve_slot(conn: Connection, channel: str, sender: str, *, per_second: float) -> float:
    """Take this sender's next slot at the vendor; seconds until it comes, in order of asking."""
    wait_s: float | None = await conn.fetchval(_RESERVE, channel, sender, 1.0 / per_second)
    return wait_s or 0.0


async def rest(conn: Connection, channel: str, sender: str, *, for_s: float) -> None:
    """Let the sender send nothing for so long; a longer rest that it has stays."""
    await conn.execute(_REST, channel, sender, for_s)


async def count(conn: Connection, channel: str, sender: str, *, day: date, sent: int) -> None:
    """The sender has sent so much on a day of the business's."""
    await conn.execute(_COUNT, channel, sender, day, sent)


async def cap(conn: Connection, channel: str, sender: str, *, day: date) -> bool:
    """The vendor takes no more of the sender on that day; whether that is news."""
    return bool(await conn.fetchval(_CAP, channel, sender, day))
