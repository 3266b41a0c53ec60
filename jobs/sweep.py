"""The promise behind the doorbell: every few seconds, find in the database what was never rung for.

Runs in every worker without Redis. While Redis is away it does the work itself instead of ringing,
so that a lost doorbell delays and never stops the service (I12).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from arq import Retry

from bot.ids import new_id
from bot.store import dead_letters, escalations, messages, outbox
from bot.store.connection import STORE_DOWN
from jobs import metrics
from jobs.base import JobDeps, perform

log = logging.getLogger(__name__)

INTERVAL_S = 15.0
OUTAGE_INTERVAL_S = 1.0
NEGLECTED_AFTER = timedelta(seconds=10)
"""Longer than a burst window and a wake-up take, so that healthy work is not rung for twice."""
GAP_FILL_EVERY = timedelta(hours=1)
LIMIT = 500
AT_ONCE = 16


async def sweep_forever(deps: JobDeps) -> None:
    """Sweep until cancelled. After an outage, look for what vendors could not deliver."""
    had_outage = True  # A start is the end of an outage too: somebody was not listening.
    while True:
        try:
            await sweep(deps, fill_gaps=had_outage)
            had_outage = False
            pause_s = INTERVAL_S if deps.doorbell.is_connected else OUTAGE_INTERVAL_S
        except STORE_DOWN as error:
            log.warning("sweep.failed", extra={"error": type(error).__name__})
            had_outage = True
            pause_s = OUTAGE_INTERVAL_S
        await asyncio.sleep(pause_s)


async def sweep(deps: JobDeps, *, fill_gaps: bool = False) -> None:
    """One pass over everything that may have been forgotten."""
    found = await _look(deps)
    if fill_gaps:
        found += [("gap_fill", name, {"channel": name}) for name in deps.channels]
    else:
        found += await _due_gap_fills(deps)
    if deps.doorbell.is_connected:
        for job, key, ids in found:
            deps.doorbell.ring_for(job, key, ids)
        if not found:
            deps.doorbell.probe()
    else:
        await _do(deps, found)
        deps.doorbell.probe()


Wish = tuple[str, str, dict[str, str]]


async def _look(deps: JobDeps) -> list[Wish]:
    now = deps.bot.clock.now()
    async with deps.bot.pool.acquire() as conn:
        neglected = await messages.list_neglected(conn, before=now - NEGLECTED_AFTER, limit=LIMIT)
        due = await outbox.list_due(conn, now=now, limit=LIMIT)
        lost = await outbox.list_lost(conn, limit=LIMIT)
        owed = await escalations.list_due(conn, now=now, limit=LIMIT)
        unscored = await messages.list_unscored(conn, limit=1)
    for what, rows in (("turns", neglected), ("sends", due), ("lost", lost), ("cards", owed)):
        metrics.backlog.labels(what).set(len(rows))
    found: list[Wish] = [
        ("take_turn", f"{id_}:{token}", {"conversation_id": str(id_)}) for id_, token in neglected
    ]
    found += [("deliver", str(new_id()), {"conversation_id": str(id_)}) for id_ in due]
    found += [("look_up_send", str(id_), {"message_id": str(id_)}) for id_ in lost]
    found += [("escalate", str(id_), {"escalation_id": str(id_)}) for id_ in owed]
    found += [("score_emotion", "all", {}) for _ in unscored]
    return found


async def _due_gap_fills(deps: JobDeps) -> list[Wish]:
    now = deps.bot.clock.now()
    found: list[Wish] = []
    async with deps.bot.pool.acquire() as conn:
        for name in deps.channels:
            looked = await dead_letters.last_look(conn, name)
            if looked is None or now - looked >= GAP_FILL_EVERY:
                found.append(("gap_fill", name, {"channel": name}))
    return found


async def _do(deps: JobDeps, found: list[Wish]) -> None:
    """Do the work here, a few at a time; what fails is found again by the next pass."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(job: str, ids: dict[str, str]) -> None:
        async with limit:
            try:
                await perform(deps, job, ids)
            except Retry:
                log.info("job.left_to_next_sweep", extra={"job": job})

    await asyncio.gather(*(one(job, ids) for job, _key, ids in found))
