"""People of the workspace and its groups as last looked up, and what they did that was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import CustomerId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of the workspace, as its directory says."""

    id: str
    name: str
    looked_up_at: datetime
    email: str = ""
    zone: str = ""
    is_admin: bool = False
    is_outsider: bool = False
    """A guest, an app, somebody who left, or of another workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Who is in a user group, or in the staff channel."""

    id: str
    members: frozenset[str]
    looked_up_at: datetime


_FIND = "SELECT * FROM staff_members WHERE id = $1"

_NAMES = "SELECT id, name FROM staff_members WHERE id = ANY ($1)"

_HAS_WRITTEN = """SELECT EXISTS (SELECT FROM conversations c
  JOIN messages m ON m.conversation_id = c.id AND m.author = 'staff'
  JOIN staff_members s ON s.id = m.rest ->> 'staff'
  WHERE c.customer_id = $1 AND lower($2) IN (lower(s.name), lower(split_part(s.name, ' ', 1))))"""

_KEEP = """INSERT INTO staff_members (id, name, email, zone, is_admin, is_outsider, looked_up_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET name = $2, email = $3, zone = $4,
  is_admin = $5, is_outsider = $6, looked_up_at = $7"""

_GROUPS = "SELECT id, members, looked_up_at FROM staff_groups WHERE id = ANY ($1)"

_KEEP_GROUP = """INSERT INTO staff_groups (id, members, looked_up_at) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET members = $2, looked_up_at = $3"""

_TAKE_IN = "INSERT INTO desk_events (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true"

_HAS_EVENTS = "SELECT EXISTS (SELECT FROM desk_events WHERE created_at < $1)"

_FORGET = "DELETE FROM desk_events WHERE created_at < $1"


async def find(conn: Connection, person_id: str) -> Person | None:
    """Somebody, if they were ever looked up."""
    row = await conn.fetchrow(_FIND, person_id)
    return None if row is None else Person(**dict(row))


async def read_names(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """What people are called, by id; without those nobody has looked up."""
    return {row["id"]: row["name"] for row in await conn.fetch(_NAMES, list(ids))}


async def has_written(conn: Connection, customer_id: CustomerId, name: str) -> bool:
    """Whether somebody of staff who is called so has written to this customer."""
    return bool(await conn.fetchval(_HAS_WRITTEN, customer_id, name))


async def keep(conn: Connection, person: Person) -> None:
    """What the directory says of somebody now."""
    await conn.execute(
        _KEEP,
        person.id,
        person.name,
        person.email,
        person.zone,
        person.is_admin,
        person.is_outsider,
        person.looked_up_at,
    )


async def read_groups(conn: Connection, ids: Sequence[str]) -> tuple[Group, ...]:
    """The groups of these that were ever looked up."""
    rows = await conn.fetch(_GROUPS, list(ids))
    return tuple(
        Group(id=row["id"], members=frozenset(row["members"]), looked_up_at=row["looked_up_at"])
        for row in rows
    )


async def keep_group(conn: Connection, group: Group) -> None:
    """Who is in a group now."""
    await conn.execute(_KEEP_GROUP, group.id, sorted(group.members), group.looked_up_at)


async def take_in(conn: Connection, key: str) -> bool:
    """Note that this was done, inside the deed's transaction; False where it was noted before."""
    return bool(await conn.fetchval(_TAKE_IN, key))


async def has_events(conn: Connection, *, before: datetime) -> bool:
    """Whether there are notes as old as that."""
    return bool(await conn.fetchval(_HAS_EVENTS, before))


async def forget_events(conn: Connection, *, before: datetime) -> None:
    """Drop notes so old that nobody repeats them any more."""
    await conn.execute(_FORGET, before)
