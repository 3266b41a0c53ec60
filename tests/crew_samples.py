"""Made-up crews and what keeps them busy, and a slow, plain judge of who can come.

The judge shares no code with the service but the distance between two ZIPs: it puts the new event
into the chef's days and walks through them. Used by the tests of availability and of matching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import ceil
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.booking.crew import Demand
from bot.booking.travel import miles_between
from bot.domain_booking import Absence, BookingId, Chef, ChefId, Engagement, Roster
from bot.profile import Profile, load_profile

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NEAR = ("94539", "95112", "94015", "95814", "94301", "94601")
ZIPS = (*NEAR, "93721", "96150", "00000", "")
"""Around the bay, Fresno, Lake Tahoe, a ZIP that is none, and one nobody has said."""
STRENGTHS = ("kids", "birthdays", "corporate", "halal")
LANGUAGES = ("en", "es", "zh")


def chef_id(number: int) -> ChefId:
    return ChefId(UUID(int=number))


def booking_id(number: int) -> BookingId:
    return BookingId(UUID(int=10_000 + number))


def chef(number: int, **changes: object) -> Chef:
    """A chef of Fremont who may do everything and is always there."""
    fields: dict[str, object] = {
        "id": chef_id(number),
        "number": number,
        "code": f"chef_{number}",
        "name": f"Chef {number}",
        "home_zip": "94539",
        "services": frozenset({"hibachi"}),
        "languages": frozenset({"en"}),
        "strengths": frozenset(),
        "certificates": frozenset(),
        "days_off": frozenset(),
        "works_from": None,
        "works_until": None,
        "events_a_day": 2,
        "max_miles": None,
    }
    return Chef(**(fields | changes))  # type: ignore[arg-type]


def local(day: date, clock: time) -> datetime:
    """A moment by the clocks of the business."""
    return datetime.combine(day, clock, ZONE)


def event(
    who: Chef, starts_at: datetime, *, number: int, zip_code: str = "94539", minutes: int = 180
) -> Engagement:
    """A chef's event, with the way there from home."""
    begins = starts_at.astimezone(UTC)
    return Engagement(
        chef_id=who.id,
        booking_id=booking_id(number),
        leaves_at=begins - timedelta(minutes=30 + minutes_of_way(who.home_zip, zip_code)),
        starts_at=begins,
        ends_at=begins + timedelta(minutes=minutes),
        zip_code=zip_code,
    )


def demand(**changes: object) -> Demand:
    """Twelve guests in Fremont."""
    fields: dict[str, object] = {
        "service": "hibachi",
        "headcount": 12,
        "workers": 1,
        "zip_code": "94539",
    }
    return Demand(**(fields | changes))  # type: ignore[arg-type]


def with_schedule(profile: Profile, **changes: object) -> Profile:
    """The business with other times or rules of its service."""
    service = profile.service()
    schedule = service.schedule.model_copy(update=changes)
    changed = service.model_copy(update={"schedule": schedule})
    return profile.model_copy(update={"services": {"hibachi": changed}})


def minutes_of_way(start_zip: str, end_zip: str) -> int:
    """At the profile's speed, rounded up; nothing where nobody knows."""
    miles = miles_between(PROFILE, start_zip, end_zip)
    assert PROFILE.travel is not None
    return 0 if miles is None else ceil(miles * 60 / PROFILE.travel.miles_per_hour)


def can_come(
    profile: Profile, roster: Roster, who: Chef, wanted: Demand, starts_at: datetime
) -> bool:
    """Whether all hard rules let the chef come, one look at a time."""
    begins = starts_at.astimezone(UTC)
    ends = begins + timedelta(minutes=profile.service().duration_minutes)
    today = begins.astimezone(ZONE).date()
    others = [
        (e.starts_at, e.ends_at, e.zip_code)
        for e in roster.engagements
        if e.chef_id == who.id and e.booking_id != wanted.without
    ]
    same_day = [e for e in others if e[0].astimezone(ZONE).date() == today]
    return (
        wanted.service in who.services
        and set(wanted.certificates) <= who.certificates
        and today.weekday() not in who.days_off
        and not any(
            absence.starts_on <= today <= absence.ends_on
            for absence in roster.absences
            if absence.chef_id is None or absence.chef_id == who.id
        )
        and len(same_day) + 1 <= who.events_a_day
        and _is_near_enough(profile, who, wanted.zip_code)
        and _is_within_hours(who, begins.astimezone(ZONE), ends.astimezone(ZONE))
        and is_passable(who, [*others, (begins, ends, wanted.zip_code)])
    )


def is_passable(who: Chef, events: Sequence[tuple[datetime, datetime, str]]) -> bool:
    """Whether a chef can be at all these events, walking through them one after another."""
    where, today, free_from = who.home_zip, None, datetime.min.replace(tzinfo=UTC)
    for starts_at, ends_at, zip_code in sorted(events):
        if starts_at.astimezone(ZONE).date() != today:
            today, where = starts_at.astimezone(ZONE).date(), who.home_zip
        leaves_at = starts_at - timedelta(minutes=30 + minutes_of_way(where, zip_code))
        if leaves_at < free_from:
            return False
        where, free_from = zip_code, ends_at
    return True


