"""Where a customer's feelings are going: pure sums over readings, the same for everybody who asks.

bot/feelings/history.py loads the readings, and says how customers fared after our answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import pstdev
from typing import Final, Literal

from bot.domain import ConversationId, Emotion, MessageId
from bot.store.emotion_trends import Line

Course = Literal["rising", "falling", "steady"]

HALF_LIFE: Final = timedelta(hours=24)
"""A reading weighs half as much as one that is a day younger..."""
HALF_COUNT: Final = 1.0
"""...and half as much as the one said after it."""
FITTED_MAX: Final = 5
"""The newest messages that a slope is drawn through."""
STEADY_WITHIN: Final = 0.2
"""A line that rises or falls by less from its first message to its last is level."""
UNHAPPY_BELOW: Final = -0.2
HAPPY_FROM: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """How a message sounds by the reading that counts, and how it sounded by others before."""

    message_id: MessageId
    conversation_id: ConversationId
    seq: int
    at: datetime
    emotion: Emotion
    older: tuple[Emotion, ...] = field(default=())
    """Newest first; each by another scorer."""

    @property
    def valence(self) -> float:
        """-1.0 as bad as can be to 1.0 as good."""
        return self.emotion.valence


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The course of several messages; all zero and level where there are none."""

    count: int = 0
    valence_now: float = 0.0
    """Mean valence; the younger a reading and the fewer messages after it, the more it weighs."""
    slope: float = 0.0
    """How much valence a message gains on the one before, by the newest few."""
    volatility: float = 0.0
    """Spread (standard deviation) of the changes from message to message: 0.0 is an even course."""
    direction: Course = "steady"
    swings: int = 0
    """How often they went over from happy to unhappy or back, whatever calm lay between."""
    worst: Felt | None = None
    """The lowest moment; of equal ones the latest."""
    lasted: timedelta = timedelta()
    """How long they were unhappy around the worst moment: to the first message after it that was
    not, or to their last. Zero where even the worst was not unhappy."""

    @property
    def has_lasted(self) -> bool:
        """Whether that is long enough to be said: half a minute rounds to none."""
        return self.lasted >= timedelta(minutes=1)


def felt_in(lines: Iterable[Line]) -> tuple[Felt, ...]:
    """A reading a message, in the order in which the messages were said.

    Of a message's lines the newest counts, whoever wrote it.
    """
    by_message: dict[MessageId, list[Line]] = defaultdict(list)
    for line in lines:
        by_message[line.message_id].append(line)
    return tuple(sorted(map(_felt, by_message.values()), key=lambda each: (each.at, each.seq)))


def _felt(lines: list[Line]) -> Felt:
    newest, *older = sorted(lines, key=lambda line: (line.kept_at, line.id), reverse=True)
    return Felt(
        message_id=newest.message_id,
        conversation_id=newest.conversation_id,
        seq=newest.seq,
        at=newest.at,
        emotion=newest.emotion,
        older=tuple(line.emotion for line in older),
    )


def trend_of(felt: Iterable[Felt]) -> Trend:
    """What these come to, in whatever order they are given: only when they were said counts."""
    course = sorted(felt, key=lambda each: (each.at, each.seq))
    if not course:
        return Trend()
    values = [each.valence for each in course]
    weights = _weights(course)
    slope = _slope(values[-FITTED_MAX:], weights[-FITTED_MAX:])
    changes = [later - earlier for earlier, later in pairwise(values)]
    place = min(range(len(values)), key=lambda index: (values[index], -index))
    return Trend(
        count=len(course),
        valence_now=_mean(values, weights),
        slope=slope,
        volatility=pstdev(changes) if changes else 0.0,
        direction=_direction(slope * (min(len(values), FITTED_MAX) - 1)),
        swings=_swings(values),
        worst=course[place],
        lasted=_spell(course, place),
    )


def _weights(course: Sequence[Felt]) -> list[float]:
    """1.0 for the newest, less by its age and by how many came after it for each other."""
    last = len(course) - 1
    return [
        0.5 ** ((course[-1].at - each.at) / HALF_LIFE + (last - index) / HALF_COUNT)
        for index, each in enumerate(course)
    ]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted; never outside the values, whatever rounding does."""
    total = sum(weights)
    mean = sum(value * weight for value, weight in zip(values, weights, strict=True)) / total
    return min(max(mean, min(values)), max(values))


def _slope(values: Sequence[float], weights: Sequence[float]) -> float:
    """Of the weighted least-squares line; 0.0 where one message weighs all or all are equal."""
    if min(values) == max(values):
        return 0.0
    places = [float(index) for index in range(len(values))]
    middle, mean = _mean(places, weights), _mean(values, weights)
    spread = sum(w * (x - middle) ** 2 for x, w in zip(places, weights, strict=True))
    if spread < 1e-9 * sum(weights):
        # All but the newest are so old that nothing is told of a course.
        return 0.0
    together = sum(
        w * (x - middle) * (y - mean) for x, y, w in zip(places, values, weights, strict=True)
    )
    return together / spread


def _direction(change: float) -> Course:
    if abs(change) < STEADY_WITHIN:
        return "steady"
    return "rising" if change > 0 else "falling"


def _swings(values: Sequence[float]) -> int:
    sides = [value >= HAPPY_FROM for value in values if not UNHAPPY_BELOW <= value < HAPPY_FROM]
    return sum(earlier != later for earlier, later in pairwise(sides))


def _spell(course: Sequence[Felt], place: int) -> timedelta:
    """How long the run of unhappy messages around this one lasted."""
    if course[place].valence >= UNHAPPY_BELOW:
        return timedelta()
    begin = end = place
    while begin > 0 and course[begin - 1].valence < UNHAPPY_BELOW:
        begin -= 1
    while end + 1 < len(course) and course[end].valence < UNHAPPY_BELOW:
        end += 1
    return course[end].at - course[begin].at
