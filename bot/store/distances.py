"""Road distances that a map service gave, kept so that each way is asked for once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.store.connection import Connection

_FIND = """SELECT miles FROM road_distances
WHERE start_zip = $1 AND end_zip = $2 AND fetched_at > $3"""

_KEEP = """INSERT INTO road_distances (start_zip, end_zip, miles, fetched_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (start_zip, end_zip) DO UPDATE
SET miles = excluded.miles, fetched_at = excluded.fetched_at"""


async def find(
    conn: Connection, start_zip: str, end_zip: str, *, since: datetime
) -> Decimal | None:
    """The miles of a way, unless they were fetched before `since`."""
    found: Decimal | None = await conn.fetchval(_FIND, start_zip, end_zip, since)
    return found


async def keep(
    conn: Connection, start_zip: str, end_zip: str, *, miles: Decimal, now: datetime
) -> None:
    """Keep the miles of a way in place of what was known of it."""
    await conn.execute(_KEEP, start_zip, end_zip, miles, now)
