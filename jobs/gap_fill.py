"""Asks a vendor that keeps a list for messages no webhook brought us, and takes them in (I1).

A 503 alone loses a text: the vendor does not come again by default. Runs at start, after every
outage and once an hour. Intake is idempotent, so what we hold already changes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain import Message
from bot.errors import VendorRefused
from bot.store import calls, dead_letters, grants, messages
from bot.store.connection import borrow
from channels.standing import ListsCalls, ReadsStore
from jobs.base import Job, JobDeps
from jobs.queue import wake
from jobs.taking_files import keep_contents, ring_for_files

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
"""Looked at again each time: vendors list late, and clocks differ."""
BATCH = 100


async def run(deps: JobDeps, *, channel: str) -> None:
    """Take in what one channel's vendor holds for us since the last look."""
    configured = deps.channels.get(channel)
    if configured is None:
        return
    now = deps.bot.clock.now()
    since = await _since(deps, channel, now)
    if isinstance(configured, ReadsStore):
        # Its store says too what colleagues have answered meanwhile: jobs/read_store.py reads both.
        async with borrow(deps.bot.pool) as conn:
            await grants.want_store(conn, (channel,))
        deps.doorbell.ring("read_store", f"{channel}:{now.timestamp()}", channel=channel)
        if isinstance(configured, ListsCalls):
            await _take_calls(deps, channel, configured, since)
        async with borrow(deps.bot.pool) as conn:
            await dead_letters.mark_looked(conn, channel, at=now, found=0)
        return
    try:
        listed = await configured.list_received(since)
    except VendorRefused as error:
        log.warning("gap_fill.refused", extra={"channel": channel, "said": str(error)})
        listed = ()
    found = 0
    for start in range(0, len(listed), BATCH):
        found += await _take_in(deps, listed[start : start + BATCH])
    async with borrow(deps.bot.pool) as conn:
        await dead_letters.mark_looked(conn, channel, at=now, found=found)
    if found:
        log.warning("gap_fill.found", extra={"channel": channel, "found": found})


async def _since(deps: JobDeps, channel: str, now: datetime) -> datetime:
    """Where the last look ended; a new database begins now, not with what others have answered."""
    async with borrow(deps.bot.pool) as conn:
        looked = await dead_letters.last_look(conn, channel)
        heard = await dead_letters.last_inbound(conn, channel)
    known = looked or heard
    return known - OVERLAP if known else now


async def _take_calls(deps: JobDeps, channel: str, lister: ListsCalls, since: datetime) -> None:
    """Calls that nobody told us of. Each is settled as of its own end: nobody is sorry today for
    a call that was missed yesterday."""
    try:
        listed = await lister.list_calls(since)
    except VendorRefused as error:
        log.warning("gap_fill.no_calls", extra={"channel": channel, "said": str(error)})
        return
    async with borrow(deps.bot.pool) as conn:
        for each in listed:
            await calls.note(conn, (each,), at=each.at or since)
    for each in listed:
        session = each.session
        deps.doorbell.ring("settle_call", f"log:{session}", channel=channel, session=session)


async def _take_in(deps: JobDeps, batch: tuple[Message, ...]) -> int:
    batch = await keep_contents(deps.bot.media, batch)
    async with borrow(deps.bot.pool) as conn:
        recorded = await messages.record_inbound(conn, batch, received_at=deps.bot.clock.now())
    wake(deps.doorbell, recorded)
    ring_for_files(deps.doorbell, batch, recorded)
    return sum(each.is_fresh for each in recorded)


job = Job(run=run, timeout_s=60.0)
