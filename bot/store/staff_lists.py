"""Further questions about people of the workspace and their deeds, beside bot/store/staff.py."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.connection import Connection

_BY_MAILBOX = "SELECT id FROM staff_members WHERE lower(email) = ANY ($1) AND email <> ''"

_IS_TAKEN_IN = "SELECT EXISTS (SELECT FROM desk_events WHERE key = $1)"


async def list_by_mailbox(conn: Connection, mailboxes: Sequence[str]) -> tuple[str, ...]:
    """Ids of the people with one of these mailboxes, in small letters, as far as looked up."""
    rows = await conn.fetch(_BY_MAILBOX, list(mailboxes))
    return tuple(row["id"] for row in rows)


async def is_taken_in(conn: Connection, key: str) -> bool:
    """Whether this was done already; whoever does it notes so with `staff.take_in`."""
    return bool(await conn.fetchval(_IS_TAKEN_IN, key))
