"""Rules of the offline model for what a person decides: hand-overs, and allergies.

Each returns a plan or None, like those in offline_plan.py, which sets their order. An intent alone
hands nobody over: the words must bear it out, or the tools do what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.language.allergy_words import asks_safety, names_allergy, states_allergy
from bot.llm import offline_ask_words as heard
from bot.llm import offline_asks as asks
from bot.llm import offline_booking as booking
from bot.llm import offline_waiting_words as mood
from bot.llm import offline_words as words
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import Plan, next_question, price_call, search, speak, speak_all

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
OF_BOOKINGS = frozenset({"change", "status", "cancel"})
"""What the tools do, where they are ours."""
ON_A_QUOTE = frozenset({"change", "status", "cancel", "refund", "complaint"})
"""Hand-overs that a changed quote makes needless: it is the quote that is meant."""


def handover(facts: Facts) -> Plan | None:
    """What only a person may do. A change of a party that is only quoted is no change of a
    booking."""
    spoken = words.spoken_handover(facts.text) or _claims_payment(facts)
    name = spoken or _borne_out(facts)
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
    phrase = "paid" if name == "refund" and heard.says_paid(facts.text) else name
    return Plan(text=speak(facts, phrase), ask_person=True)


def _borne_out(facts: Facts) -> str:
    """What the intent says, where the words speak of it too: of money, or of a lower price."""
    name = HANDOVERS.get(facts.intent, "")
    if name == "refund":
        return name if heard.speaks_of_paying(facts.text) else ""
    if name == "complaint" and heard.takes_off(facts.text) and not heard.complains(facts.text):
        return ""  # "Skip the sake" orders something, and finds no fault.
    if name == "discount" and not heard.speaks_of_price(facts.text):
        return name if mood.bargains(facts.text) else ""
    return name


def _claims_payment(facts: Facts) -> str:
    """Money that is said to have been sent is for a person to look for."""
    asks_other = words.is_question(facts.text) and not heard.asks_receipt(facts.text)
    is_told = heard.says_paid(facts.text) and not asks_other
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


def safety(facts: Facts) -> Plan | None:
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
