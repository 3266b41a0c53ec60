"""The emotion scorer's contract: whoever is furious is heard, and whoever only asks is left alone.

Nothing here leans on one training's exact figures: the sentences are plain and strong, the floors
lie where only a broken model falls through.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language import emotion as emotion_module
from bot.language.emotion import MODEL_FOLDER, EmotionScorer
from bot.language.emotion_input import Said, Spoken
from bot.language.training.lines import Part, read_part
from bot.language.training.measuring import measure

P = PrimaryEmotion
NEAR = 0.05
"""8-bit arithmetic scales by what lies beside a message in its batch."""
STRONG: dict[PrimaryEmotion, tuple[str, ...]] = {
    P.ANGRY: (
        "This is the third time nobody answered me. I'm furious!",
        "worst service ever, your chef never showed up, I want my money back NOW",
        "You people are thieves. I am calling my lawyer tomorrow.",
        "Estoy furiosa, nadie llegó a mi fiesta y nadie contesta",
        "Es una vergüenza, llevo tres horas esperando y ustedes se burlan de mí",
        "太过分了！你们根本没来，我要投诉",
        "等了两个小时没人来，气死我了，马上退钱",
    ),
    P.HAPPY: (
        "Thank you so much, the party was amazing and everybody loved the chef!!",
        "we are so excited for saturday, can't wait!",
        "¡Muchísimas gracias, fue la mejor fiesta de mi vida!",
        "太棒了！大家都特别开心，谢谢你们",
    ),
    P.SAD: (
        "My mother passed away last night, we have to cancel the party. I'm heartbroken.",
        "Falleció mi abuela, estamos muy tristes y no habrá fiesta",
        "我奶奶昨天去世了，我们都很难过",
    ),
    P.FEARFUL: (
        "I'm really scared, my son has a severe peanut allergy and I'm terrified of a reaction",
        "Tengo mucho miedo de que mi hija tenga una reacción alérgica, estoy muy angustiada",
        "我儿子花生严重过敏，我好害怕会出事",
    ),
    P.DISGUSTED: (
        "There was a cockroach in the rice. Absolutely revolting, I almost threw up.",
        "Qué asco, había una cucaracha en el arroz, casi vomito",
        "饭里有蟑螂，太恶心了，我都快吐了",
    ),
}
CALM = (
    "HOW MUCH FOR 20",
    "do you kill the lobster live?",
    "is the chef going to burn anything or set off the smoke alarm?",
    "Do you have a menu for people with a peanut allergy?",
    "ok thanks",
    "¿matan la langosta viva?",
    "cuánto cuesta por persona",
    "¿el menú lleva cacahuate?",
    "龙虾是现杀的吗？",
    "多少钱一位",
)


@pytest.fixture(scope="module")
def scorer() -> EmotionScorer:
    return EmotionScorer.load()


def read(scorer: EmotionScorer, *texts: str) -> list[Emotion]:
    return scorer.score([Spoken(text) for text in texts])


@pytest.mark.parametrize(
    ("primary", "text"), [(primary, text) for primary, texts in STRONG.items() for text in texts]
)
def test_a_strong_feeling_is_read_in_three_languages(
    scorer: EmotionScorer, primary: PrimaryEmotion, text: str
) -> None:
    (felt,) = read(scorer, text)
    assert felt.primary is primary
    wanted = Polarity.POSITIVE if primary is P.HAPPY else Polarity.NEGATIVE
    assert felt.polarity is wanted
    assert felt.intensity >= 0.4
    assert (felt.valence > 0) is (primary is P.HAPPY)


@pytest.mark.parametrize("text", STRONG[P.ANGRY])
def test_a_manager_is_told_of_a_furious_customer(scorer: EmotionScorer, text: str) -> None:
    assert read(scorer, text)[0].escalate >= 0.5


@pytest.mark.parametrize("text", CALM)
def test_plain_questions_with_loud_or_bad_words_are_calm(scorer: EmotionScorer, text: str) -> None:
    (felt,) = read(scorer, text)
    assert (felt.primary, felt.polarity) == (P.NEUTRAL, Polarity.NEUTRAL)
    assert felt.intensity < 0.3
    assert felt.escalate < 0.5


def test_what_came_before_is_heard_in_a_short_answer(scorer: EmotionScorer) -> None:
    late = (Said(False, "the chef never came and my guests have left"), Said(True, "Sorry!"))
    glad = (Said(True, "Your party is booked."), Said(False, "yay we are so excited!!"))
    after_trouble, after_joy = scorer.score([Spoken("fine.", late), Spoken("fine.", glad)])
    assert after_trouble.valence < after_joy.valence
    assert after_trouble != after_joy


def test_a_long_message_speaks_for_itself(scorer: EmotionScorer) -> None:
    text = (
        "the chef was on time, the food was hot and all of my guests had a lovely evening with him"
    )
    before = (Said(False, "you are thieves and I will sue you"),)
    alone, placed = scorer.score([Spoken(text), Spoken(text, before)])
    assert alike(alone, placed)


TEXTS = st.text(max_size=300) | st.text("😡🎉!?。 \x00\ud800\udfff\u202ea", max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), max_size=6))
def test_whatever_is_written_is_read_within_bounds(
    scorer: EmotionScorer, written: list[tuple[str, str, bool]]
) -> None:
    spoken = [Spoken(text, (Said(ours, before),)) for text, before, ours in written]
    felt = scorer.score(spoken)
    assert len(felt) == len(spoken)
    for each in felt:
        assert_within_bounds(each)
        assert each.scorer == scorer.name


@pytest.mark.parametrize(
    "text",
    [
        "why " * 2500,
        "气" * 10_000,
        "!" * 10_000,
        "😡" * 5_000,
        "\ud83d",
        "\x00",
        "\ufeff\u200b\u202e",
        "مرحبا كم السعر",
        "привет, сколько стоит",
        "何時に来ますか",
        "0",
    ],
)
def test_odd_and_huge_texts_are_read_as_well(scorer: EmotionScorer, text: str) -> None:
    assert_within_bounds(read(scorer, text)[0])


def test_nothing_to_read_is_calm(scorer: EmotionScorer) -> None:
    for felt in read(scorer, "", " \n\t"):
        assert (felt.primary, felt.polarity) == (P.NEUTRAL, Polarity.NEUTRAL)
        assert (felt.intensity, felt.escalate) == (0.0, 0.0)
    assert read(scorer) == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([*CALM, *STRONG[P.ANGRY], *STRONG[P.HAPPY]]), max_size=12))
def test_a_customer_is_read_alike_whoever_else_writes_at_the_moment(
    scorer: EmotionScorer, others: list[str]
) -> None:
    text = "why is nobody answering me, this is so rude"
    (alone,) = read(scorer, text)
    *_, among = read(scorer, *others, text)
    assert alike(alone, among)


def test_a_second_load_shares_the_first_ones_memory(scorer: EmotionScorer) -> None:
    assert EmotionScorer.load() is scorer


def test_a_missing_model_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.int8\.onnx"):
        EmotionScorer.open(tmp_path)
    (tmp_path / "model.int8.onnx").symlink_to(MODEL_FOLDER / "model.int8.onnx")
    with pytest.raises(ConfigError, match=r"config\.json"):
        EmotionScorer.open(tmp_path)


def test_another_kind_of_model_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    encoder = emotion_module.TOKENIZER.parent / "model.int8.onnx"
    (tmp_path / "model.int8.onnx").symlink_to(encoder)
    shutil.copy(MODEL_FOLDER / "config.json", tmp_path)
    with pytest.raises(ConfigError, match=r"model\.int8\.onnx has other heads"):
        EmotionScorer.open(tmp_path)


def test_a_model_in_another_folder_reads_the_same(scorer: EmotionScorer, tmp_path: Path) -> None:
    (tmp_path / "model.int8.onnx").symlink_to(MODEL_FOLDER / "model.int8.onnx")
    card = json.loads((MODEL_FOLDER / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**card, "name": "another"}))
    other = EmotionScorer.open(tmp_path)
    assert other.name == "another"
    assert alike(read(other, "we love it!")[0], read(scorer, "we love it!")[0])


def test_hands_that_it_has_not_seen_are_read_well_in_each_language(scorer: EmotionScorer) -> None:
    lines = read_part(Part.DEVELOPMENT)[::2]
    pairs = list(zip(lines, scorer.score([line.spoken for line in lines]), strict=True))
    for language in ("en", "es", "zh"):
        figures = measure([pair for pair in pairs if pair[0].language == language])
        assert figures.macro_f1 >= 0.6, language
        assert figures.polarity >= 0.75, language
        assert figures.recall >= 0.8, language


def alike(one: Emotion, two: Emotion) -> bool:
    """Whether they are one reading but for rounding."""
    figures = [(felt.intensity, felt.confidence, felt.escalate) for felt in (one, two)]
    return all(abs(a - b) <= NEAR for a, b in zip(*figures, strict=True))


def assert_within_bounds(felt: Emotion) -> None:
    assert 0.0 <= felt.intensity <= 1.0
    assert 0.0 < felt.confidence <= 1.0
    assert 0.0 <= felt.escalate <= 1.0
