"""Reads old messages anew with the present scorer, once somebody has asked for it.

Whatever is fresh comes first: while one message waits that nobody is reading, this waits; not for
one that was read and that nobody can act on. It rings no trigger and keeps the old lines.
`concierge emotions rescore` asks for it, and works at it with the same function.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from bot.deps import Deps
from bot.ids import new_id
from bot.store import rescorings, unscored
from bot.store.connection import Connection, borrow
from bot.store.rescorings import Rescoring
from jobs.base import Job, JobDeps
from jobs.emotion_batches import read_each

BATCH: Final = 32
"""Fewer than fresh ones come in a batch: a turn's own reading waits for no more than this."""
BATCHES_MAX: Final = 50
PAUSE_S: Final = 0.05
"""Between batches, so that whoever else needs the processor gets it."""


async def run(deps: JobDeps) -> None:
    """Go on where it was left; what is left after so many batches is the next run's."""
    left = BATCHES_MAX
    async with aclosing(go_on(deps.bot)) as steps:
        async for _ in steps:
            left -= 1
            if left == 0:
                break
    if left == 0:
        deps.doorbell.ring("rescore_emotions", str(new_id()))


async def go_on(deps: Deps) -> AsyncGenerator[Rescoring]:
    """Work at what is open and yield how far it has come, a batch at a time.

    Ends when all is read, when fresh messages wait, or where somebody else is at it.
    """
    scorer = deps.reader.scorer
    async with borrow(deps.pool) as conn:
        going = await rescorings.claim(conn, scorer=scorer, now=deps.clock.now())
    if going is None:
        return
    try:
        while not await _is_busy(deps):
            further = await _read_stretch(deps, going)
            if further is None:
                return
            going = further
            yield going
            await asyncio.sleep(PAUSE_S)
    finally:
        async with borrow(deps.pool) as conn:
            await rescorings.let_go(conn, going)


async def _is_busy(deps: Deps) -> bool:
    async with borrow(deps.pool) as conn:
        return await unscored.are_free(conn, now=deps.clock.now())


async def _read_stretch(deps: Deps, going: Rescoring) -> Rescoring | None:
    """Read the next few; None where that was all, or it has been replaced."""
    async with borrow(deps.pool) as conn:
        stretch = await rescorings.look(conn, going, limit=BATCH)
        if stretch.up_to is None:
            await rescorings.end(conn, going, now=deps.clock.now())
            return None
    felt = await read_each(deps.reader, stretch.rows)
    done = [((row.id, row.conversation_id, emotion), row.text) for row, emotion in felt]
    now = deps.clock.now()
    async with borrow(deps.pool) as conn, conn.transaction():
        if not await rescorings.keep(conn, going, done, up_to=stretch.up_to, now=now):
            return None
    count = going.read_count + len(done)
    return replace(going, up_to=stretch.up_to, read_count=count)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run where it is asked for, nobody is at it, and nothing fresh waits."""
    now, scorer = deps.bot.clock.now(), deps.bot.reader.scorer
    if not await rescorings.is_owed(conn, scorer=scorer, now=now):
        return []
    return [] if await unscored.are_free(conn, now=now) else [{}]


job = Job(run=run, timeout_s=60.0, due=due)
