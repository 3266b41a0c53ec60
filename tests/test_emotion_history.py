"""Where feelings are going, and how customers fare after our answers: sums that anybody may redo.

Pure, over rows; tests/test_emotion_history_kept.py reads them from the database.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import (
    Author,
    ConversationId,
    CustomerId,
    Emotion,
    MessageId,
    Polarity,
    PrimaryEmotion,
)
from bot.feelings.history import History, recoveries_in
from bot.feelings.trends import Felt, felt_in, trend_of
from bot.store.emotion_trends import Line, Told

NOW = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
TALK, WHO = ConversationId(UUID(int=7)), CustomerId(UUID(int=8))


def emotion(valence: float, scorer: str = "first") -> Emotion:
    side = Polarity.POSITIVE if valence > 0 else Polarity.NEGATIVE
    return Emotion(
        primary=PrimaryEmotion.SURPRISED,
        polarity=side if valence else Polarity.NEUTRAL,
        intensity=abs(valence),
        confidence=0.9,
        scorer=scorer,
    )


def felt(seq: int, valence: float, minutes: float) -> Felt:
    at = NOW + timedelta(minutes=minutes)
    return Felt(
        message_id=MessageId(UUID(int=seq)),
        conversation_id=TALK,
        seq=seq,
        at=at,
        emotion=emotion(valence),
    )


def course(*valences: float, apart: float = 10) -> list[Felt]:
    return [felt(place, each, place * apart) for place, each in enumerate(valences)]


VALENCES = st.floats(-1, 1).map(lambda each: round(each, 3))
COURSES = st.lists(st.tuples(VALENCES, st.floats(0.1, 5000)), min_size=1, max_size=14).map(
    lambda made: [
        felt(place, valence, sum(gap for _, gap in made[: place + 1]))
        for place, (valence, _) in enumerate(made)
    ]
)


@given(VALENCES, st.integers(1, 9), st.floats(0.1, 9000))
def test_whoever_feels_the_same_all_along_is_steady(value: float, count: int, apart: float) -> None:
    trend = trend_of(course(*[value] * count, apart=apart))
    assert (trend.direction, trend.slope, trend.volatility, trend.swings) == ("steady", 0, 0, 0)
    assert trend.valence_now == value
    assert trend.count == count


@given(COURSES, st.integers(-40_000, 40_000), st.randoms(use_true_random=False))
def test_only_when_things_were_said_counts(
    said: list[Felt], days: int, dice: random.Random
) -> None:
    """Neither the order of the rows nor the date changes anything."""
    shuffled = dice.sample(said, len(said))
    assert trend_of(shuffled) == trend_of(said)
    moved = trend_of([replace(each, at=each.at + timedelta(days=days % 3000)) for each in said])
    there = trend_of(said)
    assert moved.worst is not None
    assert there.worst is not None
    assert moved.worst.message_id == there.worst.message_id
    assert replace(moved, worst=None) == replace(there, worst=None)


@given(COURSES)
def test_figures_stay_within_what_was_felt(said: list[Felt]) -> None:
    trend, values = trend_of(said), [each.valence for each in said]
    assert min(values) <= trend.valence_now <= max(values)
    assert trend.worst is not None
    assert trend.worst.valence == min(values)
    assert abs(trend.slope) <= 2
    assert 0 <= trend.volatility <= 2
    assert trend.swings < len(said)
    assert timedelta() <= trend.lasted <= said[-1].at - said[0].at


@given(COURSES)
def test_the_mirror_of_a_course_goes_the_other_way(said: list[Felt]) -> None:
    trend = trend_of(said)
    other = trend_of([replace(each, emotion=emotion(-each.valence)) for each in said])
    assert other.slope == pytest.approx(-trend.slope, abs=1e-9)
    assert other.valence_now == pytest.approx(-trend.valence_now)
    assert other.volatility == pytest.approx(trend.volatility, abs=1e-9)


def test_an_even_fall_is_falling_and_not_volatile() -> None:
    trend = trend_of(course(0.6, 0.2, -0.2, -0.6))
    assert trend.direction == "falling"
    assert trend.slope == pytest.approx(-0.4)
    assert trend.volatility == pytest.approx(0)
    assert trend_of(course(-0.6, -0.2, 0.2, 0.6)).direction == "rising"


def test_ups_and_downs_are_volatile_and_swing() -> None:
    trend = trend_of(course(0.8, -0.8, 0.0, 0.7, 0.5, -0.6))
    assert trend.swings == 3, "the calm message between is no side"
    assert trend.volatility > 0.9
    assert trend_of(course(0.1, -0.1, 0.1, -0.1)).swings == 0


def test_what_was_said_last_and_lately_weighs_most() -> None:
    fresh, stale = trend_of(course(-0.6, 0.6)), trend_of(course(0.6, -0.6))
    assert fresh.valence_now > 0 > stale.valence_now
    old = trend_of(course(-0.6, 0.6, apart=60 * 24 * 5)).valence_now
    assert old > fresh.valence_now, "five days ago hardly counts"
    assert trend_of([]).count == 0


def test_the_worst_moment_and_how_long_it_went_on() -> None:
    trend = trend_of(course(0.5, -0.4, -0.9, -0.3, 0.1, -0.5))
    assert trend.worst is not None
    assert trend.worst.seq == 2
    assert trend.lasted == timedelta(minutes=30), "until the first message that was not unhappy"
    assert trend_of(course(0.5, -0.9, -0.4)).lasted == timedelta(minutes=10)
    assert trend_of(course(0.5, -0.1)).lasted == timedelta()


# ── Readings that count ─────────────────────────────────────────────────────────────────────


def line(seq: int, valence: float, scorer: str, kept: int) -> Line:
    return Line(
        id=UUID(int=1000 * seq + kept),
        message_id=MessageId(UUID(int=seq)),
        conversation_id=TALK,
        seq=seq,
        at=NOW + timedelta(minutes=seq),
        kept_at=NOW + timedelta(days=kept),
        emotion=emotion(valence, scorer),
    )


LINES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 9), VALENCES),
    min_size=1,
    max_size=20,
    unique_by=lambda made: made[:2],
).map(lambda made: [line(seq, value, f"v{kept}", kept) for seq, kept, value in made])


@given(LINES, st.randoms(use_true_random=False))
def test_of_a_message_that_was_read_again_the_newest_line_counts(
    lines: list[Line], dice: random.Random
) -> None:
    """Older lines are kept, newest first, and change no figure."""
    found = felt_in(dice.sample(lines, len(lines)))
    newest: dict[MessageId, Line] = {}
    for each in lines:
        best = newest.setdefault(each.message_id, each)
        if each.kept_at > best.kept_at:
            newest[each.message_id] = each
    assert {each.message_id: each.emotion for each in found} == {
        key: each.emotion for key, each in newest.items()
    }
    assert sum(1 + len(each.older) for each in found) == len(lines)
    assert trend_of(found) == replace(
        trend_of(felt_in(newest.values())), worst=trend_of(found).worst
    )
    for each in found:
        scorers = [each.emotion.scorer, *(one.scorer for one in each.older)]
        assert all(later > earlier for later, earlier in pairwise(scorers))


# ── After our answers ───────────────────────────────────────────────────────────────────────


def told(*said: str | float | None, hours: Sequence[float] = ()) -> list[Told]:
    """Figures and None are the customer's messages, words are who of ours wrote."""
    return [
        Told(
            message_id=MessageId(UUID(int=place)),
            conversation_id=TALK,
            customer_id=WHO,
            seq=place,
            at=NOW + timedelta(hours=hours[place] if hours else place / 60),
            author=Author(each) if isinstance(each, str) else Author.CUSTOMER,
            valence=None if isinstance(each, str) else each,
            agent="complaints" if each == "bot" else "",
            topic="late" if each == "bot" else "",
        )
        for place, each in enumerate(said)
    ]


