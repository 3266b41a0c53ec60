"""Sees that a vendor which calls us only by subscription goes on doing so: the watchdog of it.

A dead subscription says nothing to anybody. So its state is asked for every few minutes, by one
worker however many there are; one made anew means that something may have been missed, and the
vendor's store is read. Trouble stands in channel_grants and in the metrics until it is over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.errors import VendorError
from bot.ids import new_id
from bot.store import dead_letters, grants
from bot.store.connection import Connection, borrow
from bot.store.grants import SUBSCRIPTION, Grant
from channels.standing import KeepsSubscription, Subscribed
from jobs import metrics
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=5)
LOOK_AGAIN = timedelta(seconds=30)
"""Where it is in trouble: most often the web process was not up yet."""
CLAIM_S = 100.0


async def run(deps: JobDeps, *, channel: str) -> None:
    """Look after one channel's subscription, unless another worker is at it."""
    keeper = deps.channels.get(channel)
    if not isinstance(keeper, KeepsSubscription):
        return
    async with borrow(deps.bot.pool) as conn:
        if channel not in await _due_of(deps, conn, (channel,)):
            return
        grant = await grants.claim(conn, channel, SUBSCRIPTION, for_s=CLAIM_S)
    if grant is None:
        return
    now, known = deps.bot.clock.now(), _known(grant)
    try:
        found, trouble = await keeper.keep_subscription(known, now=now), ""
    except VendorError as error:
        log.warning("subscription.troubled", extra={"channel": channel, "said": str(error)})
        found, trouble = replace(known, is_new=False), f"{error} [{error.code}]"
    metrics.grant_troubles.labels(channel, SUBSCRIPTION).set(1 if trouble else 0)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        await grants.keep(conn, _grant(grant, found, trouble, now))
        if found.is_new:
            await grants.want_store(conn, (channel,))
            await dead_letters.want_gap_fill(conn, (channel,))
    if found.is_new:
        log.info("subscription.made", extra={"channel": channel})
        deps.doorbell.ring("read_store", f"{channel}:{new_id()}", channel=channel)


def _known(grant: Grant) -> Subscribed:
    value: Mapping[str, Any] = grant.value
    return Subscribed(
        id=value.get("id", ""),
        owner=value.get("owner", ""),
        terms=value.get("terms", ""),
        former=tuple(value.get("former", ())),
        expires_at=grant.expires_at,
    )


def _grant(grant: Grant, found: Subscribed, trouble: str, now: datetime) -> Grant:
    value = {
        "id": found.id,
        "owner": found.owner,
        "terms": found.terms,
        "former": list(found.former),
    }
    return replace(grant, value=value, expires_at=found.expires_at, checked_at=now, trouble=trouble)


async def _due_of(deps: JobDeps, conn: Connection, channels: tuple[str, ...]) -> tuple[str, ...]:
    now = deps.bot.clock.now()
    return await grants.list_due(
        conn,
        channels,
        SUBSCRIPTION,
        checked_before=now - LOOK_EVERY,
        troubled_before=now - LOOK_AGAIN,
    )


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Channels whose subscription nobody has looked at for a while."""
    keepers = tuple(n for n, c in deps.channels.items() if isinstance(c, KeepsSubscription))
    found = await _due_of(deps, conn, keepers) if keepers else ()
    return [{"channel": name} for name in found]


job = Job(run=run, timeout_s=90.0, due=due)
