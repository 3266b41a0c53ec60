"""Who of the crew can come to an event, and when they would set out: the hard rules, chef by chef.

Pure: the roster that was read is all it knows. Availability counts those who can come, matching
chooses among them. All reckoning is done in UTC; days, shifts and absences are the business's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.booking.shifts import is_in_shift
from bot.booking.travel import miles_between, way_minutes
from bot.domain_booking import Absence, BookingId, Chef, ChefId, Engagement, Roster
from bot.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What an event asks of the crew: hard rules first, then wishes."""

    service: str
    """Code in the profile."""
    headcount: int
    workers: int
    """How many of the crew have to come."""
    zip_code: str
    """Of the site; empty while unknown, and the way there then counts as nothing."""
    language: str = ""
    """Wished: ISO code of what the customer speaks."""
    strengths: tuple[str, ...] = ()
    """Wished: what somebody of the team should be good at."""
    certificates: tuple[str, ...] = ()
    """Required of everybody who comes."""
    chef: ChefId | None = None
    """Wished for by name."""
    past_chefs: frozenset[ChefId] = frozenset()
    """Wished: who has been with this customer before."""
    minutes: int = 0
    """How long it takes, where that was ordered by the hour; 0: as long as the service does."""
    without: BookingId | None = None
    """A booking that is about to move: its own engagements keep nobody busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """How a chef would get to an event."""

    miles: Decimal | None
    """One way, from home; None where a ZIP is unknown."""
    leaves_at: datetime
    """UTC. From home, or from the event before on the same day."""


class Unfit(StrEnum):
    """Why a chef cannot come; the first that holds, in this order."""

    SERVICE = "service"
    CERTIFICATE = "certificate"
    DISTANCE = "distance"
    DAY_OFF = "day_off"
    ABSENT = "absent"
    DAY_FULL = "day_full"
    HOURS = "hours"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An event's time, reckoned once for the whole crew."""

    starts_at: datetime
    """UTC, as is the end."""
    ends_at: datetime
    day: date
    """Local day of the start: the day it counts for."""
    begins: datetime
    """The start as a clock on the wall shows it, without a zone."""
    closes: datetime
    """The end, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What one chef has on, as far as one demand is concerned."""

    chef: Chef
    miles: Decimal | None
    """From home to the site."""
    events: tuple[Engagement, ...]
    """By start."""
    starts: tuple[datetime, ...]
    """Of these events."""
    days: tuple[date, ...]
    """On which these events start, local."""
    count_on: Mapping[date, int]
    """Events by local day."""
    absences: tuple[Absence, ...]
    """The chef's own and the whole business's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The diaries of all who may serve a demand at some time, the least chef number first."""

    profile: Profile
    demand: Demand
    zone: ZoneInfo
    length: timedelta
    diaries: tuple[Diary, ...]


def approach(
    profile: Profile, roster: Roster, chef: Chef, demand: Demand, starts_at: datetime
) -> Approach | None:
    """How the chef would get there; None where a hard rule forbids it."""
    books = open_books(profile, roster, demand, chefs=(chef,))
    moment = moment_at(books, starts_at)
    found = (find_approach(books, d, moment) for d in on_duty(books, moment.day))
    return next(found, None)


def why_not(
    profile: Profile, roster: Roster, chef: Chef, demand: Demand, starts_at: datetime
) -> Unfit | None:
    """The first hard rule that keeps the chef from the event; None where the chef can come."""
    unsuited = _unsuited(profile, chef, demand)
    if unsuited:
        return unsuited
    books = open_books(profile, roster, demand, chefs=(chef,))
    moment = moment_at(books, starts_at)
    diary = books.diaries[0]
    off_duty = _off_duty(diary, moment.day)
    if off_duty:
        return off_duty
    if not is_in_shift(chef, moment.begins, moment.closes):
        return Unfit.HOURS
    return None if find_approach(books, diary, moment) else Unfit.BUSY


def business_zone(profile: Profile) -> ZoneInfo:
    """Where the business decides what day it is."""
    return ZoneInfo(profile.business.zone)


def open_books(
    profile: Profile, roster: Roster, demand: Demand, chefs: Iterable[Chef] | None = None
) -> Books:
    """Index what the crew has on, for many looks at one demand.

    Args:
        profile: the rules.
        roster: read for the days that will be asked about, and a day more at each end.
        demand: what the event asks.
        chefs: only these; the whole roster by default.
    """
    zone = business_zone(profile)
    asked = roster.chefs if chefs is None else chefs
    suited = [c for c in asked if _unsuited(profile, c, demand) is None]
    events: dict[ChefId, list[Engagement]] = {chef.id: [] for chef in suited}
    for engagement in roster.engagements:
        own = events.get(engagement.chef_id)
        if own is not None and engagement.booking_id != demand.without:
            own.append(engagement)
    return Books(
        profile=profile,
        demand=demand,
        zone=zone,
        length=timedelta(
            minutes=demand.minutes or profile.service(demand.service).duration_minutes
        ),
        diaries=tuple(
            _diary(profile, roster, demand, chef, events[chef.id])
            for chef in sorted(suited, key=lambda chef: chef.number)
        ),
    )


