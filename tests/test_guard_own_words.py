"""What the house says of itself is never stopped: phrases, article answers, texts of the profile.

Evidence is the very text that is checked, as a tool's worded result would be, so that figures are
borne out and only the rules on promises, deeds and the rest can object.
"""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.guard import Evidence, check
from bot.knowledge.articles import load_articles
from bot.language.wording import FOLDER, phrases
from bot.profile import load_profile, profile_folder, text

PROFILE = load_profile()
SAMPLES = {
    "business": PROFILE.business.name,
    "date": "June 14 at 6pm",
    "name": " Ana",
    "place": "Berkeley",
    "dish": "lobster tail",
    "quantity": "20",
    "fillers": "4 x gyoza",
}
BOOKING = tomllib.loads((FOLDER / "booking.toml").read_text("utf-8"))["en"].keys()
"""Some of these report deeds; tests/test_booking_words.py says which."""
NO_DRAFTS = ("mail_", "calendar_", "deposit_in", "deposit_missing", "hold_lapsing")
"""Written when staff or the database have done something: no draft that the guard would read."""
PHRASES = [
    (language, name, variant)
    for language in ("en", "es", "zh")
    for name, variants in phrases()[language].items()
    for variant in variants
    if name != "or" and name not in BOOKING and not name.startswith(NO_DRAFTS)
]
ANSWERS = [
    (document.language, document.key, chunk.answer)
    for document in load_articles(profile_folder(), PROFILE)
    for chunk in document.chunks
    if chunk.answer
]
TEXTS = [
    (language, name) for language in ("en", "es", "zh") for name in type(PROFILE.texts).model_fields
]


def _filled(variant: str, language: str) -> str:
    slots = re.findall(r"\{(\w+)\}", variant)
    filled = {slot: SAMPLES.get(slot, "$330.00") for slot in slots}
    filled["label"] = PROFILE.say(PROFILE.service().options["filet_mignon"].name, language)
    return variant.format_map(filled)


@pytest.mark.parametrize(("language", "name", "variant"), PHRASES)
def test_a_phrase_passes(language: str, name: str, variant: str) -> None:
    said = _filled(variant, language)
    verdict = check(said, Evidence(passages=(said,)), language=language)
    assert verdict.ok, (name, verdict.reasons, said)


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_every_article_answer_passes(language: str) -> None:
    answers = {(key, answer) for spoken, key, answer in ANSWERS if spoken == language}
    assert len(answers) > 40
    stopped = [
        (key, verdict.reasons, answer)
        for key, answer in sorted(answers)
        if not (verdict := check(answer, Evidence(passages=(answer,)), language=language)).ok
    ]
    assert not stopped


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_a_fixed_text_of_the_profile_passes(language: str, name: str) -> None:
    said = text(PROFILE, name, language)
    verdict = check(said, Evidence(passages=(said,)), language=language)
    assert verdict.ok, (verdict.reasons, said)
