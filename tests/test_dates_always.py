"""What holds of every date and every text: round trips, calendars, odd texts, speed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import dateparser
import holidays
import pytest
from date_reading import LINES, WEDNESDAY, ZONE, read
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.date_feasts import FIRST_LUNAR_YEAR, lunar_day, nth_weekday
from bot.language.dates import read_dates

EN_MONTHS = "January February March April May June July August September October November December"
ES_MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
EN_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ES_DAYS = "lunes martes miércoles jueves viernes sábado domingo".split()
TEMPLATES = {
    "en": (
        "{en} {d}, {y}", "{en} {d}{th} {y}", "{d} {en} {y}", "the {d}{th} of {en} {y}",
        "{m}/{d}/{y}", "{iso}", "can you do {enday}, {en} {d}{th}, {y} at 6pm for 20 people?",
        "{short}. {d} {y}", "{iso}T18:00",
    ),
    "es": (
        "el {d} de {es} de {y}", "{d} {es} {y}", "el {esday} {d} de {es} del {y}", "{iso}",
        "quisiera el {d} de {es} de {y} a las 7 pm para 15 personas",
    ),
    "zh": (
        "{y}年{m}月{d}日", "{y}年{m}月{d}号晚上六点", "{y}年{m}月{d}日星期{zhday}", "{iso}",
        "我想订{y}年{m}月{d}号，20个人",
    ),
}  # fmt: skip


def _typed(template: str, day: date) -> str:
    th = "th" if day.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    month = EN_MONTHS.split()[day.month - 1]
    return template.format(
        en=month,
        short=month[:3],
        es=ES_MONTHS.split()[day.month - 1],
        enday=EN_DAYS[day.weekday()],
        esday=ES_DAYS[day.weekday()],
        zhday="一二三四五六日"[day.weekday()],
        d=day.day,
        m=day.month,
        y=day.year,
        th=th,
        iso=day.isoformat(),
    )


@given(
    st.dates(date(2026, 11, 25), date(2036, 11, 25)),
    st.sampled_from([(code, each) for code, listed in TEMPLATES.items() for each in listed]),
)
@example(date(2027, 9, 11), ("en", "{m}/{d}/{y}"))
def test_a_date_written_out_is_that_date(day: date, how: tuple[str, str]) -> None:
    language, template = how
    reading = read(_typed(template, day), language)
    assert (reading.days, reading.problem) == ((day,), "")


@given(st.dates(date(2026, 11, 25), date(2027, 11, 24)), st.sampled_from(["en", "es", "zh"]))
def test_a_date_without_its_year_is_the_coming_one(day: date, language: str) -> None:
    template = {"en": "{en} {d}{th}", "es": "el {d} de {es}", "zh": "{m}月{d}号"}[language]
    assert read(_typed(template, day), language).days == (day,)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_ahead_and_has_its_name(said: datetime, weekday: int) -> None:
    said_at = said.replace(tzinfo=UTC).astimezone(ZONE)
    for text in (EN_DAYS[weekday], f"next {EN_DAYS[weekday]}", f"a week from {EN_DAYS[weekday]}"):
        reading = read(text, said_at=said_at)
        assert reading.days
        assert {day.weekday() for day in reading.days} == {weekday}
        assert min(reading.days) >= said_at.date()


@given(st.integers(2026, 2036), st.integers(1, 12), st.integers(0, 6), st.sampled_from([1, 2, -1]))
def test_a_ranked_weekday_lies_in_its_month(year: int, month: int, weekday: int, rank: int) -> None:
    day = nth_weekday(year, month, weekday, rank)
    assert day is not None
    assert (day.month, day.weekday()) == (month, weekday)
    beside = day + timedelta(days=7 if rank < 0 else -7 * rank)
    assert beside.month != month


@given(st.timezones() | st.just(ZONE), st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)))
def test_a_time_that_is_read_exists_that_day(zone: ZoneInfo, said: datetime) -> None:
    said_at = said.replace(tzinfo=UTC).astimezone(zone)
    reading = read_dates("tomorrow at 2:30am", language="en", said_at=said_at)
    local = datetime.combine(reading.days[0], time(2, 30), tzinfo=zone)
    exists = local.astimezone(UTC).astimezone(zone).time() == time(2, 30)
    assert (reading.problem == "no_such_time") is not exists


@given(
    st.text(max_size=300),
    st.sampled_from(["en", "es", "zh"]),
    st.sampled_from(["", "date", "time"]),
)
def test_no_text_breaks_the_reading(text: str, language: str, asked: str) -> None:
    reading = read(text, language, asked=asked)
    assert len(reading.days) <= 8


WORDS = (
    "next last this saturday sat dec may 5 31 30 12/1 2/30 the of or and to between from week "
    "weekend month christmas in 3 days 99 at 6 6pm noon half past el sábado de mayo mañana a las "
    "下周六 12月 5号 晚上 六点 两周后 不是 instead move actually 24:00 0 13/13 9999 00:00 year"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["en", "es", "zh"]))
def test_no_jumble_of_dates_breaks_the_reading(words: list[str], language: str) -> None:
    for glue in (" ", ""):
        reading = read(glue.join(words), language)
        assert reading.span is None or reading.span[0] <= reading.span[1]
        assert reading.problem or not reading.days or max(reading.days) >= WEDNESDAY.date()


@pytest.mark.parametrize("day", [date(2026, 12, 5), date(2027, 2, 28), date(2028, 2, 29)])
def test_a_general_parser_reads_written_dates_alike(day: date) -> None:
    """An independent judge for the shapes both are made for."""
    for language, template in (("en", "{en} {d}, {y}"), ("es", "{d} de {es} de {y}")):
        typed = _typed(template, day)
        judged = dateparser.parse(typed, languages=[language])
        assert judged is not None
        assert read(typed, language).days == (judged.date(),)


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("new year", "Chinese New Year ("),
        ("dragon boat", "Dragon Boat"),
        ("mid-autumn", "Mid-Autumn"),
    ],
)
def test_lunar_feasts_are_those_of_the_calendar(name: str, known_as: str) -> None:
    for year in range(FIRST_LUNAR_YEAR, FIRST_LUNAR_YEAR + 26):
        days = holidays.country_holidays("CN", years=year, language="en_US")
        named = [day for day, names in days.items() if f"; {known_as}" in f"; {names}"]
        assert lunar_day(name, year) == min(named)
    assert lunar_day(name, FIRST_LUNAR_YEAR + 26) is None


def test_feasts_of_the_country_are_those_of_the_calendar() -> None:
    for year in range(2026, 2037):
        days = holidays.country_holidays("US", years=year, categories=("public", "unofficial"))
        judged = {name: day for day, names in days.items() for name in names.split("; ")}
        for name in (
            "Thanksgiving Day", "Mother's Day", "Father's Day", "Memorial Day", "Labor Day",
            "Good Friday", "Halloween", "Christmas Eve", "New Year's Eve", "Columbus Day",
        ):  # fmt: skip
            said_at = datetime(year, 1, 1, 9, tzinfo=ZONE)
            assert read(f"{name} {year}", said_at=said_at).days == (judged[name],)


HOSTILE = [
    "a" * 4000, "1" * 4000, "1 " * 2000, "一" * 4000, "5/" * 2000, "dec 5 " * 670, "下" * 4000,
    "ages 5 " * 570, "or " * 1300, "5 to " * 800, "the " * 1000, "." * 4000, "a@" * 2000,
    "next " * 800, "12 oak " * 570, "5 and " * 660, "el el 5 de " * 400, "$1," * 1300, " " * 4000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_takes_long(text: str) -> None:
    read(text)
    spent = []
    for _ in range(3):
        start = process_time()
        read(text)
        spent.append(process_time() - start)
    assert min(spent) < 0.05


def test_a_message_is_read_at_once() -> None:
    spent = []
    for line in LINES:
        start = process_time()
        read(line.text, line.language)
        spent.append(process_time() - start)
    assert median(spent) < 0.003
