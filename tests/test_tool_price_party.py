"""The price tool: exact, itemised, worded for a phone, and kept as an immutable quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from other_trades import named, trade, visit
from party_prices import NOW, a_situation, many, price_of
from pydantic import ValidationError

from bot.errors import ToolFailed
from bot.profile import Profile, load_profile
from bot.tool_runner import schema
from bot.tools.base import Escalate
from bot.tools.party_arguments import PriceParty
from bot.tools.price_party import tool


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def test_a_party_is_priced_line_by_line(profile: Profile) -> None:
    given: dict[str, object] = {
        "guests": many(adult=20, child=5),
        "options": many(lobster=10),
        "zip_code": "94539",
    }
    result = price_of(profile, a_situation(), given)
    assert result.data["total"] == "$1,400.00"
    assert result.data["deposit"] == "$100.00"
    assert result.data["travel"] == "$0.00"
    assert result.data["ask_next"] == "date"
    for words in ("20 adults x $55.00 = $1,100.00", "10 lobster tail x $15.00 = $150.00"):
        assert words in result.worded
    quote = result.quote
    assert quote is not None
    assert sum(line.amount for line in quote.lines) == quote.total
    assert quote.expires_at == NOW + timedelta(hours=profile.booking.quote_valid_hours)
    assert quote.order["counts"] == {"adult": 20, "child": 5}
    assert quote.order["zip_code"] == "94539"


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_the_reply_is_short_and_asks_one_thing(profile: Profile, language: str) -> None:
    result = price_of(profile, a_situation(language), {"guests": many(adult=8)})
    assert len(result.worded) < 480
    assert result.worded.count("?") + result.worded.count("？") == 1
    assert "$110.00" in result.worded
    assert "11" in result.worded
    assert result.data["travel"] == "distance unknown: travel may be added"


def test_the_next_price_is_a_new_version_and_remembers_the_place(profile: Profile) -> None:
    first = price_of(profile, a_situation(), {"guests": many(adult=20), "town": "Sacramento"})
    later = replace(a_situation(), quote=first.quote)
    second = price_of(profile, later, {"guests": many(adult=25)})
    assert first.quote is not None
    assert second.quote is not None
    assert (first.quote.version, second.quote.version) == (1, 2)
    assert first.quote.id != second.quote.id
    assert second.data["travel"] == first.data["travel"] != "$0.00"


def test_an_unknown_place_is_said_and_asked_again(profile: Profile) -> None:
    result = price_of(profile, a_situation(), {"guests": many(adult=20), "zip_code": "00000"})
    assert "00000" in result.worded
    assert result.data["ask_next"] == "zip"


@pytest.mark.parametrize(
    "given",
    [
        {"guests": many(adult=120)},
        {"guests": many(adult=20), "zip_code": "90001"},
        {"guests": many(adult=1, under_five=5)},
    ],
)
def test_what_a_person_decides_goes_to_a_person(profile: Profile, given: dict[str, object]) -> None:
    result = price_of(profile, a_situation(), given)
    assert isinstance(result.control, Escalate)
    assert result.quote is None
    assert result.worded


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"guests": many(adlt=12)}, "adlt"),
        ({"guests": []}, "counts"),
        ({"guests": many(adult=20), "add_ons": many(pizza=3)}, "add_ons.pizza"),
        ({"guests": [*many(adult=2), *many(adult=3)]}, "guests"),
        ({"guests": many(adult=20), "service": "sushi"}, "service"),
        ({"guests": many(adult=20), "ages": [-3]}, "ages"),
        (
            {
                "guests": many(adult=4),
                "choices": [{"band": "adult", "count": 5, "options": ["tofu"]}],
            },
            "choices.adult",
        ),
        (
            {
                "guests": many(adult=4),
                "choices": [{"band": "adult", "count": 4, "options": ["eel"]}],
            },
            "options.eel",
        ),
    ],
)
def test_a_wrong_argument_is_named(profile: Profile, given: dict[str, object], named: str) -> None:
    with pytest.raises(ToolFailed, match=named):
        price_of(profile, a_situation(), given)


def test_arguments_are_strict() -> None:
    for wrong in ({"guests": [{"code": "adult", "count": 0}]}, {"guests": [], "total": "1.00"}):
        with pytest.raises(ValidationError):
            PriceParty.model_validate(wrong)
    shape = schema(tool)
    assert shape["additionalProperties"] is False
    assert set(shape["required"]) == set(PriceParty.model_fields)  # type: ignore[call-overload]


BOTH_ENDS = {
    "en": "For 30 it would be $1,650.00, for 40 it is $2,200.00. The quote is for 40",
    "es": "Para 30 serían $1,650.00 y para 40 son $2,200.00. La cotización es para 40",
    "zh": "30位是$1,650.00，40位是$2,200.00。报价按40位",
}


@pytest.mark.parametrize("language", BOTH_ENDS)
def test_a_range_has_both_ends_priced_and_the_quote_is_for_the_upper_one(
    profile: Profile, language: str
) -> None:
    guests = [{"code": "adult", "count": 30, "up_to": 40}]
    result = price_of(profile, a_situation(language), {"guests": guests, "zip_code": "94539"})
    assert BOTH_ENDS[language] in result.worded
    assert result.data["range"] == {
        "fewest": "30",
        "total_for_fewest": "$1,650.00",
        "most": "40",
        "total_for_most": "$2,200.00",
        "quote_is_for": "40",
    }
    assert result.quote is not None
    assert (result.quote.total, result.quote.headcount, result.quote.workers) == (2200, 40, 2)
    assert result.quote.order["counts"] == {"adult": 40}


def test_a_range_beside_a_sure_count_varies_alone(profile: Profile) -> None:
    guests = [{"code": "adult", "count": 20, "up_to": 25}, {"code": "child", "count": 4}]
    result = price_of(profile, a_situation(), {"guests": guests, "zip_code": "94539"})
    assert "For 24 it would be $1,220.00, for 29 it is $1,495.00" in result.worded


def test_a_range_said_the_wrong_way_round_is_the_same(profile: Profile) -> None:
    for count, up_to in ((30, 40), (40, 30)):
        guests = [{"code": "adult", "count": count, "up_to": up_to}]
        assert BOTH_ENDS["en"] in price_of(profile, a_situation(), {"guests": guests}).worded
    one = [{"code": "adult", "count": 30, "up_to": 30}]
    assert price_of(profile, a_situation(), {"guests": one}).data["range"] is None


def test_a_range_that_may_grow_too_large_goes_to_a_person(profile: Profile) -> None:
    guests = [{"code": "adult", "count": 80, "up_to": 120}]
    assert isinstance(price_of(profile, a_situation(), {"guests": guests}).control, Escalate)


def test_guests_who_want_different_things_are_priced_as_they_choose(profile: Profile) -> None:
    given: dict[str, object] = {
        "guests": many(adult=12, child=2),
        "choices": [
            {"band": "adult", "count": 3, "options": ["chicken", "lobster", "filet_mignon"]},
            {"band": "adult", "count": 5, "options": ["shrimp", "salmon"]},
            {"band": "child", "count": 2, "options": ["chicken"]},
        ],
        "zip_code": "94539",
    }
    result = price_of(profile, a_situation(), given)
    assert result.data["total"] == f"${12 * 55 + 2 * 30 + 3 * 15 + 3 * 15 + 5 * 5}.00"
    for words in (
        "3 lobster tail x $15.00 = $45.00",
        "5 salmon x $5.00 = $25.00",
        "3 extra protein: filet mignon x $15.00 = $45.00",
    ):
        assert words in result.worded


def test_ages_decide_what_children_cost(profile: Profile) -> None:
    given: dict[str, object] = {"guests": many(adult=9), "ages": [3, 6, 12, 13, 41]}
    quote = price_of(profile, a_situation(), given).quote
    assert quote is not None
    assert quote.order["counts"] == {"adult": 11, "child": 2, "under_five": 1}
    assert quote.total == 11 * 55 + 2 * 30


def test_a_service_by_the_hour_is_priced_by_its_hours() -> None:
    bands = {"massage": named("massage", price=80, unit="hour")}
    spa = trade(visit("per_hour", bands))
    given: dict[str, object] = {"guests": many(massage=2), "hours": 1.5, "service": "visit"}
    result = price_of(spa, a_situation(), given)
    assert result.data["total"] == "£240.00"
    with pytest.raises(ToolFailed, match="hours"):
        price_of(spa, a_situation(), {"guests": many(massage=2)})


def test_a_quote_carries_what_booking_it_needs(profile: Profile) -> None:
    given: dict[str, object] = {"guests": many(adult=8), "zip_code": "95814"}
    quote = price_of(profile, a_situation(), given).quote
    assert quote is not None
    assert (quote.service, quote.headcount, quote.workers) == ("hibachi", 8, 1)
    assert quote.shortfall == 110
    assert quote.travel is not None
    assert quote.total == 550 + quote.travel
    assert quote.gratuity == (110, Decimal("192.50"))
