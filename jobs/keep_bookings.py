"""Keeps the books true by themselves: holds run out, events are over, chefs are missing.

The sweep rings when something of it is due. Every row is taken once, so two that run at the same
time share the work; notices to staff are told once for each state of a booking.
"""

from __future__ import annotations

import logging

from bot import booking_desk
from bot.booking import reserving
from bot.domain_booking import Booking
from bot.store.connection import borrow
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

BATCH = 100
"""At a time, so that the crew is never locked for long; the next sweep finds what is left."""


async def run(deps: JobDeps) -> None:
    """Lapse, complete, and tell of deposits that never came and of events that lack chefs."""
    now, profile = deps.bot.clock.now(), deps.bot.profile
    async with borrow(deps.bot.pool) as conn:
        async with conn.transaction():
            gone = await reserving.lapse_due(conn, profile, now=now, limit=BATCH)
            _log("booking.lapsed", gone)
        async with conn.transaction():
            unpaid = await booking_desk.tell_of_unpaid(deps.bot, conn, limit=BATCH)
            _log("booking.told_unpaid", unpaid)
        async with conn.transaction():
            _log("booking.completed", await reserving.complete_due(conn, now=now, limit=BATCH))
        async with conn.transaction():
            short = await reserving.tell_of_short(conn, profile, now=now, limit=BATCH)
            _log("booking.short_of_chefs", short)


def _log(event: str, kept: tuple[Booking, ...]) -> None:
    for booking in kept:
        log.info(event, extra={"booking_id": str(booking.id)})


job = Job(run=run)
