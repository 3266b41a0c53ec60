"""Rules of the offline model for what customers ask back once there is a hold or a booking.

What it comes to, who comes, what a cancellation costs, what else that day has; and a yes that comes
too late for its terms. Each returns a plan or None; offline_booking.py sets their order.
"""

from __future__ import annotations

from bot.domain_booking import Act
from bot.language.agreement import Agreement, read_agreement
from bot.language.wording import variants_of
from bot.llm import offline_ask_words as asked_words
from bot.llm import offline_booking_words as heard
from bot.llm import offline_words as words
from bot.llm.offline_answer_words import speaks_of_answering
from bot.llm.offline_booking_calls import (
    agreed,
    booking_call,
    hold_call,
    hold_call_at,
    open_day_call,
)
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import Plan, greeting, next_question, speak, speak_all
from bot.llm.offline_offers import read_offers


def late_yes(facts: Facts) -> Plan | None:
    """A yes whose terms have run out: what was asked is stated anew, and nothing is taken as done.

    CANCEL alone may mean our messages; a yes to that question is asked once more.
    """
    said = read_agreement(facts.raw, facts.language, act=_asked_act(facts))
    if facts.proposal or said is not Agreement.YES:
        return None
    if facts.ours in facts.profile.texts.cancel_question.values():
        return Plan(text=facts.ours)
    if facts.asked != "yes":
        return None
    match _asked_act(facts):
        case Act.CANCEL:
            return Plan(wanted=(booking_call("cancel_booking", {}),)) if facts.bookings else None
        case Act.CHANGE:
            return Plan(text=speak(facts, "change_what")) if facts.bookings else None
        case Act.BOOK:
            return None if agreed(facts) or not facts.has_quote else _hold_again(facts)


def _hold_again(facts: Facts) -> Plan | None:
    offers = read_offers(facts.ours)
    if not offers or offers[0].at is None:
        return None
    return Plan(wanted=(hold_call_at(facts, offers[0]),), lead=speak(facts, "hold_over"))


def _asked_act(facts: Facts) -> Act:
    """What our last words asked a yes to."""
    for act, name in ((Act.CANCEL, "cancel_ask"), (Act.CHANGE, "change_ask")):
        if any(v in facts.ours for v in variants_of(name, facts.language)):
            return act
    return facts.proposal.act if facts.proposal else Act.BOOK


def stakes(facts: Facts) -> Plan | None:
    """What becomes of the deposit, asked while a cancellation waits for its yes: its own terms."""
    if facts.proposal is None or facts.proposal.act is not Act.CANCEL:
        return None
    if not (words.is_question(facts.text) and asked_words.names_deposit(facts.text)):
        return None
    return Plan(wanted=(booking_call("cancel_booking", {}),))


def what_it_comes_to(facts: Facts) -> Plan | None:
    """What a hold or booking costs is what its own row says, and nothing is priced anew."""
    if not facts.bookings or facts.is_changed or heard.wants_other_party(facts.text):
        return None
    if not heard.asks_sum(facts.text):
        return None
    # One question at a time: the terms that wait are asked for once more.
    tail = speak(facts, next_question(facts)) if facts.proposal else ""
    return Plan(wanted=(booking_call("booking_status", {}),), tail=tail)


def by_when(facts: Facts) -> Plan | None:
    """By when to answer or to pay is what the row of the hold or booking says."""
    if not facts.bookings or facts.is_changed or facts.when_now.is_said:
        return None
    if not (words.is_question(facts.text) and speaks_of_answering(facts.text)):
        return None
    tail = speak(facts, next_question(facts)) if facts.proposal else ""
    return Plan(wanted=(booking_call("booking_status", {}),), tail=tail)


def deposit_seen(facts: Facts) -> Plan | None:
    """Whether the deposit came, asked with nothing open: what became of the last booking says."""
    if facts.bookings or not asked_words.names_deposit(facts.text):
        return None
    if not heard.asks_status(facts.text):
        return None
    return Plan(wanted=(booking_call("booking_status", {}),))


def who(facts: Facts) -> Plan | None:
    """Who comes is settled with the slot."""
    if facts.bookings or not heard.asks_crew(facts.text, facts.profile):
        return None
    if facts.is_changed or heard.crew_wish(facts.text, facts.profile):
        return None
    return Plan(text=speak_all(facts, "crew_later", next_question(facts)))


def same_day(facts: Facts) -> Plan | None:
    """Earlier or later on the day that is spoken of."""
    is_exact = facts.when_now.day or ":" in (facts.when_now.time or "")
    if is_exact or facts.is_changed or not heard.asks_other_time(facts.text):
        return None
    is_settled = agreed(facts) or (facts.when.day and facts.when.is_certain)
    return Plan(wanted=(open_day_call(facts),)) if is_settled else None


def crew(facts: Facts) -> Plan | None:
    """Who comes, and who is wished for; before anything is held the wish waits for the hold."""
    wish = heard.crew_wish(facts.text, facts.profile)
    if facts.bookings and heard.asks_of_crew(facts.text):
        return Plan(wanted=(booking_call("event_chef", {"wish": None}),))
    if not (wish or heard.asks_crew(facts.text, facts.profile)):
        return None
    if facts.when_now.day and facts.has_quote and not agreed(facts):
        return Plan(wanted=(hold_call(facts),))
    if facts.bookings:
        return Plan(wanted=(booking_call("event_chef", {"wish": wish or None}),))
    if not wish or facts.is_changed:
        return None
    missing = "ask_date" if facts.has_quote else "ask_headcount"
    return Plan(text=greeting(facts) + speak_all(facts, "wish_heard", missing))
