"""The name a customer gives, and the many words after "I'm" that are none."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.names import read_name

SAID = [
    ("en", "I'm Maria", "Maria"),
    ("en", "THIS IS MARIA", "MARIA"),
    ("en", "I'm JP", "JP"),
    ("en", "Hi, this is John Smith, looking for a quote", "John Smith"),
    ("en", "my name is maria lopez and we need 20 people", "maria lopez"),
    ("en", "My name is Anna-Lee O'Brien.", "Anna-Lee O'Brien"),
    ("en", "it's Ana here", "Ana"),
    ("en", "Ana here again", "Ana"),
    ("en", "It's under the name Lopez", "Lopez"),
    ("en", "the booking is under José Luis García", "José Luis García"),
    ("en", "My first name is Ann and my last name is Lee", "Ann Lee"),
    ("en", "you can call me Big Joe", "Big Joe"),
    ("en", "How much for 20 people?\nThanks, Bob", "Bob"),
    ("en", "Is Saturday open? Thank you! Maria Lopez", "Maria Lopez"),
    ("en", "See you then\n- Priya", "Priya"),
    ("en", "Saturday for 12. Best regards,\nTom Chen", "Tom Chen"),
    ("es", "me llamo Rosa Martínez", "Rosa Martínez"),
    ("es", "hola soy Carlos", "Carlos"),
    ("es", "Hola, soy María de la Cruz y quiero reservar", "María de la Cruz"),
    ("es", "la reserva es a nombre de López", "López"),
    ("es", "mi nombre es Luis", "Luis"),
    ("es", "Gracias, Elena", "Elena"),
    ("es", "habla Pedro Ruiz", "Pedro Ruiz"),
    ("zh", "我叫王伟", "王伟"),
    ("zh", "你好，我叫李小龙，想订12月5号", "李小龙"),
    ("zh", "我姓陈", "陈"),
    ("zh", "我姓张，想订位", "张"),
    ("zh", "我是刘女士", "刘女士"),
    ("zh", "我叫Kevin", "Kevin"),
]
NOT_SAID = [
    ("en", "I'm looking for a chef"), ("en", "I'm vegan"), ("en", "this is great"),
    ("en", "This is Great!"), ("en", "I'm allergic to shrimp"), ("en", "I am in San Jose"),
    ("en", "I'm Interested in a quote"), ("en", "it's for Saturday"),
    ("en", "Thanks, see you then"),
    ("en", "thank you so much!"), ("en", "we are 20 people"), ("en", "is it under $600?"),
    ("en", "Dec 5 at 6pm"), ("en", "under 5 years old"), ("en", "what is your name?"), ("en", ""),
    ("en", "I'm Vegetarian and my wife is vegan"), ("en", "This is for Saturday"),
    ("en", "This is OUTRAGEOUS!"), ("en", "THIS IS SLOPPY"),
    ("en", "This is Unacceptable"),
    ("es", "soy alérgico al camarón"), ("es", "soy vegana"), ("es", "soy de Fremont"),
    ("es", "Gracias, Dana. Aquí espero"), ("es", "somos 20 personas"),
    ("es", "gracias, nos vemos"), ("es", "es para el sábado"),
    ("zh", "我是素食者"), ("zh", "我想订位"), ("zh", "我叫外卖"), ("zh", "这是我的地址"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "name"), SAID)
def test_a_name_is_read_where_it_is_given(language: str, text: str, name: str) -> None:
    assert read_name(text, language=language) == name


@pytest.mark.parametrize(("language", "text"), NOT_SAID)
def test_what_is_no_name_is_not_read_as_one(language: str, text: str) -> None:
    assert read_name(text, language=language) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria", "Maria"),
        ("john smith", "john smith"),
        ("Sure, it's Maria Lopez", "Maria Lopez"),
        ("王伟", "王伟"),
        ("Bob, and we need 20 chairs", "Bob"),
        ("no thanks", ""),
        ("why do you need it?", ""),
        ("20 people", ""),
        ("tomorrow", ""),
    ],
)
def test_a_bare_name_is_read_only_when_it_was_asked_for(text: str, name: str) -> None:
    assert read_name(text, language="en", asked="name") == name
    if " " not in text:
        assert read_name(text, language="en") == ""


@given(st.text(max_size=300), st.sampled_from(["", "name"]))
def test_any_text_gives_a_short_name_or_none(text: str, asked: str) -> None:
    name = read_name(text, language="en", asked=asked)
    assert len(name.split()) <= 5
    assert not any(character.isdigit() for character in name)


@pytest.mark.parametrize(
    "text",
    ["a" * 4000, "my name is " * 360, "party " * 660, "Thanks, " * 500, "I'm A " * 660, "- " * 2000,
     "我叫" * 2000, "A-" * 2000, "table for A b " * 280, "\n" * 4000, "X y " * 1000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    read_name(text, language="en", asked="name")
    start = process_time()
    read_name(text, language="en", asked="name")
    assert process_time() - start < 0.05
