"""Where customers are and how far: ZIPs, towns as people write them, and estimated road miles."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking.travel import (
    _table,
    find_place,
    is_in_area,
    locate,
    miles_between,
    road_miles,
)
from bot.profile import load_profile

PROFILE = load_profile()


def test_the_base_is_no_miles_from_itself() -> None:
    assert road_miles(PROFILE, PROFILE.business.base_zip) == Decimal("0.0")


@pytest.mark.parametrize(
    ("zip_code", "driven"),
    [("95814", 100), ("94103", 40), ("95112", 17), ("93940", 78), ("89501", 217), ("93721", 163)],
)
def test_estimates_lie_near_the_miles_people_drive(zip_code: str, driven: int) -> None:
    estimated = road_miles(PROFILE, zip_code)
    assert estimated is not None
    assert abs(estimated - driven) <= Decimal("0.12") * driven + 2
    assert estimated == estimated.quantize(Decimal("0.1"))


@pytest.mark.parametrize("zip_code", ["00000", "9453", "945391", "ABCDE", "", "9453９"])
def test_what_is_no_zip_has_no_distance(zip_code: str) -> None:
    assert road_miles(PROFILE, zip_code) is None


@pytest.mark.parametrize(
    ("where", "town", "state"),
    [
        ("94539", "Fremont", "CA"),
        ("94539-1234", "Fremont", "CA"),
        ("12345 Main St, Fremont, CA 94539", "Fremont", "CA"),
        ("San Jose", "San Jose", "CA"),
        ("san josé", "San Jose", "CA"),
        ("Sacramento, CA", "Sacramento", "CA"),
        ("sacramento california", "Sacramento", "CA"),
        ("St. Helena", "Saint Helena", "CA"),
        ("Tahoe City", "Tahoe City", "CA"),
        ("Reno, NV", "Reno", "NV"),
        ("Portland Oregon", "Portland", "OR"),
        ("SF", "San Francisco", "CA"),
        ("旧金山", "San Francisco", "CA"),
    ],
)
def test_a_place_is_found_as_people_write_it(where: str, town: str, state: str) -> None:
    place = locate(PROFILE, where)
    assert place is not None
    assert (place.town, place.state) == (town, state)


@pytest.mark.parametrize("where", ["Reno", "Atlantis", "", "CA", "California", "99999", "🔥", ","])
def test_a_place_that_is_unknown_or_not_near_home_is_not_guessed(where: str) -> None:
    assert locate(PROFILE, where) is None


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_none(where: str) -> None:
    place = locate(PROFILE, where)
    assert place is None or len(place.zip) == 5


def test_the_area_ends_where_the_profile_says() -> None:
    assert is_in_area(PROFILE, Decimal("150.0"))
    assert not is_in_area(PROFILE, Decimal("150.1"))


def test_the_way_back_is_as_long() -> None:
    assert miles_between(PROFILE, "94539", "95814") == miles_between(PROFILE, "95814", "94539")


def test_the_bundled_tables_are_sorted_and_whole() -> None:
    zips, towns = _table("zips.csv.gz"), _table("towns.csv.gz")
    assert len(zips) > 41_000
    assert len(towns) > 30_000
    for rows in (zips, towns):
        assert list(rows) == sorted(rows)
    codes = {row[:5] for row in zips}
    assert {row.rpartition(",")[2] for row in towns} <= codes
    assert {row.split(",")[4] for row in zips} <= available_timezones()


def test_a_place_knows_its_time_zone() -> None:
    fremont, honolulu = find_place("94539"), find_place("96813")
    assert fremont is not None
    assert honolulu is not None
    assert (fremont.zone, honolulu.zone) == ("America/Los_Angeles", "Pacific/Honolulu")


def test_the_crew_and_the_base_live_where_the_table_knows_them() -> None:
    homes = [chef.home_zip for chef in PROFILE.chefs.values()]
    assert all(find_place(home) for home in (PROFILE.business.base_zip, *homes))