def _is_near_enough(profile: Profile, who: Chef, zip_code: str) -> bool:
    assert profile.travel is not None
    limit = profile.travel.max_miles if who.max_miles is None else who.max_miles
    miles = miles_between(profile, who.home_zip, zip_code)
    return miles is None or miles <= limit


def _is_within_hours(who: Chef, begins: datetime, ends: datetime) -> bool:
    """By the clock on the wall, whatever it did in between."""
    start = begins.hour * 3600 + begins.minute * 60 + begins.second
    end = ends.hour * 3600 + ends.minute * 60 + ends.second
    end += 86_400 * (ends.date() - begins.date()).days
    opens = who.works_from or time(0)
    if start < opens.hour * 3600 + opens.minute * 60:
        return False
    if who.works_until is None:
        return True
    closes = who.works_until.hour * 3600 + who.works_until.minute * 60
    if who.works_until <= opens:
        closes += 86_400
    return end <= closes


CLOCKS = st.sampled_from([time(11), time(12), time(17), time(18)])
LATE = st.sampled_from([time(21), time(22), time(0), time(2)])


@st.composite
def chefs(draw: st.DrawFn, number: int) -> Chef:
    """Anybody."""
    return chef(
        number,
        home_zip=draw(st.sampled_from(ZIPS[:-1])),
        services=draw(st.sampled_from([frozenset({"hibachi"})] * 5 + [frozenset({"sushi"})])),
        languages=draw(st.frozensets(st.sampled_from(LANGUAGES), min_size=1)),
        strengths=draw(st.frozensets(st.sampled_from(STRENGTHS))),
        certificates=draw(st.sampled_from([frozenset(), frozenset({"halal"})])),
        days_off=draw(st.frozensets(st.integers(0, 6), max_size=2)),
        works_from=draw(st.none() | CLOCKS),
        works_until=draw(st.none() | LATE),
        events_a_day=draw(st.integers(1, 3)),
        max_miles=draw(st.none() | st.sampled_from([Decimal(20), Decimal(60), Decimal(300)])),
    )


@st.composite
def rosters(draw: st.DrawFn, around: date, *, most: int = 8) -> Roster:
    """A crew whose events around a day are all possible, as the books would have them."""
    crew = tuple(draw(chefs(number)) for number in range(1, draw(st.integers(1, most)) + 1))
    engagements: list[Engagement] = []
    for number in range(draw(st.integers(0, 2 * len(crew)))):
        who = draw(st.sampled_from(crew))
        starts_at = local(
            around + timedelta(days=draw(st.integers(-1, 1))),
            time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))),
        )
        offered = event(
            who,
            starts_at,
            number=number,
            zip_code=draw(st.sampled_from(ZIPS)),
            minutes=draw(st.sampled_from([60, 120, 180])),
        )
        own = [e for e in engagements if e.chef_id == who.id]
        if is_passable(who, [(e.starts_at, e.ends_at, e.zip_code) for e in [*own, offered]]):
            engagements.append(offered)
    absences = draw(st.lists(_absences(crew, around), max_size=2))
    served = draw(st.fixed_dictionaries({who.id: st.integers(0, 9) for who in crew}))
    return Roster(
        chefs=crew,
        engagements=tuple(sorted(engagements, key=lambda e: e.starts_at)),
        absences=tuple(absences),
        served=MappingProxyType(_without_zeros(served)),
    )


def _absences(crew: Sequence[Chef], around: date) -> st.SearchStrategy[Absence]:
    """Of one of the crew, or seldom of everybody."""
    return st.builds(
        lambda who, ahead, length: Absence(
            chef_id=who,
            starts_on=around + timedelta(days=ahead),
            ends_on=around + timedelta(days=ahead + length),
        ),
        st.sampled_from([*[who.id for who in crew] * 3, None]),
        st.integers(-3, 3),
        st.integers(0, 2),
    )


def _without_zeros(served: Mapping[ChefId, int]) -> dict[ChefId, int]:
    """Who has had no events is not counted at all."""
    return {who: events for who, events in served.items() if events}


@st.composite
def demands(draw: st.DrawFn, *, most: int = 3) -> Demand:
    """Any event of up to three chefs."""
    return demand(
        headcount=draw(st.sampled_from([12, 50, 51, 100, 101])),
        workers=draw(st.integers(1, most)),
        zip_code=draw(st.sampled_from(ZIPS)),
        language=draw(st.sampled_from(["", "en", "es", "zh", "fr"])),
        strengths=tuple(draw(st.sets(st.sampled_from([*STRENGTHS, "juggling"]), max_size=3))),
        certificates=draw(st.sampled_from([(), (), ("halal",)])),
        chef=draw(st.none() | st.integers(1, 8).map(chef_id)),
        past_chefs=frozenset(draw(st.sets(st.integers(1, 8).map(chef_id), max_size=2))),
        without=draw(st.none() | st.integers(0, 3).map(booking_id)),
    )
