"""What customers say that once was taken for something else: each class of fault, in its languages.

Counts taken back, days a week on, addresses that were sentences, a yes with a kind word, STOP that
was a plea to go on. Pure; the dialogues are in booking_dialogues.txt and the scripted customers.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.consent import Wish, read_wish
from bot.domain import Kind
from bot.domain_booking import Act
from bot.language.agreement import Agreement, read_agreement
from bot.language.allergy_words import asks_safety
from bot.language.dates import read_dates
from bot.language.embed import Encoder
from bot.language.intents import Intent, IntentReader
from bot.language.language_id import detect
from bot.language.slot_spelling import respell
from bot.language.slots import read_party
from bot.llm.offline_ask_words import asks_habit
from bot.llm.offline_streets import plain_address
from bot.llm.offline_words import asked_of_articles, is_rule_question, side_question
from bot.profile import load_profile

PROFILE = load_profile()
TUESDAY = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize(
    ("language", "correction"),
    [
        ("en", "sorry, we are 14"),
        ("en", "what if we only do 14?"),
        ("es", "perdón, somos 14"),
        ("es", "vamos a ser 14"),
        ("es", "me equivoqué, y son 14"),
        ("zh", "不好意思，是14个"),
        ("zh", "說錯了，14人"),
    ],
)
def test_a_count_said_again_is_a_count_though_a_day_was_asked(
    language: str, correction: str
) -> None:
    told = ["10 adults in 94539", correction]
    party = read_party(told, PROFILE, language=language, asked=["", "date"])
    assert dict(party.counts) == {"adult": 14}


@pytest.mark.parametrize(
    ("language", "text", "counts"),
    [
        ("en", "20 people, no wait, 16. 13 adults and 3 kids", {"adult": 13, "child": 3}),
        ("es", "hola somos 18, bueno no, 22 porque vienen mis tíos", {"adult": 22}),
        ("zh", "我们20个人，哦不对，是18个，有两个来不了，都是大人", {"adult": 18}),
        ("en", "10 adults and 3 kids, no wait 12 adults", {"adult": 12, "child": 3}),
        ("en", "what if 6 of those 20 are kids", {"adult": 14, "child": 6}),
        ("zh", "大人大概十八个，小孩三个", {"adult": 18, "child": 3}),
        ("es", "veinte personas: dieciseis adultos y cuatro nietecitos", {"adult": 16, "child": 4}),
    ],
)
def test_what_is_taken_back_is_not_counted(
    language: str, text: str, counts: dict[str, int]
) -> None:
    assert dict(read_party([text], PROFILE, language=language).counts) == counts


def test_those_who_change_their_dish_keep_their_number() -> None:
    told = ["20个大人，8个要龙虾尾", "龙虾太贵了，那8个换成菲力吧"]
    party = read_party(told, PROFILE, language="zh")
    assert dict(party.counts) == {"adult": 20}
    assert dict(party.options) == {"filet_mignon": 8}


@pytest.mark.parametrize("word", ["perdón", "cancelo", "cancelan", "reservado", "entendido"])
def test_spanish_is_not_mended_into_other_words(word: str) -> None:
    assert respell(word, PROFILE, "es") == word


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("a week from this friday, 6 in the evening", "en", 11),
        ("not this saturday but the one after", "en", 12),
        ("no este sábado sino el siguiente, como a las 3", "es", 12),
        ("el viernes en ocho", "es", 11),
        ("this saturday", "en", 5),
    ],
)
def test_a_day_a_week_on_is_not_the_coming_one(text: str, language: str, day: int) -> None:
    assert read_dates(text, language=language, said_at=TUESDAY).days == (date(2026, 12, day),)


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("hola", "en", "es"),
        ("buenas tardes", None, "es"),
        ("ok book吧", "zh", "zh"),
        ("hola how much for 20", "en", "en"),
    ],
)
def test_a_greeting_or_one_letter_tells_the_language(
    text: str, prior: str | None, language: str
) -> None:
    assert detect(text, prior=prior) == language


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("no pare de mandarme info", Wish.NONE),
        ("never stop texting me lol", Wish.NONE),
        ("por favor ya no me estén mandando mensajes", Wish.STOP),
        ("no me sigan escribiendo", Wish.STOP),
        ("paren de mandarme mensajes", Wish.STOP),
    ],
)
def test_a_stop_is_one_in_any_form_and_not_when_denied(text: str, wish: Wish) -> None:
    """I6: any reasonable wording revokes; its opposite does not."""
    assert read_wish(text, Kind.TEXT) is wish


@pytest.mark.parametrize(
    "text",
    [
        "Mi hija es alérgica a los mariscos, ¿es seguro para ella",
        "my son is allergic to peanuts, is it safe for him to eat your food",
        "tell me if it is safe, she has a nut allergy",
        "我女儿对花生过敏，吃你们的菜安不安全",
    ],
)
def test_safety_is_asked_without_the_mark_too(text: str) -> None:
    assert asks_safety(text)


def test_an_allergy_that_is_only_told_asks_nothing() -> None:
    assert not asks_safety("one guest is allergic to peanuts, 15 adults in 94539")


@pytest.mark.parametrize("text", ["Av. Reforma 120, Fremont", "12 Oak Street", "it's 4410 Elm"])
def test_an_address_is_taken_down(text: str) -> None:
    assert plain_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "fíjese que se sumaron mi hermana y su esposo, ya seríamos 14",
        "Half of us have the flu. I need to cancel Friday. What happens to my $100",
        "we are 22 now",
        "一共22个人",
    ],
)
def test_a_sentence_is_no_address(text: str) -> None:
    assert plain_address(text) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Yes dear please put us down. Dorothy", "en"),
        ("omg yes plz", "en"),
        ("Thank you. Please proceed with the booking.", "en"),
        ("Yes we accept the terms", "en"),
        ("si mijo apartenmelo", "es"),
        ("Excelente, guárdemelo", "es"),
        ("Sí, hágale", "es"),
        ("好喔，那幫我保留，謝謝", "zh"),
        ("价格可以接受，请帮忙预订。", "zh"),
    ],
)
def test_a_yes_may_be_kindly_put(text: str, language: str) -> None:
    """I9: every word of it is one of agreement, of the act or of politeness."""
    assert read_agreement(text, language, act=Act.BOOK) is Agreement.YES


@pytest.mark.parametrize("text", ["dear, love it", "the price is fine", "hell no", "mijo gracias"])
def test_kindness_alone_is_no_yes(text: str) -> None:
    assert read_agreement(text, "en", act=Act.BOOK) is not Agreement.YES


@pytest.mark.parametrize(
    ("text", "asks_person"),
    [
        ("Déjeme consultarlo con mi esposo", False),
        ("let me talk to my boss first", False),
        ("我问问我老公", False),
        ("let me talk to your boss", True),
        ("quiero hablar con su gerente", True),
    ],
)
def test_ones_own_people_are_nobody_of_ours(encoder: Encoder, text: str, asks_person: bool) -> None:
    read = IntentReader.load().read(text, encoder.encode([text])[0])
    assert (read.intent is Intent.ASK_PERSON) is asks_person


def test_a_question_about_the_rules_is_no_cancellation() -> None:
    for text in (
        "¿qué pasa con el depósito si cancelo?",
        "what happens to my deposit if I cancel",
        "万一到时候要取消，定金还退吗？现在不取消",
    ):
        assert is_rule_question(text), text


def test_only_questions_are_looked_up() -> None:
    assert side_question("12 adults in 94539 how much is it") == ""
    assert side_question("在吗\n12个大人 94306 总共多少？") == ""
    assert asked_of_articles("do you do kosher? It's for our rabbi") == "do you do kosher?"
    asked = asked_of_articles("three of us are vegan, what would they eat?")
    assert asked == "vegan, what would they eat?"
    assert asks_habit("do you work on mondays?")
    assert not asks_habit("are you free on monday?")
