"""What a trigger of the profile raises when a customer's emotion rings it: values only.

bot/feelings/triggers.py makes alarms, bot/store/emotion_alarms.py keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import MessageId


class Severity(StrEnum):
    """How pressing it is for staff, from the least to the most."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def weight(self) -> int:
        """More is more pressing."""
        return tuple(Severity).index(self)


class Act(StrEnum):
    """What follows from an alarm."""

    HAND_OVER = "hand_over"
    """Staff have the floor."""
    TELL = "tell"
    """Staff read a line, and the bot goes on."""


class About(StrEnum):
    """What a message speaks of, beside how it feels."""

    SAFETY = "safety"
    ALLERGY = "allergy"
    COMPLAINT = "complaint"
    MONEY = "money"


class FirstWords(StrEnum):
    """The phrase that a customer reads first when a person is brought in for how they feel."""

    COMPLAINT = "complaint"
    LET_DOWN = "feeling_let_down"
    WORRIED = "feeling_worried"
    IN_DANGER = "feeling_in_danger"
    ASKED_AGAIN = "feeling_asked_again"
    HEARD = "feeling_heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A trigger that a message has rung."""

    message_id: MessageId
    trigger: str
    """Its name in the profile."""
    severity: Severity
    act: Act
    explanation: str
    """What was read, for staff; the words that weighed most come after it."""
    strength: float
    """The figure that rang: within the cool-down only a greater one rings again."""
    first_words: FirstWords = FirstWords.COMPLAINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """An alarm of before that still keeps its trigger quiet."""

    trigger: str
    at: datetime
    strength: float


def worst(severities: Iterable[Severity]) -> Severity:
    """The most pressing of them; normal where there is none."""
    return max(severities, key=lambda each: each.weight, default=Severity.NORMAL)
