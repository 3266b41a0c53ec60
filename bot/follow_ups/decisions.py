"""What a follow-up is decided by, and what may be decided: values, and how they are said.

bot/follow_ups/judging.py fills the facts, deciding.py and deciding_moments.py hold the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.causes.base import Cause
from bot.domain_follow_ups import Feeling, Gone, Later, Matter, Owed
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.trials import Arm
from bot.follow_ups.ways import Option
from bot.profile import Profile
from bot.quiet_moments import next_working
from bot.store.addressees import Addressee
from bot.store.follow_up_facts import Recent
from bot.store.follow_up_plans import Near

LOOKS_MAX = 7 * 24 * 4
"""Held for a week of looks, what has no end of its own is given up."""


@dataclass(frozen=True, slots=True)
class Send:
    """It goes now, by this way."""

    option: Option


@dataclass(frozen=True, slots=True)
class Skip:
    """It does not go, now or later."""

    reason: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """It does not go now."""

    reason: str
    until: datetime
    is_held: bool = False
    """Whether it waits for something to end, and is looked at again until then."""


@dataclass(frozen=True, slots=True)
class HoldBack:
    """It would go, and is left out on purpose, so that what it brings can be told."""

    reason: str


Decision = Send | Skip | PutOff | HoldBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a decision rests on, as of one moment."""

    profile: Profile
    now: datetime
    owed: Owed
    cause: Cause | None
    """None: no file of that name is there any more."""
    to: Addressee | None
    """None: erased, or merged away."""
    found: Matter | Gone | Later | None = None
    """What the cause itself says; None: not asked yet."""
    is_paused: bool = False
    pause_ends: datetime | None = None
    """None: when somebody ends it."""
    recent: Recent = field(default_factory=Recent)
    near: tuple[Near, ...] = ()
    """Others to this customer that are closer than the gap, before and after."""
    options: tuple[Option, ...] = ()
    """Their addresses, the one last written from first."""
    feeling: Feeling = Feeling.NEUTRAL
    why_felt: str = ""
    """What weighed for it."""
    arm: Arm | None = None
    """None: nobody drew."""


def hold(facts: Facts, reason: str, until: datetime) -> Decision:
    """Wait for something to end, until it says nothing any more."""
    owed, valid = facts.owed, facts.owed.valid_until
    if valid is None and owed.looks >= LOOKS_MAX:
        return Skip(f"{reason}; that was a week ago")
    if valid is not None:
        until = min(until, max(valid, facts.now) + timedelta(seconds=1))
    return PutOff(reason, until, is_held=True)


def put_off(facts: Facts, reason: str, until: datetime, option: Option | None = None) -> Decision:
    """Move it to the next moment at which it may go; left out where that is too late for it."""
    if option is not None:
        until = next_working(facts.profile, until, option.where)
    valid = facts.owed.valid_until
    if valid is not None and until > valid:
        return Skip(f"{reason}; after {say_moment(facts, valid)} it says nothing any more")
    return PutOff(reason, until)


def say_moment(facts: Facts, at: datetime) -> str:
    """Day and hour where the business is."""
    return say_at(facts.profile, at, home_zone(facts.profile))
