"""When staff learn of a feeling: what the triggers of a profile ring for, and what is let pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from feeling_reader import coldly, feels
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Emotion, MessageId, Polarity, PrimaryEmotion
from bot.domain_alarms import About, Act, Alarm, FirstWords, Rung, Severity
from bot.escalation import Trouble
from bot.feelings.triggers import STRONGER_BY, Seen, judge, may_ring
from bot.feelings.watching import trouble_of, with_alarms
from bot.profile import load_profile
from bot.profile_emotions import EmotionRules, Trigger

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHIPPED = load_profile().emotion
A_DAY = timedelta(days=1)


def seen(felt: Emotion, **further: Any) -> Seen:
    return Seen(message_id=MessageId(UUID(int=1)), felt=felt, now=NOW, **further)


def names(alarms: tuple[Alarm, ...]) -> list[str]:
    return [alarm.trigger for alarm in alarms]


# ── The seven that ship ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("felt", "about", "expected"),
    [
        (feels("angry", 0.7), (), ["furious"]),
        (feels("angry", 0.69), (), []),
        (feels("angry", 0.75, 0.9), (), ["furious", "manager"]),
        (coldly(0.1, 0.8), (), ["manager"]),
        (feels("neutral", 0.1, 0.95), ("safety", "complaint", "money"), []),
        (feels("fearful", 0.6), (), []),
        (feels("fearful", 0.6), ("allergy",), ["safety"]),
        (feels("fearful", 0.5, 0.9), ("safety",), ["safety", "manager"]),
        (feels("neutral", 0.1), ("allergy", "safety"), []),
        (feels("sad", 0.8), (), []),
        (feels("sad", 0.5), ("complaint",), ["let_down"]),
        (feels("disgusted", 0.6), (), ["disgust"]),
        (feels("happy", 0.95, 0.7), (), []),
    ],
)
def test_what_rings(felt: Emotion, about: tuple[str, ...], expected: list[str]) -> None:
    """The most severe first; a joyful oath is loud and nobody's trouble."""
    heard = seen(felt, about=frozenset(map(About, about)))
    assert names(judge(SHIPPED, heard)) == expected


def test_fear_for_an_allergy_is_the_most_pressing() -> None:
    (alarm,) = judge(SHIPPED, seen(feels("fearful", 0.81), about=frozenset({About.ALLERGY})))
    assert (alarm.severity, alarm.act) == (Severity.URGENT, Act.HAND_OVER)
    assert alarm.explanation == "fearful 0.81, about an allergy"


def test_staff_read_the_figure_that_rang() -> None:
    alarms = judge(SHIPPED, seen(feels("angry", 0.91, 0.97)))
    assert [each.explanation for each in alarms] == ["angry 0.91", "angry 0.91, for a manager 0.97"]


def test_a_fall_rings_once_however_far_it_goes_on() -> None:
    """0.4, 0, -0.3 rings; the fourth that is worse still does not, and a new fall does again."""
    course = [0.4, 0.0, -0.3, -0.6, -0.2, -0.5, -0.8]
    rung = []
    for place, valence in enumerate(course):
        felt = feels("angry" if valence < 0 else "happy", abs(valence))
        alarms = judge(SHIPPED, seen(felt, before=tuple(course[:place])))
        rung.append("falling" in names(alarms))
    assert rung == [False, False, True, False, False, False, True]


@pytest.mark.parametrize(
    "course",
    [
        (0.9, 0.5, 0.1),  # Less joy is no trouble.
        (0.0, 0.0, -0.65),  # One outburst has its own triggers.
        (-0.1, -0.2, -0.3),  # Hardly a fall.
        (0.5, -0.2),  # Two are no trend.
    ],
)
def test_what_is_no_fall(course: tuple[float, ...]) -> None:
    *before, now = course
    felt = feels("sad" if now < 0 else "happy", abs(now))
    assert judge(SHIPPED, seen(felt, before=tuple(before))) == ()


