"""Posts what is owed to the desk, once: an escalation's card, a notice. No job itself.

A desk that cannot be reached delays the post and nothing else (I14). After an unknown outcome the
post is looked for before another is made (I5). jobs/escalate.py and jobs/notify_desk.py call it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.store.connection import Connection, borrow
from channels.desk import PostedCard
from jobs.base import JobDeps, backoff_s

CLAIM_S = 50.0
LOOK_MAX_S = 20.0
LOOK_AFTER_S = 5.0
LOOK_AGAIN_S = 60.0
RETRY_CAP_S = 300.0
REFUSED_AGAIN_S = 300.0
"""A refusal waits for somebody to mend the desk's settings; the post stays owed."""
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Refusals to change a post that no waiting mends: it was deleted, or is too old."""

RowId = TypeVar("RowId")
RowIdIn = TypeVar("RowIdIn", contravariant=True)


class PostStore(Protocol[RowIdIn]):
    """Where it is kept what became of a post; a module of bot/store."""

    async def mark_posted(
        self, conn: Connection, row_id: RowIdIn, /, *, desk_channel: str, desk_ts: str
    ) -> None:
        """It stands there."""

    async def retry_post(
        self, conn: Connection, row_id: RowIdIn, /, *, due_at: datetime, error: str
    ) -> None:
        """It was not taken and stays owed."""

    async def leave_in_doubt(
        self, conn: Connection, row_id: RowIdIn, /, *, look_after_s: float, error: str
    ) -> None:
        """Nobody knows yet; look before posting it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(Generic[RowId]):
    """A post that has been claimed."""

    id: RowId
    attempts: int
    in_doubt: bool
    """Whether it was posted before without an outcome."""
    store: PostStore[RowId]
    find: Callable[[], Awaitable[PostedCard | None]]
    post: Callable[[], Awaitable[PostedCard]]
    ring: Callable[[float], None]
    """Has the job come back after so many seconds."""


class _StillInDoubt(Exception):
    """The desk could not say whether the post stands there; posting blindly might double it."""


async def post_once(deps: JobDeps, owed: Owed[RowId]) -> bool:
    """Post it unless it stands already, and keep what came of it; whether it stands now."""
    try:
        posted = await _posted(owed)
    except _StillInDoubt as error:
        await _doubt(deps, owed, LOOK_AGAIN_S, error)
    except VendorUnavailable as error:
        # Where Slack, or the pace, says when, that is when; spread, so that not all come at once.
        told_s = error.retry_after_s
        wait_s = (
            backoff_s(owed.attempts, cap_s=RETRY_CAP_S)
            if told_s is None
            else told_s + backoff_s(1, base_s=max(0.2, told_s / 4))
        )
        await _owe(deps, owed, wait_s, error)
    except VendorRefused as error:
        await _owe(deps, owed, REFUSED_AGAIN_S, error)
    except VendorSilent as error:
        await _doubt(deps, owed, LOOK_AFTER_S, error)
    else:
        async with borrow(deps.bot.pool) as conn:
            await owed.store.mark_posted(
                conn, owed.id, desk_channel=posted.channel, desk_ts=posted.ts
            )
        return True
    return False


async def _posted(owed: Owed[RowId]) -> PostedCard:
    if owed.in_doubt:
        try:
            async with asyncio.timeout(LOOK_MAX_S):
                found = await owed.find()
        except (VendorUnavailable, VendorRefused, TimeoutError) as error:
            raise _StillInDoubt(str(error)) from error
        if found is not None:
            return found
    return await owed.post()


async def _owe(deps: JobDeps, owed: Owed[RowId], wait_s: float, error: Exception) -> None:
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    async with borrow(deps.bot.pool) as conn:
        await owed.store.retry_post(conn, owed.id, due_at=due_at, error=str(error)[:300])
    owed.ring(wait_s)


async def _doubt(deps: JobDeps, owed: Owed[RowId], look_after_s: float, error: Exception) -> None:
    async with borrow(deps.bot.pool) as conn:
        await owed.store.leave_in_doubt(
            conn, owed.id, look_after_s=look_after_s, error=str(error)[:300]
        )
