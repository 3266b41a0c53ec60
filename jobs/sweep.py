"""The promise behind the doorbell: every few seconds, find in the database what was never rung for.

Runs in every worker without Redis. While Redis is away it does the work itself instead of ringing,
so that a lost doorbell delays and never stops the service (I12).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from arq import Retry

from bot.store import (
    bookings,
    calendars,
    dead_letters,
    desk_notices,
    drafts,
    escalations,
    messages,
    outbox,
    receipts,
    spent_tokens,
    summaries,
    unscored,
)
from bot.store.connection import STORE_DOWN, Connection, borrow
from bot.summarising import DUE_AFTER
from jobs import metrics
from jobs.base import JobDeps, jobs, perform

log = logging.getLogger(__name__)

INTERVAL_S = 8.0
OUTAGE_INTERVAL_S = 1.0
NEGLECTED_AFTER = timedelta(seconds=6)
"""Longer than a wake-up takes, so that healthy work is not rung for twice; with the interval it
stays under the 15 seconds by which a lost wake-up may delay an answer."""
GAP_FILL_EVERY = timedelta(hours=1)
RING_AGAIN_S = 30
"""A ring of the sweep has a name of its own for so long: a job that died with its worker, and whose
name is still taken, must not keep the next one out."""
OVERDUE_S = 120.0
MAIL = "email"
LIMIT = 500
AT_ONCE = 16

Wish = tuple[str, str, dict[str, str]]


async def sweep_forever(deps: JobDeps) -> None:
    """Sweep until cancelled. After an outage, look for what vendors could not deliver.

    This loop is the promise that everything else leans on, so nothing ends it.
    """
    had_outage = True  # A start is the end of an outage too: somebody was not listening.
    here: set[asyncio.Task[None]] = set()
    while True:
        try:
            if had_outage:
                await _want_gap_fills(deps)
            await sweep(deps, here)
            had_outage = False
            pause_s = INTERVAL_S if deps.doorbell.is_connected else OUTAGE_INTERVAL_S
        except Exception as error:
            log.warning("sweep.failed", extra={"error": type(error).__name__})
            had_outage = had_outage or isinstance(error, STORE_DOWN)
            pause_s = OUTAGE_INTERVAL_S
        await asyncio.sleep(pause_s)


async def sweep(deps: JobDeps, here: set[asyncio.Task[None]] | None = None) -> None:
    """One pass over everything that may have been forgotten.

    While Redis is away the work is done in this process, as tasks of the set `here`.
    """
    found = await _look(deps)
    deps.doorbell.probe()
    if deps.doorbell.is_connected:
        await deps.doorbell.forget_overdue(older_than_s=OVERDUE_S)
        bucket = int(deps.bot.clock.now().timestamp()) // RING_AGAIN_S
        for job, key, ids in found:
            deps.doorbell.ring_for(job, f"{key}:sweep:{bucket}", ids)
    elif here is not None:
        _do_here(deps, found, here)


async def _want_gap_fills(deps: JobDeps) -> None:
    async with borrow(deps.bot.pool) as conn:
        await dead_letters.want_gap_fill(conn, _listening(deps))


def _listening(deps: JobDeps) -> tuple[str, ...]:
    """The channels on which customers reach us; one that only sends can miss nothing."""
    return tuple(name for name, channel in deps.channels.items() if channel.routes)


async def _look(deps: JobDeps) -> list[Wish]:
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        neglected = await messages.list_neglected(conn, before=now - NEGLECTED_AFTER, limit=LIMIT)
        due = await outbox.list_due(conn, now=now, limit=LIMIT)
        lost = await outbox.list_lost(conn, limit=LIMIT)
        owed = await escalations.list_due(conn, now=now, limit=LIMIT)
        told = await desk_notices.list_due(conn, now=now, limit=LIMIT)
        wanted = await drafts.list_wanted(conn, limit=LIMIT)
        unread = await unscored.read_backlog(conn)
        is_upkeep_due = await bookings.is_upkeep_due(
            conn, now=now, zone=deps.bot.profile.business.zone
        )
        gaps = await dead_letters.list_due_gap_fills(
            conn, _listening(deps), looked_before=now - GAP_FILL_EVERY
        )
        long = await summaries.list_due(conn, more_than=DUE_AFTER, limit=LIMIT)
        mails = await calendars.list_due(conn, MAIL, limit=LIMIT) if MAIL in deps.channels else ()
        await receipts.forget_old(conn)
        await spent_tokens.forget_old(conn)
        more = await _ask_jobs(deps, conn)
    for what, rows in (("turns", neglected), ("sends", due), ("lost", lost), ("cards", owed)):
        metrics.backlog.labels(what).set(len(rows))
    metrics.emotions_waiting.set(unread.count)
    metrics.emotions_oldest_s.set(unread.age_s(now))
    found: list[Wish] = [
        ("take_turn", str(id_), {"conversation_id": str(id_)}) for id_, _token in neglected
    ]
    found += [("deliver", str(id_), {"conversation_id": str(id_)}) for id_ in due]
    found += [("look_up_send", str(id_), {"message_id": str(id_)}) for id_ in lost]
    found += [("escalate", str(id_), {"escalation_id": str(id_)}) for id_ in owed]
    found += [("notify_desk", str(id_), {"notice_id": str(id_)}) for id_ in told]
    found += [("send_draft", str(id_), {"draft_id": str(id_)}) for id_ in wanted]
    found += [("score_emotion", "all", {})] * bool(unread.count)
    found += [("send_calendar", str(id_), {"event_id": str(id_)}) for id_ in mails]
    found += [("summarise", str(id_), {"conversation_id": str(id_)}) for id_ in long]
    found += [("keep_bookings", "all", {})] * is_upkeep_due
    found += [("gap_fill", name, {"channel": name}) for name in gaps]
    return found + more


async def _ask_jobs(deps: JobDeps, conn: Connection) -> list[Wish]:
    """What the jobs themselves say is owed; one that cannot tell keeps none of the others out."""
    found: list[Wish] = []
    for name, job in jobs().items():
        if job.due is None:
            continue
        try:
            async with conn.transaction():
                owed = await job.due(deps, conn)
        except STORE_DOWN:
            raise
        except Exception as error:
            log.warning("sweep.job_unasked", extra={"job": name, "error": type(error).__name__})
            continue
        found += [(name, ":".join(ids.values()) or "all", dict(ids)) for ids in owed]
    return found


def _do_here(deps: JobDeps, found: list[Wish], here: set[asyncio.Task[None]]) -> None:
    """Do the work without Redis, a little at a time; the next pass finds what is left."""
    busy = {task.get_name() for task in here}
    for job, key, ids in found:
        name = f"{job}:{key}"
        if name not in busy and len(here) < AT_ONCE:
            task = asyncio.create_task(_perform(deps, job, ids), name=name)
            here.add(task)
            task.add_done_callback(here.discard)


async def _perform(deps: JobDeps, job: str, ids: dict[str, str]) -> None:
    try:
        await perform(deps, job, ids)
    except Retry:
        log.info("job.left_to_next_sweep", extra={"job": job})
