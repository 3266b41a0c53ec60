"""What the offline model does with a turn: the tools it wants, its words, whether a person comes.

Rules in order of weight, the first that applies wins: language, people, trouble, bookings, the
party's price, questions, and talk. Pure; the model in offline.py carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.language.allergy_words import asks_safety, names_allergy, states_allergy
from bot.language.wording import sorry
from bot.llm import offline_ask_words as heard
from bot.llm import offline_asks as asks
from bot.llm import offline_booking as booking
from bot.llm import offline_words as words
from bot.llm.offline_booking_words import asks_open, crew_wish
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import (
    Plan,
    greeting,
    next_question,
    price_call,
    search,
    search_call,
    speak,
    speak_all,
)

HANDOVERS: Mapping[str, str] = {
    "ask_person": "person",
    "complaint": "complaint",
    "refund_request": "refund",
    "billing_dispute": "refund",
    "pay_booking": "refund",
    "discount": "discount",
    "cancel_booking": "cancel",
    "change_booking": "change",
    "booking_status": "status",
    "booking_detail": "status",
    "day_of": "status",
}
QUESTIONS = frozenset(
    "menu diet service_info service_area policy site_needs payment_methods price_detail".split()
)
OF_BOOKINGS = frozenset({"change", "status", "cancel"})
"""What the tools do, where they are ours."""
ON_A_QUOTE = frozenset({"change", "status", "cancel", "refund", "complaint"})
"""Hand-overs that a changed quote makes needless: it is the quote that is meant."""


def plan(facts: Facts) -> Plan:
    """The plan for a turn."""
    rules: tuple[Callable[[Facts], Plan | None], ...] = (
        _foreign,
        asks.identity,
        asks.passing,
        booking.answer,
        asks.quoted_sum,
        _handover,
        _safety,
        asks.unit_price,
        asks.area,
        asks.how_to,
        _too_large,
        _person,
        booking.wishes,
        _booking,
        _price,
        _answered_question,
        _headcount,
        _question,
        _talk,
    )
    return next(made for rule in rules if (made := rule(facts)) is not None)


def _foreign(facts: Facts) -> Plan | None:
    if facts.language in facts.profile.business.languages:
        return None
    return Plan(text=sorry(facts.language) or speak(facts, "person"), ask_person=True)


def _handover(facts: Facts) -> Plan | None:
    """What only a person may do. A change of a party that is only quoted is no change of a
    booking."""
    spoken = words.spoken_handover(facts.text) or _claims_payment(facts)
    name = spoken or HANDOVERS.get(facts.intent, "")
    if not name or (name in OF_BOOKINGS and _is_tools(facts, name)):
        return None
    is_quoting = (
        facts.is_changed and bool(facts.party.counts) and not words.names_booking(facts.text)
    )
    if is_quoting and name in ON_A_QUOTE and not heard.complains(facts.text):
        return None
    if is_quoting and name == "discount":
        return Plan(wanted=(price_call(facts),), tail=speak(facts, name), ask_person=True)
    if words.is_rule_question(facts.text) and name in ON_A_QUOTE - {"complaint"}:
        return search(facts.text)
    if not spoken and facts.has_quote and not words.names_booking(facts.text):
        if name in ("change", "cancel"):
            return asks.change_of_quote(facts)
        if name == "complaint" and facts.is_unclear and not heard.complains(facts.text):
            return None
    return Plan(text=speak(facts, name), ask_person=True)


def _claims_payment(facts: Facts) -> str:
    """Money that is said to have been sent is for a person to look for."""
    is_told = heard.says_paid(facts.text) and not words.is_question(facts.text)
    is_ours = facts.bookings or heard.names_deposit(facts.text)
    return "refund" if is_told and is_ours else ""


def _is_tools(facts: Facts, name: str) -> bool:
    """Whether a change, a look or a cancellation is for the booking tools: with nothing booked or
    held, a change or cancellation is one of the quote, and who waits for us has a person look."""
    if not booking.is_of_booking(facts):
        return False
    if facts.bookings:
        return True
    return facts.intent != "day_of" if name == "status" else not facts.has_quote


def _safety(facts: Facts) -> Plan | None:
    """No assurance, ever: that it is noted is said by code, and what is possible by a person."""
    if not names_allergy(facts.text):
        return None
    if asks_safety(facts.text):
        phrase = "allergy_ask" if states_allergy(facts.text) else "allergy"
        if facts.is_changed and facts.party.counts:
            return Plan(wanted=(price_call(facts),), lead=speak(facts, phrase), ask_person=True)
        return Plan(text=speak(facts, phrase), ask_person=True)
    says_more = facts.is_changed or facts.when_now.is_said or words.side_question(facts.text)
    if not states_allergy(facts.text) or says_more:
        return None
    closing = "more_help" if facts.bookings else next_question(facts)
    return Plan(text=booking.reminder(facts) or speak_all(facts, closing))


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
    is_range = facts.party.headcount_range is not None
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
    asked = words.is_question(facts.text) or words.is_unit_question(facts)
    if facts.intent in QUESTIONS or asked:
        return replace(search(facts.text), tail=booking.reminder(facts))
    return None


TALK: Mapping[str, tuple[str, ...]] = {
    "thanks": ("thanks",),
    "feedback": ("thanks",),
    "bye": ("bye",),
    "deny": ("no",),
    "small_talk": ("small_talk", "greet_offer"),
    "out_of_scope": ("out_of_scope",),
}


STILL_WAITS = frozenset({"thanks", "feedback"})
"""Talk after which terms that wait for their yes are asked for again."""


def _talk(facts: Facts) -> Plan:
    heard = words.small_talk(facts) or facts.intent
    if heard == "greeting":
        return Plan(text=greeting(facts) or speak_all(facts, "greet_again"))
    if heard == "affirm" or words.is_yes(facts.text):
        return Plan(text=speak_all(facts, "yes", next_question(facts)))
    if heard in TALK:
        waits = booking.reminder(facts) if heard in STILL_WAITS else ""
        return Plan(text="\n".join(filter(None, (speak_all(facts, *TALK[heard]), waits))))
    if facts.failures >= 1:
        return Plan(text=speak(facts, "clarify_again"), ask_person=True, understood=False)
    return Plan(text=speak(facts, "clarify"), understood=False)
