"""What is said of dates and bookings: every variant of every phrase may leave the house (I8)."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from decimal import Decimal

import pytest

from bot.booking.booking_words import Voice
from bot.guard import Evidence, check
from bot.guard_deeds import DEEDS
from bot.guard_rules import broken_rules
from bot.language.claim_text import folded_text
from bot.language.wording import FOLDER
from bot.profile import load_profile

PROFILE = load_profile()
WORDS = tomllib.loads((FOLDER / "booking.toml").read_text("utf-8"))
LANGUAGES = ("en", "es", "zh")
STARTS_AT = datetime.fromisoformat("2026-12-12T18:00-08:00")
NOW = datetime.fromisoformat("2026-12-01T10:00-08:00")
NEVER_ALONE = ("status_address", "change_address", "booked_calendar")
"""Said with more around: an address alone is no Chinese sentence."""
DONE = {
    "held": {"held"},
    "booked": {"booked", "held"},
    "status_held": {"held"},
    "status_agreed": {"booked", "held"},
    "status_confirmed": {"booked", "confirmed", "paid"},
    "changed": {"changed"},
    "cancelled": {"cancelled"},
    "past_cancelled": {"cancelled"},
}
SAID = [
    (language, name, variant)
    for language in LANGUAGES
    for name, said in WORDS[language].items()
    for variant in ((said,) if isinstance(said, str) else said)
    if name not in NEVER_ALONE
]


def _slots(language: str) -> dict[str, str]:
    voice = Voice(profile=PROFILE, language=language)
    moment = voice.moment(STARTS_AT)
    day = voice.day(STARTS_AT.date())
    sums = dict.fromkeys(
        ("total", "deposit", "fee", "fees", "refund", "kept"), voice.money(Decimal("100.00"))
    )
    return sums | {
        "when": moment,
        "until": voice.time(STARTS_AT),
        "day": day,
        "days": voice.either([day, moment]),
        "slots": voice.either([moment, moment]),
        "times": voice.either([voice.time(STARTS_AT)] * 2),
        "starts": voice.either([voice.time(STARTS_AT)] * 2),
        "hours": voice.figure("hours", 24),
        "guests": "20",
        "place": "San Jose 95112",
        "address": "12 Oak Street, San Jose 95112",
        "methods": "Venmo, Zelle",
        "summary": voice.say("yes_cancel", when=moment),
        "name": "Marisol",
        "names": "Marisol",
        "languages": "英语" if language == "zh" else "English",
        "strengths": "kids",
        "worker": "chef",
        "link": "https://example.com/calendars/bookings/a.ics",
    }


def _deeds(name: str) -> frozenset[str]:
    known = [deeds for start, deeds in DONE.items() if name.startswith(start)]
    return frozenset(max(known, key=len)) if known else frozenset()


@pytest.mark.parametrize(("language", "name", "variant"), SAID)
def test_each_variant_passes_the_guard(language: str, name: str, variant: str) -> None:
    slots = _slots(language)
    if name in ("rule_cancel", "cancel_kept"):
        slots["days"] = Voice(profile=PROFILE, language=language).figure("days", 4)
    text = variant.format_map(slots)
    evidence = Evidence(passages=(text,), done=_deeds(name), now=NOW)
    verdict = check(text, evidence, language=language)
    assert verdict.ok, (verdict.reasons, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["booked", "changed", "cancelled", "held_lead", "status_confirmed"]
)
def test_what_says_a_deed_is_a_deed_to_the_guard(language: str, name: str) -> None:
    """I9: without the tool's deed the same words do not pass, in any language."""
    said = WORDS[language][name]
    for variant in (said,) if isinstance(said, str) else said:
        text = variant.format_map(_slots(language))
        assert "deed" in broken_rules(folded_text(text), text, frozenset()), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_holds_a_figure_or_the_words_of_the_trade(language: str) -> None:
    for name, said in WORDS[language].items():
        for variant in (said,) if isinstance(said, str) else said:
            assert not re.search(r"\d", variant), name
            assert not re.search(r"chef|cook|hibachi|厨", re.sub(r"\{\w+\}", "", variant)), name


def test_languages_say_the_same() -> None:
    for name, said in WORDS["en"].items():
        wanted = set(re.findall(r"\{\w+\}", said if isinstance(said, str) else said[0]))
        for language in LANGUAGES:
            other = WORDS[language][name]
            for variant in (other,) if isinstance(other, str) else other:
                assert set(re.findall(r"\{\w+\}", variant)) == wanted, (language, name)
    assert len(DEEDS) == 6


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("en", "Saturday, December 12, 2026, 6:00 PM"),
        ("es", "sábado, 12 de diciembre de 2026, 6:00 p.m."),
        ("zh", "2026年12月12日星期六18:00"),
    ],
)
def test_a_moment_is_said_in_full_with_plain_spaces(language: str, moment: str) -> None:
    assert Voice(profile=PROFILE, language=language).moment(STARTS_AT) == moment
