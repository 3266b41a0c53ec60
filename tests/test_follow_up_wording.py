"""What a customer reads unasked: whole, in their language, and nobody's words but ours.

Every wording that ships is filled with all there may be and with the least; what customers told
of themselves can break or smuggle in nothing (I8).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from follow_up_ground import NOW
from hypothesis import given
from hypothesis import strategies as st

from bot import profile_follow_up_words as words
from bot.causes.base import causes
from bot.domain import CustomerId, Purpose
from bot.domain_follow_ups import Feeling, FollowUpId, FollowUpStatus, Matter, Owed
from bot.domain_sending import Choice
from bot.follow_ups.wording import FIGURE_MAX, TOLD_MAX, NotWorded, clean, word
from bot.ids import new_id
from bot.language.language_id import detect
from bot.profile import Profile, load_profile
from channels.text import plain_sms, segments
from handlers.commands.templates import EXAMPLES

PROFILE = load_profile()
LANGUAGES = ("en", "es", "zh")
NAMES = words.names(PROFILE)
SEGMENTS_MAX = {"en": 2, "es": 4, "zh": 2}
"""Spanish has letters that the short alphabet lacks: its segments are less than half as long."""
CHOICE_MAX = 20
"""Characters on a button of WhatsApp."""
LINK = "https://example.com/review"
OWED = Owed(
    id=FollowUpId(new_id()),
    cause="before_event",
    step="7d",
    key="k",
    customer_id=CustomerId(new_id()),
    due_at=NOW,
    valid_until=NOW + timedelta(days=1),
    status=FollowUpStatus.DUE,
    created_at=NOW,
    looks=0,
    because="",
    reason="",
    text="",
    planned_by="",
    address_id=None,
    booking_id=None,
    quote_id=None,
    conversation_id=None,
    memory_id=None,
    campaign_id=None,
    message_id=None,
    about={},
    rule="",
)


def fields(language: str) -> dict[str, str]:
    """All that may be known."""
    known = {**EXAMPLES["en"], **EXAMPLES[language]}
    return {name: value for name, value in known.items() if name != "link"}


def matter(link: str = "", *, wants_feeling: bool = False, **changed: str) -> Matter:
    return Matter(
        fields=lambda language: fields(language) | changed,
        choices=lambda language: (Choice(id="great", title=words.line("choice_great", language)),),
        wants_feeling=wants_feeling,
        link=link,
    )


def owed(cause: str, step: str = "", text: str = "") -> Owed:
    return replace(OWED, cause=cause, step=step, text=text)


def own(table: dict[str, dict[str, dict[str, str]]]) -> Profile:
    """The business with these words of the owner's."""
    follow_ups = PROFILE.follow_ups.model_copy(update={"words": table})
    return PROFILE.model_copy(update={"follow_ups": follow_ups})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_wording_is_whole_with_all_and_with_the_least(name: str, language: str) -> None:
    """No sign of a gap is left, one language is spoken, and the business is named once."""
    text = words.find(PROFILE, name, language)
    assert words.fields_in(text) <= words.FIELDS
    known = fields(language) | {"link": LINK, "business": PROFILE.business.name}
    least = {each: known[each] for each in words.shortest_fills(PROFILE, name, language)}
    least["business"] = PROFILE.business.name
    for given_fields in (known, least):
        said, missing = words.fill(text, given_fields)
        assert not missing
        assert not re.search(r"[{}\[\]|]|  |^ | $", said), said
        assert said.count(PROFILE.business.name) == 1
        assert said[-1] in ".?!。？！]", said
        plain = said.replace(PROFILE.business.name, "").replace(LINK, "")
        assert bool(re.search(r"[\u4e00-\u9fff]", plain)) == (language == "zh")
    bare, _ = words.fill(text, least)
    assert detect(bare, prior=None) == language
    assert segments(plain_sms(words.fill(text, known)[0])) <= SEGMENTS_MAX[language], said


@pytest.mark.parametrize("name", NAMES)
def test_every_wording_may_be_a_template_in_either_shape(name: str) -> None:
    """Gaps stand neither first nor last nor side by side, and are the same in every language."""
    for shape in (words.shortest_fills, words.fullest_fills):
        fills = shape(PROFILE, name, "en")
        for language in LANGUAGES:
            assert set(shape(PROFILE, name, language)) == set(fills)
            said = words.twin_text(PROFILE, name, fills, language)
            assert not re.search(r"^\s*\{\{|\}\}\s*$|\}\}\s*\{\{", said), said
            assert PROFILE.business.name in said
            assert len(said) <= 1024 - 60 * len(fills)


