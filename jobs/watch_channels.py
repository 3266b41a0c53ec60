"""Job: looks every ten minutes whether a channel has fallen silent, and learns what is usual.

bot/silence.py has the rules. A silence is told to staff by jobs/probe_channel.py, once it has
looked why; that the channel speaks again, from here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import silence
from bot.desk.alarming import at, for_long, name_of, tell_end
from bot.silence import BREAK_AFTER, LOOK_EVERY, YOUNG_ALARM, Heard, Silence, Span
from bot.store import channel_alarms, channel_hours
from bot.store.channel_alarms import Alarm
from bot.store.connection import Connection, borrow
from jobs import metrics
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

KIND: channel_alarms.Kind = "silence"


async def run(deps: JobDeps, *, channel: str) -> None:
    """Take one look at one channel; two workers at once take one."""
    now, rung = deps.bot.clock.now(), ""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        watch = await channel_hours.claim(
            conn, channel, now=now, every=LOOK_EVERY, break_after=BREAK_AFTER
        )
        if watch is None:
            return
        alarm = await channel_alarms.find_last(conn, channel, KIND)
        await silence.learn(conn, channel, watch, zone=_zone(deps), now=now, but=_silent(alarm))
        heard = await silence.read_channel(conn, channel, now=now)
        if alarm is None or alarm.ended_at is not None:
            watched_from = max(watch.up_since, (alarm and alarm.ended_at) or watch.up_since)
            await _listen(deps, conn, channel, watched_from, heard=heard, now=now)
        elif await _is_over(deps, conn, alarm, heard=heard, now=now):
            rung = await _end(deps, conn, alarm, now=now)
        still = await channel_alarms.find_open(conn, channel, KIND)
    metrics.channel_alarms.labels(channel, KIND).set(still is not None)
    _ring(deps, rung, still)


def _silent(alarm: Alarm | None) -> Span | None:
    """The hours of a silence that teach nothing."""
    if alarm is None:
        return None
    return Span(since=alarm.since, until=alarm.ended_at or alarm.created_at + YOUNG_ALARM)


async def _listen(
    deps: JobDeps,
    conn: Connection,
    channel: str,
    watched_from: datetime,
    *,
    heard: Heard,
    now: datetime,
) -> None:
    """Raise an alarm where the channel is too quiet."""
    zone = _zone(deps)
    found = silence.find_silence(
        heard.usual, heard.people, zone, watched_from=watched_from, now=now
    )
    if found is None:
        return
    said = _said(deps, channel, found, now=now)
    raised = await channel_alarms.raise_alarm(
        conn, channel, KIND, said=said, since=found.since, now=now
    )
    if raised is not None:
        await silence.unlearn(conn, channel, found, heard, zone=zone, now=now)
        log.warning("channel.silent", extra={"channel": channel, "alarm": str(raised.id)})


def _said(deps: JobDeps, channel: str, found: Silence, *, now: datetime) -> str:
    who = "Nobody has" if found.people == 0 else f"Only {found.people} people have"
    if found.people == 1:
        who = "Only one person has"
    since = at(found.since, deps.bot.profile)
    return (
        f"{who} written by {name_of(channel)} for {for_long(now - found.since)}, since {since}; "
        f"usually about {round(found.expected)} would have."
    )


async def _is_over(
    deps: JobDeps, conn: Connection, alarm: Alarm, *, heard: Heard, now: datetime
) -> bool:
    first = await channel_hours.find_first(conn, alarm.channel, after=alarm.created_at)
    if first is None:
        return False
    return silence.has_recovered(heard.usual, heard.people, _zone(deps), first=first, now=now)


async def _end(deps: JobDeps, conn: Connection, alarm: Alarm, *, now: datetime) -> str:
    ended = await channel_alarms.end(conn, alarm.channel, KIND, now=now)
    if ended is None or ended.probed_at is None:
        # It was over before anybody was told of it.
        return ""
    said = f"messages come again, {for_long(now - alarm.created_at)} after the alarm."
    log.info("channel.speaks_again", extra={"channel": alarm.channel, "alarm": str(alarm.id)})
    return str(await tell_end(conn, deps.bot.profile, alarm, said, now=now) or "")


def _ring(deps: JobDeps, notice_id: str, alarm: Alarm | None) -> None:
    if notice_id:
        deps.doorbell.ring("notify_desk", notice_id, notice_id=notice_id)
    if alarm is not None and alarm.probed_at is None:
        deps.doorbell.ring("probe_channel", str(alarm.id), alarm_id=str(alarm.id))


def _zone(deps: JobDeps) -> ZoneInfo:
    return ZoneInfo(deps.bot.profile.business.zone)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Channels on which people write to us, and at which nobody has looked for a while."""
    listening = [name for name, channel in deps.channels.items() if channel.routes]
    before = deps.bot.clock.now() - LOOK_EVERY
    return [
        {"channel": name}
        for name in await channel_hours.list_due(conn, listening, looked_before=before)
    ]


job = Job(run=run, timeout_s=60.0, due=due)
