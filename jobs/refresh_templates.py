"""Asks each carrier how our templates stand, so that the send gate uses none that is not approved.

Carriers also tell by webhook what changes; this finds what was never told. The sweep rings once
what is known is older than an hour, and a carrier that is away is asked again after that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.errors import VendorError
from bot.store import templates, vendor_news
from bot.store.connection import Connection, borrow
from channels.base import ListsTemplates
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


async def run(deps: JobDeps, *, channel: str) -> None:
    """Ask the carrier of one channel; once, whoever comes at the same time."""
    configured = deps.channels.get(channel)
    if not isinstance(configured, ListsTemplates):
        return
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        if not await templates.begin_check(conn, channel, now=now, every=EVERY):
            return
    try:
        found = await configured.list_templates()
    except VendorError as error:
        log.warning("templates.not_listed", extra={"channel": channel, "code": error.code})
        return
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await vendor_news.keep(conn, [replace(each, at=now) for each in found], at=now)
        listed = [(each.name, each.language) for each in found]
        await templates.end_others(conn, configured.carrier, listed, at=now)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """The channels whose carrier was not asked for an hour, where the profile has templates."""
    if not deps.bot.profile.templates:
        return []
    asked = [name for name, each in deps.channels.items() if isinstance(each, ListsTemplates)]
    now = deps.bot.clock.now()
    found = await templates.list_unchecked(conn, asked, now=now, every=EVERY)
    return [{"channel": each} for each in found]


job = Job(run=run, due=due)
