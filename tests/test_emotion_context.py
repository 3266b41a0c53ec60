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
BOOKED = "Your booking is confirmed: Saturday, December 12, 6:00 PM, 20 guests. See you then!"
LATE = "Your chef is running about an hour late; we are sorry."
HELLO_ZH = "您好！感谢联系。我可以给您报价、回答问题，也可以帮您找工作人员。"
SORRY = "I'm very sorry about this. A person on our team will get back to you shortly."
SORRY_ZH = "非常抱歉让您遇到这样的情况。我已经转给团队，马上有同事联系您。"


def reads_before(text: str, ours: str) -> bool:
    """Whether anything of what was said before is given with the text."""
    return 1 in ids_of(_tokenizer(), Spoken(text, (Said(True, ours),)))[1]


def test_a_short_message_is_read_after_what_was_said_before_it() -> None:
    assert reads_before("yes", TERMS)
    assert reads_before("fine.", REFUSAL)
    assert not reads_before("We are twelve adults and four kids, all of us on Saturday", REFUSAL)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("yes", TERMS),
        ("好，订了", TERMS_ZH),
        ("6pm", REFUSAL),
        ("ok thanks", SORRY),
        ("谢谢", SORRY_ZH),
        ("94536", SORRY),
        ("谢谢，再见", HELLO_ZH),
    ],
)
def test_booking_talk_is_calm_whatever_we_said_before(text: str, ours: str) -> None:
    (felt,) = EmotionScorer.load().score([Spoken(text, (Said(True, ours),))])
    assert felt.polarity is not Polarity.NEGATIVE
    assert felt.escalate < 0.5


@pytest.mark.parametrize("text", ["lovely", "great.", "wonderful"])
def test_what_was_said_before_shows_what_a_word_means(text: str) -> None:
    before = ((), (Said(True, BOOKED),), (Said(True, LATE),))
    alone, glad, placed = EmotionScorer.load().score([Spoken(text, each) for each in before])
    assert Polarity.NEGATIVE not in (alone.polarity, glad.polarity)
    assert (placed.primary, placed.polarity) == (PrimaryEmotion.ANGRY, Polarity.NEGATIVE)


@pytest.mark.parametrize(
    "text",
    [
        "are you kidding me?? worst service ever, you people are thieves, I am furious",
        "Estoy furiosa, el chef nunca llegó",
        "骗子！气死我了，我要投诉",
        "I am livid and you will hear from my lawyer. Thank you. Best regards, H. Cole",
    ],
)
def test_plain_words_of_fury_always_count(text: str) -> None:
    assert says_fury(text)
    (felt,) = EmotionScorer.load().score([Spoken(text)])
    assert (felt.primary, felt.polarity) == (PrimaryEmotion.ANGRY, Polarity.NEGATIVE)
    assert min(felt.intensity, felt.escalate) >= 0.85


@pytest.mark.parametrize(
    "text",
    [
        "you thieves, best night ever lol, never again will I cook myself",
        "Is the sauce a rip-off?",
        "Our last caterer was a scam, worst party ever. Can you do 20 people on May 3?",
        "我先生是律师，我们再也不想自己做饭了，订15人",
        "气死我了，太好吃了，再也不去别家",
    ],
)
def test_mock_insults_and_others_troubles_are_left_to_the_model(text: str) -> None:
    assert not says_fury(text)
