"""What the guard lets through and what it stops: tables of drafts, and drafts nobody thought of."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from guard_drafts import BENIGN, EVIDENCE, HOSTILE, NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard import Evidence, check, feedback
from bot.language.claims import extract


@pytest.mark.parametrize(("language", "draft"), HOSTILE)
def test_a_draft_that_says_what_nothing_supports_is_stopped(language: str, draft: str) -> None:
    assert not check(draft, EVIDENCE, language=language).ok


@pytest.mark.parametrize(("language", "draft"), BENIGN)
def test_a_draft_that_keeps_to_the_evidence_passes(language: str, draft: str) -> None:
    verdict = check(draft, EVIDENCE, language=language)
    assert verdict.ok, verdict


def test_a_deed_may_be_told_once_a_tool_reports_it() -> None:
    evidence = Evidence(done=frozenset({"cancelled"}))
    assert check("I have cancelled your event.", evidence, language="en").ok
    assert not check("Your reservation is confirmed.", evidence, language="en").ok


def test_what_the_customer_says_is_no_price() -> None:
    evidence = Evidence(customer_texts=("you told me it's $40 each for 12 people",))
    assert check("12 people, noted.", evidence, language="en").ok
    assert not check("Yes, $40 each.", evidence, language="en").ok


def test_a_count_of_guests_is_no_price_and_a_price_no_count() -> None:
    evidence = Evidence(results=({"adults": 20, "unit_price": "55.00"},))
    assert not check("It costs $20.", evidence, language="en").ok
    assert check("It costs $55.", evidence, language="en").ok


def test_an_instant_in_utc_is_told_in_the_zone_of_the_business() -> None:
    evidence = Evidence(results=({"starts_at": "2026-12-06T02:00:00Z"},), now=NOW)
    assert check("Saturday, December 5 at 6 PM.", evidence, language="en").ok
    assert not check("Sunday, December 5 at 6 PM.", evidence, language="en").ok


def test_the_feedback_names_what_is_wrong_and_nothing_when_all_is_well() -> None:
    verdict = check("I guarantee it's $999.", EVIDENCE, language="en")
    told = feedback(verdict)
    assert "$999" in told
    assert "guarantee" in told
    assert feedback(check("Hello there!", EVIDENCE, language="en")) == ""
    assert "999" not in " ".join(verdict.reasons)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(("en", "es", "zh")))
def test_no_text_breaks_the_reading_and_spans_lie_inside(text: str, language: str) -> None:
    for claim in extract(text, language):
        start, end = claim.span
        assert 0 <= start < end <= len(text)
    check(text, EVIDENCE, language=language)


@pytest.mark.parametrize(
    ("language", "text", "kind", "value"),
    [
        ("en", "fifty-five dollars", "money", Decimal(55)),
        ("es", "cincuenta y cinco dólares", "money", Decimal(55)),
        ("zh", "五百五十美元", "money", Decimal(550)),
        ("es", "1.250 dólares", "money", Decimal(1250)),
        ("en", "two thousand three hundred five bucks", "money", Decimal(2305)),
        ("en", "٥٥٠ dollars", "money", Decimal(550)),
        ("en", "5️⃣5️⃣0️⃣ dollars", "money", Decimal(550)),
        ("en", "at 4:30pm", "time", "16:30"),
        ("zh", "晚上六点半", "time", "18:30"),
        ("es", "las 6 y media de la tarde", "time", "18:30"),
        ("en", "half past 6", "time", "06:30"),
        ("en", "the fifth of December", "date", "--12-05"),
        ("zh", "2026年12月5日", "date", "2026-12-05"),
        ("es", "20 adultos", "headcount", Decimal(20)),
        ("zh", "二十位大人", "headcount", Decimal(20)),
        ("zh", "四天", "duration", Decimal(5760)),
        ("es", "3 horas", "duration", Decimal(180)),
        ("en", "30 miles", "distance", "30 mi"),
        ("zh", "百分之二十", "percent", Decimal(20)),
        ("es", "mañana", "date", "+1"),
    ],
)
def test_a_figure_is_read_in_its_kind(language: str, text: str, kind: str, value: object) -> None:
    assert (kind, value) in {(c.kind, c.value) for c in extract(text, language)}


def test_a_draft_is_judged_in_the_blink_of_an_eye() -> None:
    draft = (
        "Thank you for your message! For 20 adults and 5 kids on Saturday, December 5 at 6:00 PM "
        "the total is $1,330.00, travel included. The deposit of $100 comes off the bill, "
        "and it is "
        "refunded in full if you cancel 4 days or more before the event. Every guest gets 2 "
        "proteins "
        "with fried rice, vegetables and salad. Our chef arrives 15 to 30 minutes early and "
        "brings the "
        "grill, the food and the tools; you provide tables, chairs, plates and drinks. A "
        "gratuity is "
        "not included. If you would like to go ahead, tell me and I will ask the team to "
        "hold it for you."
    )
    check(draft, EVIDENCE, language="en")
    spent = []
    for _ in range(15):
        started = time.thread_time()
        assert check(draft, EVIDENCE, language="en").ok
        spent.append(time.thread_time() - started)
    assert min(spent) < 0.010, f"{min(spent) * 1000:.2f} ms"


HOSTILE_PIECES = (
    "x", "1", " ", "\n", "1 ", "$1", "-1", "1-", "a.", "a-", "a@", "1,", "1 to ", "hundred ",
    "mil ",
    "百", "1百", "晚上", "(1", "on 1 ", "total is ", "not booked ", "$ ", "1 off ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE_PIECES)
def test_no_text_takes_longer_than_its_length(piece: str) -> None:
    """Ten times the text may take ten times as long, with room for a busy machine; never more."""
    for language in ("en", "es", "zh"):
        assert _spent(partial(extract, (piece * 2_000)[:2_000], language)) < 0.1
    assert _spent(lambda: extract((piece * 20_000)[:20_000], "en")) < 1.0


@pytest.mark.parametrize("piece", HOSTILE_PIECES)
def test_what_a_customer_wrote_holds_no_check_up(piece: str) -> None:
    texts = tuple(f"{number} {piece * 50_000}" for number in range(200))
    evidence = Evidence(customer_texts=texts)
    draft = (piece * 1_500)[:1_400] + " ok"
    assert _spent(lambda: check(draft, evidence, language="en")) < 0.25


def test_the_customers_last_words_count_and_what_lies_beyond_the_limit_does_not() -> None:
    evidence = Evidence(customer_texts=("77 guests", *["hello"] * 60, "31 guests"))
    assert check("31 guests, noted.", evidence, language="en").ok
    assert not check("77 guests, noted.", evidence, language="en").ok


def _spent(work: Callable[[], object]) -> float:
    """The least processor time of two runs."""
    spent = []
    for _ in range(2):
        started = time.thread_time()
        work()
        spent.append(time.thread_time() - started)
    return min(spent)
