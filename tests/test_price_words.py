"""What a model and a customer are told of a price: words, sums, and nothing from inside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from party_prices import a_situation, many, price_of

from bot.profile import Profile, load_profile


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


MINIMUM_WORDS = [
    (3, "en", "You're $385.00 under the minimum; upgrades and extras would count toward it"),
    (3, "es", "Le faltan $385.00 para el mínimo; en su lugar puede sumar mejoras y extras"),
    (3, "zh", "离最低消费还差$385.00，也可以用升级或加项来补足"),
    (7, "en", "under the minimum: 11 x lobster tail as an upgrade would fill it."),
    (8, "en", "11 x gyoza or 8 x lobster tail as an upgrade ($120.00) would fill it."),
    (8, "es", "se completa con 11 x gyoza o 8 x cola de langosta como mejora ($120.00)."),
    (8, "zh", "还差$110.00：加11份煎饺或把8份升级为龙虾尾 ($120.00)即可补足。"),
]


@pytest.mark.parametrize(("adults", "language", "words"), MINIMUM_WORDS)
def test_a_small_party_hears_what_would_fill_the_minimum(
    profile: Profile, adults: int, language: str, words: str
) -> None:
    assert words in price_of(profile, a_situation(language), {"guests": many(adult=adults)}).worded


@pytest.mark.parametrize("adults", range(1, 13))
def test_nobody_is_advised_to_order_more_than_they_can_eat(profile: Profile, adults: int) -> None:
    data = price_of(profile, a_situation(), {"guests": many(adult=adults)}).data
    advised = data["would_fill_minimum"]
    assert isinstance(advised, list)
    assert all(int(words.split(" x ")[0]) <= 2 * adults for words in advised)
    assert bool(advised) == (7 <= adults <= 9)


INTERNAL_KEYS = re.compile(
    r"^(id|.*_id|version|code|order|workers|service|zip_code|seed|.*_at|created|customer|needs)$"
)
INTERNAL_TEXT = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-"  # Any id of ours.
    r"|\d\d:\d\d|\d{4}-\d\d-\d\d"  # Timestamps; a customer hears of a day.
    r"|\b[a-z]+_[a-z_]+\b"  # Codes of the profile.
    r"|Decimal|UUID|mappingproxy"
)


def _leaves(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, path)
    else:
        yield path, node


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize(
    "given",
    [
        {
            "guests": many(adult=40, under_five=3),
            "zip_code": "95112",
            "extras": many(custom_menu=1),
        },
        {"guests": many(adult=8), "town": "San Jose", "add_ons": many(fried_rice=2)},
        {
            "guests": [{"code": "adult", "count": 30, "up_to": 45}],
            "further": many(filet_mignon=4),
        },
        {"guests": many(adult=120)},
        {"guests": many(adult=2, under_five=5)},
    ],
)
def test_no_internal_field_reaches_a_model(
    profile: Profile, given: dict[str, object], language: str
) -> None:
    """I8: what a model reads are words for the customer; ids, codes and orders stay inside."""
    before = price_of(profile, a_situation(), {"guests": many(adult=12), "zip_code": "95112"}).quote
    result = price_of(profile, replace(a_situation(language), quote=before), given)
    told = list(_leaves(json.loads(json.dumps(dict(result.data)))))
    assert len(told) >= 2
    for path, value in told:
        assert value is None or isinstance(value, bool | str), path
        assert not INTERNAL_KEYS.search(path.rpartition(".")[2]), path
        if path not in (".reason", ".place"):
            assert not INTERNAL_TEXT.search(str(value)), (path, value)
    assert not INTERNAL_TEXT.search(result.worded)
