"""Allergies: kept by code in the customer's own words, and never answered with comfort."""

from __future__ import annotations

import pytest
from close_event import books, known
from modelled import Stores, modelled
from scripted_model import say as model_says
from world import World

from bot.language.allergy_words import asks_safety, names_allergy, states_allergy
from bot.language.embed import Encoder
from bot.language.wording import phrases


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


STATED = [
    "my son has a nut allergy",
    "20 adults on Dec 12, two of them are allergic to shellfish",
    "Do you accommodate allergies? My wife can't eat shrimp",
    "heads up: one guest is celiac",
    "mi hija es alérgica al maní",
    "somos 20 y uno es celíaco",
    "我儿子对花生过敏",
    "有一位客人不能吃海鲜",
]
UNSTATED = [
    "no allergies in our group",
    "nobody is allergic to anything",
    "how do you handle food allergies?",
    "do you accommodate nut allergies?",
    "sin alergias, gracias",
    "nadie tiene alergias",
    "¿manejan alergias?",
    "我们没有人过敏",
    "你们怎么处理过敏？",
    "how much for 20 adults?",
]


def test_an_allergy_is_told_from_the_talk_of_one() -> None:
    assert [text for text in STATED if not states_allergy(text)] == []
    assert [text for text in UNSTATED if states_allergy(text)] == []
    assert asks_safety("is the shrimp safe, my son has a nut allergy?")


@pytest.mark.parametrize(
    ("language", "text", "comforting"),
    [
        ("en", "My son has a nut allergy", "Don't worry, it's safe."),
        ("en", "one of us is allergic to shellfish", "No problem, she'll be fine!"),
        ("es", "mi hija es alérgica a los mariscos", "No se preocupe, es seguro para ella."),
        ("es", "mi hijo es alérgico al maní", "Tranquila, no hay problema con el menú."),
        ("zh", "我儿子对花生过敏", "别担心，是安全的。"),
        ("zh", "有一位客人对海鲜过敏", "没问题，可以吃的。"),
    ],
)
async def test_no_model_comforts_whoever_names_an_allergy(
    stores: Stores, language: str, text: str, comforting: str
) -> None:
    """I8: twice refused by the guard, never on the phone; kept in the customer's own words."""
    steps = (model_says(comforting), model_says(comforting))
    async with modelled(stores, *steps) as (world, scripted):
        answer = await world.customer().asks(text)
        await world.settles()
        assert comforting.rstrip(".!。") not in answer
        assert len(scripted.requests) == 2
        assert "allergy" in str(await world.value("SELECT guard ->> 'refused' FROM turns"))
        noted = [v.partition("{worker}")[0] for v in phrases()[language]["allergy_noted"]]
        assert answer.startswith(tuple(noted))
        kept = await world.rows("SELECT words, booking_id FROM allergies")
        assert [(row["words"], row["booking_id"]) for row in kept] == [(text, None)]


async def test_an_allergy_goes_on_the_next_event_and_staff_are_told(stores: Stores) -> None:
    """The model's answer to the rest follows; nothing it says about the allergy is needed."""
    answered = "Happy to help with that."
    async with modelled(stores, model_says("Hi!"), model_says(answered)) as (world, _scripted):
        customer = await known(world)
        later = await books(world, 900, code="LATER")
        soonest = await books(world, 300, code="SOON1")
        answer = await customer.asks("My niece is allergic to sesame, please tell the chef")
        assert answer.endswith(f"\n{answered}")
        await world.settles()
        kept = await world.rows("SELECT words, booking_id FROM allergies")
        assert [row["booking_id"] for row in kept] == [soonest]
        assert later != soonest
        assert await world.value("SELECT mode FROM conversations") == "bot"
        told = str(await world.value("SELECT text FROM desk_notices WHERE key LIKE 'allergy:%'"))
        assert "SOON1" in told
        assert "sesame" not in told


async def test_an_allergy_told_to_a_person_is_kept_as_well(world: World) -> None:
    """I7: the bot is silent while a person has the floor, yet the chef will see it."""
    customer = world.customer("+14155550190")
    await customer.asks("can I talk to a real person please")
    await customer.texts("oh and my brother is allergic to soy")
    await world.settles()
    assert len(customer.received) == 1
    assert await world.value("SELECT words FROM allergies") == (
        "oh and my brother is allergic to soy"
    )


@pytest.mark.parametrize(
    "text",
    [
        "my niece ends up in the ER if she touches shellfish",
        "se le cierra la garganta si come camarones",
        "他吃虾就要进医院",
    ],
)
def test_what_happens_to_somebody_tells_of_an_allergy(text: str) -> None:
    assert states_allergy(text)


@pytest.mark.parametrize(
    "text",
    [
        "shrimp and steak please, we are in the hospital next week",
        "mi suegra está en el hospital, ¿tienen camarones?",
        "我们刚去医院看了爷爷，想订12个人",
    ],
)
def test_a_hospital_alone_is_no_allergy(text: str) -> None:
    assert not names_allergy(text)
