"""Tokens that prove a request and cover none of its body: each is good for one body, everywhere.

A vendor that tries again sends the same body under the same token; anything else under it was made
by somebody who has seen a request of the vendor's (I11).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.connection import Connection

KEPT = timedelta(days=1)
"""Longer than any vendor's timestamp is believed."""

# The update changes nothing: it makes the row that was there before come back.
_SPEND = """INSERT INTO spent_tokens AS t (channel, token, digest, expires_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, token) DO UPDATE SET token = excluded.token
RETURNING t.digest = $3"""

_FORGET = "DELETE FROM spent_tokens WHERE expires_at < now()"


async def spend(conn: Connection, channel: str, token: str, *, digest: bytes, at: datetime) -> bool:
    """Whether the token is this body's: of now on, or since it first came."""
    return bool(await conn.fetchval(_SPEND, channel, token, digest, at + KEPT))


async def forget_old(conn: Connection) -> None:
    """Nobody believes them any more."""
    await conn.execute(_FORGET)
