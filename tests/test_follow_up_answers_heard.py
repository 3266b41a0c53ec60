"""Real people's answers to follow-ups, as lines with what is meant; how many of them are heard.

A wrong reading confirms a wrong number of guests or files a rating that nobody gave, so that almost
every reading must be right (I8, I9); what is not read goes on as a turn like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.language.follow_up_answer_words import Answer, words
from bot.language.follow_up_answers import Said, read_answer

FOLDER = Path(__file__).parent / "answers"
PRECISION, RECALL = 0.99, 0.95
TOLD = 20
"""Guests of the event that the lines are about."""


def lines(language: str) -> Iterator[tuple[str, str, str]]:
    """Cause, what is meant, and the words."""
    cause = ""
    for line in (FOLDER / f"follow_ups_{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            cause = line.strip("[]")
        elif line and not line.startswith("#"):
            meant, text = line.split(" | ", 1)
            yield cause, meant, text


def is_meant(said: Said, meant: str) -> bool:
    """Whether a reading is one of those that a person would take it for: "stands/count 20"."""
    first = meant.partition("/")[0].partition(" ")[0]
    allowed = {f"{first} {each}" if each.isdigit() else each for each in meant.split("/")}
    number = "" if said.number is None else f" {said.number}"
    return f"{said.answer.value}{number}" in allowed


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_what_is_read_is_what_is_meant_and_most_of_it_is_read(language: str) -> None:
    count: Counter[str] = Counter()
    wrong = []
    for cause, meant, text in lines(language):
        said = read_answer(text, cause, language, guests=TOLD)
        is_read = said is not None and said.answer is not Answer.NOTHING
        count["plain"] += meant != "-"
        count["read"] += is_read
        if said is not None and is_read:
            count["right"] += is_meant(said, meant)
            wrong += [(cause, text, said)] * (not is_meant(said, meant))
    assert count["plain"] >= 150
    assert count["right"] >= PRECISION * count["read"], wrong
    assert count["right"] >= RECALL * count["plain"], count


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("No, 25", "en", Said(Answer.COUNT, 25)),
        ("no, 25", "es", Said(Answer.COUNT, 25)),
        ("no son 20", "es", None),
        ("no, 20", "en", None),
        ("no somos 25", "es", None),
        ("no cambió", "es", None),
        ("不是24个", "zh", None),
        ("20-25", "en", None),
        ("not 20-25", "en", None),
        ("6", "en", None),
        ("make it 6", "en", None),
        ("make it 6 people", "en", Said(Answer.COUNT, 6)),
        ("20 adults", "en", None),
        ("20, 25", "en", None),
        ("No thanks", "en", None),
    ],
)
def test_no_number_is_confirmed_that_was_denied_or_is_an_hour(
    text: str, language: str, said: Said | None
) -> None:
    assert read_answer(text, "before_event", language, guests=TOLD) == said


def test_where_a_number_was_asked_for_any_number_is_one() -> None:
    assert read_answer("6", "before_event", "en") == Said(Answer.COUNT, 6)


def test_no_words_mean_two_things_to_one_message() -> None:
    """Of what is said in so many words each is in one list only, but where the causes differ."""
    both = {
        (one, other): said & words()[other]
        for one, said in words().items()
        for other in words()
        if one < other and said & words()[other]
    }
    apart = {
        ("all_good", "paid"),
        ("all_good", "stands"),
        ("give_up", "not_now"),
        ("great", "yes"),
        ("great", "stands"),
        ("good", "stands"),
        ("not_good", "not_right"),
        ("no", "not_good"),
        ("no", "not_right"),
        ("not_right", "stands"),
        ("changes", "not_now"),
        ("changes", "not_right"),
        ("okay", "yes"),
        ("all_good", "yes"),
    }
    assert set(both) <= apart, {pair: said for pair, said in both.items() if pair not in apart}