def test_each_cause_has_two_wordings_subjects_and_taps_that_fit_a_button() -> None:
    bases = {parts[:2] for name in NAMES if (parts := words.split_name(name))}
    assert all(f"{base}_{feeling}_{v}" in NAMES for base, feeling in bases for v in "ab")
    rules = {each for each in words.CAUSES if each != "campaign"}
    assert {words.cause_of(base) for base, _ in bases} == rules
    for language in LANGUAGES:
        titles = [v for k, v in words.shipped()[language].items() if k.startswith("choice_")]
        assert len(titles) == len(set(titles)) == 12
        assert all(len(title) <= CHOICE_MAX for title in titles)
        for cause in (*rules, "campaign", "staff"):
            assert "{business}" in words.line(f"{cause}_subject", language)


def test_what_sells_is_what_goes_only_to_who_agreed_to_offers() -> None:
    """The way to stop stands behind exactly those words."""
    promotional = {n for n, each in causes().items() if each.purpose is Purpose.PROMOTIONAL}
    assert promotional <= set(words.OFFERS)
    assert not (set(causes()) - promotional) & set(words.OFFERS)


@pytest.mark.parametrize(
    ("language", "stop"), [("en", "Reply STOP"), ("es", "STOP"), ("zh", "STOP")]
)
def test_an_offer_by_telephone_says_how_to_end_them(language: str, stop: str) -> None:
    for channel, times in (("sms", 1), ("whatsapp", 1), ("email", 0)):
        said = word(PROFILE, owed("season"), matter(), Feeling.NEUTRAL, language, channel=channel)
        assert said.text.count(stop) == times
    spoken = owed("campaign", text="Hello[ {name}]! Two dates are left. Reply STOP to end.")
    once = word(PROFILE, spoken, matter(), Feeling.NEUTRAL, language)
    assert once.text == "Hello Dana! Two dates are left. Reply STOP to end."


def test_who_was_happy_is_asked_for_a_review_and_who_was_not_for_what_went_wrong() -> None:
    """Without a link the happy are asked how it was; the unhappy never get one."""
    after = owed("after_event")
    asked = matter(LINK, wants_feeling=True, person="")
    happy = word(PROFILE, after, asked, Feeling.HAPPY, "en")
    assert LINK in happy.text
    assert happy.name == "after_event_happy_a"
    linkless = word(PROFILE, after, matter(wants_feeling=True), Feeling.HAPPY, "en")
    assert "http" not in linkless.text
    assert linkless.text.endswith("What did you like best?")
    neutral = word(PROFILE, after, asked, Feeling.NEUTRAL, "es")
    assert (neutral.name, LINK in neutral.text) == ("after_event_neutral_a", False)
    for language in LANGUAGES:
        sorry = word(PROFILE, after, asked, Feeling.UNHAPPY, language, variant="b")
        assert sorry.name == "after_event_unhappy_b"
        assert LINK not in sorry.text
        assert "link" not in sorry.fields
    table = {"after_event": {"unhappy_a": dict.fromkeys(LANGUAGES, "Sorry.[ See {link} please.]")}}
    insisted = word(own(table), after, asked, Feeling.UNHAPPY, "en")
    assert insisted.text == "Sorry."


def test_the_owners_words_come_first_and_may_quote_the_profile() -> None:
    said = "Ring {{ business.phone }}[, {name}], it's {business}."
    table = {"before_event_7d": {"any_a": dict.fromkeys(LANGUAGES, said)}}
    found = word(own(table), OWED, matter(), Feeling.NEUTRAL, "en")
    assert found.text == f"Ring (916) 740-8768, Dana, it's {PROFILE.business.name}."
    assert found.name == "before_event_7d_any_a"
    other = word(own(table), OWED, matter(), Feeling.NEUTRAL, "en", variant="b")
    assert other.name == "before_event_7d_any_b"


def test_what_nobody_wrote_falls_to_what_there_is() -> None:
    """An unknown variant, a language not spoken, a step of the owner's own figures."""
    assert word(PROFILE, OWED, matter(), Feeling.HAPPY, "en", variant="q").name.endswith("any_a")
    foreign = word(PROFILE, OWED, matter(), Feeling.NEUTRAL, "fr")
    assert (foreign.language, foreign.text[:3]) == ("en", "Hi ")
    steps = {"5d": "7d", "2d": "1d", "14d": "7d"}
    for step, near in steps.items():
        found = word(PROFILE, owed("before_event", step), matter(), Feeling.NEUTRAL, "en")
        assert found.name == f"before_event_{near}_any_a"


