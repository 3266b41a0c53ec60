"""Whole conversations with the offline model: what it asks of tools, what the customer reads."""

from __future__ import annotations

import json
import re

import pytest
from offline_talk import NO_SALES, Talk

from bot.language.wording import phrases, say
from bot.llm.base import ModelReply
from bot.llm.offline import OfflineModel
from bot.profile import Profile, load_profile

FIGURE = re.compile(r"\d[\d,.]*\d|\d")


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


async def test_a_price_grows_over_turns_one_question_at_a_time(profile: Profile) -> None:
    talk = Talk(profile)
    hello = await talk.say("hi", intent="greeting")
    assert profile.business.name in hello
    assert talk.called == []
    assert "$1,250.00" in await talk.say("how much for 20 adults and 5 kids?", intent="party_price")
    assert "ZIP" in talk.transcript[-1].text
    known = await talk.say("94539")
    assert talk.called == ["price_party"]
    assert "$1,250.00" in known
    assert "ZIP" not in known
    changed = await talk.say("actually make it 22 adults", intent="change_booking")
    assert "$1,360.00" in changed
    assert not talk.handed_over
    assert talk.quote is not None
    assert talk.quote.version == 3
    dated = await talk.say("june 14 at 6pm", intent="availability")
    assert talk.handed_over
    assert "june 14 at 6pm" in dated
    assert json.loads(talk.calls[-1].arguments)["summary"].endswith("22 adult, 5 child, ZIP 94539")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("how much is a party?", "20 people, 4 of them kids", "no wait, 24")),
        ("es", ("¿cuánto cuesta?", "somos 20 con 4 niños", "mejor 24")),
        ("zh", ("请问多少钱", "二十个人，其中四个小孩", "改成二十四个人")),
    ],
)
async def test_a_correction_is_priced_again_in_the_customers_language(
    profile: Profile, language: str, said: tuple[str, str, str]
) -> None:
    talk = Talk(profile, language)
    await talk.say(said[0], intent="party_price")
    assert talk.called == []
    assert "$1,000.00" in await talk.say(said[1], intent="party_price")
    assert "$1,220.00" in await talk.say(said[2])


async def test_a_burst_is_read_as_one(profile: Profile) -> None:
    talk = Talk(profile)
    reply = await talk.say("hi", "need a price", "20 adults", "and 5 kids", intent="party_price")
    assert "$1,250.00" in reply
    assert talk.called == ["price_party"]


async def test_price_and_question_are_answered_in_one_reply(profile: Profile) -> None:
    talk = Talk(profile, known="The chef brings the grill.")
    reply = await talk.say(
        "25 people, 6 of them kids. Do you bring the grill?", intent="party_price"
    )
    assert set(talk.called) == {"price_party", "search_knowledge"}
    assert "The chef brings the grill." in reply
    assert "$1,225.00" in reply


async def test_a_dish_without_a_count_is_asked_for(profile: Profile) -> None:
    talk = Talk(profile)
    await talk.say("20 adults", intent="party_price")
    assert "lobster" in await talk.say("add lobster", intent="menu")
    assert talk.called == []
    assert "$1,250.00" in await talk.say("10")


async def test_an_agent_without_prices_hands_on(profile: Profile) -> None:
    talk = Talk(profile, tools=NO_SALES)
    assert "$550.00" in await talk.say("8 adults, how much?", intent="party_price")
    assert talk.called == ["hand_off", "price_party"]


