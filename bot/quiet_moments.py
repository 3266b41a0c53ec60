"""The best moment for a message that nobody asked for: allowed, on a working day, at their hour.

People answer at the hours at which they write; of few messages the usual hour decides. Nothing here
says whether something may go: bot/quiet.py's hours bind it. bot/booking/reminders.py, bot/causes
and bot/follow_ups ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.language.date_feasts import FEASTS, feast_days
from bot.profile import Profile
from bot.quiet import Whereabouts, find_whereabouts, home_of, next_allowed, quiet_begins
from bot.store.answer_hours import Habits

USUAL = time(11)
"""When a message is read without hurry by somebody of whom nothing is known."""
HALF_LIFE_DAYS = 60.0
"""A message so much older than the newest one weighs half."""
NEAR = 0.5
"""What a message says of the hour beside its own, and of the next one half of that."""
PRIOR = 0.25
"""The usual hour weighs as a quarter of a message does."""
PRIOR_NEAR = 0.8
HOUR, A_MOMENT = timedelta(hours=1), timedelta(seconds=1)
OFF_DAYS_MAX = 60
"""So many days off in a row are no working year any more."""


def where_of(profile: Profile, habits: Habits, zip_code: str = "") -> Whereabouts:
    """Where the customer may be; the place of the event at hand goes before what is stored."""
    code = zip_code or habits.zip_code
    return find_whereabouts(habits.handle, habits.zone, (code,) if code else (), home_of(profile))


def best_moment(
    profile: Profile,
    earliest: datetime,
    latest: datetime,
    where: Whereabouts,
    heard: Sequence[datetime],
    *,
    usual: time = USUAL,
) -> datetime | None:
    """The moment from `earliest` to `latest` at the hour at which this customer usually writes.

    Args:
        profile: whose quiet hours and days off bind it.
        earliest: aware.
        latest: aware; still allowed.
        where: every place in which they may be; hours are those of the first.
        heard: when they wrote.
        usual: the hour for somebody of whom nothing is known.

    Returns:
        Aware, UTC; of two that are as good the earlier. None where no moment is allowed.
    """
    first, last = earliest.astimezone(UTC), latest.astimezone(UTC)
    if first > last:
        return None
    zone = ZoneInfo(where.zones[0])
    liked = _liking(tuple(heard), zone, usual.hour)
    moments = _moments(profile, first, last, _clocks(where, first, last))
    for moment in sorted(moments, key=lambda at: (-liked[at.astimezone(zone).hour], at)):
        if is_allowed(profile, moment, where):
            return moment
    return None


def is_allowed(profile: Profile, at: datetime, where: Whereabouts) -> bool:
    """Whether somebody there may be written to unasked at that moment."""
    return next_allowed(profile, at, where) == at and not is_off_day(profile, at, where)


def is_off_day(profile: Profile, at: datetime, where: Whereabouts) -> bool:
    """Whether it is a day off in any of the places."""
    names = profile.follow_ups.off_days
    if not names:
        return False
    days = {at.astimezone(ZoneInfo(zone)).date() for zone in where.zones}
    return any(day in _off_days(names, day.year) for day in days)


def next_working(profile: Profile, at: datetime, where: Whereabouts) -> datetime:
    """That moment, or the next that is allowed and on no day off; aware, UTC."""
    moment = next_allowed(profile, at, where)
    for _ in range(OFF_DAYS_MAX):
        if not is_off_day(profile, moment, where):
            break
        moment = next_allowed(profile, _day_after(moment, where), where)
    return moment


def read_off_day(name: str, year: int) -> tuple[date, ...] | None:
    """The days of a year by that name, a feast's or "12-26"; None: it names none."""
    wanted = name.strip().casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if wanted in FEASTS:
        return feast_days(wanted, date(year, 1, 1), year=year)
    month, dash, day = wanted.partition("-")
    if not (dash and month.isascii() and day.isascii() and month.isdigit() and day.isdigit()):
        return None
    try:
        return (date(year, int(month), int(day)),)
    except ValueError:
        return () if (int(month), int(day)) == (2, 29) else None


@lru_cache(maxsize=64)
def _off_days(names: tuple[str, ...], year: int) -> frozenset[date]:
    return frozenset(day for name in names for day in read_off_day(name, year) or ())


def _day_after(at: datetime, where: Whereabouts) -> datetime:
    """The beginning of the next day in the place where it begins first, after that moment."""
    begins = []
    for zone in map(ZoneInfo, where.zones):
        day = at.astimezone(zone).date() + timedelta(days=1)
        begins.append(datetime.combine(day, time(), zone).astimezone(UTC))
    return min(begins)


def _clocks(where: Whereabouts, first: datetime, last: datetime) -> Whereabouts:
    """The places, those whose clocks show the same once: a number may be of forty zones.

    What is found by them is asked of all of them before it is taken.
    """
    alike: dict[tuple[object, ...], str] = {}
    for name in where.zones:
        zone = ZoneInfo(name)
        alike.setdefault(tuple(at.astimezone(zone).utcoffset() for at in (first, last)), name)
    return replace(where, zones=tuple(alike.values()))


def _moments(
    profile: Profile, first: datetime, last: datetime, where: Whereabouts
) -> list[datetime]:
    """The openings in the span, and the full hours of the first place's clock while it is open.

    Of zones that are never awake together the openings count, the rest has to be asked for.
    """
    zone, found = ZoneInfo(where.zones[0]), list[datetime]()
    opens = next_working(profile, first, where)
    while opens <= last:
        closes = quiet_begins(profile, opens, where)
        found += [opens, *_whole_hours(opens, min(closes - A_MOMENT, last), zone)]
        opens = next_working(profile, max(closes, opens + HOUR), where)
    return found


def _whole_hours(first: datetime, last: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every full hour of that zone's clock after the first moment and up to the last."""
    local = first.astimezone(zone)
    hour = datetime.combine(local.date(), time(local.hour), zone).replace(fold=local.fold)
    moment, found = hour.astimezone(UTC), list[datetime]()
    while moment <= last:
        if moment > first:
            found.append(moment)
        moment += HOUR
    return found


@lru_cache(maxsize=32)
def _liking(heard: tuple[datetime, ...], zone: ZoneInfo, usual: int) -> tuple[float, ...]:
    """How much each hour of the day is theirs.

    However many messages of one hour of one day count once: a talk is no habit.
    """
    said = {at.astimezone(zone).replace(minute=0, second=0, microsecond=0) for at in heard}
    newest = max(said, default=None)
    at_hour = [0.0] * 24
    for at in said:
        age_days = (newest - at).total_seconds() / 86400 if newest else 0.0
        at_hour[at.hour] += 0.5 ** (age_days / HALF_LIFE_DAYS)
    return tuple(
        PRIOR * PRIOR_NEAR ** _apart(hour, usual)
        + sum(weight * NEAR ** _apart(hour, other) for other, weight in enumerate(at_hour))
        for hour in range(24)
    )


def _apart(hour: int, other: int) -> int:
    """How many hours lie between them, the short way around the clock."""
    return min((hour - other) % 24, (other - hour) % 24)
