"""I6, I15: when a message that nobody asked for goes: allowed, no day off, at their hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import CustomerId
from bot.ids import new_id
from bot.profile import Profile, load_profile
from bot.quiet import Whereabouts, find_whereabouts, home_of, next_allowed
from bot.quiet_moments import (
    best_moment,
    is_allowed,
    is_off_day,
    next_working,
    read_off_day,
    where_of,
)
from bot.store.answer_hours import Habits


def with_off_days(*names: str) -> Profile:
    """The shipped profile with these days off."""
    loaded = load_profile()
    rules = loaded.follow_ups.model_copy(update={"off_days": names})
    return loaded.model_copy(update={"follow_ups": rules})


OFF = ("thanksgiving", "christmas eve", "christmas", "new year's day", "3-8", "11-01")
PROFILE = with_off_days(*OFF)
HOME = home_of(PROFILE)
HERE = find_whereabouts("+15105550101", "", (), HOME)
ZONE = ZoneInfo("America/Los_Angeles")
PLACES = st.sampled_from(
    [
        HERE,
        find_whereabouts("+18005550101", "", (), HOME),  # Anywhere in the United States.
        find_whereabouts("+12075550101", "", (), HOME),  # Maine has no weekend.
        find_whereabouts("+447700900123", "", (), HOME),
        find_whereabouts("", "Asia/Kolkata", (), HOME),
        find_whereabouts("", "Australia/Lord_Howe", (), HOME),
        Whereabouts(("Asia/Tokyo", "America/New_York")),  # Never awake at once.
    ]
)
# Around both changes of the clock, and feasts.
MOMENTS = st.one_of(
    *(
        st.datetimes(first, first + timedelta(days=5), timezones=st.just(UTC))
        for first in (
            datetime(2026, 3, 6),
            datetime(2026, 10, 30),
            datetime(2026, 12, 22),
            datetime(2027, 3, 26),
        )
    )
)
SPANS = st.timedeltas(timedelta(0), timedelta(days=4))
HEARD = st.lists(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)), max_size=12
)


def at(day: int, hour: int, minute: int = 0, *, month: int = 12, zone: ZoneInfo = ZONE) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


@settings(max_examples=120, deadline=None)
@given(MOMENTS, SPANS, PLACES, HEARD)
def test_a_moment_is_in_its_span_and_allowed_and_on_no_day_off(
    first: datetime, span: timedelta, where: Whereabouts, heard: list[datetime]
) -> None:
    """I6: whatever the customer's habits are, also where the clock is put forward or back."""
    last = first + span
    found = best_moment(PROFILE, first, last, where, heard)
    if found is None:
        step, tried = timedelta(minutes=15), first
        while tried <= last:
            assert not is_allowed(PROFILE, tried, where)
            tried += step
        return
    assert first <= found <= last
    assert found.tzinfo is UTC
    assert next_allowed(PROFILE, found, where) == found
    assert not is_off_day(PROFILE, found, where)
    assert best_moment(PROFILE, first, last, where, list(reversed(heard))) == found


@settings(max_examples=40, deadline=None)
@given(MOMENTS, PLACES)
def test_the_next_working_moment_is_never_before_and_always_allowed(
    moment: datetime, where: Whereabouts
) -> None:
    """And nothing that is allowed lies between, hour by hour."""
    found = next_working(PROFILE, moment, where)
    assert found >= moment
    assert is_allowed(PROFILE, found, where)
    tried = moment
    while tried < found:
        assert not is_allowed(PROFILE, tried, where)
        tried += timedelta(hours=1)


def test_somebody_of_whom_nothing_is_known_is_written_to_at_eleven() -> None:
    """Of two mornings the earlier one; where eleven is not in the span, as near as can be."""
    assert best_moment(PROFILE, at(1, 15), at(4, 15), HERE, ()) == at(2, 11)
    assert best_moment(PROFILE, at(1, 13, 20), at(1, 18), HERE, ()) == at(1, 13, 20)
    assert best_moment(PROFILE, at(1, 21), at(2, 8), HERE, ()) is None
    assert best_moment(PROFILE, at(2, 8), at(1, 8), HERE, ()) is None
    usual = best_moment(PROFILE, at(1, 15), at(4, 15), HERE, (), usual=time(16))
    assert usual == at(1, 16)