@pytest.mark.parametrize(
    ("language", "text", "intent", "phrase"),
    [
        ("en", "I want to talk to a person", "ask_person", "person"),
        ("en", "the chef was rude and late", "complaint", "complaint"),
        ("en", "cancel my booking", "cancel_booking", "cancel"),
        ("en", "please move my booking to another day", "change_booking", "change"),
        ("en", "can you give us a discount", "discount", "discount"),
        ("en", "when does my chef get here", "day_of", "status"),
        ("en", "is the shrimp safe, my son has a nut allergy", "diet", "allergy_ask"),
        ("es", "quiero hablar con una persona", "ask_person", "person"),
        ("es", "cancelar mi reserva", "cancel_booking", "cancel"),
        ("es", "soy alérgico a los mariscos, ¿es seguro?", "diet", "allergy_ask"),
        ("zh", "转人工", "ask_person", "person"),
        ("zh", "取消我的预订", "cancel_booking", "cancel"),
        ("zh", "我对花生过敏，安全吗？", "diet", "allergy_ask"),
    ],
)
async def test_what_only_a_person_may_do_goes_to_a_person(
    profile: Profile, language: str, text: str, intent: str, phrase: str
) -> None:
    talk = Talk(profile, language)
    reply = await talk.say(text, intent=intent)
    assert talk.called == ["ask_person"]
    assert reply in phrases()[language][phrase]


async def test_a_wish_for_a_date_is_never_called_a_booking(profile: Profile) -> None:
    talk = Talk(profile)
    first = await talk.say("are you free on June 14?", intent="availability")
    assert talk.called == []
    assert "team" in first
    await talk.say("20 adults", intent="party_price")
    asked = await talk.say("95112")
    assert talk.called == ["price_party"]
    assert asked.rstrip().endswith("?")
    await talk.say("yes", intent="affirm")
    assert talk.called == ["ask_person"]
    assert talk.quote is not None


async def test_not_understood_asks_once_and_then_a_person(profile: Profile) -> None:
    talk = Talk(profile)
    await talk.say("asdf")
    assert talk.called == []
    assert talk.failures == 1
    await talk.say("qwer")
    assert talk.called == ["ask_person"]


async def test_what_the_house_does_not_know_is_said_and_a_person_offered(profile: Profile) -> None:
    talk = Talk(profile)
    reply = await talk.say("can I bring my own beer?", intent="policy")
    assert reply.split("\n")[0] in phrases()["en"]["unknown"]
    await talk.say("yes please", intent="affirm")
    assert talk.called == ["ask_person"]


@pytest.mark.parametrize("language", ["fr", "de", "pt", "it", "vi", "ko", "ja", "tl", "sw"])
async def test_other_languages_get_a_sentence_and_a_person(profile: Profile, language: str) -> None:
    talk = Talk(profile, language)
    assert await talk.say("…")
    assert talk.called == ["ask_person"]


async def test_a_party_too_large_is_for_a_person(profile: Profile) -> None:
    talk = Talk(profile)
    await talk.say("150 people on Dec 12", intent="party_price")
    assert talk.called == ["ask_person"]


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize("intent", ["greeting", "thanks", "deny", "small_talk", "out_of_scope"])
async def test_talk_is_answered_without_tools(profile: Profile, language: str, intent: str) -> None:
    talk = Talk(profile, language, name="Ana Ruiz")
    reply = await talk.say("…", intent=intent)
    assert reply
    assert talk.called == []
    assert "{" not in reply


async def test_every_figure_comes_from_a_tool_or_the_customer(profile: Profile) -> None:
    talk = Talk(profile)
    said = ("20 adults and 5 kids, filet for 10", "95814", "add 12 gyoza", "Saturday at 6")
    for text in said:
        reply = await talk.say(text, intent="party_price")
        told = " ".join(json.dumps(dict(result)) for _, result in talk.results)
        known = set(FIGURE.findall(told + " ".join(said)))
        assert set(FIGURE.findall(reply)) <= known


def test_phrases_hold_no_figure_and_exist_in_every_language() -> None:
    tables = phrases()
    for language in ("en", "es", "zh"):
        assert set(tables[language]) == set(tables["en"])
        for variants in tables[language].values():
            assert not any(FIGURE.search(variant) for variant in variants)


def test_variants_take_turns() -> None:
    assert say("thanks", "en", seed="x 1") != say("thanks", "en", seed="x 2")
    assert say("thanks", "en", seed="x 1") == say("thanks", "en", seed="x 1")


async def test_the_reply_names_its_provider_and_costs_nothing(profile: Profile) -> None:
    talk = Talk(profile)
    reply: ModelReply = await OfflineModel(profile).respond(talk._request((), "greeting", ()))
    assert (reply.provider, reply.usage.input_tokens) == ("offline", 0)
