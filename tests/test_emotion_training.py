"""What the emotion model is trained and measured with, short of the training: lines, figures,
calibration, the readers' agreement, and that the shipped model is of the lines that lie here."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.emotion_reference import key_of, known
from bench.evaluate_emotion import calls_row, part_table, public_table
from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language.emotion import HEADS, MODEL_FOLDER
from bot.language.emotion_input import Said, Spoken
from bot.language.training import readers
from bot.language.training.answers import read_answers, read_pleased
from bot.language.training.calibrating import calibrate, temperature
from bot.language.training.lines import (
    FOLDER,
    HANDS,
    Line,
    Part,
    PublicLine,
    digest,
    read_hand,
    read_part,
    read_plain,
    read_public,
)
from bot.language.training.measuring import calibration_error, macro_f1, measure, table

P = PrimaryEmotion
ANGRY = {
    "text": "nobody came",
    "language": "en",
    "primary": "angry",
    "polarity": "negative",
    "intensity": 0.8,
    "escalate": True,
    "tags": ["icy"],
    "before": [["us", "We are on our way."], ["customer", "it is 8 already"]],
    "labels": [["angry", "negative", 0.8, True], ["sad", "negative", 0.7, False]],
}
CALM = {
    "text": "how much for 20",
    "language": "en",
    "primary": "neutral",
    "polarity": "neutral",
    "intensity": 0.05,
    "escalate": False,
}


class Parrot:
    """Reads from every message what it was told to."""

    name = "parrot"

    def __init__(self, felt: dict[str, Emotion]) -> None:
        self.felt = felt

    def score(self, spoken: object) -> list[Emotion]:
        assert isinstance(spoken, list)
        return [self.felt[each.text] for each in spoken]


def felt(primary: PrimaryEmotion, *, escalate: float = 0.0, confidence: float = 0.9) -> Emotion:
    side = Polarity.NEUTRAL if primary is P.NEUTRAL else Polarity.NEGATIVE
    return Emotion(
        primary=primary,
        polarity=side,
        intensity=0.1 if primary is P.NEUTRAL else 0.8,
        confidence=confidence,
        scorer="parrot",
        escalate=escalate,
    )


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    path = tmp_path / "hand_99.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in (ANGRY, CALM)), encoding="utf-8")
    return path


@pytest.fixture
def lines(hand: Path) -> list[Line]:
    return read_hand(hand)


def test_a_line_keeps_what_was_said_before_and_what_each_reader_saw(lines: list[Line]) -> None:
    angry, calm = lines
    assert angry.spoken.before == (Said(True, "We are on our way."), Said(False, "it is 8 already"))
    assert angry.primaries == {P.ANGRY: 0.5, P.SAD: 0.5}
    assert (angry.escalates, angry.hand) == (0.5, "hand_99")
    assert calm.primaries == {P.NEUTRAL: 1.0}
    assert calm.spoken == Spoken("how much for 20")


@pytest.mark.parametrize(
    "change",
    [{"primary": "cross"}, {"polarity": "pos"}, {"intensity": 1.5}, {"text": None, "labels": [[]]}],
)
def test_a_line_that_breaks_the_guide_is_refused_with_its_place(
    hand: Path, change: dict[str, object]
) -> None:
    hand.write_text(f"{json.dumps(CALM)}\n{json.dumps({**ANGRY, **change})}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"hand_99\.jsonl, line 2"):
        read_hand(hand)


def test_no_hand_is_both_trained_on_and_measured_on() -> None:
    parts = {part: read_part(part) for part in Part}
    hands = {part: {line.hand for line in lines} for part, lines in parts.items()}
    assert sum(map(len, hands.values())) == len(set.union(*hands.values()))
    assert {f"{each}.jsonl" for each in set.union(*hands.values())} == {
        path.name for path in FOLDER.glob("hand_*.jsonl")
    }
    assert sum(map(len, parts.values())) >= 6000
    for part, lines in parts.items():
        spoken = Counter(line.language for line in lines)
        assert min(spoken[each] for each in ("en", "es", "zh")) >= 150, part
        assert {line.primary for line in lines} == set(P), part
    known_words = {line.spoken for line in parts[Part.TRAIN] if len(line.spoken.text) > 30}
    shared = [x for part in (Part.DEVELOPMENT, Part.TEST) for x in parts[part]]
    assert not [line.spoken.text for line in shared if line.spoken in known_words]


def test_the_shipped_model_is_of_the_lines_that_lie_here() -> None:
    card = json.loads((MODEL_FOLDER / "config.json").read_text(encoding="utf-8"))
    here = digest([*FOLDER.glob("*.jsonl"), *FOLDER.glob("*.gz"), HANDS])
    assert card.get("data") == here, "the lines have changed: make train-emotion"
    assert card["name"].startswith(f"encoder-{here[:12]}-")


def test_the_hash_of_the_lines_changes_with_any_of_them(hand: Path, tmp_path: Path) -> None:
    other = tmp_path / "hands.toml"
    other.write_text("x", encoding="utf-8")
    before = digest([hand, other])
    assert digest([other, hand]) == before
    other.write_text("y", encoding="utf-8")
    assert digest([hand, other]) != before


def test_plain_lines_are_calm_and_drawn_alike_each_time() -> None:
    plain = read_plain(count=50, weight=0.3, seed=7)
    assert plain == read_plain(count=50, weight=0.3, seed=7)
    assert {(line.primary, line.escalate) for line in plain} == {(P.NEUTRAL, False)}


def test_calm_answers_come_after_all_that_the_service_says_and_after_anger() -> None:
    """Or every "yes" after terms, and every "6pm" after an apology, would sound bitter."""
    own = read_hand(FOLDER / "hand_22.jsonl")
    answers = read_answers(own, count=400, weight=0.5, seed=1)
    assert {line.language for line in answers} == {"en", "es", "zh"}
    assert {(line.primary, line.polarity) for line in answers} == {(P.NEUTRAL, Polarity.NEUTRAL)}
    assert all(line.spoken.before[-1].is_ours for line in answers)
    upset = {line.spoken.text for line in own if line.polarity is Polarity.NEGATIVE}
    after = [line for line in answers if line.spoken.before[0].text in upset]
    assert 0.2 < len(after) / len(answers) < 0.4
    ours = [line.spoken.before[-1].text for line in answers]
    assert any(each.endswith("?") for each in ours)
    assert any(not each.endswith("?") for each in ours)
    assert any("sorry" in each for each in ours)


def test_pleased_words_are_calm_after_good_news_and_torn_where_a_person_is_to_come() -> None:
    """A "great" that follows a confirmation is no reason to call staff."""
    pleased = read_pleased(count=400, weight=0.5, seed=1)
    assert {line.language for line in pleased} == {"en", "es", "zh"}
    assert not any(line.escalate or line.escalates for line in pleased)
    assert {line.primary for line in pleased} == {P.NEUTRAL}
    alone = [line for line in pleased if not line.spoken.before]
    torn = [line for line in pleased if P.ANGRY in line.primaries]
    assert 0.05 < len(alone) / len(pleased) < 0.3
    assert 0.05 < len(torn) / len(pleased) < 0.6
    assert not any("sorry" in line.spoken.before[0].text for line in pleased if line.spoken.before)


def test_public_lines_may_have_several_emotions_and_a_mixed_polarity() -> None:
    public = read_public("public_development.jsonl.gz")
    assert max(len(line.primaries) for line in public) > 1
    assert {line.polarity for line in public} == {*Polarity, None}


def test_figures_are_those_that_one_reckons_by_hand(lines: list[Line]) -> None:
    angry, calm = lines
    figures = measure([(angry, felt(P.ANGRY, escalate=0.6)), (calm, felt(P.ANGRY, escalate=0.5))])
    assert figures.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert (figures.recall, figures.precision) == (1.0, 0.5)
    assert (figures.polarity, figures.sarcasm) == (0.5, 1.0)
    assert figures.error == pytest.approx(0.4)
    assert np.isnan(figures.intensity)
    assert "| en | 2 | 0.333 | 0.500 | - |" in table(
        [(angry, felt(P.ANGRY)), (calm, felt(P.ANGRY))]
    )
    assert np.isnan(measure([]).macro_f1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_calibration_error_stays_between_nought_and_one(
    marks: list[tuple[float, bool]],
) -> None:
    error = calibration_error([sure for sure, _ in marks], [right for _, right in marks])
    assert 0.0 <= error <= 1.0


@given(st.lists(st.sampled_from(P), min_size=1))
def test_a_reader_without_a_mistake_has_a_full_score(truth: list[PrimaryEmotion]) -> None:
    assert macro_f1(truth, truth) == 1.0
    wrong = [P.SAD if each is P.ANGRY else P.ANGRY for each in truth]
    assert macro_f1(truth, wrong) == 0.0


def test_calibration_puts_the_call_where_nine_in_ten_are_made(lines: list[Line]) -> None:
    angry, calm = lines
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(400, sum(HEADS))).astype(np.float32)
    asked = [angry if place % 2 else calm for place in range(400)]
    scores[1::2, -1] += 3.0
    slope, offset = calibrate(scores, asked).escalate
    called = slope * scores[:, -1] + offset >= 0
    assert 0.9 <= called[1::2].mean() <= 0.93
    assert called[::2].mean() < 0.1


def test_a_model_too_sure_of_itself_is_cooled() -> None:
    scores = np.array([[8.0, 0.0]] * 3 + [[0.0, 8.0]])
    assert temperature(scores, [0, 0, 1, 0]) == 3.0
    assert temperature(scores / 8, [0, 0, 0, 1]) < 0.4


def test_readers_that_agree_by_chance_have_no_kappa() -> None:
    by_chance = [(one, two) for one in "ab" for two in "ab"]
    assert readers.kappa(by_chance) == pytest.approx(0.0)
    assert readers.kappa([("a", "a"), ("b", "b")]) == 1.0
    assert not readers.differ(["sad", "negative", 0.3, False], ["sad", "negative", 0.6, 0])
    assert readers.differ(["sad", "negative", 0.3, False], ["sad", "negative", 0.7, False])


def test_the_readme_tells_how_far_the_readers_agree_as_it_is_now(hand: Path) -> None:
    now = readers.table()
    assert now in readers.README.read_text(encoding="utf-8"), (
        "python -m bot.language.training.readers writes it anew"
    )
    page = hand.with_name("README.md")
    page.write_text(f"one\n\n{now}\ntwo\n", encoding="utf-8")
    told = readers.refresh(page, hand.parent)
    assert "| en | 1 | 0.000 (0.00) |" in told
    assert (told.startswith("one\n\n"), told.endswith("|\n\ntwo\n")) == (True, True)


def test_the_reference_is_shown_for_the_lines_it_has_read(lines: list[Line]) -> None:
    angry = lines[0]
    readings = {key_of("nobody came"): felt(P.SAD)}
    assert known(lines, readings) == ([(angry, felt(P.SAD))], 1)
    parrot = Parrot({"nobody came": felt(P.ANGRY), "how much for 20": felt(P.NEUTRAL)})
    told = part_table("hands", lines, scorer=parrot, reference=readings)
    assert "| reference, all | 1 |" in told
    assert "1 lines have no reading of the reference" in told
    assert "| the same, read alone | 1 |" in told
    assert "| reference" not in part_table("hands", lines, scorer=parrot, reference={})


def test_calls_and_public_lines_are_counted_as_the_table_says(lines: list[Line]) -> None:
    assert calls_row("x", lines, [True, True]) == "| x | 2 | 1 | 1.000 | 0.500 | 100.0 |"
    assert calls_row("x", lines[1:], [False]) == "| x | 1 | 0 | - | - | 0.0 |"
    both = PublicLine(text="a", primaries=frozenset({P.SAD, P.ANGRY}), polarity=None)
    one = PublicLine(text="b", primaries=frozenset({P.NEUTRAL}), polarity=Polarity.NEUTRAL)
    parrot = Parrot({"a": felt(P.SAD), "b": felt(P.NEUTRAL)})
    assert "| shipped | 2 | 1.000 | 1.000 |" in public_table([both, one], parrot, {})
