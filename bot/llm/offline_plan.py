"""What the offline model does with a turn: the tools it wants, its words, whether a person comes.

Rules in order of weight, the first that applies wins: language, people, trouble, bookings, the
party's price, questions, and talk. Pure; the model in offline.py carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.language.wording import sorry
from bot.llm import offline_ask_words as heard
from bot.llm import offline_asks as asks
from bot.llm import offline_booking as booking
from bot.llm import offline_memory as memory
from bot.llm import offline_waiting as waiting
from bot.llm import offline_waiting_words as mood
from bot.llm import offline_words as words
from bot.llm.offline_again import last_time
from bot.llm.offline_booking_words import asks_open, crew_wish
from bot.llm.offline_facts import Facts
from bot.llm.offline_handing import handover, safety
from bot.llm.offline_moves import (
    Plan,
    greeting,
    is_ranged,
    next_question,
    price_call,
    search,
    search_call,
    speak,
    speak_all,
)

QUESTIONS = frozenset(
    "menu diet service_info service_area policy site_needs payment_methods price_detail".split()
)
PRICES = frozenset({"party_price", "price_detail", "planning"})
"""Of these the guests are asked where no article answers."""


def plan(facts: Facts) -> Plan:
    """The plan for a turn."""
    rules: tuple[Callable[[Facts], Plan | None], ...] = (
        _foreign,
        memory.of_customer,
        asks.identity,
        asks.passing,
        waiting.unknown,
        booking.answer,
        _gibberish,
        waiting.later,
        waiting.objection,
        waiting.bargain,
        asks.quoted_sum,
        handover,
        safety,
        asks.unit_price,
        asks.area,
        asks.how_to,
        _too_large,
        _person,
        last_time,
        booking.wishes,
        _booking,
        _price,
        _answered_question,
        waiting.described,
        _headcount,
        _question,
        _talk,
    )
    made = next(made for rule in rules if (made := rule(facts)) is not None)
    return waiting.not_again(facts, made)


def _foreign(facts: Facts) -> Plan | None:
    if facts.language in facts.profile.business.languages:
        return None
    return Plan(text=sorry(facts.language) or speak(facts, "person"), ask_person=True)


def _gibberish(facts: Facts) -> Plan | None:
    """Letters that are no words: nobody's question, whatever it was taken for."""
    if facts.is_changed or facts.when_now.is_said or not mood.is_gibberish(facts.raw):
        return None
    if facts.intent not in ("unclear", "out_of_scope") or facts.asked in ("address", "zip"):
        return None
    if words.small_talk(facts) or words.is_yes(facts.text):
        return None
    return _not_understood(facts)


def _not_understood(facts: Facts) -> Plan:
    if facts.failures >= 1:
        return Plan(text=speak(facts, "clarify_again"), ask_person=True, understood=False)
    return Plan(text=speak(facts, "clarify"), understood=False)


def _too_large(facts: Facts) -> Plan | None:
    limit = facts.profile.service().person_over
    if not facts.is_changed or limit is None or facts.party.headcount <= limit:
        return None
    return Plan(text=speak(facts, "too_large"), ask_person=True)


def _person(facts: Facts) -> Plan | None:
    """Yes to our offer to ask somebody."""
    if not (facts.asked == "person" and words.is_yes(facts.text)):
        return None
    return Plan(text=speak(facts, "person"), ask_person=True)


def _booking(facts: Facts) -> Plan | None:
    """A wish for a date where no tool can book: the price is made, and a person confirms."""
    if facts.can_book:
        return None
    agrees = facts.asked == "confirm" and words.is_yes(facts.text)
    gives_date = facts.asked == "date" and facts.has_new_date and facts.has_quote
    wishes = facts.intent in ("book", "availability") or words.wants_booking(facts.text)
    if not (agrees or gives_date or wishes):
        return None
    if not facts.party.counts:
        if words.is_rule_question(facts.text):
            return None
        return Plan(text=greeting(facts) + speak_all(facts, "book_first", "ask_headcount"))
    if facts.is_changed or not facts.has_quote:
        if not (
            gives_date
            or (facts.intent == "book" and not facts.has_quote)
            or words.wants_booking(facts.text)
        ):
            return _price(facts)
        return Plan(wanted=(price_call(facts),), tail=speak(facts, "book"), ask_person=True)
    if not gives_date:
        return Plan(text=speak(facts, "book"), ask_person=True)
    return Plan(text=speak_all(facts, "got_date", "book"), ask_person=True)