def moment_at(books: Books, starts_at: datetime) -> Moment:
    """The event's time if it starts then. The length is real time, whatever the clocks do."""
    begins = starts_at.astimezone(UTC)
    ends = begins + books.length
    local = begins.astimezone(books.zone)
    return Moment(
        starts_at=begins,
        ends_at=ends,
        day=local.date(),
        begins=local.replace(tzinfo=None),
        closes=ends.astimezone(books.zone).replace(tzinfo=None),
    )


def on_duty(books: Books, day: date) -> Iterator[Diary]:
    """Who works that day and has not had enough events yet."""
    return (diary for diary in books.diaries if _off_duty(diary, day) is None)


def find_approach(books: Books, diary: Diary, moment: Moment) -> Approach | None:
    """How a chef on duty gets to the event between what else is on; None where that fails.

    Both neighbours matter: the chef leaves after the event before has ended, and from the new site
    still comes to the event after in time.
    """
    if not is_in_shift(diary.chef, moment.begins, moment.closes):
        return None
    after = bisect_right(diary.starts, moment.starts_at)
    start_zip = diary.chef.home_zip
    before = diary.events[after - 1] if after else None
    if before is not None and before.ends_at > moment.starts_at:
        return None
    if before is not None and diary.days[after - 1] == moment.day:
        start_zip = before.zip_code
    leaves_at = leaving(books.profile, start_zip, books.demand.zip_code, moment.starts_at)
    if before is not None and leaves_at < before.ends_at:
        return None
    if after < len(diary.events) and next_leaving(books, diary, moment, after) < moment.ends_at:
        return None
    return Approach(miles=diary.miles, leaves_at=leaves_at)


def next_leaving(books: Books, diary: Diary, moment: Moment, after: int) -> datetime:
    """When the chef has to leave for the event of that place in the diary, coming from this one.

    Reckoned anew: the stored leaving was for a day without this event.
    """
    following, is_same_day = diary.events[after], diary.days[after] == moment.day
    start_zip = books.demand.zip_code if is_same_day else diary.chef.home_zip
    return leaving(books.profile, start_zip, following.zip_code, following.starts_at)


def leaving(profile: Profile, start_zip: str, site_zip: str, starts_at: datetime) -> datetime:
    """When to set out from one ZIP to begin at another in time, everything set up.

    A way of which nobody knows how far it is counts as nothing.
    """
    way = way_minutes(profile, start_zip, site_zip) or 0
    return starts_at - timedelta(minutes=way + profile.booking.arrival_max_minutes)


def _diary(
    profile: Profile, roster: Roster, demand: Demand, chef: Chef, events: list[Engagement]
) -> Diary:
    zone = business_zone(profile)
    events.sort(key=lambda event: event.starts_at)
    days = tuple([event.starts_at.astimezone(zone).date() for event in events])
    return Diary(
        chef=chef,
        miles=miles_between(profile, chef.home_zip, demand.zip_code),
        events=tuple(events),
        starts=tuple([event.starts_at for event in events]),
        days=days,
        count_on=Counter(days),
        absences=tuple([a for a in roster.absences if a.chef_id in (None, chef.id)]),
    )


def _unsuited(profile: Profile, chef: Chef, demand: Demand) -> Unfit | None:
    """What keeps the chef from this demand at any time."""
    if (demand.service or profile.business.default_service) not in chef.services:
        return Unfit.SERVICE
    if not chef.certificates.issuperset(demand.certificates):
        return Unfit.CERTIFICATE
    miles = miles_between(profile, chef.home_zip, demand.zip_code)
    limit = farthest(profile, chef)
    if miles is not None and limit is not None and miles > limit:
        return Unfit.DISTANCE
    return None


def farthest(profile: Profile, chef: Chef) -> Decimal | None:
    """How far from home the chef goes, one way; None: anywhere."""
    if chef.max_miles is not None:
        return chef.max_miles
    return profile.travel.max_miles if profile.travel else None


def _off_duty(diary: Diary, day: date) -> Unfit | None:
    """What keeps the chef from any event of that day."""
    if day.weekday() in diary.chef.days_off:
        return Unfit.DAY_OFF
    if any(away.starts_on <= day <= away.ends_on for away in diary.absences):
        return Unfit.ABSENT
    if diary.count_on.get(day, 0) >= diary.chef.events_a_day:
        return Unfit.DAY_FULL
    return None
