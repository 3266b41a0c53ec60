"""Finds what calls for a follow-up and has none yet, cause by cause, and plans it once.

Each cause is looked through from where the last pass stopped, so that days of downtime lose
nothing; what is late by then is judged when it is due. A rule counts from the moment it is in
force: nothing that happened before is its matter. jobs/plan_follow_ups.py calls it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.booking_desk import DeskDeps
from bot.causes.base import Cause, causes
from bot.domain_follow_ups import Span
from bot.follow_ups.refusing import home_zone
from bot.profile import Profile
from bot.store import desk_notices, follow_up_plans, follow_up_rules
from bot.store.connection import STORE_DOWN, Connection
from bot.store.follow_up_rules import Rule

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
OVERLAP = timedelta(hours=2)
"""A row is visible once its transaction has committed, which may be after it says it was made."""
BATCH = 500
BATCHES_MAX = 20
"""In one pass of one cause; the next pass goes on."""


def rules_of(profile: Profile) -> Mapping[str, tuple[str, bool]]:
    """Of each cause that is looked for: the digest of its rule, and whether it is on."""
    off = frozenset[str](profile.follow_ups.off)
    return {
        name: (profile.follow_ups.digest_of(name), name not in off)
        for name, cause in causes().items()
        if cause.find is not None
    }


async def is_due(deps: DeskDeps, conn: Connection) -> bool:
    """Whether it is time for another pass."""
    rules, now = rules_of(deps.profile), deps.clock.now()
    return await follow_up_rules.is_due(conn, rules, now=now, every=EVERY)


async def plan_all(deps: DeskDeps, conn: Connection) -> int:
    """One pass over all causes, in the caller's transaction; how many were planned.

    Nothing where another worker is at it.
    """
    if not await follow_up_rules.hold(conn):
        return 0
    now = deps.clock.now()
    said = rules_of(deps.profile)
    rules = await follow_up_rules.bring_up(conn, said, now=now, overlap=OVERLAP)
    known = causes()
    planned = 0
    for rule in rules:
        cause = known.get(rule.cause)
        if cause is not None and rule.is_on:
            planned += await _plan_apart(deps, conn, cause, rule, now)
    return planned


async def _plan_apart(
    deps: DeskDeps, conn: Connection, cause: Cause, rule: Rule, now: datetime
) -> int:
    """A cause that fails keeps no other from being planned; staff are told once a day (I14)."""
    try:
        return await _plan(deps, conn, cause, rule, now)
    except STORE_DOWN:
        raise
    except Exception as error:  # The boundary with the causes, which are plug-ins.
        kind = type(error).__name__
        log.error("cause.failed", extra={"cause": rule.cause, "error": kind})
        today = now.astimezone(home_zone(deps.profile)).date()
        told = f'Follow-ups "{cause.title}" cannot be planned: {kind}\n'
        told += "What is owed since is planned as soon as that is mended"
        await desk_notices.add(conn, f"cause:{rule.cause}:{today}", None, told)
        return 0


async def _plan(deps: DeskDeps, conn: Connection, cause: Cause, rule: Rule, now: datetime) -> int:
    """All of one cause since its last pass. What is found and planned is not found again."""
    if cause.find is None:
        return 0
    since = max(rule.live_since, rule.planned_until - OVERLAP)
    planned = 0
    for _ in range(BATCHES_MAX):
        span = Span(since=since, until=now, limit=BATCH)
        async with conn.transaction():  # Of a cause that fails later on, this much stays.
            found = await cause.find(conn, deps.profile, span)
            planned += await follow_up_plans.plan_all(conn, found, rule=rule.digest, at=now)
        if len(found) < BATCH:
            await follow_up_rules.mark_planned(conn, rule.cause, until=now)
            break
    return planned