def _price(facts: Facts) -> Plan | None:
    """A party that is new or changed is priced; a question beside it is answered in one step."""
    wants_again = facts.intent in ("party_price", "quote_follow_up") or words.wants_price(
        facts.text
    )
    grown = facts.party.counts.get(facts.profile.service().default_band, 0)
    if not grown or "headcount" in facts.party.ambiguous:
        return None
    question = words.side_question(facts.text)
    wish = facts.can_book and bool(crew_wish(question, facts.profile))
    question = "" if wish or (facts.can_book and asks_open(question)) else question
    if facts.is_unclear and not facts.is_changed and facts.has_quote:
        return Plan(text=asks.open_question(facts))
    if not facts.is_changed and (not wants_again or (question and facts.has_quote)):
        return None
    wanted = [price_call(facts)]
    if question:
        wanted.append(search_call(question))
    is_range = facts.party.headcount_range is not None and not is_ranged(facts, facts.party)
    lead = speak(facts, "price_range") if is_range else greeting(facts, short=True).strip()
    lead = "\n".join(filter(None, (lead, speak(facts, "wish_heard") if wish else "")))
    completed = None if question or facts.party.ambiguous else booking.completes(facts)
    return Plan(
        wanted=tuple(wanted),
        then=completed.then if completed else (),
        lead=lead,
        question=asks.open_question(facts) or ("" if completed else _when_question(facts)),
        restates=facts.has_quote and not facts.is_changed,
    )


def _when_question(facts: Facts) -> str:
    """Dates are ours to hold here, so that nobody is asked whether to pass one on."""
    is_placed = facts.party.zip_code or facts.party.city
    return speak(facts, "ask_date") if facts.can_book and is_placed and facts.wants_date else ""


def _answered_question(facts: Facts) -> Plan | None:
    """The customer answered what we asked, and that alone changes no price."""
    if facts.asked == "date" and facts.has_new_date:
        return Plan(text=speak_all(facts, "got_date", "ask_headcount"))
    if facts.asked in ("confirm", "person") and words.is_no(facts.text):
        return Plan(text=speak(facts, "no"))
    return None


def _headcount(facts: Facts) -> Plan | None:
    """A price is wanted, or a place was given, and nobody has been counted yet."""
    if facts.party.counts and "headcount" not in facts.party.ambiguous:
        return None
    is_pricing = facts.intent in ("party_price", "planning") or words.wants_price(facts.text)
    if not facts.is_changed and heard.asks_contents(facts.text):
        return None
    if facts.intent == "out_of_scope" and not facts.party.counts and words.is_question(facts.text):
        return None  # A plumber in a town we know is still nothing of ours.
    if words.is_unit_question(facts) or (words.side_question(facts.text) and not facts.is_changed):
        return None
    if (
        facts.is_changed
        or facts.is_unclear
        or is_pricing
        or (facts.asked == "headcount" and facts.party.counts)
    ):
        is_placed = bool(facts.party.zip_code) and facts.is_changed
        names = ("got_zip", "ask_headcount") if is_placed else ("ask_headcount",)
        return Plan(text=greeting(facts) + speak_all(facts, *names))
    return None


def _question(facts: Facts) -> Plan | None:
    talks = facts.intent in words.TALK and not words.is_question(facts.text)
    if talks or words.small_talk(facts) or facts.intent == "out_of_scope":
        return None
    if mood.is_chat(facts.text) or mood.asks_nothing_new(facts.text):
        return None
    asked = words.is_question(facts.text) or words.is_unit_question(facts)
    if facts.intent in QUESTIONS or asked:
        is_price = facts.intent in PRICES and not facts.party.counts
        return replace(
            search(facts.text),
            tail=booking.reminder(facts),
            if_unknown=speak(facts, "ask_headcount") if is_price else "",
        )
    return None


TALK: Mapping[str, tuple[str, ...]] = {
    "thanks": ("thanks",),
    "feedback": ("thanks",),
    "bye": ("bye",),
    "deny": ("no",),
    "small_talk": ("small_talk", "greet_offer"),
    "out_of_scope": ("out_of_scope",),
}


def _greeted(facts: Facts) -> str:
    """A greeting, and what to go on with where more was said than that."""
    if words.small_talk(facts) == "greeting":
        return greeting(facts) or speak_all(facts, "greet_again")
    asked = speak_all(facts, next_question(facts))
    return greeting(facts) + asked if facts.is_first else speak_all(facts, "greet_again")


STILL_WAITS = frozenset({"thanks", "feedback"})
"""Talk after which terms that wait for their yes are asked for again."""


def _talk(facts: Facts) -> Plan:
    heard = words.small_talk(facts) or facts.intent
    if mood.is_chat(facts.text):
        return Plan(text=speak_all(facts, "small_talk", next_question(facts)))
    if heard == "greeting":
        return Plan(text=_greeted(facts))
    if (heard == "affirm" or words.is_yes(facts.text)) and booking.reminder(facts):
        return Plan(text=speak(facts, "yes_short"))
    if heard == "affirm" or words.is_yes(facts.text):
        return Plan(text=speak_all(facts, "yes", next_question(facts)))
    if heard in TALK:
        waits = booking.reminder(facts) if heard in STILL_WAITS else ""
        return Plan(text="\n".join(filter(None, (speak_all(facts, *TALK[heard]), waits))))
    return _not_understood(facts)
