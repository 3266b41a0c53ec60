"""When an event can start: each slot of the schedule, open or with every reason why not.

Pure: judged from the profile and a roster that was read before. Slots are times on the wall of the
business's zone; one that a change of the clocks skips does not exist, one that it repeats is the
first of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from bot.booking.crew import (
    Books,
    Demand,
    Diary,
    Moment,
    find_approach,
    moment_at,
    on_duty,
    open_books,
)
from bot.booking.shifts import A_DAY, MIDNIGHT, wall_moment
from bot.booking.travel import is_in_area, road_miles
from bot.domain_booking import Roster
from bot.profile import Profile
from bot.profile_offer import Schedule
from bot.profile_wording import WEEKDAYS


class Closed(StrEnum):
    """Why an event cannot start at a time, the weightiest first.

    First what no other time would mend, then what another day, then what another hour mends.
    """

    TOO_LARGE = "too_large"
    TOO_FAR = "too_far"
    PAST = "past"
    CLOSED = "closed"
    """The business does not work that day."""
    WEEKDAY = "weekday"
    """The service is not offered on that day of the week."""
    NO_SLOT = "no_slot"
    """Not a time at which we start."""
    NOTICE = "notice"
    """Sooner than we can come."""
    TAKEN = "taken"
    """Too few of the crew can come."""


WEIGHT = {reason: place for place, reason in enumerate(Closed)}
HOPELESS = frozenset({Closed.TOO_LARGE, Closed.TOO_FAR, Closed.PAST, Closed.CLOSED, Closed.WEEKDAY})
"""Where one of these holds the crew is not asked, so that TAKEN is not said beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time at which an event might start."""

    starts_at: datetime
    """Aware, in the business's zone, as is the end."""
    ends_at: datetime
    reasons: tuple[Closed, ...] = ()
    """Everything that speaks against it, the weightiest first."""

    @property
    def is_open(self) -> bool:
        """Whether it can be booked."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What holds for all slots of a day."""

    books: Books
    schedule: Schedule
    reasons: tuple[Closed, ...]
    earliest: datetime
    """Notice is kept from then on."""
    now: datetime
    crew: tuple[Diary, ...]


def open_slots(
    profile: Profile, roster: Roster, demand: Demand, first: date, last: date, *, now: datetime
) -> tuple[Slot, ...]:
    """Every slot of the days from first to last, both included, in order."""
    books = open_books(profile, roster, demand)
    return tuple(
        _judged(day, moment, ())
        for on in _days(first, last)
        for day in (_look_at(books, roster, on, now),)
        for moment in _moments(day.schedule, on, books.zone)
    )


def judge(
    profile: Profile, roster: Roster, demand: Demand, starts_at: datetime, *, now: datetime
) -> Slot:
    """One moment, whether it is a slot of the schedule or not."""
    books = open_books(profile, roster, demand)
    local = starts_at.astimezone(UTC).astimezone(books.zone)
    day = _look_at(books, roster, local.date(), now)
    is_slot = local in _moments(day.schedule, local.date(), books.zone) and not local.fold
    return _judged(day, local, () if is_slot else (Closed.NO_SLOT,))


def nearest(slots: Iterable[Slot], wanted: datetime, count: int = 3) -> tuple[Slot, ...]:
    """The open slots that lie nearest to the wanted moment, nearest first, the earlier of two."""
    instant = wanted.astimezone(UTC)

    def rank(slot: Slot) -> tuple[timedelta, datetime]:
        starts_at = slot.starts_at.astimezone(UTC)
        return abs(starts_at - instant), starts_at

    return tuple(sorted((slot for slot in slots if slot.is_open), key=rank)[:count])


def window(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What a roster has to be read for to judge these days: a day more at each end."""
    return (
        datetime.combine(first - A_DAY, MIDNIGHT, zone),
        datetime.combine(last + 2 * A_DAY, MIDNIGHT, zone),
    )


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def _moments(schedule: Schedule, day: date, zone: ZoneInfo) -> list[datetime]:
    """When the schedule lets an event start on a day."""
    found = (wall_moment(day, clock, zone) for clock in sorted(set(schedule.slots)))
    return [moment for moment in found if moment is not None]


def _look_at(books: Books, roster: Roster, day: date, now: datetime) -> _Day:
    """Judge what all moments of a day have in common."""
    profile, demand = books.profile, books.demand
    schedule = profile.service(demand.service).schedule
    return _Day(
        books=books,
        schedule=schedule,
        reasons=(*_beyond(profile, demand), *_day_off(schedule, roster, day)),
        earliest=now.astimezone(UTC) + timedelta(hours=_notice_hours(schedule, demand)),
        now=now,
        crew=tuple(on_duty(books, day)),
    )


def _beyond(profile: Profile, demand: Demand) -> Iterator[Closed]:
    """What no other time mends."""
    largest = profile.service(demand.service).person_over
    if largest is not None and demand.headcount > largest:
        yield Closed.TOO_LARGE
    miles = road_miles(profile, demand.zip_code)
    if miles is not None and not is_in_area(profile, miles):
        yield Closed.TOO_FAR


def _day_off(schedule: Schedule, roster: Roster, day: date) -> Iterator[Closed]:
    """What only another day mends."""
    everybody = (away for away in roster.absences if away.chef_id is None)
    if f"{day:%m-%d}" in schedule.closed_on or any(
        away.starts_on <= day <= away.ends_on for away in everybody
    ):
        yield Closed.CLOSED
    if WEEKDAYS[day.weekday()] not in schedule.weekdays:
        yield Closed.WEEKDAY


def _notice_hours(schedule: Schedule, demand: Demand) -> int:
    over = schedule.large_party_over
    if over is not None and demand.headcount > over:
        return max(schedule.notice_hours, schedule.large_party_notice_hours)
    return schedule.notice_hours


def _judged(day: _Day, starts_at: datetime, reasons: tuple[Closed, ...]) -> Slot:
    """The slot with all that speaks against it."""
    moment = moment_at(day.books, starts_at)
    found = [*day.reasons, *reasons]
    if moment.starts_at <= day.now:
        found.append(Closed.PAST)
    elif moment.starts_at < day.earliest:
        found.append(Closed.NOTICE)
    if HOPELESS.isdisjoint(found) and not _is_crew_free(day, moment):
        found.append(Closed.TAKEN)
    return Slot(
        starts_at=starts_at,
        ends_at=moment.ends_at.astimezone(day.books.zone),
        reasons=tuple(sorted(found, key=WEIGHT.__getitem__)),
    )


def _is_crew_free(day: _Day, moment: Moment) -> bool:
    """Whether enough of the crew can come; nobody is asked beyond that."""
    able = (diary for diary in day.crew if find_approach(day.books, diary, moment) is not None)
    workers = day.books.demand.workers
    return sum(1 for _ in islice(able, workers)) == workers
