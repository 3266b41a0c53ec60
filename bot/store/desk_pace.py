"""How fast the desk may be spoken to, over all processes: slots per method and place, in turn.

The same table paces the senders of channels; a slot that is too far away is not taken at all, so
that whoever comes back later has not spent one meanwhile.
"""

from __future__ import annotations

from bot.store.connection import Connection

DESK = "desk"

_TAKE = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE SET next_at =
  CASE WHEN p.next_at > clock_timestamp() + make_interval(secs => $4) THEN p.next_at
  ELSE greatest(p.next_at, clock_timestamp()) + make_interval(secs => $3) END
RETURNING greatest(0, extract(epoch FROM old.next_at - clock_timestamp()))::float8"""

_HOLD = """INSERT INTO sender_pace AS p (channel, sender, next_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (channel, sender) DO UPDATE SET next_at = greatest(p.next_at, excluded.next_at)"""


async def take_slot(conn: Connection, place: str, *, step_s: float, within_s: float) -> float:
    """Seconds until the next slot there, which is taken unless it is farther than `within_s`.

    Args:
        conn: outside of any transaction, since everybody who speaks there waits for the row.
        place: the method, and the channel where each has its own pace.
        step_s: from one slot to the next.
        within_s: how far a slot may be to be taken.
    """
    wait_s: float | None = await conn.fetchval(_TAKE, DESK, place, step_s, within_s)
    return wait_s or 0.0


async def hold_off(conn: Connection, place: str, *, wait_s: float) -> None:
    """The vendor said how long to wait: nobody takes a slot there before."""
    await conn.execute(_HOLD, DESK, place, wait_s)
