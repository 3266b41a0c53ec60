"""The business profile: the one that ships, the mistakes an owner can make, and other trades."""

from __future__ import annotations

import copy
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.profile import (
    DEFAULT_FOLDER,
    Profile,
    check,
    fact,
    fill,
    list_facts,
    load_profile,
    profile_folder,
    read_profile,
    text,
)
from bot.profile_kinds import Named
from bot.profile_offer_checks import folded

PAYLOAD = tomllib.loads((DEFAULT_FOLDER / "profile.toml").read_text("utf-8"), parse_float=Decimal)
PROFILE = load_profile()


def broken(dotted: str, value: object = None, *, payload: dict[str, Any] | None = None) -> Any:
    """The shipped profile with one field changed, or taken out where no value is given."""
    changed = copy.deepcopy(PAYLOAD) if payload is None else payload
    *above, name = dotted.split(".")
    holder: Any = changed
    for step in above:
        holder = holder[int(step) if step.isdecimal() else step]
    if value is None:
        del holder[name]
    else:
        holder[name] = value
    return changed


def refused(payload: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_profile(payload)
    return str(caught.value).splitlines()


def test_the_shipped_profile_has_no_problem() -> None:
    assert check(PROFILE) == ()
    service = PROFILE.service()
    assert {code: band.price for code, band in service.bands.items()} == {
        "adult": Decimal("55.00"),
        "child": Decimal("30.00"),
        "under_five": Decimal("0.00"),
    }
    assert [slot.hour for slot in service.schedule.slots] == [12, 15, 18, 21]


def test_a_folder_a_file_and_nothing_all_name_a_profile(tmp_path: Path) -> None:
    copied = tmp_path / "ours.toml"
    copied.write_bytes((DEFAULT_FOLDER / "profile.toml").read_bytes())
    assert load_profile(DEFAULT_FOLDER) == load_profile(copied) == load_profile(None)
    assert profile_folder(copied) == tmp_path


def test_a_file_that_is_not_there_or_not_toml_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="BUSINESS_PROFILE"):
        load_profile(tmp_path / "none.toml")
    (tmp_path / "profile.toml").write_text("[business\nname = 3")
    with pytest.raises(ConfigError, match="not TOML"):
        load_profile(tmp_path)


@pytest.mark.parametrize(
    ("dotted", "value", "said"),
    [
        ("services.hibachi.bands.adult.unit", None, "say what the price is for"),
        ("services.hibachi.bands.adult.unit", "hour", 'write unit = "guest"'),
        ("services.hibachi.add_ons.gyoza.unit", "guest", 'unit = "portion"'),
        ("services.hibachi.bands.adult.price", Decimal("-1"), "greater than or equal to 0"),
        ("services.hibachi.bands.adult.price", Decimal("1.005"), "round it to the cent"),
        ("services.hibachi.bands.child.min_age", 7, "ages 6 to 6 have no price"),
        ("services.hibachi.bands.child.max_age", 14, "overlaps"),
        ("services.hibachi.bands.adult.max_age", 90, "older ages"),
        ("services.hibachi.bands.under_five.min_age", 1, "younger ages"),
        ("services.hibachi.bands.under_five.free_with", "parent", "no band parent"),
        ("services.hibachi.default_band", "person", "no such band"),
        ("services.hibachi.person_over", 120, "staffing table"),
        ("services.hibachi.schedule.notice_hours", -1, "greater than or equal to 0"),
        ("services.hibachi.schedule.slots", [], "add at least one"),
        ("services.hibachi.choices", None, "further_price"),
        ("services.hibachi.options.tofu.words.en", ["tofu", "Chicken"], "already a word for"),
        ("services.hibachi.options.tofu.words.es", ["camaron"], "already a word for"),
        ("services.hibachi.options.tofu.name.zh", None, "missing"),
        ("business.zone", "America/Fremont", "no such time zone"),
        ("business.currency", "DOLLARS", "no such currency"),
        ("business.currency", None, "missing"),
        ("business.home_language", "fr", "not among the languages"),
        ("business.phone", "call us", "telephone number"),
        ("business.email", "nowhere", "mailbox"),
        ("business.nmae", "x", "did you mean name"),
        ("services.hibachi.bands.adult.prise", 1, "did you mean price"),
        ("chefs.kenji.services", ["sushi"], "no service sushi"),
        ("chefs.kenji.days_off", ["funday"], "choose one of those"),
        ("hours.closes", PAYLOAD["hours"]["opens"], "before its beginning"),
        ("gratuity.max_percent", 10, "before its beginning"),
        ("travel.unit", "guest", 'unit = "mile"'),
        ("facts.rain.text.en", "See {{ facts.snow }}.", "no such fact"),
        ("facts.space_length.unit", None, "value with unit"),
        ("texts.opt_out.es", None, "missing"),
        ("texts.opt_out.fr", "Au revoir", "does not state"),
    ],
)
def test_a_mistake_is_refused_by_the_name_of_its_field(
    dotted: str, value: object, said: str
) -> None:
    lines = refused(broken(dotted, value))
    path = dotted.removesuffix(".unit") if "facts." in dotted else dotted
    assert any(line.startswith(path) and said in line and ";" in line for line in lines), lines


def test_an_overlapping_band_is_named_once() -> None:
    assert len(refused(broken("services.hibachi.bands.child.min_age", 5))) == 1


