"""Who is signed in at the console: a digest of each cookie, and until when it is believed.

bot/desk/console.py makes the cookies and asks who they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    digest: bytes
    staff_id: str
    is_owner: bool
    """Whether they were one when they signed in."""
    created_at: datetime
    expires_at: datetime


_OPEN = """INSERT INTO console_sessions (digest, staff_id, is_owner, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5)"""
_FIND = "SELECT * FROM console_sessions WHERE digest = $1 AND expires_at > $2"
_CLOSE = "DELETE FROM console_sessions WHERE digest = $1"
_CLOSE_ALL = "DELETE FROM console_sessions WHERE staff_id = $1"
_FORGET = "DELETE FROM console_sessions WHERE expires_at <= $1"


async def open_one(conn: Connection, new: Session) -> None:
    """Keep one, and drop those that nobody believes any more."""
    await conn.execute(_FORGET, new.created_at)
    facts = (new.digest, new.staff_id, new.is_owner, new.created_at, new.expires_at)
    await conn.execute(_OPEN, *facts)


async def find(conn: Connection, digest: bytes, *, now: datetime) -> Session | None:
    """Whose it is; None where nobody is signed in by it."""
    row = await conn.fetchrow(_FIND, digest, now)
    return None if row is None else Session(**dict(row))


async def close(conn: Connection, digest: bytes) -> None:
    """They have signed out."""
    await conn.execute(_CLOSE, digest)


async def close_all(conn: Connection, staff_id: str) -> None:
    """They are nobody any more, wherever they had signed in."""
    await conn.execute(_CLOSE_ALL, staff_id)
