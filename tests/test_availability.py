"""Which slots are open and why others are not: computed (I8), in the business's zone (I15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from crew_samples import (
    PROFILE,
    ZONE,
    booking_id,
    can_come,
    chef,
    demand,
    demands,
    event,
    local,
    rosters,
    with_schedule,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.booking.availability import Closed, Slot, judge, nearest, open_slots, window
from bot.booking.crew import Demand, approach
from bot.booking.travel import miles_between
from bot.domain_booking import Absence, Roster
from bot.profile import Profile

SATURDAY = date(2026, 6, 13)
NOW = datetime(2026, 6, 1, 17, tzinfo=UTC)
NOON, THREE, SIX, NINE = time(12), time(15), time(18), time(21)
FORWARD, BACK = date(2026, 3, 8), date(2026, 11, 1)
"""When the clocks change in 2026."""


def reasons(roster: Roster, starts_at: datetime, **wanted: object) -> tuple[Closed, ...]:
    return judge(PROFILE, roster, demand(**wanted), starts_at, now=NOW).reasons


def test_a_free_crew_makes_every_slot_of_the_schedule_open() -> None:
    slots = open_slots(
        PROFILE, Roster(chefs=(chef(1),)), demand(), SATURDAY, SATURDAY + timedelta(days=1), now=NOW
    )
    assert [slot.starts_at.strftime("%d %H:%M") for slot in slots] == [
        f"{day} {clock}" for day in (13, 14) for clock in ("12:00", "15:00", "18:00", "21:00")
    ]
    assert all(
        slot.is_open and slot.ends_at - slot.starts_at == timedelta(hours=3) for slot in slots
    )


@pytest.mark.parametrize(
    ("starts_at", "wanted", "expected"),
    [
        (local(date(2026, 5, 30), SIX), {}, [Closed.PAST]),
        (local(date(2026, 6, 2), NOON), {}, [Closed.NOTICE, Closed.TAKEN]),
        (local(date(2026, 6, 4), NOON), {}, [Closed.TAKEN]),
        (
            local(date(2026, 6, 4), time(9)),
            {"headcount": 51},
            [Closed.NO_SLOT, Closed.NOTICE, Closed.TAKEN],
        ),
        (local(SATURDAY, time(16, 30)), {}, [Closed.NO_SLOT]),
        (local(SATURDAY, SIX), {"workers": 2}, [Closed.TAKEN]),
        (local(date(2026, 7, 4), SIX), {}, [Closed.CLOSED]),
        (local(SATURDAY, SIX), {"zip_code": "90001"}, [Closed.TOO_FAR]),
        (local(SATURDAY, SIX), {"headcount": 101}, [Closed.TOO_LARGE]),
        (
            local(date(2026, 7, 4), time(16, 30)),
            {"headcount": 101, "zip_code": "90001"},
            [Closed.TOO_LARGE, Closed.TOO_FAR, Closed.CLOSED, Closed.NO_SLOT],
        ),
    ],
)
def test_a_closed_slot_says_everything_that_speaks_against_it(
    starts_at: datetime, wanted: dict[str, object], expected: list[Closed]
) -> None:
    """The weightiest first; the crew is not asked where no chef could help."""
    away = Absence(chef_id=None, starts_on=date(2026, 7, 3), ends_on=date(2026, 7, 5))
    hers = [event(chef(1), local(date(2026, 6, d), NOON), number=d) for d in (2, 4)]
    roster = Roster(chefs=(chef(1),), engagements=tuple(hers), absences=(away,))
    assert list(reasons(roster, starts_at, **wanted)) == expected


def test_days_of_the_year_and_of_the_week_on_which_nothing_starts() -> None:
    strict = with_schedule(PROFILE, closed_on=("12-25",), weekdays=("friday", "saturday"))
    roster = Roster(chefs=(chef(1),))
    found = open_slots(strict, roster, demand(), date(2026, 12, 24), date(2026, 12, 27), now=NOW)
    assert {(slot.starts_at.day, slot.reasons) for slot in found} == {
        (24, (Closed.WEEKDAY,)),
        (25, (Closed.CLOSED,)),
        (26, ()),
        (27, (Closed.WEEKDAY,)),
    }


def test_half_past_four_is_answered_with_the_nearest_open_slots() -> None:
    busy = event(chef(1), local(SATURDAY, THREE), number=1)
    roster = Roster(chefs=(chef(1),), engagements=(busy,))
    slots = open_slots(PROFILE, roster, demand(), SATURDAY, SATURDAY + timedelta(days=1), now=NOW)
    offered = nearest(slots, local(SATURDAY, time(16, 30)))
    # She is at an event from three to six: at six she cannot have set up elsewhere.
    assert [slot.starts_at for slot in offered] == [
        local(SATURDAY, NINE),
        local(SATURDAY + timedelta(days=1), NOON),
        local(SATURDAY + timedelta(days=1), THREE),
    ]


def test_of_two_slots_as_near_the_earlier_comes_first() -> None:
    slots = open_slots(PROFILE, Roster(chefs=(chef(1),)), demand(), SATURDAY, SATURDAY, now=NOW)
    offered = nearest(slots, local(SATURDAY, time(16, 30)), 2)
    assert [slot.starts_at.time() for slot in offered] == [THREE, SIX]


def test_notice_ends_to_the_second() -> None:
    roster, starts_at = Roster(chefs=(chef(1),)), local(SATURDAY, SIX).astimezone(UTC)
    for headcount, hours in ((50, 48), (51, 72)):
        asked = demand(headcount=headcount)
        in_time = starts_at - timedelta(hours=hours)
        assert judge(PROFILE, roster, asked, starts_at, now=in_time).is_open
        late = in_time + timedelta(seconds=1)
        assert judge(PROFILE, roster, asked, starts_at, now=late).reasons == (Closed.NOTICE,)
    at_once = judge(PROFILE, roster, demand(), starts_at, now=starts_at)
    assert at_once.reasons == (Closed.PAST,)


def test_a_booking_that_is_to_move_does_not_stand_in_its_own_way() -> None:
    hers = event(chef(1), local(SATURDAY, NOON), number=7)
    roster = Roster(chefs=(chef(1, events_a_day=1),), engagements=(hers,))
    six = local(SATURDAY, SIX)
    assert reasons(roster, six) == (Closed.TAKEN,)
    assert reasons(roster, six, without=booking_id(7)) == ()


def test_a_business_that_says_nothing_of_travelling_goes_anywhere_at_once() -> None:
    """Another trade: no area, no speed, so nobody is too far and no way takes time."""
    trade = PROFILE.model_copy(update={"travel": None})
    roster, far = Roster(chefs=(chef(1),)), demand(zip_code="90001")
    assert judge(trade, roster, far, local(SATURDAY, SIX), now=NOW).is_open
    found = approach(trade, roster, chef(1), far, local(SATURDAY, SIX))
    assert found is not None
    assert found.leaves_at == local(SATURDAY, time(17, 30))
    hers = event(chef(1), local(SATURDAY, time(14, 30)), number=1)
    busy = Roster(chefs=(chef(1),), engagements=(hers,))
    assert judge(trade, busy, far, local(SATURDAY, SIX), now=NOW).is_open


def nights() -> Profile:
    """A business that starts at hours which a change of the clocks meets."""
    return with_schedule(PROFILE, slots=(time(0, 30), time(1, 30), time(2, 30), time(23)))


def on(day: date, profile: Profile) -> tuple[Slot, ...]:
    early = datetime(2026, 1, 1, tzinfo=UTC)
    return open_slots(profile, Roster(chefs=(chef(1),)), demand(), day, day, now=early)


def test_a_slot_that_the_clocks_skip_does_not_exist() -> None:
    """I15."""
    slots = on(FORWARD, nights())
    assert [slot.starts_at.strftime("%H:%M %Z") for slot in slots] == [
        "00:30 PST",
        "01:30 PST",
        "23:00 PDT",
    ]
    across = slots[1]
    assert across.ends_at.strftime("%H:%M %Z") == "05:30 PDT"  # Three hours, all the same.


def test_a_slot_that_comes_twice_is_the_first_of_the_two() -> None:
    """I15."""
    profile = nights()
    slots = on(BACK, profile)
    assert [slot.starts_at.strftime("%H:%M %Z") for slot in slots] == [
        "00:30 PDT",
        "01:30 PDT",
        "02:30 PST",
        "23:00 PST",
    ]
    first = slots[1].starts_at.astimezone(UTC)
    early, crew = datetime(2026, 1, 1, tzinfo=UTC), Roster(chefs=(chef(1),))
    assert judge(profile, crew, demand(), first, now=early).is_open
    second = judge(profile, crew, demand(), first + timedelta(hours=1), now=early)
    assert second.reasons == (Closed.NO_SLOT,)


def test_the_window_reaches_a_day_beyond_at_each_end() -> None:
    first, last = window(FORWARD, BACK, ZONE)
    assert (first, last) == (
        local(FORWARD - timedelta(days=1), time(0)),
        local(BACK + timedelta(days=2), time(0)),
    )


DAYS = st.one_of(
    st.dates(date(2026, 1, 2), date(2031, 12, 30)),
    st.sampled_from([FORWARD, BACK, date(2027, 3, 14), date(2028, 11, 5), date(2028, 2, 29)]),
)


@given(data=st.data(), day=DAYS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_open_slots_are_those_for_which_a_plain_count_finds_enough_chefs(
    data: st.DataObject, day: date
) -> None:
    """I8, I15: over years, both changes of the clocks included."""
    profile = data.draw(st.sampled_from([PROFILE, nights()]))
    roster, wanted = data.draw(rosters(day)), data.draw(demands())
    now = local(day, NOON) - timedelta(hours=data.draw(st.integers(0, 100)))
    days = [day + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    found = open_slots(profile, roster, wanted, days[0], days[-1], now=now)
    assert [slot for slot in found if slot.is_open] == [
        slot for slot in found if is_open_plainly(profile, roster, wanted, slot, now)
    ]
    assert all(judge(profile, roster, wanted, slot.starts_at, now=now) == slot for slot in found)


def is_open_plainly(
    profile: Profile, roster: Roster, wanted: Demand, slot: Slot, now: datetime
) -> bool:
    """Judged without a thought for speed."""
    asked, schedule = wanted, profile.service().schedule
    starts_at = slot.starts_at.astimezone(UTC)
    hours = 72 if asked.headcount > 50 else schedule.notice_hours
    miles = miles_between(profile, "94539", asked.zip_code)
    able = [who for who in roster.chefs if can_come(profile, roster, who, asked, starts_at)]
    return (
        asked.headcount <= 100
        and (miles is None or miles <= 150)
        and starts_at > now
        and starts_at - now.astimezone(UTC) >= timedelta(hours=hours)
        and not any(
            a.starts_on <= slot.starts_at.date() <= a.ends_on
            for a in roster.absences
            if a.chef_id is None
        )
        and len(able) >= asked.workers
    )
