"""What of a talk the emotion model is given with a message, and what plain words say without it."""

from __future__ import annotations

import pytest

from bot.domain import Polarity, PrimaryEmotion
from bot.language.emotion import EmotionScorer, _tokenizer
from bot.language.emotion_input import Said, Spoken, ids_of
from bot.language.fury_words import says_fury

TERMS = "Later the deposit is kept.\nIs that a yes? Then I'll book it."
TERMS_ZH = "更晚取消，定金不退。\n您同意的话回复“是”，我就订下来。"
REFUSAL = "We can't refund the deposit."


def reads_before(text: str, ours: str) -> bool:
    """Whether anything of what was said before is given with the text."""
    return 1 in ids_of(_tokenizer(), Spoken(text, (Said(True, ours),)))[1]


def test_an_answer_to_our_question_is_read_by_itself() -> None:
    assert not reads_before("yes", TERMS)
    assert not reads_before("好，订了", TERMS_ZH)
    assert reads_before("fine.", REFUSAL)
    assert not reads_before("We are twelve adults and four kids, all of us on Saturday", REFUSAL)


@pytest.mark.parametrize(
    ("text", "ours"), [("yes", TERMS), ("好，订了", TERMS_ZH), ("6pm", REFUSAL)]
)
def test_booking_talk_is_calm_whatever_we_said_before(text: str, ours: str) -> None:
    (felt,) = EmotionScorer.load().score([Spoken(text, (Said(True, ours),))])
    assert felt.polarity is not Polarity.NEGATIVE
    assert felt.escalate < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "are you kidding me?? worst service ever, you people are thieves, I am furious",
        "Son unos ladrones, el peor servicio de mi vida",
        "骗子！气死我了，我要投诉",
    ],
)
def test_plain_words_of_fury_always_count(text: str) -> None:
    assert says_fury(text)
    (felt,) = EmotionScorer.load().score([Spoken(text)])
    assert (felt.primary, felt.polarity) == (PrimaryEmotion.ANGRY, Polarity.NEGATIVE)
    assert min(felt.intensity, felt.escalate) >= 0.85


@pytest.mark.parametrize(
    "text",
    ["you thieves, best night ever lol, never again will I cook myself", "Is the sauce a rip-off?"],
)
def test_mock_insults_and_single_words_are_left_to_the_model(text: str) -> None:
    assert not says_fury(text)
