"""The judge of scripted customers: it must find each thing that can be wrong, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import ConfigError
from bot.profile import DEFAULT_FOLDER
from handlers.simulation.judge import Outcome, judge
from handlers.simulation.scripts import Expect, Script, load_scripts
from handlers.simulation.stage import retold

ZONE = ZoneInfo("America/Los_Angeles")
FACTS = "$55.00 $100.00"
QUOTE = {
    "version": 1,
    "total": "1100.00",
    "deposit": "100.00",
    "lines": [{"amount": "1100.00"}],
    "order": {
        "counts": {"adult": 20, "child": 0},
        "options": {"lobster": 4},
        "further": {},
        "add_ons": {"gyoza": 2},
        "extras": {},
    },
}
BOOKING = {
    "id": "b",
    "status": "held",
    "starts_at": "2026-12-13T02:00:00+00:00",
    "ends_at": "2026-12-13T05:00:00+00:00",
    "agreed": True,
    "headcount": 20,
    "zip_code": "94539",
    "moves": 0,
}
RECORDS: Mapping[str, Any] = {
    "mode": "bot",
    "language": "en",
    "consent": {"webchat": "unknown"},
    "quotes": [QUOTE],
    "bookings": [BOOKING],
    "escalations": [],
    "memories": {"zip_code": "94539"},
    "cited": ["rain"],
    "unanswered": 0,
    "unaccounted": 0,
}
ONE = "[[customer]]\nname = 'a'\nlanguage = 'en'\ntexts = ['hi']\n"
SAID = (("The total is $1,100.00, the deposit $100.00.",), ("It is booked.",))


def problems(
    *, replies: tuple[tuple[str, ...], ...] = SAID, evidence: str = "", **wanted: Any
) -> tuple[str, ...]:
    """What the judge says where `wanted` is expected; `records` replaces parts of the end."""
    records = {**RECORDS, **wanted.pop("records", {})}
    script = Script(name="somebody", language="en", texts=("hi",), expect=Expect(**wanted))
    outcome = Outcome(replies=replies, records=records, evidence=evidence)
    return judge(script, outcome, facts=FACTS, zone=ZONE)


def test_an_end_that_is_right_is_let_pass() -> None:
    assert not problems(
        order={"adult": 20},
        dishes={"lobster": 4, "gyoza": 2, "edamame": 0},
        quotes=1,
        booking="held agreed 2026-12-12 18:00 20 guests",
        person="no",
        consent="unknown",
        language="en",
        cites=("space", "rain"),
        unanswered=False,
        remembers={"zip_code": "94539"},
        forgets=("email",),
        never=("discount",),
    )


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"order": {"adult": 21}}, "the price is for {'adult': 20}"),
        ({"order": {"adult": 20, "child": 2}}, "the price is for"),
        ({"dishes": {"lobster": 5}}, "4 lobster were priced, not 5"),
        ({"quotes": 0}, "1 prices were made, not 0"),
        (
            {"order": {"adult": 1}, "records": {"quotes": []}, "replies": (("ok",),)},
            "no price was made",
        ),
        ({"booking": "none"}, "there is a booking"),
        ({"booking": "confirmed"}, "the booking's status is held, not confirmed"),
        ({"booking": "held undecided"}, "the booking's agreed is agreed, not undecided"),
        ({"booking": "held 2026-12-13"}, "the booking's day is 2026-12-12"),
        ({"booking": "held 2026-12-12 15:00"}, "the booking's time is 18:00"),
        ({"booking": "held 19 guests"}, "the booking's guests is 20"),
        ({"booking": "held", "records": {"bookings": []}}, "there is no booking"),
        ({"person": "yes"}, "no person was asked"),
        ({"person": "money"}, "because of money"),
        ({"person": "no", "records": {"escalations": [{"reason": "tool"}]}}, "a person was asked"),
        ({"consent": "revoked"}, "consent is"),
        ({"language": "es"}, "the language is en"),
        ({"cites": ("space",)}, "none of ['space'] was found"),
        ({"unanswered": True}, "0 questions were put down"),
        ({"remembers": {"zip_code": "1"}}, "remembered as '94539'"),
        ({"forgets": ("zip_code",)}, "zip_code is still remembered"),
        ({"never": ("it is BOOKED",)}, "a reply matches"),
        ({"records": {"unaccounted": 1}}, "never accounted for"),
        ({"replies": (("The total is $1,300.00.",), ("ok",))}, "the sum $1,300.00 stands nowhere"),
        ({"replies": ((), ("ok",))}, "no answer to text 1"),
    ],
)
def test_each_thing_that_is_wrong_is_found(wanted: dict[str, Any], problem: str) -> None:
    found = problems(**wanted)
    assert len(found) == 1
    assert problem in found[0]


def test_a_sum_that_a_tool_named_may_be_said() -> None:
    said = (("That is $1,300.00.",), ("ok",))
    assert not problems(replies=said, evidence='{"total": "1300.00"}')


def test_nobody_is_answered_after_stop_or_while_a_person_has_the_floor() -> None:
    assert not problems(replies=((),), records={"mode": "human"})
    assert not problems(replies=((),), records={"consent": {"webchat": "revoked"}})


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("[[customer]]\nname = 'a'", "language: Field required"),
        ("customer = [", "cannot be read"),
        (
            "[[customer]]\nname = 'a'\nlanguage = 'en'\ntexts = ['@deposit']\nexpect = {}",
            "begin with something that is said",
        ),
        (
            "[[customer]]\nname = 'a'\nlanguage = 'en'\ntexts = ['hi', '@dance']\nexpect = {}",
            "@dance",
        ),
        (
            f"{ONE}expect = {{ booking = 'yes' }}",
            'write "none" or "STATUS',
        ),
        (
            f"{ONE}expect = {{ bookng = 'none' }}",
            "bookng",
        ),
    ],
)
def test_a_mistake_in_a_script_is_told_with_its_file(tmp_path: Path, page: str, told: str) -> None:
    (tmp_path / "customers").mkdir()
    (tmp_path / "customers" / "x.toml").write_text(page, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"x\.toml") as refused:
        load_scripts(tmp_path)
    assert told in str(refused.value)


def test_two_of_a_name_and_none_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no scripted customer"):
        load_scripts(tmp_path)
    one = f"{ONE}expect = {{}}\n"
    (tmp_path / "customers").mkdir()
    (tmp_path / "customers" / "x.toml").write_text(one * 2, encoding="utf-8")
    with pytest.raises(ConfigError, match="two customers have this name"):
        load_scripts(tmp_path)


def test_the_shipped_customers_are_many_and_speak_three_languages() -> None:
    scripts = [script for script, _ in load_scripts(DEFAULT_FOLDER)]
    assert len(scripts) >= 150
    assert all(sum(s.language == code for s in scripts) >= 40 for code in ("en", "es", "zh"))


def test_a_story_is_told_in_three_ways() -> None:
    assert [retold("Yes, Book it!", n) for n in range(3)] == [
        "Yes, Book it!",
        "yes, book it!",
        "Yes, Book it",
    ]
