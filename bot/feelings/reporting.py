"""How customers felt over some days of the business, what we did about it, and what it brought.

One function for the console, the desk and the terminal: bot/feelings/report_words.py puts what it
answers into tables. Whether an answer helped is defined in bot/feelings/history.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import fmean
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bot.feelings import history
from bot.feelings.history import Recovery
from bot.feelings.trends import UNHAPPY_BELOW
from bot.follow_ups.shares import Share, interval
from bot.profile import Profile
from bot.store import emotion_reports, emotion_reviews, unscored
from bot.store.connection import Connection
from bot.store.emotion_reports import By, Group, Moment, Read, Rung, Talks
from bot.store.unscored import Backlog

WINDOWS: Final = (7, 30, 90)
USUAL: Final = 30
DAYS_MAX: Final = 366
FEW: Final = 20
"""With fewer there is a count, and no figure."""
FEW_A_DAY: Final = 5
"""The same for the mean of one day."""

Way = Literal["all", "author", "agent", "topic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fared:
    """How unhappy customers fared after our answers, in one way of looking at these."""

    by: Way
    name: str
    better: int
    same: int
    worse: int
    change: float
    """Mean; above 0.0 is better."""

    @property
    def count(self) -> int:
        """How many there were."""
        return self.better + self.same + self.worse

    @property
    def share(self) -> tuple[float, float, float] | None:
        """That of the better with its 95 % interval, low and high; None where there are few."""
        if self.count < FEW:
            return None
        share = Share(of=self.count, hits=self.better)
        return (share.rate, *interval(share))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFelt:
    """One day of the business."""

    on: date
    count: int = 0
    mean: float | None = None
    """Of the valence; None where too little was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it."""

    first: date
    last: date
    """Both included."""
    groups: tuple[Group, ...]
    days: tuple[DayFelt, ...]
    """Every day from the first to the last."""
    talks: Talks
    fared: tuple[Fared, ...]
    alarms: tuple[Rung, ...]
    open_unhappy: int
    open: tuple[Moment, ...]
    """Unhappy now, the newest first; perhaps not all of them."""
    worst: tuple[Moment, ...]
    reviews_open: int
    backlog: Backlog
    oldest_s: float
    """How long the oldest message has waited to be read."""

    @property
    def count(self) -> int:
        """Messages read."""
        return next(each.count for each in self.groups if each.by == "all")

    def of(self, by: By) -> tuple[Group, ...]:
        """The groups in one way, the largest first."""
        found = [each for each in self.groups if each.by == by]
        return tuple(sorted(found, key=lambda each: (-each.count, each.name)))

    def fared_by(self, by: Way) -> tuple[Fared, ...]:
        """How they fared in one way, the most frequent first."""
        found = [each for each in self.fared if each.by == by]
        return tuple(sorted(found, key=lambda each: (-each.count, each.name)))


async def read_report(
    conn: Connection, profile: Profile, *, days: int, now: datetime, with_words: bool = False
) -> Report:
    """The past days, today included; all figures are of one moment.

    Args:
        conn: without a transaction, which is opened here.
        profile: whose zone says when a day begins, across a change of the clocks (I15).
        days: how many.
        now: the present moment.
        with_words: whether the worst moments come with the customers' words.
    """
    zone = ZoneInfo(profile.business.zone)
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return await _read(conn, zone, days=days, now=now, with_words=with_words)


async def _read(
    conn: Connection, zone: ZoneInfo, *, days: int, now: datetime, with_words: bool
) -> Report:
    last = now.astimezone(zone).date()
    first = last - timedelta(days - 1)
    span = (_begin(first, zone), _begin(last + timedelta(1), zone))
    read = await emotion_reports.read(
        conn, span, zone=zone.key, below=UNHAPPY_BELOW, with_words=with_words
    )
    backlog = await unscored.read_backlog(conn)
    return Report(
        first=first,
        last=last,
        groups=read.groups,
        days=_days(read, first, last),
        talks=read.talks,
        fared=fared_in(await history.recoveries_between(conn, *span)),
        alarms=await emotion_reports.list_rung(conn, *span),
        open_unhappy=read.open_unhappy,
        open=read.open,
        worst=read.worst,
        reviews_open=sum((await emotion_reviews.count_open(conn)).values()),
        backlog=backlog,
        oldest_s=backlog.age_s(now),
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(read: Read, first: date, last: date) -> tuple[DayFelt, ...]:
    found = {emotion_reports.day_of(each): each for each in read.groups if each.by == "day"}
    every = (first + timedelta(place) for place in range((last - first).days + 1))
    return tuple(_day(day, found.get(day)) for day in every)


def _day(day: date, group: Group | None) -> DayFelt:
    if group is None:
        return DayFelt(on=day)
    mean = group.mean if group.count >= FEW_A_DAY else None
    return DayFelt(on=day, count=group.count, mean=mean)


def fared_in(recoveries: Iterable[Recovery]) -> tuple[Fared, ...]:
    """Counted in every way, in no order."""
    ways: dict[tuple[Way, str], list[Recovery]] = defaultdict(list)
    for each in recoveries:
        ways["all", ""].append(each)
        ways["author", each.author.value].append(each)
        ways["agent", each.agent].append(each)
        ways["topic", each.topic].append(each)
    return tuple(_fared(by, name, these) for (by, name), these in ways.items())


def _fared(by: Way, name: str, these: Sequence[Recovery]) -> Fared:
    outcomes = [each.outcome for each in these]
    return Fared(
        by=by,
        name=name,
        better=outcomes.count("better"),
        same=outcomes.count("same"),
        worse=outcomes.count("worse"),
        change=fmean(each.change for each in these),
    )
