"""A day that a customer told us of is read for certain or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.declining import is_declined
from bot.language.occasions import WORDS_MAX_CHARS, Occasion, read_occasion

SAID_ON = date(2026, 11, 23)

READ = [
    ("my daughter's birthday is on May 3", 5, 3, "your daughter's birthday"),
    ("my daughters birthday is may 3rd", 5, 3, "your daughters birthday"),
    ("our anniversary is in June", 6, None, "your anniversary"),
    ("my birthday is in November", 11, None, "your birthday"),
    ("my birthday is 5/13", 5, 13, "your birthday"),
    ("my wife's 40th birthday is July 9", 7, 9, "your wife's birthday"),
    ("our 10th wedding anniversary is August 8", 8, 8, "your wedding anniversary"),
    ("daughter's birthday: May 3", 5, 3, "your daughter's birthday"),
    ("Birthday May 3, 1990", 5, 3, ""),
    ("my birthday is Feb 29", 2, 29, "your birthday"),
    ("2027-05-03 birthday", 5, 3, ""),
    ("mi cumpleaños es el 14 de febrero", 2, 14, "su cumpleaños"),
    ("nuestro aniversario es el 14 de febrero", 2, 14, "su aniversario"),
    ("aniversario el 14 de febrero", 2, 14, ""),
    ("el cumpleaños de mi hija es en mayo", 5, None, "el cumpleaños de su hija"),
    ("el cumpleaños de mi mamá es el 9 de julio", 7, 9, "el cumpleaños de su mamá"),
    ("孩子的生日是5月3日", 5, 3, ""),
    ("我女儿的生日是5月3日", 5, 3, "您女儿的生日"),
    ("我的生日是五月三号", 5, 3, "您的生日"),
    ("我们的结婚纪念日在十月", 10, None, "您的结婚纪念日"),
]
NOT_READ = [
    "birthday May 3 or 4",
    "my birthday is tomorrow",
    "my birthday is on the 3rd",
    "my birthday is next Saturday",
    "birthday early May",
    "my wife's birthday is the first Sunday in May",
    "my birthday party is May 3",
    "el cumple: fiesta el 3 de mayo",
    "my birthday is not May 3",
    "my birthday is May 32",
    "cumple 3/5",
    "our wedding is on May 3",
    "my daughter's graduation is in May",
    "la graduación de mi hijo es en mayo",
    "anniversary of my mother's death is May 3",
    "my late husband's birthday is May 3",
    "父亲的忌日是5月3日",
    "生日派对5月3日",
    "the 20 guests come on May 3",
    "",
]


@pytest.mark.parametrize(("text", "month", "day", "what"), READ)
def test_a_day_of_the_year_is_read_with_whose_it_is(
    text: str, month: int, day: int | None, what: str
) -> None:
    found = read_occasion(text, said_on=SAID_ON)
    assert found is not None
    assert (found.month, found.day, found.what) == (month, day, what)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_uncertain_a_party_or_mourning_is_no_day_to_sell_on(text: str) -> None:
    assert read_occasion(text, said_on=SAID_ON) is None


def test_the_order_of_the_country_decides_what_5_13_and_3_5_mean() -> None:
    home = read_occasion("my birthday is 3/5", said_on=SAID_ON)
    abroad = read_occasion("my birthday is 3/5", said_on=SAID_ON, territory="GB")
    assert home is not None
    assert abroad is not None
    assert (home.month, home.day) == (3, 5)
    assert (abroad.month, abroad.day) == (5, 3)


def test_29_february_is_kept_on_the_28th_where_there_is_none() -> None:
    born = Occasion(month=2, day=29, what="", language="en")
    assert born.next_on(date(2027, 1, 1)) == date(2027, 2, 28)
    assert born.next_on(date(2027, 3, 1)) == date(2028, 2, 29)


@given(
    st.integers(1, 12),
    st.one_of(st.none(), st.integers(1, 28)),
    st.dates(date(2020, 1, 1), date(2060, 1, 1)),
)
def test_the_next_day_is_ahead_and_within_a_year(month: int, day: int | None, since: date) -> None:
    found = Occasion(month=month, day=day, what="", language="en").next_on(since)
    assert since <= found <= since + timedelta(days=366)
    assert (found.month, found.day) == (month, day or 1)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_or_smuggles_a_long_one(text: str) -> None:
    found = read_occasion(f"my birthday is May 3 {text}", said_on=SAID_ON)
    if found is not None:
        assert 1 <= found.month <= 12
        assert len(found.what) <= WORDS_MAX_CHARS
        assert "{" not in found.what
        assert "\n" not in found.what


NO = [
    ("no thanks", "en"),
    ("No, thank you.", "en"),
    ("we went with someone else", "en"),
    ("Sorry, we found another caterer", "en"),
    ("not interested", "en"),
    ("Not now", "en"),
    ("we're all set, thanks", "en"),
    ("we changed our minds", "en"),
    ("ya encontramos otro, gracias", "es"),
    ("No nos interesa", "es"),
    ("no, gracias", "es"),
    ("不用了，谢谢", "zh"),
    ("算了", "zh"),
    ("暂时不用", "zh"),
    ("Ahora no", "es"),
    ("已经订了别家", "zh"),
]
NOT_NO = [
    ("let me ask my wife", "en"),
    ("how much is it for 20?", "en"),
    ("thanks, I will get back to you", "en"),
    ("I don't need the noodles", "en"),
    ("no thank you, but is parking needed?", "en"),
    ("we are going with someone's advice", "en"),
    ("déjeme pensarlo", "es"),
    ("我打算了解一下", "zh"),
    ("", "en"),
]


@pytest.mark.parametrize(("text", "language"), NO)
def test_a_no_to_the_whole_of_it_is_heard(text: str, language: str) -> None:
    assert is_declined(text, language)


@pytest.mark.parametrize(("text", "language"), NOT_NO)
def test_who_still_thinks_has_not_said_no(text: str, language: str) -> None:
    assert not is_declined(text, language)
