"""Language of a message: chat lines, short answers, other scripts and odd input."""

from __future__ import annotations

import pytest

from bot.language.language_id import detect
from bot.language.train_intents import read_lines


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How much is it for 20 people?", "en"),
        ("hi", "en"),
        ("thx", "en"),
        ("book me for saturday pls", "en"),
        ("cuanto cuesta para 20", "es"),
        ("hola", "es"),
        ("gracias", "es"),
        ("quiero reservar el sabado", "es"),
        ("hola, do you have space el sábado para 10 personas", "es"),
        ("20个人多少钱", "zh"),
        ("你好", "zh"),
        ("我想订 party 周六 6pm", "zh"),
        ("お見積もりをお願いします", "ja"),
        ("안녕하세요", "ko"),
        ("Сколько стоит на двадцать человек?", "ru"),
        ("كم السعر؟", "ar"),
        ("Combien ça coûte pour vingt personnes ?", "fr"),
        ("Wie viel kostet das für zwanzig Personen?", "de"),
    ],
)
def test_what_people_write(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "  ", "12", "👍", "ok", "?", "no", "20-25", "https://x.io/a"])
def test_a_text_that_says_nothing_keeps_the_conversations_language(text: str) -> None:
    assert detect(text, prior="es") == "es"
    assert detect(text, prior="zh-CN") == "zh"
    assert detect(text) == "en"


@pytest.mark.parametrize("text", ["Maria Ortiz", "San Mateo", "Kenji"])
def test_a_name_does_not_change_the_language(text: str) -> None:
    assert detect(text, prior="en") == "en"


def test_a_plain_sentence_outweighs_the_conversation() -> None:
    assert detect("Sorry, could we continue in English please?", prior="es") == "en"
    assert detect("prefiero que sigamos en español por favor", prior="en") == "es"
    assert detect("可以说中文吗", prior="en") == "zh"


def test_a_dish_in_another_script_does_not_turn_an_english_sentence() -> None:
    assert detect("Do you also serve 炒饭 at the party or only noodles") == "en"


@pytest.mark.parametrize("text", ["\ud83d", "a\x00b", "x" * 65_536, "词" * 65_536, "\n\n"])
def test_odd_input_is_answered(text: str) -> None:
    assert len(detect(text)) in (2, 3)


@pytest.mark.parametrize(("language", "floor"), [("en", 0.97), ("es", 0.94), ("zh", 0.97)])
def test_chat_lines_of_the_home_languages(language: str, floor: float) -> None:
    texts = [row.text for row in read_lines("intents_dev.jsonl") if row.language == language]
    right = [detect(text) == language for text in texts]
    assert sum(right) / len(right) >= floor
