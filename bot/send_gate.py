"""The one place that decides whether a message may leave now, whoever wrote it (I6, I7).

Asked at the moment of sending with what the outbox knows of the addressee, never earlier, and pure:
the same facts give the same verdict. Whatever stays has its reason in words that staff understand,
stored with the message. What only holds for messages that nobody asked for is in
bot/send_gate_unasked.py, what a closed messaging window leaves open in bot/send_gate_windows.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.consent import Wish, read_wish
from bot.domain import Author, Consent, Mode, Purpose
from bot.send_gate_rules import Hold, Instead, Leave, Refuse, Rule, Rules, Verdict, is_unasked
from bot.send_gate_unasked import find_cap, find_promotion, find_quiet
from bot.send_gate_windows import find_window
from bot.store.departures import Departure

__all__ = [
    "CHANGED_HANDS",
    "TOO_LATE",
    "WAS_CLOSED",
    "Hold",
    "Instead",
    "Leave",
    "Refuse",
    "Rules",
    "Verdict",
    "judge",
]

TOO_LATE = "the customer's quiet hours had begun before it could leave"
"""Of what nobody asked for; whoever owes it finds another moment."""
CHANGED_HANDS = "the conversation changed hands before it left"
WAS_CLOSED = "the conversation was closed"


def judge(departure: Departure, rules: Rules, *, now: datetime) -> Verdict:
    """Whether this message may leave now. The first rule that has something to say decides."""
    for rule in _RULES:
        verdict = rule(departure, rules, now)
        if verdict is not None:
            return _not_for_ever(departure, rules, verdict, now)
    return Leave()


def _not_for_ever(departure: Departure, rules: Rules, verdict: Verdict, now: datetime) -> Verdict:
    """What was held so long that it says nothing any more is given up."""
    if not isinstance(verdict, Hold):
        return verdict
    hours = rules.profile.manners.held_hours
    latest = departure.message.created_at + timedelta(hours=hours)
    if now >= latest:
        return Refuse(f"{verdict.reason}; it was held for {hours} hours", was_held=True)
    return replace(verdict, until=min(verdict.until, latest))


def _address(departure: Departure, _rules: Rules, _now: datetime) -> Verdict | None:
    message = departure.message
    if departure.suspended_reason:
        return Refuse(f"the address cannot be reached: {departure.suspended_reason}")
    if departure.consent is Consent.REVOKED and message.purpose is not Purpose.REQUIRED:
        return Refuse("the customer has opted out")
    return None


def _just_left(departure: Departure, _rules: Rules, _now: datetime) -> Verdict | None:
    """An opt-out counts from when it came, not from when a turn gets round to it."""
    if departure.message.purpose is Purpose.REQUIRED:
        return None
    wishes = [read_wish(text, kind) for kind, text in departure.standing.unread]
    last = [wish for wish in wishes if wish in (Wish.STOP, Wish.START)][-1:]
    return Refuse("the customer has just opted out") if last == [Wish.STOP] else None


def _floor(departure: Departure, _rules: Rules, _now: datetime) -> Verdict | None:
    message = departure.message
    if departure.mode is Mode.CLOSED and message.purpose is not Purpose.REQUIRED:
        return Refuse(WAS_CLOSED)
    if message.author is Author.BOT and message.epoch != departure.epoch:
        return Refuse(CHANGED_HANDS)
    return None


def _elsewhere(departure: Departure, _rules: Rules, _now: datetime) -> Verdict | None:
    """A STOP at one address is a STOP to all that nobody asked for, at every address.

    A number is one person on all of its channels: there only what they wrote after it is answered.
    """
    message, standing = departure.message, departure.standing
    stopped = standing.stopped_at
    if stopped is None or message.purpose is Purpose.REQUIRED:
        return None
    if standing.given_at is not None and standing.given_at > stopped:
        return None
    if is_unasked(message):
        return Refuse("the customer has opted out at another address")
    by_number = standing.number_stopped_at
    answers = message.answered
    if by_number is not None and (answers is None or answers.said_at <= by_number):
        return Refuse("the customer has opted out of this number on another channel")
    if answers is None and message.purpose is not Purpose.ESSENTIAL:
        return Refuse("the customer has opted out at another address and never wrote from this one")
    return None


def _too_late(departure: Departure, _rules: Rules, now: datetime) -> Verdict | None:
    is_late = departure.leave_by is not None and now >= departure.leave_by
    return Refuse(TOO_LATE) if is_late else None


_RULES: tuple[Rule, ...] = (
    _address,
    _just_left,
    _floor,
    _elsewhere,
    find_promotion,
    _too_late,
    find_quiet,
    find_cap,
    find_window,
)
