"""Deletes files of the store that no message names: what was put for a request that then failed.

Once a day by one process, and never what was put within two days. What a customer had erased is
deleted at once, by bot/media_erasing.py, which does the work.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.errors import StoreUnavailable
from bot.media_erasing import sweep_store
from bot.store import grants
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

STORE, SWEEP = "media", "sweep"
EVERY = timedelta(days=1)
AFTER_TROUBLE = timedelta(hours=1)
CLAIM_S = 330.0


async def run(deps: JobDeps) -> None:
    """Look through the store, unless somebody is at it."""
    async with borrow(deps.bot.pool) as conn:
        claimed = await grants.claim(conn, STORE, SWEEP, for_s=CLAIM_S)
    if claimed is None:
        return
    now, trouble = deps.bot.clock.now(), ""
    try:
        deleted = await sweep_store(deps.bot.pool, deps.bot.media, now=now)
    except StoreUnavailable as error:
        trouble, deleted = str(error), 0
    async with borrow(deps.bot.pool) as conn:
        done = replace(claimed, value={"deleted": deleted}, checked_at=now, trouble=trouble)
        await grants.keep(conn, done)
    log.info("media.swept", extra={"deleted": deleted, "trouble": trouble})


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Whether nobody has looked for a day."""
    now = deps.bot.clock.now()
    found = await grants.list_due(
        conn,
        (STORE,),
        SWEEP,
        checked_before=now - EVERY,
        troubled_before=now - AFTER_TROUBLE,
    )
    return [{} for _ in found]


job = Job(run=run, timeout_s=300.0, due=due)
