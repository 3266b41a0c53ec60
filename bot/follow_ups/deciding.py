"""Decides what becomes of a follow-up now: it goes, waits for a moment, or is left out, and why.

Pure: the same facts give the same answer, for one that is due, for the desk that asks what would
be, and for a dry run over the past. bot/follow_ups/judging.py reads the facts. The send gate still
has the last word when it leaves (I6).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain import Mode, Purpose
from bot.domain_follow_ups import STAFF, Feeling, Gone, Later
from bot.follow_ups.deciding_moments import BY_WAY
from bot.follow_ups.decisions import (
    Decision,
    Facts,
    HoldBack,
    PutOff,
    Send,
    Skip,
    hold,
    put_off,
    say_moment,
)
from bot.follow_ups.refusing import COMPLAINTS
from bot.follow_ups.ways import Option, choose_way, say_none

__all__ = ["Decision", "Facts", "HoldBack", "PutOff", "Send", "Skip", "decide", "decide_early"]

LOOK_AGAIN = timedelta(minutes=15)
BREATH = timedelta(minutes=30)
"""News of a booking that would be too late after the talk comes once nobody wrote for so long."""
HELD = "staff have the conversation; it goes when they give it back"
COMPLAINT = "a complaint is open"


def decide_early(facts: Facts) -> Decision | None:
    """What needs nothing but the row and the customer; None where more has to be read."""
    return _first(facts, _EARLY)


def decide(facts: Facts) -> Decision:
    """The first rule that has something to say decides; where none has, it goes."""
    found = _first(facts, (*_EARLY, *_RULES))
    if found is not None:
        return found
    option = choose_way(facts.options)
    if option is None:
        return Skip(say_none(facts.options))
    later = _first_by_way(facts, option)
    if later is not None:
        return later
    if facts.arm is not None and facts.arm.is_holdout:
        return HoldBack("left out on purpose, to tell what these messages bring")
    return Send(option)


def _first(facts: Facts, rules: tuple[Callable[[Facts], Decision | None], ...]) -> Decision | None:
    return next((said for rule in rules if (said := rule(facts)) is not None), None)


def _first_by_way(facts: Facts, option: Option) -> Decision | None:
    for rule in BY_WAY:
        said = rule(facts, option)
        if said is not None:
            return said
    return None


def _erased(facts: Facts) -> Decision | None:
    return Skip("the customer was erased") if facts.to is None else None


def _too_late(facts: Facts) -> Decision | None:
    owed, until = facts.owed, facts.owed.valid_until
    if until is None or facts.now <= until:
        return None
    why = f" ({owed.reason})" if owed.reason else ""
    return Skip(
        f"too late: it was due {say_moment(facts, owed.due_at)}{why}"
        f" and says nothing any more after {say_moment(facts, until)}"
    )


def _off(facts: Facts) -> Decision | None:
    if facts.cause is None:
        return Skip(f"nothing is known of the cause {facts.owed.cause} any more")
    if facts.owed.cause in facts.profile.follow_ups.off:
        return Skip(f"switched off since it was planned: {facts.cause.title}")
    return None


def _matter(facts: Facts) -> Decision | None:
    match facts.found:
        case Gone(reason):
            return Skip(reason)
        case Later(reason, until):
            return put_off(facts, reason, max(until, facts.now + timedelta(minutes=1)))
    return None


def _paused(facts: Facts) -> Decision | None:
    if not facts.is_paused or facts.owed.cause == STAFF:
        return None
    soon = facts.now + LOOK_AGAIN  # It may be ended before its time.
    until = min(facts.pause_ends or soon, soon)
    return hold(facts, "the concierge is paused; it is judged again when it answers", until)


def _floor(facts: Facts) -> Decision | None:
    to = facts.to
    if to is None or (to.mode is not Mode.HUMAN and not to.trouble):
        return None
    reason = COMPLAINT if to.trouble in COMPLAINTS else HELD
    return hold(facts, reason, facts.now + LOOK_AGAIN)


def _talking(facts: Facts) -> Decision | None:
    recent = facts.recent
    if recent.is_waiting:
        reason = "the customer has just written; they get their answer first"
        return hold(facts, reason, facts.now + LOOK_AGAIN)
    if facts.owed.cause == STAFF:
        return None  # Whoever wrote it knows the talk, and may mean to go on with it.
    words = [at for at in (recent.heard_at, recent.told_at) if at is not None and at <= facts.now]
    until = max(words, default=facts.now) + timedelta(hours=facts.profile.follow_ups.talking_hours)
    if not words or until <= facts.now:
        return None
    return _after_the_talk(facts, max(words), until)


def _after_the_talk(facts: Facts, last: datetime, until: datetime) -> Decision | None:
    """News of a booking is not lost to a talk: where it could not wait, a breath is enough."""
    reason = f"the customer and we were writing to each other until {say_moment(facts, last)}"
    valid = facts.owed.valid_until
    is_news = facts.cause is not None and facts.cause.purpose is Purpose.ESSENTIAL
    if is_news and valid is not None and until > valid:
        until = last + BREATH
        if until <= facts.now:
            return None
    return put_off(facts, reason, until)


def _unhappy(facts: Facts) -> Decision | None:
    if facts.cause is not None and facts.cause.is_sale and facts.feeling is Feeling.UNHAPPY:
        return Skip("the customer was unhappy of late: nothing is sold to them now")
    return None


_EARLY = (_erased, _too_late, _off)
_RULES = (_matter, _paused, _floor, _talking, _unhappy)
