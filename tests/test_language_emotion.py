"""The emotion scorer on messages it was not trained on: who is furious, and who only asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language.embed import DIMENSIONS, Encoder
from bot.language.emotion import EMOTION_FILE, EmotionScorer, signals
from bot.language.emotion_lines import Line, read_lines, read_plain
from bot.language.emotion_report import calls_staff, measure


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="module")
def scorer() -> EmotionScorer:
    return EmotionScorer.load()


def feel(scorer: EmotionScorer, encoder: Encoder, texts: Sequence[str]) -> list[Emotion]:
    vectors = np.concatenate([encoder.encode([text]) for text in texts])
    return scorer.score(texts, vectors)


@pytest.fixture(scope="module")
def dev(scorer: EmotionScorer, encoder: Encoder) -> list[tuple[Line, Emotion]]:
    lines = read_lines("emotion_dev.jsonl")
    return list(zip(lines, feel(scorer, encoder, [line.text for line in lines]), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "This is the third time nobody answered me. I'm furious!",
        "worst service ever, my kids cried, I want my money back NOW",
        "Estoy furiosa, nadie llegó a mi fiesta",
        "太过分了！你们根本没来，我要投诉",
    ],
)
def test_a_furious_customer_is_angry_enough_for_staff(
    scorer: EmotionScorer, encoder: Encoder, text: str
) -> None:
    emotion = feel(scorer, encoder, [text])[0]
    assert emotion.primary is PrimaryEmotion.ANGRY
    assert emotion.polarity is Polarity.NEGATIVE
    assert emotion.intensity >= 0.7


@pytest.mark.parametrize(
    "text",
    [
        "a bit disappointed the rice was cold",
        "still waiting for your reply",
        "HOW MUCH FOR 20",
        "do you kill the lobster live?",
        "¿matan la langosta viva?",
        "龙虾是现杀的吗？",
    ],
)
def test_mild_annoyance_loud_questions_and_bad_words_do_not_call_staff(
    scorer: EmotionScorer, encoder: Encoder, text: str
) -> None:
    assert not calls_staff(feel(scorer, encoder, [text])[0])


@pytest.mark.parametrize(
    "text",
    ["HOW MUCH FOR 20", "do you kill the lobster live?", "cuánto cuesta por persona", "多少钱一位"],
)
def test_a_plain_question_is_neutral_and_calm(
    scorer: EmotionScorer, encoder: Encoder, text: str
) -> None:
    emotion = feel(scorer, encoder, [text])[0]
    assert emotion.primary is PrimaryEmotion.NEUTRAL
    assert emotion.intensity < 0.3


def test_the_vectors_must_fit_the_texts(scorer: EmotionScorer) -> None:
    with pytest.raises(ValueError):
        scorer.score(["one", "two"], np.zeros((1, DIMENSIONS), np.float32))
    with pytest.raises(ValueError):
        scorer.score(["one"], np.zeros((1, 3), np.float32))


def test_nothing_to_read_is_neutral(scorer: EmotionScorer) -> None:
    for emotion in scorer.score(["", " \n\t"], np.zeros((2, DIMENSIONS), np.float32)):
        assert (emotion.primary, emotion.intensity) == (PrimaryEmotion.NEUTRAL, 0.0)
    assert scorer.score([], np.zeros((0, DIMENSIONS), np.float32)) == []


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "!" * 5_000, "😡" * 3_000, "\x00\ud800", "\u202e\u200b", "0", "\n.\n"]
)
def test_odd_and_huge_texts_stay_within_range(
    scorer: EmotionScorer, encoder: Encoder, text: str
) -> None:
    emotion = feel(scorer, encoder, [text])[0]
    assert 0.0 <= emotion.intensity <= 1.0
    assert 0.0 <= emotion.confidence <= 1.0
    assert emotion.scorer == scorer.name
    assert np.all((signals(text) >= 0.0) & (signals(text) <= 1.0))


def test_the_same_text_always_feels_the_same(scorer: EmotionScorer, encoder: Encoder) -> None:
    text = "why is nobody answering me"
    first = feel(scorer, encoder, [text])
    assert feel(EmotionScorer.load(), encoder, [text]) == first


def test_missing_and_strange_heads_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        EmotionScorer.load(tmp_path / "none.npz")
    strange = tmp_path / "strange.npz"
    np.savez(strange, name=np.array("x"), weights=np.zeros((5, 2)), bias=np.zeros(2))
    with pytest.raises(ConfigError):
        EmotionScorer.load(strange)


def test_the_heads_are_small() -> None:
    assert EMOTION_FILE.stat().st_size < 1_500_000


# Floors lie a little under what training printed: macro-F1, precision and recall of calling staff.
@pytest.mark.parametrize(
    ("language", "f1", "precision", "recall"),
    [("en", 0.75, 0.9, 0.65), ("es", 0.66, 0.9, 0.7), ("zh", 0.71, 0.85, 0.9)],
)
def test_unseen_lines_are_read_well_in_each_language(
    dev: list[tuple[Line, Emotion]], language: str, f1: float, precision: float, recall: float
) -> None:
    figures = measure([pair for pair in dev if pair[0].language == language])
    assert figures["macro_f1"] >= f1
    assert figures["precision"] >= precision
    assert figures["recall"] >= recall
    assert figures["ece"] <= 0.15


def test_plain_questions_hardly_ever_call_staff(scorer: EmotionScorer, encoder: Encoder) -> None:
    lines = read_plain("intents_dev.jsonl")
    emotions = feel(scorer, encoder, [line.text for line in lines])
    assert sum(calls_staff(emotion) for emotion in emotions) / len(lines) < 0.02
    assert measure(list(zip(lines, emotions, strict=True)))["alarms"] < 0.06
