"""Rules of the offline model for customers who do not know yet, put it off, or find it dear.

Each returns a plan or None, like those in offline_plan.py, which sets their order. Nobody is
pressed: what is missing is asked in an easier way once, and then waits.
"""

from __future__ import annotations

from dataclasses import replace

from bot.language.agreement import is_pleased
from bot.language.slot_words import mentions_guests
from bot.language.wording import asked_in, variants_of
from bot.llm import offline_waiting_words as heard
from bot.llm import offline_words as words
from bot.llm.offline_booking_calls import (
    booking_call,
    held,
    hold_call_at,
    open_call_on,
)
from bot.llm.offline_dates import tells_age
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import Plan, next_question, speak, speak_all
from bot.llm.offline_offers import Offer, read_offers

EASIER = {"headcount": "rough_headcount", "zip": "rough_zip", "date": "rough_date"}
"""How what was asked is asked of somebody who does not know it."""
CHOICES_MAX = 3
ASKED_MOST = {"time": 3, "hold": 3, "date": 3}
"""How often the same is asked in a row, of all else twice; then a person is offered."""


def unknown(facts: Facts) -> Plan | None:
    """ "I don't know": what was asked is asked in an easier way, or waits."""
    if facts.is_changed or facts.when_now.is_said or not heard.is_unknown(facts.text):
        return None
    easier = EASIER.get(facts.asked, "no_rush")
    if any(each in facts.ours for each in variants_of(easier, facts.language)):
        easier = "no_rush"
    return Plan(text=speak(facts, easier))


def later(facts: Facts) -> Plan | None:
    """An answer that is put off: what waits for it is said, and nothing is asked."""
    if facts.is_changed or not heard.is_later(facts.text) or words.spoken_handover(facts.text):
        return None
    if words.side_question(facts.text) and not heard.is_later(words.side_question(facts.text)):
        return None
    if facts.can_book and held(facts):
        status = booking_call("booking_status", {})
        return Plan(wanted=(status,), lead=speak(facts, "no_rush_held"))
    if facts.when_now.day and facts.has_quote:
        return None
    return Plan(text=speak(facts, "no_rush"))


def objection(facts: Facts) -> Plan | None:
    """A price found too high: what would lower it, once; who insists may have a person."""
    if facts.is_changed or not heard.objects(facts.text) or words.names_booking(facts.text):
        return None
    if any(each in facts.ours for each in variants_of("objection", facts.language)):
        return Plan(text=speak(facts, "discount"), ask_person=True)
    return Plan(text=speak(facts, "objection"))


def bargain(facts: Facts) -> Plan | None:
    """A sum of their own, offered for a party that is priced: only a person says yes to it."""
    if not facts.has_quote or facts.is_changed or not heard.offers_sum(facts.text):
        return None
    return Plan(text=speak(facts, "discount"), ask_person=True)


def described(facts: Facts) -> Plan | None:
    """More on who comes that changes no price: "no kids", "all adults", ages that fit."""
    if facts.is_changed or not facts.party.counts or facts.is_unclear:
        return None
    is_said = mentions_guests(facts.text, facts.profile) or tells_age(facts.text)
    if words.is_question(facts.text) or not is_said:
        return None
    if words.wants_price(facts.text) or words.names_booking(facts.text):
        return None
    return Plan(text=speak_all(facts, "noted", next_question(facts)))


def pleased(facts: Facts) -> Plan | None:
    """ "Ok" to terms is no yes: what to answer is said in short."""
    if facts.proposal is None or facts.asked not in ("", "yes", "address"):
        return None
    if not is_pleased(facts.raw, facts.language, act=facts.proposal.act):
        return None
    return Plan(text=speak(facts, "yes_short"))


def either(facts: Facts) -> Plan | None:
    """Any of what was offered will do: the first is held; or all are looked up."""
    if facts.asked not in ("date", "time", "hold") or not heard.is_either(facts.text):
        return None
    days = facts.when.choices if facts.when.choices else ()
    offers = read_offers(facts.ours) or tuple(Offer(day) for day in days)
    if not offers:
        return None
    if len(days) > 1 and (heard.is_both(facts.text) or not facts.has_quote):
        return look_up(facts, days)
    if not facts.has_quote:
        return Plan(text=speak_all(facts, "noted", next_question(facts)))
    return Plan(wanted=(hold_call_at(facts, offers[0]),))


def look_up(facts: Facts, days: tuple[object, ...]) -> Plan:
    """What each of a few days has."""
    looked = tuple(open_call_on(facts, str(day)) for day in days[:CHOICES_MAX])
    return Plan(wanted=looked)


def not_again(facts: Facts, made: Plan) -> Plan:
    """The plan, unless it would ask for the third time what brought no answer: then a person is
    offered."""
    asks = asked_in(made.text) if made.text and not made.wanted and not made.ask_person else ""
    if not asks or asks != facts.asked or asks in ("person", "yes", "address"):
        return made
    if facts.asked_times < ASKED_MOST.get(asks, 2) or facts.is_changed or facts.when_now.is_said:
        return made
    return replace(made, text=speak(facts, "stuck"))
