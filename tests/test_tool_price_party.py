"""The price tool: exact, itemised, worded for a phone, and kept as an immutable quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from bot.domain import ConversationId, CustomerId
from bot.errors import ToolFailed
from bot.profile import Profile, load_profile
from bot.situation import Situation
from bot.tool_runner import schema
from bot.tools.base import Escalate, ToolResult
from bot.tools.price_party import PriceParty, price_party, tool

NOW = datetime(2026, 5, 4, 19, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _situation(language: str = "en") -> Situation:
    return Situation(
        conversation_id=ConversationId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language=language,
        agent=None,
        waiting=(),
        transcript=(),
        quote=None,
    )


def _price(profile: Profile, situation: Situation, given: dict[str, object]) -> ToolResult:
    return price_party(profile, situation, PriceParty.model_validate(given), now=NOW)


def _of(**counts: int) -> list[dict[str, object]]:
    return [{"code": code, "count": count} for code, count in counts.items()]


def test_a_party_is_priced_line_by_line(profile: Profile) -> None:
    given: dict[str, object] = {
        "guests": _of(adult=20, child=5),
        "options": _of(lobster=10),
        "zip_code": "94539",
    }
    result = _price(profile, _situation(), given)
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
    result = _price(profile, _situation(language), {"guests": _of(adult=8)})
    assert len(result.worded) < 480
    assert result.worded.count("?") + result.worded.count("？") == 1
    assert "$110.00" in result.worded
    assert "11" in result.worded
    assert result.data["travel"] == "distance unknown: travel may be added"


def test_the_next_price_is_a_new_version_and_remembers_the_place(profile: Profile) -> None:
    first = _price(profile, _situation(), {"guests": _of(adult=20), "town": "Sacramento"})
    later = replace(_situation(), quote=first.quote)
    second = _price(profile, later, {"guests": _of(adult=25)})
    assert first.quote is not None
    assert second.quote is not None
    assert (first.quote.version, second.quote.version) == (1, 2)
    assert first.quote.id != second.quote.id
    assert second.data["travel"] == first.data["travel"] != "$0.00"


def test_an_unknown_place_is_said_and_asked_again(profile: Profile) -> None:
    result = _price(profile, _situation(), {"guests": _of(adult=20), "zip_code": "00000"})
    assert "00000" in result.worded
    assert result.data["ask_next"] == "zip"


@pytest.mark.parametrize(
    "given",
    [
        {"guests": _of(adult=120)},
        {"guests": _of(adult=20), "zip_code": "90001"},
        {"guests": _of(adult=1, under_five=5)},
    ],
)
def test_what_a_person_decides_goes_to_a_person(profile: Profile, given: dict[str, object]) -> None:
    result = _price(profile, _situation(), given)
    assert isinstance(result.control, Escalate)
    assert result.quote is None
    assert result.worded


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"guests": _of(adlt=12)}, "adlt"),
        ({"guests": []}, "counts"),
        ({"guests": _of(adult=20), "add_ons": _of(pizza=3)}, "add_ons.pizza"),
        ({"guests": [*_of(adult=2), *_of(adult=3)]}, "guests"),
    ],
)
def test_a_wrong_argument_is_named(profile: Profile, given: dict[str, object], named: str) -> None:
    with pytest.raises(ToolFailed, match=named):
        _price(profile, _situation(), given)


def test_arguments_are_strict() -> None:
    for wrong in ({"guests": [{"code": "adult", "count": 0}]}, {"guests": [], "total": "1.00"}):
        with pytest.raises(ValidationError):
            PriceParty.model_validate(wrong)
    shape = schema(tool)
    assert shape["additionalProperties"] is False
    assert set(shape["required"]) == set(PriceParty.model_fields)  # type: ignore[call-overload]


def test_nothing_internal_is_told(profile: Profile) -> None:
    told = str(_price(profile, _situation(), {"guests": _of(adult=40), "zip_code": "95112"}).data)
    assert "workers" not in told
    assert "UUID" not in told
    assert "Decimal" not in told
