"""A yes is read from the customer's own words, and only a plain one is a yes (I9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain_booking import Act
from bot.language.agreement import Agreement, read_agreement

LINES = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in (Path(__file__).parent / "agreement_lines.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
PLAIN = [text for label, act, text in LINES if label == "yes" and act == "book"]
CONDITIONS = (
    " but {}", ", if {}", " as long as {}", " and {}", ", {}", "? {}", " pero {}",
    "，但是{}", " {}",
)  # fmt: skip
MATTERS = (
    "make it 25", "move it to Sunday", "it is cheaper", "what is included", "not the 12th",
    "cambie la hora", "我想改时间", "only with lobster", "ask my wife first", "18",
)  # fmt: skip


def test_there_are_lines_enough_of_each_kind() -> None:
    assert len(LINES) >= 150
    for label in Agreement:
        assert sum(line[0] == label.value for line in LINES) >= 20


@pytest.mark.parametrize(("label", "act", "text"), LINES)
def test_a_line_is_read_as_it_is_meant(label: str, act: str, text: str) -> None:
    for language in ("en", "es", "zh"):
        assert read_agreement(text, language, act=Act(act)).value == label


@given(st.sampled_from(PLAIN), st.sampled_from(CONDITIONS), st.sampled_from(MATTERS))
def test_a_yes_with_anything_more_is_no_yes(plain: str, condition: str, matter: str) -> None:
    text = plain + condition.format(matter)
    assert read_agreement(text, "en") is not Agreement.YES


@given(st.text(max_size=60))
def test_whatever_is_written_is_read(text: str) -> None:
    if read_agreement(text, "en") is Agreement.YES:
        assert "?" not in text
        assert not any(char.isdigit() for char in text)


def test_who_writes_a_letter_says_more_than_yes() -> None:
    assert read_agreement("yes " * 200, "en") is Agreement.UNCLEAR
