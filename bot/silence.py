"""When a channel is too quiet to be well: what is usual, by the hour of the week, and the test.

An hour is a whole hour of UTC, filed under the weekday and hour that the business's clock showed
when it began; so the day on which the clock leaves an hour out teaches nothing about it, and the
one it repeats is counted twice. The usual number of people in such an hour is the plain mean of its
first eight weeks and forgets older ones from then on. Hours in which we were not listening
ourselves, or of a silence until its alarm is a day old, teach nothing; those that taught it before
the alarm was raised are unlearnt.

A channel is silent where, over some span that ends now, so few or even fewer people would have
written with a probability below one in a hundred thousand, were all as usual (Poisson). Until an
hour of the week has been seen three times nothing is expected of it, so that the first two weeks
raise no alarm; nor does a channel on which fewer than a dozen people write in three days.
Pure but for `read_channel`; jobs/watch_channels.py calls it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.store import channel_hours
from bot.store.channel_hours import Slot, Usual, Watch
from bot.store.connection import Connection

HOUR = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=10)
BREAK_AFTER = timedelta(minutes=45)
"""No look for so long: we were away ourselves."""
SETTLED_AFTER = timedelta(minutes=20)
"""So long after its end an hour is counted; what comes later has come late."""
LEARNT_AT_ONCE = timedelta(days=3)
"""Hours further back are left out: whoever has not counted them by then was away."""
WEEKS_MAX = 8
WEEKS_MIN = 3
"""Seen today, a week ago and two weeks ago: younger knowledge raises no alarm."""
SPANS_H = (3, 6, 12, 24, 48, 72)
IMPROBABLE = 1e-5
RECOVERED = 0.01
YOUNG_ALARM = timedelta(days=1)
"""After a day of it, silence begins to be learnt: perhaps it is the season's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A span in which too few wrote."""

    since: datetime
    people: int
    expected: float

    @property
    def probability(self) -> float:
        """How probable so few would be, were all as usual."""
        return tail(self.people, self.expected)


def tail(people: int, expected: float) -> float:
    """The probability of that many or fewer where `expected` are, by Poisson's law."""
    if expected <= 0:
        return 1.0
    # In logarithms, since e to the minus of a busy week's people is no number any more.
    logs = [n * math.log(expected) - expected - math.lgamma(n + 1) for n in range(people + 1)]
    top = max(logs)
    return min(1.0, math.exp(top) * sum(math.exp(each - top) for each in logs))


def slot_of(hour: datetime, zone: ZoneInfo) -> Slot:
    """The place in the business's week of the hour of UTC that begins then."""
    local = hour.astimezone(zone)
    return local.isoweekday(), local.hour


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour of UTC that a moment lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hours_to_learn(watch: Watch, *, now: datetime) -> Iterator[datetime]:
    """Hours that were listened to from end to end and are not counted yet, oldest first."""
    hour = hour_of(max(watch.up_since + HOUR - timedelta(microseconds=1), now - LEARNT_AT_ONCE))
    if watch.counted is not None:
        hour = max(hour, watch.counted + HOUR)
    while hour + HOUR + SETTLED_AFTER <= now:
        yield hour
        hour += HOUR


def expect(
    usual: Mapping[Slot, Usual], zone: ZoneInfo, *, since: datetime, until: datetime
) -> float:
    """How many people would usually have written in a span; of an hour hardly known none."""
    total, hour = 0.0, hour_of(since)
    while hour < until:
        found = usual.get(slot_of(hour, zone))
        if found is not None and found.weeks >= WEEKS_MIN:
            part = (min(hour + HOUR, until) - max(hour, since)) / HOUR
            total += found.mean * part
        hour += HOUR
    return total


def find_silence(
    usual: Mapping[Slot, Usual],
    people: Mapping[datetime, int],
    zone: ZoneInfo,
    *,
    watched_from: datetime,
    now: datetime,
) -> Silence | None:
    """The least probable of the spans that end now, where it is improbable enough."""
    found: list[Silence] = []
    for hours in SPANS_H:
        # Whole hours, as people are counted by them: one who wrote within the first counts.
        since = hour_of(now - hours * HOUR)
        if since < watched_from:
            break
        came = sum(count for hour, count in people.items() if hour >= since)
        expected = expect(usual, zone, since=since, until=now)
        found.append(Silence(since=since, people=came, expected=expected))
    worst = min(found, key=lambda each: each.probability, default=None)
    return worst if worst is not None and worst.probability < IMPROBABLE else None


def has_recovered(
    usual: Mapping[Slot, Usual],
    people: Mapping[datetime, int],
    zone: ZoneInfo,
    *,
    first: datetime,
    now: datetime,
) -> bool:
    """Whether so many write again, since the first did, that nothing seems wrong any more."""
    came = max(1, sum(count for hour, count in people.items() if hour >= hour_of(first)))
    return tail(came, expect(usual, zone, since=first, until=now)) >= RECOVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a look at a channel reads."""

    usual: Mapping[Slot, Usual]
    people: Mapping[datetime, int]
    """By hours of the last three days."""


async def read_channel(conn: Connection, channel: str, *, now: datetime) -> Heard:
    """What is usual and what was."""
    since = hour_of(now - max(LEARNT_AT_ONCE, SPANS_H[-1] * HOUR))
    return Heard(
        usual=await channel_hours.read_usual(conn, channel),
        people=await channel_hours.count_people(conn, channel, since=since, until=now),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours that teach nothing."""

    since: datetime
    until: datetime

    def has(self, hour: datetime) -> bool:
        """Whether an hour that begins then lies in it, if only in part."""
        return hour_of(self.since) <= hour < self.until


async def learn(
    conn: Connection,
    channel: str,
    watch: Watch,
    *,
    zone: ZoneInfo,
    now: datetime,
    but: Span | None,
) -> None:
    """Take in the hours that are over, but for those of a silence."""
    hours = tuple(hours_to_learn(watch, now=now))
    if not hours:
        return
    people = await channel_hours.count_people(conn, channel, since=hours[0], until=hours[-1] + HOUR)
    for hour in hours:
        if but is None or not but.has(hour):
            await channel_hours.learn(
                conn,
                channel,
                slot_of(hour, zone),
                people=people.get(hour, 0),
                hour=hour,
                weeks_max=WEEKS_MAX,
            )
    await channel_hours.mark_counted(conn, channel, hours[-1])


async def unlearn(
    conn: Connection, channel: str, found: Silence, heard: Heard, *, zone: ZoneInfo, now: datetime
) -> None:
    """Forget what a silence has taught before anybody knew that it was one."""
    hour = hour_of(found.since)
    while hour < now:
        await channel_hours.unlearn(
            conn,
            channel,
            slot_of(hour, zone),
            people=heard.people.get(hour, 0),
            hour=hour,
            weeks_max=WEEKS_MAX,
        )
        hour += HOUR