def test_a_customer_gets_it_at_the_hour_at_which_they_write() -> None:
    """In their own zone; late writers get it late in the hours that are allowed."""
    evenings = [at(day, 18, 20, month=11) for day in (2, 9, 16)]
    assert best_moment(PROFILE, at(1, 9), at(3, 9), HERE, evenings) == at(1, 18)
    nights = [at(day, 23, 5, month=11) for day in (2, 5, 9, 16, 20)]
    assert best_moment(PROFILE, at(1, 9), at(3, 9), HERE, nights) == at(1, 19)
    new_york = ZoneInfo("America/New_York")
    there = find_whereabouts("+12125550101", "", (), HOME)
    noons = [at(day, 12, zone=new_york, month=11) for day in (2, 9, 16)]
    found = best_moment(PROFILE, at(1, 9), at(3, 9), there, noons)
    assert found == at(1, 12, zone=new_york)


def test_new_habits_count_more_than_old_ones() -> None:
    """Who wrote in the mornings a year ago and writes in the afternoon now is an afternoon's."""
    old = [datetime(2025, 11, day, 9, 30, tzinfo=ZONE) for day in range(1, 8)]
    new = [datetime(2026, 11, day, 16, 30, tzinfo=ZONE) for day in range(1, 4)]
    assert best_moment(PROFILE, at(1, 9), at(1, 19), HERE, [*old, *new]) == at(1, 16)
    assert best_moment(PROFILE, at(1, 9), at(1, 19), HERE, old) == at(1, 9)


def test_one_long_talk_is_no_habit() -> None:
    """Forty messages of one evening do not weigh more than three evenings of one message."""
    talk = [at(20, 19, minute, month=11) for minute in range(40)]
    afternoons = [at(day, 14, month=11) for day in (17, 18, 19)]
    assert best_moment(PROFILE, at(1, 9), at(1, 19), HERE, [*talk, *afternoons]) == at(1, 14)


def test_an_hour_that_the_clock_leaves_out_or_has_twice_is_no_trouble() -> None:
    """The full hours of both days, as the wall shows them."""
    for month, day in ((3, 7), (10, 31)):
        first, last = at(day, 9, month=month), at(day, 9, month=month) + timedelta(days=2)
        for hour in (9, 13, 19):
            found = best_moment(with_off_days(), first, last, HERE, (), usual=time(hour))
            assert found is not None
            assert found.astimezone(ZONE).hour == hour
            assert found.astimezone(ZONE).minute == 0


def test_nobody_is_written_to_on_a_day_off_of_any_place_they_may_be_in() -> None:
    """Thanksgiving 2026 is November 26; the next working moment is the Friday's opening."""
    noon = at(26, 12, month=11)
    assert is_off_day(PROFILE, noon, HERE)
    assert next_working(PROFILE, noon, HERE) == at(27, 9, month=11)
    assert best_moment(PROFILE, at(26, 0, month=11), at(26, 23, month=11), HERE, ()) is None
    christmas_there = at(23, 16)
    both = Whereabouts(("America/Los_Angeles", "Asia/Tokyo"))
    assert is_off_day(PROFILE, christmas_there, both)
    assert not is_off_day(PROFILE, christmas_there, HERE)
    assert next_working(PROFILE, at(24, 10), HERE) == at(26, 9)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("Thanksgiving", (date(2026, 11, 26),)),
        ("New Year\N{RIGHT SINGLE QUOTATION MARK}s Day", (date(2026, 1, 1),)),
        ("12-26", (date(2026, 12, 26),)),
        ("2-29", ()),
        ("13-01", None),
        ("-", None),
        ("12-2６", None),
        ("the day after", None),
    ],
)
def test_a_day_off_is_named_by_its_feast_or_its_date(
    name: str, days: tuple[date, ...] | None
) -> None:
    """What names no day is told apart from a day that this year lacks."""
    assert read_off_day(name, 2026) == days


def test_the_place_of_the_event_goes_before_what_is_stored() -> None:
    """A customer with a number of New York who has us come to Fremont is in California."""
    habits = Habits(
        customer_id=CustomerId(new_id()),
        at=at(1, 9),
        zone="",
        handle="+12125550101",
        zip_code="",
        heard=(),
    )
    assert where_of(PROFILE, habits).zones == ("America/New_York",)
    assert where_of(PROFILE, habits, "94539").zones == ("America/Los_Angeles",)
