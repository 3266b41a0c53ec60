"""The part of a business profile that says who is written to unasked, when, and in which words.

Data only; bot/booking/reminders.py, bot/causes and bot/follow_ups read it. profile.toml
explains the fields to the owner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bot.profile_kinds import Days, Hours, Kind, Money, Part, Percent, Table, Text

CauseName = Literal[
    "after_event",
    "unanswered_quote",
    "before_event",
    "hold_lapsing",
    "deposit_missing",
    "check_in",
    "season",
    "lost_lead",
    "customer_date",
]

NEVER_HELD_BACK = frozenset({"before_event", "hold_lapsing", "deposit_missing"})
"""Of these a customer would miss something: no share of them goes without."""


def _may_be_held_back(value: tuple[CauseName, ...]) -> tuple[CauseName, ...]:
    if NEVER_HELD_BACK.intersection(value):
        raise PydanticCustomError("held_back", "a message that customers rely on is held back")
    return value


def _two_variants(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) != len(value):
        raise PydanticCustomError("variants", "both arms of a trial are the same words")
    return value


class Trial(Part):
    """A comparison of two wordings of a cause, read once, when both arms are full: no peeking.

    `per_arm` customers each; then a two-sided test of two shares at `error` decides, or nothing.
    """

    cause: CauseName
    step: str = ""
    variants: Annotated[
        tuple[str, ...], Field(min_length=2, max_length=2), AfterValidator(_two_variants)
    ] = ("a", "b")
    goal: Literal["answered", "converted"] = "converted"
    per_arm: Annotated[int, Field(ge=20), Kind("count")] = 400
    error: Annotated[Decimal, Field(gt=0, le=Decimal("0.2")), Kind("count")] = Decimal("0.05")
    max_days: Annotated[int, Field(ge=1), Kind("days")] = 180
    """After so long it ends without a winner."""


class FollowUps(Part):
    """When a message that nobody asked for may go out, and for what."""

    gap_hours: Hours
    quiet_until: Annotated[time, Kind("time")]
    quiet_from: Annotated[time, Kind("time")]
    after_event_min_hours: Hours
    after_event_max_hours: Hours
    quote_hours: tuple[Hours, ...]
    reminder_days: tuple[Days, ...]
    silent_days: Days
    review_url: str = ""
    off: tuple[CauseName, ...] = ()
    """Causes that write to nobody."""
    hold_hours: Annotated[int, Field(ge=1), Kind("hours")] = 3
    """So long before a hold lapses its customer is told, if they may be written to then."""
    check_in_hours: Annotated[int, Field(ge=1), Kind("hours")] = 48
    """So long after staff settled a complaint they ask whether it is right now."""
    lost_lead_days: Annotated[int, Field(ge=1), Kind("days")] = 14
    date_days: Annotated[int, Field(ge=1), Kind("days")] = 35
    """So long before a date that a customer told us of."""
    talking_hours: Annotated[int, Field(ge=0), Kind("hours")] = 4
    """While customer and business write to each other, and so long after, nothing else goes."""
    off_days: tuple[str, ...] = ()
    """Days on which nobody is written to unasked: feasts by their English name, or "12-26"."""
    personal: Literal["templates", "model"] = "templates"
    """model: a model may reword the templates; what it writes is checked like every answer."""
    holdout_percent: Percent = Decimal(0)
    """Of each cause's customers so many are not written to, so that what it brings can be told."""
    holdout_causes: Annotated[tuple[CauseName, ...], AfterValidator(_may_be_held_back)] = ()
    trials: Table[Trial] = Field(default_factory=dict)
    words: Table[Table[Text]] = Field(default_factory=dict)
    """The owner's own words, by cause (with its step) and by feeling and variant."""

    def digest_of(self, cause: str) -> str:
        """The rule of a cause as it stands: another one as soon as one of its figures differs."""
        figures = {name: getattr(self, name) for name in figures_for(cause)}
        return hashlib.sha256(repr(sorted(figures.items())).encode()).hexdigest()[:16]


_OF_ALL = ("gap_hours", "quiet_until", "quiet_from", "off_days")
_OF_CAUSE: Mapping[str, tuple[str, ...]] = {
    "after_event": ("after_event_min_hours", "after_event_max_hours"),
    "unanswered_quote": ("quote_hours",),
    "before_event": ("reminder_days",),
    "hold_lapsing": ("hold_hours",),
    "deposit_missing": ("hold_hours",),
    "check_in": ("check_in_hours",),
    "season": ("silent_days",),
    "lost_lead": ("lost_lead_days",),
    "customer_date": ("date_days",),
}


def figures_for(cause: str) -> tuple[str, ...]:
    """The names of the figures that a cause's rule is made of, its own first."""
    return (*_OF_CAUSE.get(cause, ()), *_OF_ALL)


class Costs(Part):
    """What a booking costs beside food and crew, for the margins shown to the owner."""

    staff_hour: Money = Decimal("30.00")
    staff_message_minutes: Annotated[Decimal, Field(ge=0), Kind("count")] = Decimal(2)
    """What writing one message takes a staff member."""
    segment: Mapping[str, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)
    """Of one segment or message, by channel."""
    template: Mapping[str, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)
    """Of one approved template on WhatsApp, by category: utility, marketing."""
    share_percent: Percent = Decimal(0)
    """Of the price, what food and crew take; 0: not stated, and said so in every margin."""
