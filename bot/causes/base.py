"""What a cause is: a reason to write to a customer unasked.

A file of this folder that ends in `cause = Cause(...)`; its name is the value of follow_ups.cause.
bot/follow_ups finds it here, plans what `find` gives, and asks `look` again when it is due.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot import plugins
from bot.domain import Purpose
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile
from bot.store.connection import Connection

Find = Callable[[Connection, Profile, Span], Awaitable[Sequence[Plan]]]
"""What calls for a message and arose in the span, each once, oldest first; reads only."""
Look = Callable[[Connection, Profile, Owed, datetime], Awaitable[Matter | Gone | Later]]
"""What a planned one is about as of a moment (the present, or of a dry run a past one). It counts
nothing that happened after the moment."""
ConvertsBy = Literal["booking", "deposit", "headcount", "feedback", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A reason to write. Its words are the phrases `CAUSE[_STEP]_FEELING_VARIANT`."""

    title: str
    """What staff call it, such as "Thanks after the event"."""
    purpose: Purpose
    """As what the send gate judges it. promotional: only to who agreed to offers."""
    weight: int
    """Of two that are too close the heavier goes: 90 a lapsing hold, 10 a lost lead."""
    find: Find | None
    """None: planned by staff, or in the booking's own transaction."""
    look: Look
    converts_by: ConvertsBy
    watched: timedelta
    """So long after it went, an answer or a booking counts for it."""
    is_sale: bool = False
    """Whether it wants to sell something: never to an unhappy customer."""
    is_about_trouble: bool = False
    """Whether it is there because something went wrong: a settled complaint does not stop it."""


def causes() -> Mapping[str, Cause]:
    """Every cause there is, by name."""
    return plugins.load("bot.causes", "cause", Cause)
