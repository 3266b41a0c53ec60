"""What a business wants to be told of how its customers feel: the triggers of its profile.

Shape and single values here, and below what takes two fields of a trigger to see. What a trigger
reads is bot/feelings/triggers.py; bot/profile_models.py takes the whole in as `emotion`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from bot.domain import PrimaryEmotion
from bot.domain_alarms import About, Act, Severity
from bot.profile_kinds import Minutes, Part, Problem

Share = Annotated[float, Field(gt=0, le=1)]


class Trigger(Part):
    """A condition under which staff learn of a message; all of it must hold."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """Told in reports and kept with every alarm: renamed, its past is another's."""
    feelings: tuple[PrimaryEmotion, ...] = ()
    """Any of these; empty: any, but figures alone ring for nothing that is glad or plain."""
    intensity_from: Share | None = None
    escalate_from: Share | None = None
    """How surely a good manager would want to be told, as the scorer says."""
    about: tuple[About, ...] = ()
    """Any of these; empty: anything."""
    falls_by: Annotated[float | None, Field(gt=0, le=2)] = None
    """From good (1) to bad (-1), over the last messages, each worse than the one before."""
    over: Annotated[int, Field(ge=2, le=8)] = 3
    """Over how many messages."""
    unanswered: Annotated[int | None, Field(ge=2, le=8)] = None
    """The same question this often, and no answer."""
    severity: Severity
    act: Act
    cool_down_minutes: Minutes = 60
    """It does not ring again in the same conversation, unless for something stronger."""


class EmotionRules(Part):
    """How emotions are read, and what follows from them."""

    scorer: Literal["local", "model"] = "local"
    """The model that lies beside the code, or a language model after it."""
    review_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Of the messages, how many a language model reads too, to find where the two differ."""
    triggers: tuple[Trigger, ...]


def check_emotion(rules: EmotionRules) -> Iterator[Problem]:
    """What would make a trigger ring for everything, for nothing or under another's name."""
    if not rules.triggers:
        yield Problem("emotion.triggers", "nobody would learn of anything", "add at least one")
    counted = Counter(trigger.name for trigger in rules.triggers)
    for name in (name for name, count in counted.items() if count > 1):
        yield Problem("emotion.triggers.name", f"two triggers are called {name}", "rename one")
    for trigger in rules.triggers:
        field = f"emotion.triggers.{trigger.name}"
        if not _has_condition(trigger):
            mend = "give intensity_from, escalate_from, about, falls_by or unanswered"
            yield Problem(field, "rings for everything", mend)
        if trigger.falls_by is None and "over" in trigger.model_fields_set:
            mend = "give falls_by too, or take it out"
            yield Problem(f"{field}.over", "counts messages of no fall", mend)


def _has_condition(trigger: Trigger) -> bool:
    figures = (
        trigger.intensity_from,
        trigger.escalate_from,
        trigger.falls_by,
        trigger.unanswered,
    )
    return bool(trigger.about) or any(each is not None for each in figures)
