"""What customers ask on the way to a party, as the offline model takes it: nothing goes to a person
that the articles or the quote can answer, and a real trouble still does."""

from __future__ import annotations

import pytest
from offline_talk import Talk

from bot.language.wording import phrases
from bot.profile import Profile, load_profile


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


async def _quoted(profile: Profile, said: str = "10 adults in 94539", language: str = "en") -> Talk:
    talk = Talk(profile, language, known="What the articles say.")
    await talk.say(said, intent="party_price")
    assert talk.quote is not None
    return talk


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("is it refundable?", "refund_request"),
        ("how do I book?", "book"),
        ("what times?", "availability"),
        ("what's your refund policy", "billing_dispute"),
    ],
)
async def test_a_question_about_the_rules_is_answered_and_the_quote_stays(
    profile: Profile, text: str, intent: str
) -> None:
    talk = await _quoted(profile)
    assert "What the articles say." in await talk.say(text, intent=intent)
    assert talk.called == ["search_knowledge"]
    assert talk.quote is not None
    assert talk.quote.version == 1


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("so the total with deposit is 650?", "billing_dispute"),
        ("you said $300 last time, confirm", "quote_follow_up"),
        ("so 550 total?", "party_price"),
        ("why is it 550? 10x50 is 500", "out_of_scope"),
        ("10 adults", "party_price"),
    ],
)
async def test_a_sum_in_doubt_is_said_again_plainly(
    profile: Profile, text: str, intent: str
) -> None:
    talk = await _quoted(profile)
    reply = await talk.say(text, intent=intent)
    assert talk.called == ["price_party"]
    assert "10 adults x $55.00 = $550.00" in reply
    assert not any(update in reply for update in phrases()["en"]["price_update"])
    assert "sorry" not in reply.lower()


async def test_the_minimum_is_explained_by_its_line(profile: Profile) -> None:
    talk = await _quoted(profile, "4 adults in 94539")
    reply = await talk.say("why is it 550? 4x55 is 220", intent="out_of_scope")
    assert "4 adults x $55.00 = $220.00" in reply
    assert "to reach our $550.00 minimum: $330.00" in reply
    assert "gyoza" not in reply


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "are you a real person?"),
        ("en", "am I talking to a bot?"),
        ("es", "¿eres un robot?"),
        ("zh", "你是真人吗"),
    ],
)
async def test_whoever_asks_is_told_that_it_is_a_machine(
    profile: Profile, language: str, text: str
) -> None:
    talk = Talk(profile, language)
    reply = await talk.say(text, intent="small_talk")
    assert talk.called == []
    assert ("AI" in reply) or ("IA" in reply)
    assert any(reply.endswith(question) for question in phrases()[language]["ask_person"])


async def test_whoever_also_wants_a_person_gets_one(profile: Profile) -> None:
    talk = Talk(profile)
    await talk.say("are you real? I want a human", intent="ask_person")
    assert talk.called == ["ask_person"]


@pytest.mark.parametrize(
    ("text", "intent", "phrase"),
    [
        ("change it a bit", "change_booking", "what_change"),
        ("forget it, cancel", "cancel_booking", "cancel_quote"),
        ("sorry wrong number", "out_of_scope", "wrong_number"),
    ],
)
async def test_a_quote_is_no_booking(profile: Profile, text: str, intent: str, phrase: str) -> None:
    talk = await _quoted(profile)
    assert await talk.say(text, intent=intent) in phrases()["en"][phrase]
    assert talk.called == []


async def test_a_dish_to_add_is_no_change_of_a_booking(profile: Profile) -> None:
    talk = await _quoted(profile, "10 adultos en 94539", "es")
    assert "langosta" in await talk.say("quisiera agregar langosta", intent="change_booking")
    assert not talk.handed_over


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("the chef was late and rude", "complaint"),
        ("you charged me twice", "billing_dispute"),
        ("I paid $300 already, give me my money back", "refund_request"),
        ("cancel my booking", "cancel_booking"),
        ("can you do it for $400?", "discount"),
    ],
)
async def test_a_real_trouble_still_reaches_a_person(
    profile: Profile, text: str, intent: str
) -> None:
    talk = await _quoted(profile)
    await talk.say(text, intent=intent)
    assert talk.called == ["ask_person"]


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "Do you come to Berkeley?", "service_area"),
        ("es", "¿Atienden en Modesto?", "service_area"),
        ("en", "do you serve Napa?", "service_area"),
        ("en", "price per person", "party_price"),
        ("zh", "多少钱一位", "party_price"),
    ],
)
async def test_an_answer_comes_before_the_question_how_many(
    profile: Profile, language: str, text: str, intent: str
) -> None:
    talk = Talk(profile, language, known="What the articles say.")
    reply = await talk.say(text, intent=intent)
    assert talk.called == ["search_knowledge"]
    assert "What the articles say." in reply
    assert any(reply.endswith(question) for question in phrases()[language]["ask_headcount"])


async def test_a_price_and_the_rules_are_told_together(profile: Profile) -> None:
    talk = Talk(profile, known="What the articles say.")
    reply = await talk.say(
        "how much for 10 adults in 94539 and what is your refund policy?", intent="refund_request"
    )
    assert set(talk.called) == {"price_party", "search_knowledge"}
    assert "$550.00" in reply


async def test_a_place_that_is_not_found_is_named(profile: Profile) -> None:
    reply = await Talk(profile).say("10 adults in Springfield", intent="party_price")
    assert "I couldn't find Springfield" in reply


async def test_a_further_protein_is_asked_for_and_priced(profile: Profile) -> None:
    talk = await _quoted(profile, "12 adults in 94539")
    asked = await talk.say("add a third protein for 4 people", intent="change_booking")
    assert asked in phrases()["en"]["ask_further"]
    assert "4 extra protein: shrimp x $10.00 = $40.00" in await talk.say("shrimp", intent="menu")
