"""Rules of the offline model for what customers ask on the way: who it is, sums, the area, how to.

Each returns a plan or None, like those in offline_plan.py, which sets their order.
"""

from __future__ import annotations

from bot.llm import offline_ask_words as heard
from bot.llm import offline_words as words
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import (
    Plan,
    greeting,
    next_question,
    price_call,
    search_call,
    speak,
    speak_all,
)


def identity(facts: Facts) -> Plan | None:
    """Whoever asks whether we are a person hears the truth, and may have one."""
    if not heard.asks_identity(facts.text):
        return None
    return Plan(text=speak_all(facts, "small_talk", "ask_person"))


def passing(facts: Facts) -> Plan | None:
    """A wrong number, and a customer who only wants us to go on."""
    if heard.is_wrong_number(facts.text):
        return Plan(text=speak(facts, "wrong_number"))
    if heard.wants_us_to_stay(facts.text):
        return Plan(text=speak(facts, "no"))
    return None


def quoted_sum(facts: Facts) -> Plan | None:
    """A sum of the quote is doubted or asked for again: it is said again, line by line."""
    if not facts.has_quote or heard.names_payment(facts.text) or heard.says_paid(facts.text):
        return None
    if heard.asks_why(facts.text):
        is_meant = heard.names_sum(facts.text)
    elif facts.intent == "discount" or words.is_rule_question(facts.text):
        is_meant = False
    elif facts.intent in ("billing_dispute", "refund_request"):
        is_meant = heard.names_sum(facts.text)
    else:
        is_meant = heard.states_sum(facts.text)
    if not is_meant:
        return None
    lead = speak(facts, "deposit_inside") if heard.names_deposit(facts.text) else ""
    return Plan(wanted=(price_call(facts, facts.before),), lead=lead, restates=True)


def unit_price(facts: Facts) -> Plan | None:
    """What one guest costs, where no party is described in the same breath."""
    is_party = facts.is_changed and facts.party.headcount > 1
    if not heard.is_per_unit(facts.text) or is_party:
        return None
    tail = "" if facts.has_quote else speak(facts, "ask_headcount")
    return Plan(wanted=(search_call(facts.text),), tail=tail)


def area(facts: Facts) -> Plan | None:
    """Whether we come to a place, before anybody is counted; with a party the price tells it."""
    if facts.party.headcount or not heard.asks_area(facts):
        return None
    place = facts.party.city or facts.party.zip_code
    names = ("check_place", "ask_headcount") if place else ("ask_headcount",)
    return Plan(
        wanted=(search_call(facts.text),),
        lead=greeting(facts, short=True).strip(),
        tail=speak_all(facts, *names),
    )


def how_to(facts: Facts) -> Plan | None:
    """How booking goes and which times there are: the articles know, and the quote stays."""
    is_about_booking = facts.intent in ("book", "availability") or words.wants_booking(facts.text)
    if heard.asks_habit(facts.text) and words.is_question(facts.text):
        tail = speak(facts, next_question(facts)) if facts.has_quote else ""
        return Plan(wanted=(search_call(facts.text),), tail=tail)
    if not is_about_booking or not heard.asks_how(facts.text):
        return None
    if facts.is_changed or facts.has_new_date:
        return None
    return Plan(wanted=(search_call(facts.text),), tail=speak(facts, next_question(facts)))


def change_of_quote(facts: Facts) -> Plan | None:
    """A change or a cancellation while there is only a quote: nothing is booked."""
    if facts.is_unclear:
        return Plan(text=open_question(facts)) if open_question(facts) else None
    if facts.can_book and (facts.when_now.is_said or facts.intent != "cancel_booking"):
        return None if facts.when_now.is_said else Plan(text=speak(facts, "what_change"))
    if facts.has_new_date:
        return Plan(text=speak_all(facts, "got_date", "book"), ask_person=True)
    if facts.intent == "cancel_booking":
        return Plan(text=speak(facts, "cancel_quote"))
    return Plan(text=speak(facts, "what_change"))


def open_question(facts: Facts) -> str:
    """What about the party must still be asked before anything else."""
    for name in facts.party.ambiguous:
        if name in ("ages", "further"):
            return speak(facts, f"ask_{name}")
        kind, _, code = name.partition(":")
        if code:
            return speak(facts, "ask_dishes", dish=words.dish_name(facts, kind, code))
    return ""
