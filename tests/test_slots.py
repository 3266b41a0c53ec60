"""What customers write about their party, in many hands, and what is read from it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.numbers import fold, parse_numbers
from bot.language.slots import PartyReading, read_party
from bot.profile import load_profile
from bot.profile_models import Profile

CODES = {"a": "adult", "c": "child", "u": "under_five"}
TOWNS = frozenset(
    {"fremont", "san jose", "sacramento", "oakland", "daly city", "walnut creek", "tahoe city"}
)

LINES = [
    line
    for line in (Path(__file__).parent / "slot_lines.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _expect(text: str) -> dict[str, object]:
    wanted: dict[str, object] = {}
    for part in re.sub(r"(?<=[a-z,]) (?=[A-Z])", "_", text).split():
        if part == "-":
            continue
        if part == "date":
            wanted["date"] = True
        elif "=" in part:
            name, _, value = part.partition("=")
            wanted[name] = value.replace("_", " ") if name == "city" else value
        else:
            wanted[CODES[part[-1]]] = part[:-1]
    return wanted


def _shown(reading: PartyReading) -> dict[str, object]:
    shown: dict[str, object] = {
        code: str(count)
        for table in (reading.counts, reading.options, reading.add_ons, reading.extras)
        for code, count in table.items()
    }
    shown |= {f"further.{code}": str(count) for code, count in reading.further.items()}
    if reading.headcount_range:
        shown["range"] = "{}-{}".format(*reading.headcount_range)
    if reading.zip_code:
        shown["zip"] = reading.zip_code
    if reading.city:
        shown["city"] = reading.city
    if reading.mentions_date:
        shown["date"] = True
    if reading.ambiguous:
        shown["ask"] = ",".join(reading.ambiguous)
    return shown


def _is_town(phrase: str) -> bool:
    return fold(phrase) in TOWNS


@pytest.mark.parametrize("line", LINES)
def test_a_party_is_read_from_what_the_customer_wrote(profile: Profile, line: str) -> None:
    language, texts, wanted = line.split(" ~ ")
    reading = read_party(texts.split(" | "), profile, language=language, is_town=_is_town)
    assert _shown(reading) == _expect(wanted)


def test_a_bare_number_answers_what_was_asked(profile: Profile) -> None:
    def read(texts: list[str], asked: str) -> PartyReading:
        return read_party(texts, profile, language="en", asked=asked)

    assert read(["20 people", "4"], "children").counts == {"adult": 16, "child": 4}
    assert read(["20 people", "95112"], "zip").zip_code == "95112"
    assert read(["20 people", "12"], "headcount").counts == {"adult": 12}
    assert read(["20 adults", "add lobster", "all of us"], "dishes").options == {"lobster": 20}
    assert read(["20 adults", "6"], "date").counts == {"adult": 20}


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("twenty-five and a dozen", "en", [25, 12]),
        ("half a dozen, two dozen, a couple dozen", "en", [6, 24, 24]),
        ("one hundred and twenty five", "en", [125]),
        ("fourty twenny thrity", "en", [40, 20, 30]),
        ("$1,250.00 or 2,000", "en", [Decimal("1250.00"), 2000]),
        ("the 5th and 21st, once", "en", []),
        ("treinta y cinco, veinticinco, viente", "es", [35, 25, 20]),
        ("doce niños y ocho adultos", "es", [12, 8]),
        ("once, dos docenas, media docena, 1.250", "es", [11, 24, 6, 1250]),
        ("ciento veinte, doscientas, mil", "es", [120, 200, 1000]),
        ("一打、二十五、两百、一百零五、一百二", "zh", [12, 25, 200, 105, 120]),
        ("周三一起吃三文鱼，第一次", "zh", []),
        ("２５人，12个，三十多人", "zh", [25, 12, 30]),
    ],
)  # fmt: skip
def test_numbers_are_read_in_three_languages(
    text: str, language: str, values: list[int | Decimal]
) -> None:
    assert [span.value for span in parse_numbers(text, language)] == values


@given(st.integers(min_value=0, max_value=99_999), st.sampled_from(["en", "es", "zh"]))
def test_digits_are_read_wherever_they_stand(value: int, language: str) -> None:
    for written in (
        str(value),
        str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ):
        text = f"¿x {written}人?"
        (span,) = parse_numbers(text, language)
        assert (int(span.value), text[span.start : span.end]) == (value, written)


@given(st.integers(min_value=1, max_value=9_999))
def test_chinese_numerals_are_read_back(value: int) -> None:
    (span,) = parse_numbers(_chinese(value) + "位", "zh")
    assert span.value == value


def _chinese(value: int) -> str:
    numeral, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            numeral += ("零" if gap and numeral else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return numeral


@given(st.text(max_size=200), st.sampled_from(["en", "es", "zh"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    assert len(fold(text)) == len(text)
    spans = parse_numbers(text, language)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    reading = read_party([text], load_profile_once(), language=language)
    assert all(count > 0 for count in reading.counts.values())


@pytest.mark.parametrize("piece", ["1 ", "20 people and ", "二", "x", "( ", "the, ", "1-", "a 5,"])
def test_a_text_of_64_kib_is_read_at_once(profile: Profile, piece: str) -> None:
    began = process_time()
    read_party([piece * (65_536 // len(piece))], profile, language="en")
    assert process_time() - began < 0.2


@pytest.mark.parametrize("piece", ["1,", "1 ", "1-", "lobster ", "人", "5岁", "1:", "a@", "for 5 "])
def test_a_flood_of_texts_is_read_in_time(profile: Profile, piece: str) -> None:
    text = (piece * 1_600)[:1_600]
    read_party([text], profile, language="en")
    began = process_time()
    read_party([text] * 40, profile, language="en")
    assert process_time() - began < 0.3


@given(st.integers(1, 99), st.integers(1, 40))
def test_the_later_count_wins(first: int, second: int) -> None:
    texts = [f"{first} adults and {second} kids", f"sorry {second + 1} kids"]
    reading = read_party(texts, load_profile_once(), language="en")
    assert reading.counts == {"adult": first, "child": second + 1}


@cache
def load_profile_once() -> Profile:
    return load_profile()