def test_a_fall_is_explained_by_its_course() -> None:
    (alarm,) = judge(SHIPPED, seen(feels("sad", 0.4), before=(0.3, 0.1)))
    assert alarm.explanation == "falling over 3 messages, +0.30 → +0.10 → -0.40, now sad 0.40"
    assert (alarm.severity, alarm.act) == (Severity.NORMAL, Act.TELL)


def test_the_second_time_of_asking_calls_a_person() -> None:
    calm = feels("neutral", 0.05)
    assert judge(SHIPPED, seen(calm, asked=1)) == ()
    (alarm,) = judge(SHIPPED, seen(calm, asked=2))
    assert (alarm.trigger, alarm.act) == ("unanswered", Act.HAND_OVER)
    assert alarm.explanation == "asked 2 times without an answer"


# ── Within the cool-down ────────────────────────────────────────────────────────────────────


def test_the_same_rings_once_in_its_cool_down() -> None:
    felt = feels("angry", 0.75)
    (trigger,) = (each for each in SHIPPED.triggers if each.name == "furious")
    span = timedelta(minutes=trigger.cool_down_minutes)
    for age, expected in ((timedelta(), []), (span - A_DAY / 9999, []), (span, ["furious"])):
        rung = (Rung(trigger="furious", at=NOW - age, strength=0.75),)
        assert names(judge(SHIPPED, seen(felt, rung=rung))) == expected
    elsewhere = (Rung(trigger="disgust", at=NOW, strength=1.0),)
    assert names(judge(SHIPPED, seen(felt, rung=elsewhere))) == ["furious"]


def test_what_a_wrong_clock_rang_in_the_future_keeps_nothing_quiet() -> None:
    for ahead, expected in ((timedelta(minutes=5), []), (A_DAY, ["furious"])):
        rung = (Rung(trigger="furious", at=NOW + ahead, strength=0.75),)
        assert names(judge(SHIPPED, seen(feels("angry", 0.75), rung=rung))) == expected


def test_what_is_worse_rings_again() -> None:
    rung = (Rung(trigger="furious", at=NOW, strength=0.75),)
    assert judge(SHIPPED, seen(feels("angry", 0.8), rung=rung)) == ()
    assert names(judge(SHIPPED, seen(feels("angry", 0.95), rung=rung))) == ["furious"]


# ── Always ──────────────────────────────────────────────────────────────────────────────────

UNIT = st.floats(0, 1, allow_nan=False).map(lambda x: round(x, 3))
MOODS = st.builds(
    Emotion,
    primary=st.sampled_from(PrimaryEmotion),
    polarity=st.sampled_from(Polarity),
    intensity=UNIT,
    confidence=UNIT,
    scorer=st.just("any"),
    escalate=UNIT,
)
ABOUT = st.frozensets(st.sampled_from(About))
COURSES = st.lists(st.floats(-1, 1).map(lambda x: round(x, 3)), max_size=6).map(tuple)
SOMEWHERE = st.builds(
    Trigger,
    name=st.sampled_from(["a", "b", "c"]),
    feelings=st.lists(st.sampled_from(PrimaryEmotion), max_size=2).map(tuple),
    intensity_from=st.none() | st.floats(0.01, 1),
    escalate_from=st.none() | st.floats(0.01, 1),
    about=st.lists(st.sampled_from(About), max_size=2).map(tuple),
    falls_by=st.none() | st.floats(0.1, 2),
    over=st.integers(2, 4),
    unanswered=st.none() | st.integers(2, 4),
    severity=st.sampled_from(Severity),
    act=st.sampled_from(Act),
)
RULES = st.lists(SOMEWHERE, min_size=1, max_size=3, unique_by=lambda each: each.name).map(
    lambda triggers: EmotionRules(triggers=tuple(triggers))
)
SEEN = st.builds(
    Seen,
    message_id=st.just(MessageId(UUID(int=1))),
    felt=MOODS,
    now=st.just(NOW),
    about=ABOUT,
    before=COURSES,
    asked=st.integers(1, 5),
)


