"""What stands against a moment once the way is known: days off, quiet hours, gap, caps (I6, I15).

Pure; bot/follow_ups/deciding.py asks. Each rule answers with another moment, or with nothing.
"""

from __future__ import annotations

from datetime import timedelta

from bot.causes.base import causes
from bot.domain import Purpose
from bot.follow_ups.decisions import Decision, Facts, hold, put_off, say_moment
from bot.follow_ups.ways import Option
from bot.quiet import cap_a_day, next_allowed
from bot.quiet_moments import is_off_day, next_working
from bot.store.follow_up_plans import Near

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
AFTER_IT = timedelta(minutes=15)
"""So long after the moment of another, what became of it is known."""


def _off_day(facts: Facts, option: Option) -> Decision | None:
    if not is_off_day(facts.profile, facts.now, option.where):
        return None
    return put_off(facts, "nobody is written to unasked on this day", facts.now, option)


def _quiet(facts: Facts, option: Option) -> Decision | None:
    allowed = next_allowed(facts.profile, facts.now, option.where)
    if allowed <= facts.now:
        return None
    return put_off(facts, "moved out of the customer's quiet hours", allowed, option)


def _gap(facts: Facts, option: Option) -> Decision | None:
    """Of two that are too close the heavier goes; what has left, or lies in the outbox, stands."""
    gap = timedelta(hours=facts.profile.follow_ups.gap_hours)
    gone = [near.at for near in facts.near if not near.is_planned]
    gone += [facts.recent.lies_at] if facts.recent.lies_at else []
    if gone and max(gone) + gap > facts.now:
        last = max(gone)
        reason = "moved away from another message that nobody asked for"
        return put_off(facts, f"{reason}, of {say_moment(facts, last)}", last + gap, option)
    ahead = [near for near in facts.near if near.is_planned and _is_heavier(facts, near)]
    if not ahead:
        return None
    return _yield_to(facts, max(ahead, key=lambda near: near.at), option)


def _yield_to(facts: Facts, heavier: Near, option: Option) -> Decision:
    """It is judged again once the heavier one has gone, or has not: that may never leave."""
    at = max(heavier.at, facts.now)
    title = causes()[heavier.cause].title
    reason = f"something that matters more is planned for {say_moment(facts, at)}: {title}"
    valid, after = facts.owed.valid_until, at + AFTER_IT
    if valid is not None and next_working(facts.profile, after, option.where) > valid:
        return hold(facts, reason, facts.now + HOUR)
    return put_off(facts, reason, after, option)


def _is_heavier(facts: Facts, near: Near) -> bool:
    other, ours = causes().get(near.cause), facts.cause
    if other is None or ours is None or near.cause in facts.profile.follow_ups.off:
        return False
    return other.weight > ours.weight


def _caps(facts: Facts, option: Option) -> Decision | None:
    """Not more often than the business, or a law, allows; counted as the send gate counts."""
    manners, now, sent = facts.profile.manners, facts.now, facts.recent.unasked
    if facts.cause is not None and facts.cause.purpose is Purpose.ESSENTIAL:
        limits = [(manners.essential_a_day, DAY, "in a day", True)]
    else:
        a_day = cap_a_day(facts.profile, option.where)
        limits = [
            (a_day, DAY, "in a day", False),
            (manners.unasked_a_week, WEEK, "in a week", False),
        ]
    for most, span, said, is_essential in limits:
        counted = sorted(
            each.at for each in sent if each.is_essential is is_essential and each.at > now - span
        )
        if len(counted) >= most:
            reason = f"the customer got {len(counted)} messages they did not ask for {said}"
            return put_off(facts, reason, counted[-most] + span, option)
    return None


BY_WAY = (_off_day, _quiet, _gap, _caps)
