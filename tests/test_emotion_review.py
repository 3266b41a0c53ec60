"""Which readings people should look at, what they may say of them, and what may leave. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import ConversationId, CustomerId, Emotion, MessageId, Polarity, PrimaryEmotion
from bot.feelings.exporting import export, plain_words
from bot.feelings.private import masked, vocabulary_of
from bot.feelings.reviewing import admit, by_turns, compare, differences, read_verdict, verdict_of
from bot.language.emotion_input import Said
from bot.profile import load_profile
from bot.store.emotion_reviews import Candidate, Review, Verdict

PROFILE = load_profile()
LANGUAGES = ("en", "es", "zh")
ANGRY = Verdict(
    primary=PrimaryEmotion.ANGRY, polarity=Polarity.NEGATIVE, intensity=0.8, escalate=True
)


def felt(
    primary: str = "angry",
    polarity: str = "negative",
    intensity: float = 0.6,
    escalate: float = 0.6,
) -> Emotion:
    return Emotion(
        primary=PrimaryEmotion(primary),
        polarity=Polarity(polarity),
        intensity=intensity,
        confidence=0.9,
        scorer="test",
        escalate=escalate,
    )


def test_people_look_only_where_it_matters() -> None:
    assert differences(felt(), felt(intensity=0.7)) == ()
    assert differences(felt(), felt("sad")) == ("angry here, sad there",)
    happy = felt("happy", "positive", 0.5, 0.0)
    assert differences(happy, felt("surprised", "positive", 0.5, 0.0)) == ()
    faint = felt("angry", "negative", 0.2, 0.0)
    assert differences(faint, felt("neutral", "neutral", 0.05, 0.0)) == ()
    assert differences(felt(escalate=0.49), felt(escalate=0.5)) != ()
    assert len(differences(happy, felt(intensity=0.9))) == 4


feelings = st.builds(
    felt,
    st.sampled_from([each.value for each in PrimaryEmotion]),
    st.sampled_from([each.value for each in Polarity]),
    st.floats(0, 1),
    st.floats(0, 1),
)


@given(feelings, feelings)
def test_two_readings_differ_whoever_is_asked_first(one: Emotion, other: Emotion) -> None:
    assert differences(one, one) == ()
    assert len(differences(one, other)) == len(differences(other, one))
    found = compare([(MessageId(UUID(int=1)), "en", one, other)])
    assert bool(found) == bool(differences(one, other))


def candidate(number: int, language: str) -> Candidate:
    return Candidate(
        message_id=MessageId(UUID(int=number)),
        language=language,
        source="model",
        why="",
        ours=felt(),
    )


@given(
    st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["en", "es", "zh", "fr", ""]))),
    st.dictionaries(st.sampled_from(["en", "es", "zh", "ru", ""]), st.integers(0, 25)),
)
def test_no_language_takes_the_room_of_the_others(
    found: list[tuple[int, str]], already: dict[str, int]
) -> None:
    candidates = [candidate(*each) for each in found]
    chosen = admit(candidates, already, LANGUAGES, most=30)
    assert len({each.message_id for each in chosen}) == len(chosen)
    for language in LANGUAGES:
        mine = [each for each in chosen if each.language == language]
        assert not mine or len(mine) + already.get(language, 0) <= 10
    assert not chosen or len(chosen) + sum(already.values()) <= 30
    has_room = sum(already.values()) < 30 and already.get("zh", 0) < 10
    only = admit([candidate(1, "zh")], already, LANGUAGES, most=30)
    assert bool(only) == has_room


@given(st.lists(st.sampled_from(["en", "es", "zh"]), max_size=20))
def test_of_many_doubts_each_language_has_its_turn(said: list[str]) -> None:
    candidates = [candidate(number, language) for number, language in enumerate(said)]
    turned = by_turns(candidates)
    assert sorted(each.message_id for each in turned) == [each.message_id for each in candidates]
    first = [each.language for each in turned[: len(set(said))]]
    assert sorted(first) == sorted(set(said))


def test_a_verdict_says_all_four_or_what_is_missing_beside_its_field() -> None:
    said = {"primary": "angry", "polarity": "negative", "intensity": "0,82", "escalate": "yes"}
    assert read_verdict(said) == (ANGRY, {})
    verdict, errors = read_verdict({"intensity": "nan", "escalate": "maybe"})
    assert verdict is None
    assert set(errors) == {"primary", "polarity", "intensity", "escalate"}
    calm = said | {"primary": "neutral", "polarity": "neutral"}
    assert read_verdict(calm)[1] == {"intensity": "neutral has at most 0.15"}
    assert verdict_of(felt(intensity=0.812, escalate=0.7)) == ANGRY


PERSONAL = (
    *("Dana Okonkwo", "+15105550101", "dana@example.com", "41 Mission Blvd", "94539", "H7K3Q"),
    "1200 El Camino Real, Millbrae, CA 94030",
)
KEPT = (
    "Two hours late and nobody called. I want my money back",
    "NOBODY CAME. WORST NIGHT EVER",
    "you owe me $900 for 20 people",
    "你们的厨师迟到了一个小时，太过分了",
    "nadie llegó y la comida estaba cruda",
)
TELLS = (
    "it's dana, still waiting",
    "Okonkwo party, where are you",
    "call me at (510) 555-0101 or 510.555.0199 now",
    "write to dana@example.com, or me2@example.org",
    "i live at 41 mission blvd and nobody came to 94539",
    "code H7K3Q, third time asking",
    "Maria from your team lied to me",
    "me llamo Xiomara y estoy harta",
    "王先生说一小时到，人呢",
    "see https://example.com/me/dana and @dana_o",
    "my card 4111 1111 1111 1111 was charged twice",
    "Priyanka waited outside for 40 minutes",
    "tell xochitl she ruined it",
    "OLUWADAMILOLA WAS CRYING",
    "your man Oluwadamilola swore at us",
    "王伟一个小时前说马上到，人呢？",
    "rodriguez swore at my wife and left",
    "o'brien-lopez y la señora swore at us",
    "rodriguez太过分了",
    "come to 1200 el camino real now",
    "we are at 1200 camino, nobody came",
)
SECRETS = (
    *("dana", "okonkwo", "555", "0199", "example", "mission", "94539", "h7k3q", "maria"),
    *("xiomara", "王", "4111", "priyanka", "xochitl", "oluwadamilola"),
    *("rodriguez", "brien", "1200", "camino"),
)


def test_a_word_that_is_mostly_a_name_is_not_a_plain_one() -> None:
    lines = ["ask grant", "tell grant now", "we met Grant", "and Grant lied", "so Grant left"]
    known = vocabulary_of([*lines, "the rice", "rice again"])
    assert "rice" in known.words
    assert "grant" not in known.words


@pytest.mark.parametrize("text", KEPT)
def test_words_that_tell_of_nobody_stay_as_they_are(text: str) -> None:
    assert masked(text, profile=PROFILE, personal=PERSONAL, known=plain_words()) == text


@pytest.mark.parametrize("text", TELLS)
def test_no_name_number_or_address_leaves(text: str) -> None:
    """I13: it is masked, or the line stays here."""
    left = masked(text, profile=PROFILE, personal=PERSONAL, known=plain_words()) or ""
    assert [each for each in SECRETS if each in left.casefold()] == []


def review(text: str, *before: Said, number: int = 1, verdict: Verdict | None = ANGRY) -> Review:
    return Review(
        message_id=MessageId(UUID(int=number)),
        conversation_id=ConversationId(UUID(int=2)),
        customer_id=CustomerId(UUID(int=3)),
        customer_name="Dana Okonkwo",
        text=text,
        before=before,
        language="en",
        channel="sms",
        said_at=datetime(2026, 11, 23, tzinfo=UTC),
        source="staff",
        why="",
        ours=felt(),
        theirs=None,
        verdict=verdict,
        settled_by="U0DANA",
        settled_by_name="Dana",
        settled_at=None,
    )


def test_a_settled_review_is_a_line_for_the_training_and_an_unsure_one_is_counted() -> None:
    ours = Said(is_ours=True, text="Your chef is late, Dana.")
    settled = [
        review("fine. dana is waiting", ours),
        review("tell xochitl she ruined it", number=4),
        review("nobody came", Said(is_ours=False, text="we saw Xochitl outside"), number=5),
        review("never again", number=6, verdict=None),
    ]
    made = export(PROFILE, [(each, PERSONAL) for each in settled])
    assert made.left_out == 3
    assert [json.loads(line) for line in made.lines] == [
        {
            "text": "fine. [name] is waiting",
            "language": "en",
            "primary": "angry",
            "polarity": "negative",
            "intensity": 0.8,
            "escalate": True,
            "tags": ["review", "staff"],
            "before": [["us", "Your chef is late, [name]."]],
            "hand": "desk",
        }
    ]
