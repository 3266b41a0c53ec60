"""Terms that a yes would bind are in the reply, in whatever words; else the draft is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.booking.booking_words import Voice
from bot.guard import Evidence, Verdict, check, feedback
from bot.profile import load_profile

PROFILE = load_profile()
AT = datetime(2026, 12, 13, 2, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)


def _voice(language: str) -> Voice:
    return Voice(profile=PROFILE, language=language)


def _evidence(language: str) -> Evidence:
    voice = _voice(language)
    sums = {"total": voice.money(Decimal("1100.00")), "deposit": voice.money(Decimal("100.00"))}
    return Evidence(
        results=({"when": voice.moment(AT), "held_until": "6:30 PM", "held": True, **sums},),
        done=frozenset({"held"}),
        terms=(voice.moment(AT), *sums.values()),
        now=NOW,
    )


def _judged(language: str, draft: str) -> Verdict:
    return check(draft, _evidence(language), language=language)


STATED = (
    ("en", "I'm holding Dec 12 at 6pm for you: $1,100 in all, with a $100 deposit. Is that a yes?"),
    ("en", "Saturday, 12/12 at 18:00. Total 1100 dollars, deposit $100.00. Shall I book it?"),
    ("es", "Le guardo el 12 de diciembre a las 6 de la tarde: total $1,100, depósito $100. ¿Sí?"),
    ("es", "El sábado 12/12/2026, 6 p.m.; son 1.100 dólares y un depósito de 100 dólares."),
    ("zh", "我给您留着12月12日晚上六点，合计1100美元，定金100美元。要订下来吗？"),
    ("zh", "2026年12月12日18:00先给您留着，合计$1,100，定金$100。"),
)
UNSTATED = (
    ("en", "I've held it for you, just say yes.", 3),
    ("en", "Saturday at 6pm is on hold: $1,100 in all, $100 deposit. Just say yes.", 1),
    ("en", "December 12 is on hold: $1,100 in all, $100 deposit. Just say yes.", 1),
    ("en", "December 12 at 6pm is on hold for $1,100. Just say yes.", 1),
    ("es", "Se lo guardo, dígame que sí.", 3),
    ("es", "Le guardo el 12 de diciembre a las 6 de la tarde con un depósito de $100.", 1),
    ("zh", "已经给您留着了，回复“是”就行。", 3),
    ("zh", "12月12日晚上六点先给您留着，定金100美元。", 1),
)


@pytest.mark.parametrize(("language", "draft"), STATED)
def test_terms_in_other_words_are_stated(language: str, draft: str) -> None:
    verdict = _judged(language, draft)
    assert verdict.ok, verdict


@pytest.mark.parametrize(("language", "draft", "missing"), UNSTATED)
def test_a_draft_that_leaves_terms_out_is_stopped(language: str, draft: str, missing: int) -> None:
    verdict = _judged(language, draft)
    assert verdict.reasons == ("terms not stated",), verdict
    assert len(verdict.unsaid) == missing
    assert all(term in feedback(verdict) for term in verdict.unsaid)
    assert check(draft, replace(_evidence(language), terms=()), language=language).ok


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize("hour", [0, 2, 3, 20, 21])
def test_our_own_words_state_the_terms(language: str, hour: int) -> None:
    voice, at = _voice(language), AT.replace(hour=hour)
    sums = tuple(voice.money(Decimal(each)) for each in ("1100.00", "100.00", "75.50"))
    said = voice.say("held_lead", when=voice.moment(at), until=voice.time(NOW)) + " ".join(sums)
    evidence = Evidence(
        passages=(said,), done=frozenset({"held"}), terms=(voice.moment(at), *sums), now=NOW
    )
    verdict = check(said, evidence, language=language)
    assert verdict.ok, verdict


def test_the_end_of_a_larger_sum_is_not_the_smaller_one() -> None:
    evidence = Evidence(results=({"total": "1100.00"},), terms=("100.00",))
    assert check("In all $1,100.00.", evidence, language="en").unsaid == ("100.00",)
