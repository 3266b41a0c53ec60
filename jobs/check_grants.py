"""Job: asks each vendor once a day, and hourly while something is wrong, whether it still knows us.

Whatever it says, and what others have noted in channel_grants of subscriptions and tokens, becomes
an alarm before it becomes silence: `grant` where something is refused, ends soon or could not be
renewed, `scope` where the vendor warns of a right that is missing. An alarm ends itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.desk.alarming import at as on_clock
from bot.desk.alarming import name_of, tell, tell_end
from bot.errors import VendorError, VendorRefused
from bot.profile import Profile
from bot.store import channel_alarms, grants
from bot.store.channel_alarms import Alarm, Kind
from bot.store.connection import Connection, borrow
from bot.store.grants import Grant
from channels.base import Checks, ConfiguredChannel
from channels.slack_scopes import DeskCheck
from jobs import metrics
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

DESK = "desk"
WELL_EVERY = timedelta(days=1)
ILL_EVERY = timedelta(hours=1)
SILENT_MAX = 3
"""So many unanswered questions in a row are an alarm; a refusal is one at once."""
SOON = timedelta(hours=48)
NO_GRANT = frozenset({"check", "watch", grants.PENALTY, grants.STORE})
"""Rows that keep how far we are, not what a vendor grants."""


async def run(deps: JobDeps, *, channel: str) -> None:
    """Ask one vendor, and raise or end what follows."""
    now, asked = deps.bot.clock.now(), _asked(deps, channel)
    if asked is None:
        return
    async with borrow(deps.bot.pool) as conn:
        failures = await channel_alarms.claim_check(
            conn, channel, now=now, well_before=now - WELL_EVERY, ill_before=now - ILL_EVERY
        )
    if failures is None:
        return
    trouble, warnings, failures = await ask(asked, failures)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        held = [each for each in await grants.list_all(conn) if each.channel == channel]
        noted = [said for each in held if (said := _trouble(each, deps.bot.profile, now=now))]
        refused = [trouble] if trouble and (failures == 0 or failures >= SILENT_MAX) else []
        ill = "; ".join(filter(None, [trouble, *warnings, *noted]))
        await channel_alarms.mark_checked(conn, channel, trouble=ill, failures=failures)
        rings = [
            await _settle(deps, conn, channel, "grant", [*refused, *noted], now=now),
            # Of a vendor that did not answer nobody knows whether it would warn.
            None if trouble else await _settle(deps, conn, channel, "scope", warnings, now=now),
        ]
    for notice_id in filter(None, rings):
        deps.doorbell.ring("notify_desk", notice_id, notice_id=notice_id)


def _asked(deps: JobDeps, channel: str) -> ConfiguredChannel | DeskCheck | None:
    """Who can be asked: a channel, or the desk, which needs its rights as much."""
    if channel == DESK:
        return DeskCheck(deps.desk) if deps.desk is not None else None
    return deps.channels.get(channel)


async def ask(channel: object, failures: int) -> tuple[str, list[str], int]:
    """What stops it, what the vendor warns of, and how often in a row it did not answer."""
    if not isinstance(channel, Checks):
        return "", [], 0
    try:
        return "", list(await channel.check()), 0
    except VendorRefused as refused:
        return str(refused), [], 0
    except VendorError as error:
        return str(error), [], failures + 1


def _trouble(grant: Grant, profile: Profile, *, now: datetime) -> str:
    """What is wrong with something granted; empty: nothing."""
    if grant.name in NO_GRANT:
        return ""
    if grant.trouble:
        return f"{grant.name}: {grant.trouble}"
    if grant.expires_at is None or grant.expires_at - now > soon(grant):
        return ""
    verb = "ended" if grant.expires_at <= now else "ends"
    return f"{grant.name} {verb} {on_clock(grant.expires_at, profile)} and was not renewed"


def soon(grant: Grant) -> timedelta:
    """So long before its end a grant should have been renewed: two days, or a tenth of its life."""
    lives_s = grant.value.get("lives_s")
    if isinstance(lives_s, int | float) and lives_s > 0:
        return min(SOON, timedelta(seconds=lives_s / 10))
    return SOON


async def _settle(
    deps: JobDeps,
    conn: Connection,
    channel: str,
    kind: Kind,
    wrong: Sequence[str],
    *,
    now: datetime,
) -> str | None:
    """Raise the alarm, or end it; the notice to ring for."""
    metrics.channel_alarms.labels(channel, kind).set(bool(wrong))
    if wrong:
        name = name_of(channel)
        said = f"{name[:1].upper()}{name[1:]}: {'; '.join(wrong)}."[:1500]
        raised = await channel_alarms.raise_alarm(
            conn, channel, kind, said=said, since=now, now=now
        )
        return await _tell(deps, conn, raised, now=now)
    ended = await channel_alarms.end(conn, channel, kind, now=now)
    if ended is None:
        return None
    said = "the vendor finds nothing wrong any more."
    owed = await tell_end(conn, deps.bot.profile, ended, said, now=now)
    return str(owed) if owed else None


async def _tell(
    deps: JobDeps, conn: Connection, raised: Alarm | None, *, now: datetime
) -> str | None:
    if raised is None:
        return None
    log.warning("channel.in_trouble", extra={"channel": raised.channel, "kind": raised.kind})
    owed = await tell(conn, deps.bot.profile, raised, now=now)
    return str(owed) if owed else None


def _names(deps: JobDeps) -> tuple[str, ...]:
    return (*deps.channels, *([DESK] if deps.desk is not None else []))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Channels whose vendor was not asked for a day, or for an hour where something is wrong."""
    now = deps.bot.clock.now()
    found = await channel_alarms.list_due_checks(
        conn, _names(deps), well_before=now - WELL_EVERY, ill_before=now - ILL_EVERY
    )
    return [{"channel": name} for name in found]


job = Job(run=run, timeout_s=60.0, due=due)
