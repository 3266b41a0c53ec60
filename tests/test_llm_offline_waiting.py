"""Customers who hesitate, repeat an order or cannot be understood: nobody is stranded."""

from __future__ import annotations

import json

import pytest
from offline_talk import Talk

from bot.language.slot_spelling import respell
from bot.language.wording import phrases
from bot.llm.offline_last import means_last
from bot.profile import Profile, load_profile

LAST = {
    "counts": {"adult": 20, "child": 4},
    "options": {"lobster": 5},
    "further": {},
    "add_ons": {"gyoza": 10},
    "extras": {},
    "zip_code": "94539",
}


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


@pytest.mark.parametrize(
    ("language", "text", "total"),
    [
        ("en", "same as last time please", "$1,395.00"),
        ("en", "same as last time but 5 more kids", "$1,545.00"),
        ("en", "our usual, without the gyoza", "$1,295.00"),
        ("es", "lo mismo que la última vez", "$1,395.00"),
        ("es", "igual que la última vez pero sin gyoza", "$1,295.00"),
        ("zh", "跟上次一样", "$1,395.00"),
        ("zh", "和上次一样，再加5个小孩", "$1,545.00"),
    ],
)
async def test_the_last_party_is_priced_again_and_said_line_by_line(
    profile: Profile, language: str, text: str, total: str
) -> None:
    """What is assumed is said, and what is changed in the same breath is read on top of it."""
    talk = Talk(profile, language, last_order=LAST)
    said = await talk.say(text)
    assert talk.called == ["price_party"]
    assert total in said
    assert any(lead in said for lead in phrases()[language]["last_again"])
    assert json.loads(talk.calls[0].arguments)["zip_code"] == "94539"


async def test_without_an_earlier_event_the_guests_are_asked(profile: Profile) -> None:
    talk = Talk(profile)
    said = await talk.say("same as last time please")
    assert talk.called == []
    assert any(none in said for none in phrases()["en"]["last_none"])
    assert "how many" in said.lower()


@pytest.mark.parametrize("text", ["the last time you were late", "上次的师傅很好", "last Saturday"])
def test_to_speak_of_the_last_time_is_not_to_order_it(text: str) -> None:
    assert not means_last(text)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("asdf qwer", "blorp frimble")),
        ("es", ("asdf qwer", "blorp frimble")),
        ("zh", ("asdf qwer", "blorp frimble")),
    ],
)
async def test_a_person_comes_after_two_failures_whatever_the_second_was_taken_for(
    profile: Profile, language: str, texts: tuple[str, str]
) -> None:
    talk = Talk(profile, language)
    assert await talk.say(texts[0]) in phrases()[language]["clarify"]
    assert await talk.say(texts[1], intent="out_of_scope") in phrases()[language]["clarify_again"]
    assert talk.handed_over


async def test_the_same_is_not_asked_a_third_time(profile: Profile) -> None:
    """Asked twice without an answer, a person is offered."""
    talk = Talk(profile)
    await talk.say("how much", intent="party_price")
    await talk.say("how much is it", intent="party_price")
    said = await talk.say("so how much", intent="party_price")
    assert said in phrases()["en"]["stuck"]
    await talk.say("yes", intent="affirm")
    assert talk.handed_over


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i sent the invitations", "pay_booking"),
        ("another caterer is nicer", "billing_dispute"),
        ("thats too expensive", "discount"),
        ("let me talk to my husband", "ask_person"),
    ],
)
async def test_an_intent_alone_hands_nobody_over(profile: Profile, text: str, intent: str) -> None:
    """The words must speak of money, or of a lower price, too."""
    talk = Talk(profile)
    await talk.say("20 adults in 94539", intent="party_price")
    await talk.say(text, intent=intent)
    assert not talk.handed_over


async def test_a_sum_of_their_own_is_for_a_person(profile: Profile) -> None:
    talk = Talk(profile)
    await talk.say("20 adults in 94539", intent="party_price")
    assert await talk.say("can you do 900") in phrases()["en"]["discount"]
    assert talk.handed_over


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("hw much 4 20 adlts n 5 kds", "how much for 20 adults and 5 kids"),
        ("i want 2 book 4 my moms bday", "i want to book for my moms birthday"),
        ("kids are 4 7 and 9", "kids are 4 7 and 9"),
        ("dec 4 20 adults", "dec 4 20 adults"),
        ("nine four five three nine", "94539"),
        ("邮编九四五三九", "邮编94539"),
        ("plates, forks and tables", "plates, forks and tables"),
        ("John Carter, john@carter.com", "John Carter, john@carter.com"),
        ("1234 Parson St", "1234 Parson St"),
    ],
)
def test_only_what_is_no_word_is_mended(profile: Profile, written: str, read: str) -> None:
    assert respell(written, profile, "en") == read
