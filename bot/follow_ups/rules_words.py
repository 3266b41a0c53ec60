"""Says each cause's rule as it is in force, with how it has fared, for the desk and the terminal.

Pure, but for `read_rules`, which reads what is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.causes.base import Cause, causes
from bot.domain_follow_ups import CAMPAIGN, STAFF
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.why_words import say_rule
from bot.profile import Profile
from bot.store import follow_up_lists
from bot.store.connection import Connection
from bot.store.follow_up_lists import InForce, RuleCount

COUNTED = timedelta(days=30)
NOTHING_YET = RuleCount(cause="", waiting=0, sent=0, answered=0, converted=0, skipped=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """A cause as staff see it."""

    name: str
    cause: Cause
    is_on: bool
    live_since: datetime | None
    """None: the planner has not seen it, or it hangs on bookings."""
    count: RuleCount


async def read_rules(conn: Connection, profile: Profile, *, now: datetime) -> tuple[RuleState, ...]:
    """Every cause, the heaviest first."""
    counts = {
        each.cause: each for each in await follow_up_lists.count_by_cause(conn, since=now - COUNTED)
    }
    seen = {each.cause: each for each in await follow_up_lists.list_in_force(conn)}
    made = [
        RuleState(
            name=name,
            cause=cause,
            is_on=name not in profile.follow_ups.off,
            live_since=_since(seen.get(name)),
            count=counts.get(name, NOTHING_YET),
        )
        for name, cause in causes().items()
    ]
    return tuple(sorted(made, key=lambda each: -each.cause.weight))


def say_rules(profile: Profile, rules: tuple[RuleState, ...]) -> tuple[str, ...]:
    """A paragraph for each cause."""
    return tuple(_rule(profile, each) for each in rules)


def say_in_force(profile: Profile, each: RuleState) -> str:
    """Whether a rule writes, and since when."""
    if each.name in (STAFF, CAMPAIGN):
        return "by hand"
    if not each.is_on:
        return "off"
    if each.live_since is None:
        return "on"
    return f"on since {say_at(profile, each.live_since, home_zone(profile))}"


def _since(found: InForce | None) -> datetime | None:
    return found.live_since if found is not None and found.is_on else None


def _rule(profile: Profile, each: RuleState) -> str:
    when, count = say_rule(profile.follow_ups, each.name), each.count
    days = COUNTED.days
    return (
        f"{each.cause.title} ({each.name}): {say_in_force(profile, each)}\n"
        f"{when[:1].upper()}{when[1:]}. Weight {each.cause.weight}.\n"
        f"{count.waiting} planned; in {days} days {count.sent} sent, {count.answered} answered, "
        f"{count.converted} did what they were for, {count.skipped} left out."
    )
