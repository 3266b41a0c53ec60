"""Minutes in business hours, against a counter that looks at the clock on the wall every minute."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.desk.hours import add_open, next_opening

ZONES = ("America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
CHANGES = (
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, tzinfo=UTC),
    datetime(2011, 12, 29, 12, tzinfo=UTC),
)
"""About the days on which these zones change their clocks; Apia left out a whole day."""
MINUTE = timedelta(minutes=1)
LA = ZoneInfo("America/Los_Angeles")
NINE, TWENTY_ONE = time(9), time(21)


def open_minutes(start: datetime, days: int, opens: time, closes: time, zone: ZoneInfo) -> set:
    """Every minute in which a shop is open that opens and closes once a day by its wall clock."""
    found: set[datetime] = set()
    begun: set[object] = set()
    ended: set[object] = set()
    at = (start - timedelta(days=2)).replace(hour=0, minute=0)
    for _ in range((days + 4) * 1440):
        wall = at.astimezone(zone)
        if wall.time() >= opens:
            begun.add(wall.date())
        if wall.time() >= closes:
            ended.add(wall.date())
        if wall.date() in begun and wall.date() not in ended:
            found.add(at)
        at += MINUTE
    return found


def counted(start: datetime, minutes: int, opened: set[datetime]) -> datetime:
    """The first open minute by which so many open ones have passed."""
    at, left = start, minutes
    while left or at not in opened:
        left -= at in opened
        at += MINUTE
    return at


@settings(deadline=None)
@given(
    change=st.sampled_from(CHANGES),
    minutes_on=st.integers(-1440, 2 * 1440),
    span=st.integers(0, 900),
    zone=st.sampled_from(ZONES),
    hours=st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True).map(sorted),
)
@example(CHANGES[0], 0, 30, "America/Los_Angeles", [150, 1260])
@example(CHANGES[1], 500, 90, "America/Los_Angeles", [75, 100])
@example(CHANGES[5], 0, 20, "Australia/Lord_Howe", [130, 140])
def test_the_minutes_of_a_wall_clock(
    change: datetime, minutes_on: int, span: int, zone: str, hours: list[int]
) -> None:
    opens, closes = (time(each // 60, each % 60) for each in hours)
    span %= 4 * (hours[1] - hours[0])
    start, known = change + minutes_on * MINUTE, ZoneInfo(zone)
    opened = open_minutes(start, 9, opens, closes, known)
    at = add_open(start, span * MINUTE, opens=opens, closes=closes, zone=known)
    assert at == counted(start, span, opened)


@pytest.mark.parametrize(
    ("begins", "minutes", "due"),
    [
        (datetime(2026, 12, 1, 20, 58, tzinfo=LA), 5, datetime(2026, 12, 2, 9, 3, tzinfo=LA)),
        (datetime(2026, 12, 1, 20, 55, tzinfo=LA), 5, datetime(2026, 12, 2, 9, 0, tzinfo=LA)),
        (datetime(2026, 12, 1, 23, 0, tzinfo=LA), 5, datetime(2026, 12, 2, 9, 5, tzinfo=LA)),
        (datetime(2026, 12, 1, 6, 0, tzinfo=LA), 0, datetime(2026, 12, 1, 9, 0, tzinfo=LA)),
        (datetime(2026, 12, 1, 9, 0, tzinfo=LA), 0, datetime(2026, 12, 1, 9, 0, tzinfo=LA)),
        (datetime(2026, 10, 31, 20, 30, tzinfo=LA), 90, datetime(2026, 11, 1, 10, 0, tzinfo=LA)),
        (datetime(2026, 3, 7, 20, 30, tzinfo=LA), 90, datetime(2026, 3, 8, 10, 0, tzinfo=LA)),
        (datetime(2026, 12, 1, 9, 0, tzinfo=LA), 1500, datetime(2026, 12, 3, 10, 0, tzinfo=LA)),
    ],
)
def test_what_comes_late_in_the_evening_is_due_in_the_morning(
    begins: datetime, minutes: int, due: datetime
) -> None:
    found = add_open(begins, minutes * MINUTE, opens=NINE, closes=TWENTY_ONE, zone=LA)
    assert found == due.astimezone(UTC)


def test_a_business_that_never_opens_reminds_all_the_same() -> None:
    at = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert add_open(at, 5 * MINUTE, opens=NINE, closes=NINE, zone=LA) == at + 5 * MINUTE


def test_tomorrow_at_opening_is_a_day_of_the_business() -> None:
    # Late in the evening it is tomorrow already in UTC, and the clocks go back that night.
    evening = datetime(2026, 10, 31, 22, 0, tzinfo=LA)
    assert next_opening(evening, opens=NINE, zone=LA) == datetime(2026, 11, 1, 9, tzinfo=LA)