@given(RULES, SEEN, UNIT)
def test_feeling_it_more_never_silences(rules: EmotionRules, heard: Seen, more: float) -> None:
    """Joy apart: more of that is less of a trouble."""
    if heard.felt.polarity is Polarity.POSITIVE:
        heard = replace(heard, felt=replace(heard.felt, polarity=Polarity.NEGATIVE))
    stronger = replace(
        heard.felt,
        intensity=max(heard.felt.intensity, more),
        escalate=max(heard.felt.escalate, more),
    )
    louder = names(judge(rules, replace(heard, felt=stronger)))
    assert set(names(judge(rules, heard))) <= set(louder)


@given(RULES, SEEN)
def test_what_has_just_rung_is_quiet(rules: EmotionRules, heard: Seen) -> None:
    rung = tuple(
        Rung(trigger=each.trigger, at=NOW - timedelta(minutes=1), strength=each.strength)
        for each in judge(rules, heard)
    )
    assert judge(rules, replace(heard, rung=rung)) == ()


@given(RULES, SEEN)
def test_a_rung_trigger_speaks_again_only_for_more(rules: EmotionRules, heard: Seen) -> None:
    before = Rung(trigger="a", at=NOW, strength=0.5)
    again = judge(rules, replace(heard, rung=(before,)))
    assert all(each.strength >= 0.5 + STRONGER_BY for each in again if each.trigger == "a")


@given(
    st.floats(0, 0.15),
    st.floats(0, 1),
    ABOUT,
    st.sampled_from([Polarity.NEUTRAL, Polarity.POSITIVE]),
)
def test_a_lone_calm_message_never_rings(
    intensity: float, escalate: float, about: frozenset[About], side: Polarity
) -> None:
    """Whatever it is about, and whatever the manager's call: "do you kill the lobster live?" is a
    question, and "16 adults and 6 kids" an answer."""
    calm = replace(feels("neutral", intensity, escalate), polarity=side)
    assert judge(SHIPPED, seen(calm, about=about)) == ()


@given(RULES, SEEN)
def test_the_worst_stands_first_and_what_may_not_ring_does_not(
    rules: EmotionRules, heard: Seen
) -> None:
    alarms = judge(rules, heard)
    weights = [each.severity.weight for each in alarms]
    assert weights == sorted(weights, reverse=True)
    waits = {each.name for each in rules.triggers if each.unanswered is not None}
    if not may_ring(rules, heard.felt):
        assert set(names(alarms)) <= waits


# ── What the customer reads, and what staff read ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("felt", "about", "words"),
    [
        (feels("angry", 0.9, 0.9), (), FirstWords.COMPLAINT),
        (feels("disgusted", 0.9), (), FirstWords.COMPLAINT),
        (feels("fearful", 0.9), (About.ALLERGY,), FirstWords.WORRIED),
        (feels("fearful", 0.9), (About.SAFETY,), FirstWords.IN_DANGER),
        (feels("sad", 0.9), (About.COMPLAINT,), FirstWords.LET_DOWN),
        (coldly(0.1, 0.9), (), FirstWords.HEARD),
    ],
)
def test_the_first_words_fit_the_feeling(
    felt: Emotion, about: tuple[About, ...], words: FirstWords
) -> None:
    """An apology for a wrong is no comfort to who is afraid."""
    trouble = trouble_of(judge(SHIPPED, seen(felt, about=frozenset(about))))
    assert trouble is not None
    assert trouble.first_words == words.value


def test_what_is_only_told_calls_nobody() -> None:
    fall = judge(SHIPPED, seen(feels("sad", 0.4), before=(0.3, 0.1)))
    assert trouble_of(fall) is None


def test_another_trouble_is_as_pressing_as_the_feeling_beside_it() -> None:
    late = Trouble(reason="event_day", explanation="about the crew")
    fury = judge(SHIPPED, seen(feels("angry", 0.91)))
    both = with_alarms(late, fury)
    assert (both.reason, both.severity) == ("event_day", Severity.HIGH)
    assert both.explanation == "about the crew; angry 0.91"
    assert with_alarms(late, ()) is late
