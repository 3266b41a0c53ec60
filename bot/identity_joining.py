"""Joins two customers who proved to be one, and parts them again: one transaction each.

Whose conversation stays: the one in which staff have the floor, else the one the proof was given
in. Two at once wait for nobody and are told plainly that somebody else is at it. Never by name:
callers are a typed code (bot/identity.py), staff (`concierge customers`) and a vendor that names
one person in two ways (bot/identity_aliases.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from bot import memory
from bot.booking.freeing import let_lapse
from bot.domain import ConversationId, CustomerId, Mode
from bot.domain_memory import MANY
from bot.errors import Conflict, NotFound
from bot.profile import Profile
from bot.store import assignments, audit, merges, merges_undone
from bot.store.connection import Connection
from bot.store.merges import Talk


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it."""

    merge_id: UUID
    talk: ConversationId | None
    """The conversation that goes on, if any was open."""
    epoch: int
    released_hold: bool
    """Whether an older undecided hold was let go: a customer has one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who is to be joined, and by what proof."""

    kept: CustomerId
    joined: CustomerId
    proof: Literal["code", "staff", "vendor"]
    actor: str
    here: ConversationId | None = None
    """Where the proof was given; that conversation is locked, and its turn is the one that asks."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Locks that somebody else holds as one line; the transaction is over either way."""
    try:
        yield
    except (
        asyncpg.LockNotAvailableError,
        asyncpg.DeadlockDetectedError,
        asyncpg.UniqueViolationError,
    ) as error:
        raise Conflict("somebody is busy with one of these customers; try again") from error


async def join(conn: Connection, profile: Profile, wish: Wish, *, now: datetime) -> Joined:
    """Make one customer of two, inside the caller's transaction.

    Raises:
        NotFound: one of them does not exist.
        Conflict: they are one already, one was joined elsewhere, both are with staff, or another
            is at it.
    """
    with _told_plainly():
        await _check(conn, wish)
        talks = await merges.lock_talks(conn, (wish.kept, wish.joined))
        stays, goes = _choose(talks, wish)
        epoch = await _fenced(conn, stays, wish)
        waiting: tuple[UUID, ...] = ()
        carried: tuple[str, ...] = ()
        if stays and goes:
            waiting = await merges.close_into(conn, goes, stays.id, epoch=epoch)
            carried = await memory.carry(conn, goes.id, stays.id)
        released = await _release_older(conn, profile, wish, now=now)
        moved: dict[str, object] = dict(await merges.move(conn, wish.joined, wish.kept))
        many = sorted(MANY)
        moved["replaced"] = await merges.settle_memories(conn, wish.kept, wish.joined, many=many)
        moved["before"] = await merges.fill_in(conn, wish.kept, wish.joined)
        moved["messages"] = [str(id_) for id_ in waiting]
        if stays and goes:
            moved["carried"] = {str(stays.id): carried}
            moved["closed"] = str(goes.id)
            moved["closed_of"] = "kept" if goes.customer_id == wish.kept else "joined"
        by = (wish.proof, wish.actor)
        merge_id = await merges.insert(conn, wish.kept, wish.joined, by=by, moved=moved)
    detail = {"joined": str(wish.joined), "merge": str(merge_id), "proof": wish.proof}
    subject = f"customer {wish.kept}"
    await audit.record(conn, actor=wish.actor, act="customer.merge", subject=subject, detail=detail)
    return Joined(merge_id, stays.id if stays else None, epoch, released)


async def part(conn: Connection, merge_id: UUID, *, by: str, now: datetime) -> int:
    """Undo a merge, inside the caller's transaction; how many rows went back.

    Raises:
        NotFound: there is no such merge.
        Conflict: it is undone already, or the one customer was joined to a third since.
    """
    with _told_plainly():
        merge = await merges_undone.get(conn, merge_id)
        if merge is None:
            raise NotFound(f"there is no merge {merge_id}")
        if merge.is_undone:
            raise Conflict(f"merge {merge_id} is undone already")
        await merges.lock_customers(conn, (merge.kept_id, merge.joined_id))
        if await merges.find_joined(conn, merge.kept_id) is not None:
            raise Conflict("the customer was joined to another since; undo that merge first")
        for open_talk in await merges.lock_talks(conn, (merge.kept_id, merge.joined_id)):
            await merges.void(conn, open_talk)
        count = await merges_undone.move_back(conn, merge)
        for talk, carried in merge.moved.get("carried", {}).items():
            await memory.take_back(conn, ConversationId(UUID(talk)), carried)
        await merges_undone.reopen(conn, merge)
        await merges_undone.restore(conn, merge, at=now, by=by)
    detail = {"joined": str(merge.joined_id), "merge": str(merge_id), "rows": count}
    subject = f"customer {merge.kept_id}"
    await audit.record(conn, actor=by, act="customer.unmerge", subject=subject, detail=detail)
    return count


async def _check(conn: Connection, wish: Wish) -> None:
    if wish.kept == wish.joined:
        raise Conflict("these are one customer already")
    if await merges.lock_customers(conn, (wish.kept, wish.joined)) != 2:
        raise NotFound(f"customer {wish.kept} or {wish.joined}")
    for who in (wish.kept, wish.joined):
        onto = await merges.find_joined(conn, who)
        if onto is not None:
            raise Conflict(f"customer {who} was joined to customer {onto} already; name that one")


def _choose(talks: Sequence[Talk], wish: Wish) -> tuple[Talk | None, Talk | None]:
    """Which open conversation stays, and which is closed for it."""
    if len(talks) < 2:
        return (talks[0] if talks else None), None
    with_staff = [talk for talk in talks if talk.mode is Mode.HUMAN]
    if len(with_staff) == 2:
        raise Conflict("staff have both conversations; hand one back to the bot first")
    here = [t for t in talks if t.id == wish.here] or [
        t for t in talks if t.customer_id == wish.kept
    ]
    stays = (with_staff or here)[0]
    return stays, next(talk for talk in talks if talk is not stays)


async def _fenced(conn: Connection, stays: Talk | None, wish: Wish) -> int:
    """The epoch of the conversation that stays. What is thought in it dies, unless it asks."""
    if stays is None:
        return 0
    return stays.epoch if stays.id == wish.here else await merges.fence(conn, stays)


async def _release_older(conn: Connection, profile: Profile, wish: Wish, *, now: datetime) -> bool:
    holders = await merges.list_undecided(conn, (wish.kept, wish.joined))
    if len(holders) < 2:
        return False
    await assignments.lock_crew(conn)
    return bool(await let_lapse(conn, profile, now=now, customer_id=holders[0]))
