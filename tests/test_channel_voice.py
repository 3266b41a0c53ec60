"""Telephone calls: the language of Twilio, what is speakable, and what comes of listening.

The stories of people who ring are in test_channel_voice_calls.py; what every channel promises the
contract suite asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import fromstring

import pytest
from aiohttp import ClientSession
from vendor_twilio_voice import VENDOR

from bot.errors import BadPayload, ConfigError
from bot.language.wording import phrases
from bot.voice import asks_for_yes, has_link, speakable
from channels.voice import Ear, channel, listened
from channels.voice_twiml import TONGUES, Leg, Said, go_on, listen, put_through, read_leg, read_step

BASE = "https://concierge.example.com"
LINK = "I'm texting you the link"


@pytest.mark.parametrize(
    ("written", "language", "spoken"),
    [
        ("**Bold** and `code`", "en", "Bold and code."),
        ("- chicken\n- shrimp!", "en", "chicken. shrimp!"),
        ("20 adults x $55.00 = $1,100.00", "en", "20 adults at $55, $1,100."),
        ("Total $1,233.50", "en", "Total $1,233.50."),
        ("$60-$80 each", "en", "$60 to $80 each."),
        ("$60-80 cada uno", "es", "$60 a $80 cada uno.".replace("$80", "80")),
        ("Call +19167408768", "en", "Call 1 9 1 6 7 4 0 8 7 6 8."),
        ("ZIP 95814, December 12, 2026", "en", "ZIP 95814, December 12, 2026."),
        ("See https://x.example/a?b=1.", "en", f"See {LINK}."),
        ("🔥 Great 🎉", "en", "Great."),
        ("🎉\n\n---\n", "en", ""),
        ("菜单：鸡肉、虾。", "zh", "菜单：鸡肉、虾。"),
    ],
)
def test_a_text_is_made_speakable(written: str, language: str, spoken: str) -> None:
    assert speakable(written, language, is_texted=True) == spoken


def test_an_address_is_never_spoken_where_no_text_can_follow() -> None:
    assert "http" not in speakable("Look: http://x.example", "en")
    assert LINK not in speakable("Look: http://x.example", "en")


def test_terms_and_links_need_writing_and_small_talk_does_not() -> None:
    terms = next(iter(phrases()["en"]["held_ask"])).format_map({})
    assert asks_for_yes(f"It is on hold. {terms}")
    assert has_link("Here: www.example.com/menu")
    for harmless in ("Each guest picks two.", "It is 2.5 miles at www"):
        assert not has_link(harmless)
        assert not asks_for_yes(harmless)


HOSTILE = (
    "</Say></Gather><Dial>+19005550100</Dial>",
    '<break time="100s"/><audio src="http://evil"/>',
    "&lt;Dial&gt; & ]]> <![CDATA[x]]>",
    "bell\x07 null\x00 lone\ud800 not\ufffe",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_become_a_verb(words: str) -> None:
    """What a customer or a model wrote stays text, and every document can be read."""
    said = [Said(words, "en")]
    replies = (
        (listen(BASE, Leg(turn=1), said), ["Gather", "Say"]),
        (go_on(BASE, "wait", Leg(turn=1), said), ["Say", "Redirect"]),
        (put_through(BASE, Leg(turn=1), "+19165550199", said), ["Say", "Dial"]),
    )
    for reply, verbs in replies:
        document = fromstring(reply.body)
        assert [each.tag for each in document.iter()] == ["Response", *verbs]


def test_each_language_has_its_own_ear_and_voice() -> None:
    for language, tongue in TONGUES.items():
        reply = listen(BASE, Leg(turn=1, language=language), [Said("x", language)])
        gather = fromstring(reply.body)[0]
        assert (gather.get("language"), gather[0].get("voice")) == (tongue.heard, tongue.voice)
        assert gather.get("input") == "speech dtmf"
        assert gather.get("speechTimeout") == "auto"
    assert len({tongue.voice for tongue in TONGUES.values()}) == 3


def test_what_is_said_long_is_cut_where_the_vendor_cuts() -> None:
    document = fromstring(listen(BASE, Leg(turn=1), [Said("word " * 2000, "en")]).body)
    says = [each.text or "" for each in document.iter("Say")]
    assert len(says) > 1
    assert max(map(len, says)) <= 4096
    assert "".join(says).split() == ["word"] * 2000


def test_every_sentence_of_a_call_is_there_in_every_language() -> None:
    names = {name for name in phrases()["en"] if name.startswith("voice_")}
    for language in TONGUES:
        assert names <= set(phrases()[language])


def test_where_a_call_stands_survives_its_address() -> None:
    leg = Leg(turn=7, language="zh", tries=2, waits=3, dialled=1, doubt=1)
    assert read_leg(leg.query(step="wait")) == leg
    assert read_step(leg.query(step="dialled")) == "dialled"
    for wrong, field in (
        ("turn=x", "turn"),
        ("turn=1000", "turn"),
        ("turn=-1", "turn"),
        ("tries=٣", "tries"),
        ("doubt=2", "doubt"),
        ("language=xx", "language"),
    ):
        with pytest.raises(BadPayload, match=field):
            read_leg(wrong)
    with pytest.raises(BadPayload, match="step"):
        read_step("step=dial")


@pytest.mark.parametrize(
    ("fields", "leg", "ear"),
    [
        ({"Digits": "0"}, Leg(turn=1), Ear.PERSON),
        ({"Digits": "2"}, Leg(turn=1), Ear.LANGUAGE),
        ({"Digits": "2"}, Leg(turn=2), Ear.WORDS),
        ({}, Leg(turn=1), Ear.SILENCE),
        ({"SpeechResult": " \x00 "}, Leg(turn=1), Ear.SILENCE),
        ({"SpeechResult": "hi", "Confidence": "0.2"}, Leg(turn=1), Ear.UNCLEAR),
        ({"SpeechResult": "hi", "Confidence": "0.2"}, Leg(turn=1, tries=1), Ear.WORDS),
        # Some of Twilio's recognisers give no confidence, or nought.
        ({"SpeechResult": "hi", "Confidence": "0.0"}, Leg(turn=1), Ear.WORDS),
        ({"SpeechResult": "hi", "Confidence": "NaN"}, Leg(turn=1), Ear.WORDS),
        ({"SpeechResult": "hi", "Confidence": "much"}, Leg(turn=1), Ear.WORDS),
    ],
)
def test_what_comes_of_listening(fields: Mapping[str, str], leg: Leg, ear: Ear) -> None:
    assert listened(fields, leg) is ear


async def test_calls_are_taken_only_where_the_operator_says_so() -> None:
    async with ClientSession() as http:
        settings = dict(VENDOR.settings)
        assert channel.configure(settings, http) is not None
        for off in ("", "0", " "):
            assert channel.configure({**settings, "TWILIO_VOICE": off}, http) is None
        with pytest.raises(ConfigError, match="TWILIO_VOICE"):
            channel.configure({**settings, "TWILIO_VOICE": "yes"}, http)
        with pytest.raises(ConfigError, match="TWILIO_VOICE_FORWARD_TO"):
            channel.configure({**settings, "TWILIO_VOICE_FORWARD_TO": "!"}, http)
        assert channel.configure({"TWILIO_VOICE": "0"}, http) is None
