"""The two workers of a simulated year, without Redis: look into the database, do what is owed.

Most passes look only for what follow-ups hang on, by the same questions as the sweep asks; the
sweep itself, with all else that a service does, comes by a few times a day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from arq import Retry
from world import World

from bot.store import bookings, outbox
from bot.store.connection import borrow
from jobs.base import JobDeps, jobs, perform
from jobs.queue import Doorbell
from jobs.sweep import sweep

PASSES_MAX = 40
AT_ONCE = 8
LIMIT = 500
OURS = (
    "plan_follow_ups",
    "plan_campaign",
    "send_follow_up",
    "settle_follow_ups",
    "note_answers",
    "measure_follow_ups",
    "release_held",
    "end_pause",
)
"""The jobs that a follow-up passes through, beside the outbox and the upkeep of bookings."""

Wish = tuple[str, Mapping[str, str]]


class Unheard(Doorbell):
    """A doorbell that nobody hears: Redis is away."""

    def ring_for(self, job: str, key: str, ids: dict[str, str], *, delay_s: float = 0.0) -> None:
        self.is_connected = False

    def probe(self) -> None:
        self.is_connected = False


def deaf(world: World, deps: JobDeps) -> JobDeps:
    """That worker, without Redis."""
    unheard = Unheard(None, world.ground.clock)  # type: ignore[arg-type]  # It writes to no Redis.
    unheard.is_connected = False
    return replace(deps, doorbell=unheard)


async def work(deps: JobDeps) -> frozenset[str]:
    """Pass after pass until nothing is owed; the jobs that are owed again and again, if any."""
    wishes: list[Wish] = []
    for _ in range(PASSES_MAX):
        wishes = await _look(deps)
        if not wishes:
            break
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for name, ids in wishes:
                group.create_task(_do(deps, places, name, ids))
    return frozenset(name for name, _ids in wishes)


async def sweep_once(deps: JobDeps) -> None:
    """One pass over all that a service does."""
    here: set[asyncio.Task[None]] = set()
    try:
        await sweep(deps, here)
        await asyncio.gather(*here, return_exceptions=True)
    finally:
        for task in here:
            task.cancel()


async def _look(deps: JobDeps) -> list[Wish]:
    now = deps.bot.clock.now()
    zone = deps.bot.profile.business.zone
    async with borrow(deps.bot.pool) as conn:
        owed: list[Wish] = [
            ("deliver", {"conversation_id": str(each)})
            for each in await outbox.list_due(conn, now=now, limit=LIMIT)
        ]
        lost = await outbox.list_lost(conn, limit=LIMIT)
        owed += [("look_up_send", {"message_id": str(each)}) for each in lost]
        if await bookings.is_upkeep_due(conn, now=now, zone=zone):
            owed.append(("keep_bookings", {}))
        for name in OURS:
            due = jobs()[name].due
            assert due is not None
            owed += [(name, dict(ids)) for ids in await due(deps, conn)]
    return owed


async def _do(deps: JobDeps, places: asyncio.Semaphore, name: str, ids: Mapping[str, str]) -> None:
    async with places:
        try:
            await perform(deps, name, ids)
        except Retry:
            return  # The next pass finds it.
