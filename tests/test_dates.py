"""When customers want us, in their words and three languages, and what is read from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from date_reading import LINES, WEDNESDAY, ZONE, read

from bot.language.dates import DateReading, read_dates


def _shown(reading: DateReading) -> str:
    days = ",".join(day.isoformat() for day in reading.days)
    span = "..".join(day.isoformat() for day in reading.span) if reading.span else ""
    times = ",".join(f"{at:%H:%M}" for at in reading.times)
    problem = f"!{reading.problem}" if reading.problem else ""
    return " ".join(part for part in (days or span or "-", times, problem) if part)


def test_what_customers_type_is_read_as_they_mean_it() -> None:
    assert len(LINES) >= 250
    missed = [
        f"{line.said_at:%a %d}: {line.text!r}: {shown}, not {line.wanted}"
        for line in LINES
        if (shown := _shown(read(line.text, line.language, said_at=line.said_at))) != line.wanted
    ]
    print(f"{len(LINES) - len(missed)} of {len(LINES)} right", *missed, sep="\n")
    assert len(missed) <= len(LINES) * 0.03, "\n".join(missed)


def _stated() -> Iterator[tuple[str, datetime, str]]:
    """What "next Saturday" means depends on the day it is said."""
    monday = datetime(2026, 11, 23, 9, tzinfo=ZONE)
    both = "2026-12-05,2026-11-28"
    for days, wanted in enumerate((both, both, both, both, both)):
        yield "next Saturday", monday + timedelta(days=days), wanted
    yield "next Saturday", monday + timedelta(days=5), "2026-12-05"
    yield "next Saturday", monday + timedelta(days=6), "2026-12-05,2026-12-12"
    yield "next Tuesday", monday + timedelta(days=4), "2026-12-01"
    yield "next Tuesday", monday, "2026-12-01,2026-11-24"
    yield "Saturday in two weeks", monday, "2026-12-12,2026-12-05"
    yield "Saturday in two weeks", monday + timedelta(days=2), "2026-12-12"


@pytest.mark.parametrize(("text", "said_at", "wanted"), list(_stated()))
def test_next_saturday_is_asked_unless_everyone_means_the_same(
    text: str, said_at: datetime, wanted: str
) -> None:
    assert _shown(read(text, said_at=said_at)) == wanted


@pytest.mark.parametrize(
    ("text", "asked", "wanted"),
    [
        ("6", "time", "- 06:00,18:00"),
        ("6", "date", "2026-12-06"),
        ("6", "", "-"),
        ("12/5", "date", "2026-12-05"),
        ("12-5", "date", "2026-12-05"),
        ("the 5th", "date", "2026-12-05"),
        ("1930", "time", "- 19:30"),
        ("10 is fine", "time", "- 10:00,22:00"),
        ("20 people", "date", "-"),
    ],
)
def test_a_bare_number_is_what_had_been_asked_for(text: str, asked: str, wanted: str) -> None:
    assert _shown(read(text, asked=asked)) == wanted


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("tomorrow morning", "en", "morning"),
        ("mañana por la tarde", "es", "afternoon"),
        ("en la mañana", "es", "morning"),
        ("mañana", "es", ""),
        ("周六晚上", "zh", "evening"),
        ("noon on Saturday", "en", "noon"),
        ("friday night", "en", "night"),
    ],
)
def test_a_part_of_the_day_is_no_time_but_is_kept(text: str, language: str, part: str) -> None:
    assert read(text, language).part == part


def test_the_customers_own_words_are_kept() -> None:
    reading = read("Hi! 20 people on Sáturday, Dec 5th at 6:30 PM please, zip 94539")
    assert reading.words == "Sáturday, Dec 5th at 6:30 PM"
    assert read("how much is it for 20 people?").words == ""


def test_a_country_that_writes_the_day_first_is_read_so() -> None:
    reading = read_dates("12/1", language="en", said_at=WEDNESDAY, territory="GB")
    assert reading.days == (date(2027, 1, 12),)


def test_the_hour_that_spring_takes_away_is_told() -> None:
    gap = read("March 14, 2027 at 2:30 am")
    assert (gap.days, gap.problem) == ((date(2027, 3, 14),), "no_such_time")
    elsewhere = read_dates(
        "March 14, 2027 at 2:30 am",
        language="en",
        said_at=WEDNESDAY.astimezone(ZoneInfo("America/Phoenix")),
    )
    assert elsewhere.problem == ""