def fared(*said: str | float | None, hours: Sequence[float] = ()) -> list[tuple[str, str, float]]:
    found = recoveries_in(told(*said, hours=hours))
    return [(each.author.value, each.outcome, round(each.change, 3)) for each in found]


def test_who_was_unhappy_and_feels_better_after_our_answer() -> None:
    assert fared(-0.8, "bot", 0.4) == [("bot", "better", 1.2)]
    assert fared(-0.5, "bot", -0.4) == [("bot", "same", 0.1)]
    assert fared(-0.4, "bot", -0.9) == [("bot", "worse", -0.5)]
    (one,) = recoveries_in(told(-0.8, "bot", 0.4))
    assert (one.agent, one.topic, one.customer_id) == ("complaints", "late", WHO)


def test_an_answer_is_a_persons_as_soon_as_one_of_them_wrote() -> None:
    assert fared(-0.8, "bot", "staff", 0.0) == [("staff", "better", 0.8)]


def test_a_burst_is_as_bad_as_its_worst_message_and_counts_once() -> None:
    assert fared(-0.3, -0.9, 0.0, "bot", 0.1, -0.4, "bot") == [("bot", "better", 0.5)]
    (one,) = recoveries_in(told(-0.3, -0.9, 0.0, "bot", 0.1))
    assert one.message_id == MessageId(UUID(int=1))


def test_what_makes_no_recovery() -> None:
    assert fared(-0.8, 0.5) == [], "nobody answered"
    assert fared(-0.8, "bot") == [], "they never wrote again"
    assert fared(-0.2, "bot", 0.5) == [], "they were hardly unhappy"
    assert fared(None, "bot", 0.5) == fared(-0.8, "bot", None) == [], "nobody read it"
    assert fared("bot", 0.5, "bot", 0.9) == []
    assert fared(-0.8, "bot", 0.5, hours=(0, 1, 49)) == [], "two days later it proves nothing"
    assert fared(-0.8, "bot", 0.5, -0.9, hours=(0, 1, 47, 60)) == [("bot", "better", 1.3)]


def test_each_exchange_counts_by_itself_in_any_order_of_rows() -> None:
    rows = told(-0.8, "bot", -0.4, "staff", 0.2)
    found = recoveries_in(reversed(rows))
    assert [(each.author.value, each.outcome) for each in found] == [
        ("bot", "better"),
        ("staff", "better"),
    ]
    other = [replace(each, conversation_id=ConversationId(UUID(int=99))) for each in rows]
    assert len(recoveries_in([*rows, *other])) == 4


def test_a_history_can_be_had_of_one_of_its_conversations() -> None:
    mine = felt(1, -0.5, 0)
    other = replace(felt(2, 0.5, 1), conversation_id=ConversationId(UUID(int=99)))
    whole = History(felt=(mine, other), trend=trend_of([mine, other]))
    assert whole.of(TALK) == History(felt=(mine,), trend=trend_of([mine]))
