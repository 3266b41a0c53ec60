"""Which words are said when: by the owner's own hours, without guests, and with a question that a
bare yes or no answers."""

from __future__ import annotations

import re

import pytest
from test_follow_up_wording import LANGUAGES, NAMES, PROFILE, matter, owed, own

from bot import profile_follow_up_words as words
from bot.domain_follow_ups import Feeling
from bot.follow_ups.wording import word


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ((24, 72), ("24h", "72h")),
        ((12, 20), ("24h", "72h")),
        ((48,), ("24h",)),
        ((72, 168), ("24h", "72h")),
        ((24, 72, 168), ("24h", "72h", "72h")),
    ],
)
def test_the_first_word_on_a_price_is_not_said_twice_whatever_the_hours(
    hours: tuple[int, ...], said: tuple[str, ...]
) -> None:
    """Of 12 and 20 hours both were nearest to 24: "did our price reach you", two times."""
    follow_ups = PROFILE.follow_ups.model_copy(update={"quote_hours": hours})
    profile = PROFILE.model_copy(update={"follow_ups": follow_ups})
    steps = (owed("unanswered_quote", f"{each}h") for each in hours)
    names = [word(profile, each, matter(), Feeling.NEUTRAL, "zh").name for each in steps]
    assert names == [f"unanswered_quote_{step}_any_a" for step in said]


def test_the_owners_words_for_an_hour_of_their_own_are_said_at_it() -> None:
    table = {"unanswered_quote_12h": {"any_a": dict.fromkeys(LANGUAGES, "Hi from {business}.")}}
    found = word(own(table), owed("unanswered_quote", "12h"), matter(), Feeling.NEUTRAL, "en")
    assert found.name == "unanswered_quote_12h_any_a"


def test_a_price_for_nobody_in_particular_has_words_too() -> None:
    """A service that is sold by the hour counts no guests."""
    for name in ("24h", "72h"):
        for variant in "ab":
            said = word(
                PROFILE,
                owed("unanswered_quote", name),
                matter(guests="", day="", expires=""),
                Feeling.NEUTRAL,
                "en",
                variant=variant,
            ).text
            assert "guests" not in said
            assert "$1,100.00" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reminder_asks_what_a_yes_leaves_as_it_is(language: str) -> None:
    """A bare yes or no is taken only after these questions, so each reminder ends with one."""
    asked = {name: words.find(PROFILE, name, language) for name in NAMES}
    for name, text in asked.items():
        if name.startswith("before_event"):
            last = re.split(r"(?<=[.!?。！？\]}])\s*", text.strip())[-1] or text
            assert text.endswith(("?", "？")), text
            assert words.asks(text, "before_event"), last
            assert not re.search(r"change|cambi|变", last), "a yes would be a change"
    assert not words.asks("Has anything changed?", "before_event")
