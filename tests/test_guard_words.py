"""False words without a false figure: hundreds of them stopped, the harmless ones beside them not.

I8, I10: bargains, open dates, deeds, cover and health, strangers' doors and names, our own rules,
another language than the customer's. What bears a claim out is a passage or result that says so.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from guard_harmless import HARMLESS, PRICED
from hostile_words import KINDS

from bot.guard import Evidence, check, feedback
from bot.guard_leaks import leaks

CASES = [(kind, language) for kind, by in KINDS.items() for language in by]


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_false_words_are_stopped(kind: str, language: str) -> None:
    drafts = KINDS[kind][language]
    assert [d for d in drafts if check(d, PRICED, language=language).ok] == []


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_false_words_among_true_ones_are_stopped(language: str) -> None:
    """Between a true price and a question, as a model would put them."""
    before, after = HARMLESS[language][1], HARMLESS[language][0]
    drafts = [d for kind, by in KINDS.items() if kind != "tongues" for d in by.get(language, ())]
    lone = {"null", "undefined"}
    passed = [d for d in drafts if check(f"{before} {d} {after}", PRICED, language=language).ok]
    assert set(passed) <= lone


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_harmless_words_pass(language: str) -> None:
    judged = [(d, check(d, PRICED, language=language)) for d in HARMLESS[language]]
    assert [(d, v.reasons) for d, v in judged if not v.ok] == []


@pytest.mark.parametrize(
    ("language", "said", "passage"),
    [
        ("en", "Yes, we are fully insured.", "We are licensed and insured for events at homes."),
        ("en", "We never use peanuts.", "Our kitchen does not use peanuts or tree nuts."),
        ("en", "Saturday is open.", "Saturday, December 5 at 6:00 PM is open."),
        ("en", "Chef Marisol will come to you.", "Marisol comes to your event."),
        ("en", "Kids eat at half price.", "Children 6 to 12 eat at half price."),
        ("es", "El sábado está libre.", "sábado, 5 de diciembre, 18:00 está libre."),
        ("zh", "儿童半价。", "6到12岁的儿童半价。"),
    ],
)
def test_what_a_passage_says_may_be_said(language: str, said: str, passage: str) -> None:
    told = Evidence(passages=(passage,), now=PRICED.now)
    assert check(said, told, language=language).ok
    assert not check(said, replace(told, passages=()), language=language).ok


def test_a_passage_that_denies_it_bears_nothing_out() -> None:
    denied = Evidence(passages=("We are not insured for that. Tips are not included.",))
    assert not check("We are insured for that.", denied, language="en").ok
    assert not check("The tip is already included.", denied, language="en").ok


def test_a_quotation_may_be_in_another_language_than_the_reply() -> None:
    policy = "Please have the grill area ready and the tables set before we arrive at your place."
    told = Evidence(passages=(policy,))
    assert check(f'Nuestra regla dice: "{policy}"', told, language="es").ok
    assert check(f"Así lo dice nuestro texto. {policy}", told, language="es").ok
    verdict = check(policy.replace("Please", "Kindly"), told, language="es")
    assert verdict.reasons == ("wrong language",)


def test_every_reason_comes_with_advice() -> None:
    """The model's one further try is told what to change."""
    for by in KINDS.values():
        for language, drafts in by.items():
            for draft in drafts:
                told = feedback(check(draft, PRICED, language=language))
                assert len(told.splitlines()) >= 2, draft


def test_a_wall_of_figures_is_not_even_read() -> None:
    """The worst a text may cost is bounded by what is read of it."""
    wall = "1,2 " * 300
    assert check(wall, PRICED, language="en").reasons == ("too many figures",)
    told = replace(PRICED, customer_texts=("31 guests " + wall, "we are 20"))
    assert check("31 guests, noted.", told, language="en").ok


def test_a_signed_link_with_underscores_is_no_markup() -> None:
    """A calendar's link was refused where its signature happened to hold two underscores."""
    link = "add it: http://127.0.0.1:8080/calendars/bookings/01a2.n3lhmf76numpxfwrwbg__hrz.ics"
    assert leaks(link, "") == []
    assert leaks(f"{link} and __this__", "") == ["markup"]
    assert leaks("https://x.example/hand_off_now said hand_off", "") == ["markup"]