def test_what_cannot_be_said_is_left_out_with_its_reason() -> None:
    """A reminder that does not know the day says nothing; one without a chef says the rest."""
    with pytest.raises(NotWorded, match="day"):
        word(PROFILE, OWED, matter(day=""), Feeling.NEUTRAL, "en")
    with pytest.raises(NotWorded, match="no words for nothing"):
        word(PROFILE, owed("nothing"), matter(), Feeling.NEUTRAL, "en")
    few = word(PROFILE, OWED, matter(chef="", place="", name=""), Feeling.NEUTRAL, "en")
    assert few.text.startswith("Hi, this is")
    assert "team" not in few.text
    table = {
        "before_event_7d": {
            "any_a": dict.fromkeys(LANGUAGES, "Bring {code}, {business}."),
            "any_c": dict.fromkeys(LANGUAGES, "See you, {business}."),
        }
    }
    next_one = word(own(table), OWED, matter(code=""), Feeling.NEUTRAL, "en")
    assert next_one.name == "before_event_7d_any_b"


def test_staffs_own_words_stand_as_they_are_and_a_campaigns_are_filled() -> None:
    """Braces that a person typed are theirs; a campaign that lacks what it names says why."""
    typed = word(PROFILE, owed("staff", text=" {name}? [ok] "), matter(), Feeling.HAPPY, "en")
    assert (typed.text, typed.name, typed.choices) == ("{name}? [ok]", "staff", ())
    edited = word(PROFILE, owed("before_event", "7d", "Still 20?"), matter(), Feeling.HAPPY, "en")
    assert (edited.text, edited.name) == ("Still 20?", "staff")
    assert edited.choices
    spoken = owed("campaign", text="As in {month}.")
    with pytest.raises(NotWorded, match="month"):
        word(PROFILE, spoken, matter(month=""), Feeling.HAPPY, "en")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("name", "Dana Lee", "Dana"),
        ("name", "李小明", "李小明"),
        ("name", "José Ángel", "José"),
        ("name", "{day}", "day"),
        ("name", "[VIP] Dana", "VIP"),
        ("name", "Dana\n\nPay here", "Dana"),
        ("name", "\u202eanaD\u202c", "anaD"),
        ("name", "evil.com", ""),
        ("name", "https://evil.example/x", ""),
        ("name", "a@b.com", ""),
        ("name", "Call 5105550100", ""),
        ("name", "$5 off", ""),
        ("name", "", ""),
        ("chef", "Kenji and Marisol", "Kenji and Marisol"),
        ("place", "41 Mission Blvd, 94539", "41 Mission Blvd, 94539"),
        ("occasion", "see www.evil.example now", ""),
        ("occasion", "x" * 300, "x" * TOLD_MAX),
        ("total", "$1,100.00", "$1,100.00"),
        ("total", "9" * 200, ""),
        ("link", "javascript:alert(1)", ""),
        ("link", "https://a.example/x y", ""),
        ("link", LINK, LINK),
    ],
)
def test_what_was_told_cannot_be_more_than_a_name(name: str, value: str, said: str) -> None:
    assert clean(name, value) == said


HOSTILE = st.text(max_size=400) | st.sampled_from(
    ["{business}", "[x|{total}]", "\u2066{link}\u2069", "Ana\r\nSTOP", "http://e.vil", "a" * 300]
)


@given(name=HOSTILE, occasion=HOSTILE, place=HOSTILE, person=HOSTILE, chef=HOSTILE, day=HOSTILE)
def test_no_value_breaks_the_words_or_brings_a_link_of_its_own(
    name: str, occasion: str, place: str, person: str, chef: str, day: str
) -> None:
    """I8: whatever customers are called, one line goes out, short, and without another's door."""
    told = matter(
        name=name, occasion=occasion, place=place, person=person, chef=chef, day=f"x {day}"
    )
    for cause, step in (("before_event", "7d"), ("customer_date", ""), ("check_in", "")):
        try:
            said = word(PROFILE, owed(cause, step), told, Feeling.NEUTRAL, "en")
        except NotWorded:
            assert len(day) > FIGURE_MAX - 10, "only what is too long is not known"
            continue
        assert not re.search(r"[{}\[\]|\n\r\u2028\u202e\u2066]", said.text)
        assert said.text.startswith(("Hi, ", "Hi "))
        for each in ("name", "occasion", "place", "person", "chef"):
            value = said.fields.get(each, "")
            assert not re.search(r"://|@|www\.", value)
            assert len(value) <= FIGURE_MAX
        assert "://" in day or "://" not in said.text
        assert all(value.isprintable() for value in said.fields.values())