def test_nobody_to_write_to_is_refused() -> None:
    payload = broken("business.email", payload=broken("business.phone"))
    assert refused(payload)[0].startswith("business.phone: nobody to write to")


def test_a_slot_that_nobody_can_serve_is_refused() -> None:
    payload = copy.deepcopy(PAYLOAD)
    for chef in payload["chefs"].values():
        chef["days_off"] = ["friday"]
    assert "friday" in refused(payload)[0]


def test_a_party_larger_than_the_crew_is_refused() -> None:
    payload = copy.deepcopy(PAYLOAD)
    for name in ("wei", "andre"):
        del payload["chefs"][name]
    assert refused(payload)[0].startswith("services.hibachi.staffing: the largest party needs 3")


def test_every_mistake_is_said_at_once() -> None:
    payload = broken("services.hibachi.bands.adult.unit")
    broken("business.zone", "Mars/Base", payload=payload)
    broken("travel.price", Decimal("-2"), payload=payload)
    broken("business.phone", payload=payload)
    broken("business.email", payload=payload)
    for chef in payload["chefs"].values():
        chef["days_off"] = ["monday"]
    named = [line.partition(":")[0] for line in refused(payload)]
    assert named == [
        "business.zone",
        "services.hibachi.bands.adult.unit",
        "travel.price",
        "business.phone",
        "services.hibachi.schedule.slots",
    ]


@pytest.mark.parametrize(
    ("path", "language", "written"),
    [
        ("services.hibachi.bands.adult.price", "en", "$55.00"),
        ("services.hibachi.bands.adult.price", "es", "$55.00"),
        ("services.hibachi.bands.adult.price", "zh", "$55.00"),
        ("services.hibachi.duration_minutes", "en", "3 hours"),
        ("services.hibachi.duration_minutes", "es", "3 horas"),
        ("services.hibachi.duration_minutes", "zh", "3小时"),
        ("booking.arrival_min_minutes", "en", "15 minutes"),
        ("hours.opens", "en", "9:00 AM"),
        ("business.phone", "en", "(916) 740-8768"),
        ("travel.free_miles", "es", "30 millas"),
        ("gratuity.max_percent", "en", "35%"),
        ("facts.space_length", "en", "68.3 inches"),
        ("chefs.kenji.days_off", "es", "lunes"),
        ("services.hibachi.staffing.1.up_to", "en", "60"),
        ("services.hibachi.included_options", "en", "chicken, NY strip steak, shrimp, and tofu"),
        ("services.hibachi.bands.adult", "zh", "成人"),
        ("payment.methods", "es", "Venmo Business, Zelle Business, efectivo y tarjeta"),
        ("diets.kinds", "zh", "素食、纯素、无麸质、无乳制品、清真和犹太洁食"),
        ("services.hibachi.bands.adult.price", "fr", "$55.00"),
    ],
)
def test_a_fact_is_written_for_its_reader(path: str, language: str, written: str) -> None:
    assert fact(PROFILE, path, language) == written


def test_a_sum_of_two_prices_can_be_quoted() -> None:
    further, surcharge = "services.hibachi.choices.further_price", "surcharge"
    path = f"{further} + services.hibachi.options.lobster.{surcharge}"
    assert fill(PROFILE, f"A third lobster is {{{{ {path} }}}}.", "en") == (
        "A third lobster is $25.00."
    )


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "business.nope",
        "services.hibachi.bands.adult.price.cents",
        "services.sushi.minimum",
        "travel.free_miles + travel.price",
        "business",
        "model_fields",
        "services.hibachi.staffing.9.up_to",
        "",
    ],
)
def test_a_path_to_no_fact_is_refused(path: str) -> None:
    with pytest.raises(ConfigError):
        fact(PROFILE, path, "en")


def test_every_fact_can_be_written_in_every_language() -> None:
    for language in PROFILE.business.languages:
        facts = list_facts(PROFILE, language)
        assert len(facts) > 200
        assert not [path for path, said in facts.items() if "{{" in said or "\u202f" in said]


def test_the_fixed_texts_name_the_business_and_the_way_back() -> None:
    for language in PROFILE.business.languages:
        goodbye = text(PROFILE, "opt_out", language)
        assert PROFILE.business.name in goodbye
        assert "START" in goodbye
        assert "STOP" in text(PROFILE, "help", language)


def test_a_text_that_quotes_itself_is_refused() -> None:
    assert "quotes itself" in refused(broken("facts.rain.text.en", "{{ facts.rain }}"))[0]


def test_each_word_leads_to_one_item_only() -> None:
    service, owner = PROFILE.service(), dict[str, str]()
    tables: list[Any] = [service.bands, service.options, service.add_ons, service.extras]
    for table in tables:
        for code, item in table.items():
            assert isinstance(item, Named)
            for words in item.words.values():
                assert all(owner.setdefault(folded(word), code) == code for word in words)


def test_nothing_in_a_profile_can_be_changed() -> None:
    with pytest.raises(TypeError):
        PROFILE.services["spa"] = PROFILE.service()  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        PROFILE.travel = None


def test_the_profile_is_a_value() -> None:
    assert isinstance(read_profile(PAYLOAD), Profile)
    assert read_profile(PAYLOAD) == PROFILE
