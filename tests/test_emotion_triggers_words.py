"""What a trigger is told beside the feeling, danger or the same question again, and how an owner
writes one."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

import pytest

from bot.domain_alarms import About
from bot.errors import ConfigError
from bot.feelings.asking import is_same
from bot.feelings.watching import about_words
from bot.language.safety_words import speaks_of_danger
from bot.profile import DEFAULT_FOLDER, read_profile
from handlers.commands.eval import kinds

WRITTEN = (DEFAULT_FOLDER / "profile.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "The grill is ON FIRE and it's spreading to the deck",
        "My son got burned on the hand",
        "He can't breathe, call an ambulance",
        "his throat is swelling after your shrimp",
        "a mi hijo se le está hinchando la cara",
        "se le cerró la garganta",
        "他喉咙肿了",
        "half of us got really sick after dinner",
        "your chef showed up drunk",
        "he threatened my husband with a knife",
        "Se quemó la mano de mi hijo",
        "El cocinero llegó borracho",
        "hay olor a gas en el patio",
        "孩子烫伤了，怎么办",
        "师傅喝醉了，很危险",
    ],
)
def test_danger_is_heard(text: str) -> None:
    assert About.SAFETY in about_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Do you use a gas grill or charcoal?",
        "the fire show was awesome",
        "Is the onion volcano with real fire?",
        "¿La parrilla es de gas?",
        "火焰表演什么时候开始？",
        "we plan to get drunk and eat a lot",
        "Can I burn some calories dancing?",
        "We want the steak medium rare",
        "多少钱一位",
    ],
)
def test_a_grill_is_no_danger(text: str) -> None:
    assert not speaks_of_danger(text)


@pytest.mark.parametrize(
    ("text", "other", "likeness", "same"),
    [
        ("Is there parking?", "is there PARKING??", 0.5, True),
        ("You didn't answer: what wine goes with it?", "what wine goes with it", 0.9, True),
        ("How much for 20 people?", "How much for 30 people?", 0.99, False),
        ("vegan sauce?", "gluten free sauce?", 0.93, False),
        ("Do you need room for a van?", "Where can he park?", 0.96, True),
        ("你们带桌子吗", "请问你们带桌子吗", 0.5, True),
        ("ok", "yes", 0.86, False),
        ("??", "!!", 0.2, False),
    ],
)
def test_what_asks_the_same(text: str, other: str, likeness: float, same: bool) -> None:
    """Other figures make it another question, whatever the vectors say."""
    assert is_same(text, other, likeness) is same
    assert is_same(other, text, likeness) is same


# ── What an owner may write ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("trigger", "field"),
    [
        ({"intensity_from": 1.5}, "emotion.triggers.0.intensity_from"),
        ({"feelings": ["cross"], "intensity_from": 0.5}, "emotion.triggers.0.feelings.0"),
        ({"name": "Very Angry", "intensity_from": 0.5}, "emotion.triggers.0.name"),
        ({"severity": "dire", "intensity_from": 0.5}, "emotion.triggers.0.severity"),
        ({"act": "shout", "intensity_from": 0.5}, "emotion.triggers.0.act"),
        ({"about": ["weather"]}, "emotion.triggers.0.about.0"),
        ({"unanswered": 1}, "emotion.triggers.0.unanswered"),
        ({"falls_by": 3}, "emotion.triggers.0.falls_by"),
        ({"feelings": ["angry"]}, "emotion.triggers.it"),
        ({"intensity_from": 0.5, "over": 4}, "emotion.triggers.it.over"),
    ],
)
def test_a_wrong_trigger_is_one_error_that_names_its_field(
    trigger: dict[str, Any], field: str
) -> None:
    payload = tomllib.loads(WRITTEN, parse_float=Decimal)
    given = {"name": "it", "severity": "normal", "act": "tell", **trigger}
    payload["emotion"] = {"triggers": [given]}
    with pytest.raises(ConfigError) as caught:
        read_profile(payload)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [field]


def test_two_triggers_of_one_name_are_refused() -> None:
    twice = WRITTEN.replace('name = "manager"', 'name = "furious"')
    with pytest.raises(ConfigError, match=r"^emotion\.triggers\.name: .*furious; rename one$"):
        read_profile(tomllib.loads(twice, parse_float=Decimal))


@pytest.mark.parametrize("field", ["angry_from", "repeat_limit"])
def test_who_kept_an_old_field_is_told_where_it_went(field: str) -> None:
    old = WRITTEN.replace("[escalation]\n", f"[escalation]\n{field} = 0.7\n")
    told = rf"^escalation\.{field}: no such field; write it as .*\[\[emotion\.triggers\]\]$"
    with pytest.raises(ConfigError, match=told):
        read_profile(tomllib.loads(old, parse_float=Decimal))


def test_a_profile_without_any_trigger_is_refused() -> None:
    payload = tomllib.loads(WRITTEN, parse_float=Decimal)
    payload["emotion"] = {"triggers": []}
    with pytest.raises(ConfigError, match=r"^emotion\.triggers: .*; add at least one$"):
        read_profile(payload)


# ── What `concierge eval emotion` says ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"text": "I am FURIOUS. Your chef never showed up, liars! I want my money back!"}, True),
        ({"text": "What does it cost for 20 adults?", "before": [["us", "Hello!"]]}, False),
        ({"text": "Thank you so much, that was wonderful!", "before": "nonsense"}, False),
        ({}, False),
    ],
)
async def test_an_evaluation_says_whether_a_person_would_come(
    record: dict[str, object], expected: bool
) -> None:
    """With the model and the profile that ship; records with and without what came before."""
    async with kinds()["emotion"].open({}) as predict:
        said = await predict(record)
    assert said["escalate"] is expected
    assert set(said) == {"primary", "polarity", "intensity", "confidence", "escalate"}
