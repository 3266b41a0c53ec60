"""What the offline model does with a turn: the tools it wants, its words, whether a person comes.

Rules in order of weight, the first that applies wins: language, people, trouble, bookings, the
party's price, questions, and talk. Pure; the model in offline.py carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.language.wording import say, sorry
from bot.llm import offline_words as words
from bot.llm.offline_facts import Facts

SALES, KNOWLEDGE = "lead_nurturing", "knowledge"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A tool call to make, and the agent that has the tool where ours has not."""

    name: str
    arguments: Mapping[str, object]
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do."""

    text: str = ""
    """The reply, or the words before a person takes over."""
    wanted: tuple[Wanted, ...] = ()
    ask_person: bool = False
    """After the tools, if any."""
    lead: str = ""
    """Said before what the tools said."""
    tail: str = ""
    """Said after it."""
    question: str = ""
    """Closes the reply instead of the price tool's own question."""
    understood: bool = True


def plan(facts: Facts) -> Plan:
    """The plan for a turn."""
    rules: tuple[Callable[[Facts], Plan | None], ...] = (
        _foreign,
        _handover,
        _allergy,
        _too_large,
        _booking,
        _price,
        _answered_question,
        _headcount,
        _question,
        _talk,
    )
    return next(made for rule in rules if (made := rule(facts)) is not None)


def _say(facts: Facts, phrase: str, /, **slots: str) -> str:
    return say(phrase, facts.language, seed=facts.seed, **slots)


def _both(facts: Facts, *phrases: str) -> str:
    """Phrases one after the other, with the gap that the language puts between sentences."""
    slots = {
        "name": _name(facts),
        "business": facts.profile.business.name,
        "date": facts.party.mentions_date,
    }
    gap = "" if facts.language == "zh" else " "
    return gap.join(_say(facts, phrase, **slots) for phrase in phrases)


def _foreign(facts: Facts) -> Plan | None:
    if facts.language in facts.profile.business.languages:
        return None
    return Plan(text=sorry(facts.language) or _say(facts, "person"), ask_person=True)


def _handover(facts: Facts) -> Plan | None:
    """What only a person may do. A change of a party that is only quoted is no change of a "
    "booking."""
    name = words.spoken_handover(facts.text) or HANDOVERS.get(facts.intent, "")
    is_quoting = (
        facts.is_changed and bool(facts.party.counts) and not words.names_booking(facts.text)
    )
    if not name or (is_quoting and name in ("change", "status", "cancel", "refund")):
        return None
    if is_quoting and name == "discount":
        return Plan(wanted=(_price_call(facts),), tail=_say(facts, name), ask_person=True)
    if words.is_rule_question(facts.text) and name in ("change", "cancel", "refund", "status"):
        return _search(facts, facts.text)
    return Plan(text=_say(facts, name), ask_person=True)


def _allergy(facts: Facts) -> Plan | None:
    """No assurance, ever: the words of the house and a person."""
    if not words.names_allergy(facts.text):
        return None
    spoken = _say(facts, "allergy")
    if facts.is_changed and facts.party.counts:
        return Plan(wanted=(_price_call(facts),), lead=spoken, ask_person=True)
    return Plan(text=spoken, ask_person=True)


def _too_large(facts: Facts) -> Plan | None:
    limit = facts.profile.service().person_over
    if not facts.is_changed or limit is None or facts.party.headcount <= limit:
        return None
    return Plan(text=_say(facts, "too_large"), ask_person=True)


def _booking(facts: Facts) -> Plan | None:
    """A wish for a date. Nothing here can book: the price is made, and a person confirms."""
    agrees = facts.asked == "confirm" and words.is_yes(facts.text)
    gives_date = facts.asked == "date" and facts.has_new_date and facts.has_quote
    wishes = facts.intent in ("book", "availability") or words.wants_booking(facts.text)
    if facts.asked == "person" and words.is_yes(facts.text):
        return Plan(text=_say(facts, "person"), ask_person=True)
    if not (agrees or gives_date or wishes):
        return None
    if not facts.party.counts:
        if words.is_rule_question(facts.text):
            return None
        return Plan(text=_greeting(facts) + _both(facts, "book_first", "ask_headcount"))
    if facts.is_changed or not facts.has_quote:
        if not (gives_date or facts.intent == "book" or words.wants_booking(facts.text)):
            return _price(facts)
        return Plan(wanted=(_price_call(facts),), tail=_say(facts, "book"), ask_person=True)
    if not gives_date:
        return Plan(text=_say(facts, "book"), ask_person=True)
    return Plan(text=_both(facts, "got_date", "book"), ask_person=True)


def _price(facts: Facts) -> Plan | None:
    """A party that is new or changed is priced; a question beside it is answered in the same "
    "step."""
    wants_again = facts.intent in ("party_price", "quote_follow_up") or words.wants_price(
        facts.text
    )
    grown = facts.party.counts.get(facts.profile.service().default_band, 0)
    if not grown or "headcount" in facts.party.ambiguous:
        return None
    question = words.side_question(facts.text)
    if facts.is_unclear and not facts.is_changed and facts.has_quote:
        return Plan(text=_open_question(facts))
    if not facts.is_changed and (not wants_again or (question and facts.has_quote)):
        return None
    wanted = [_price_call(facts)]
    if question:
        wanted.append(_search_call(question))
    is_range = facts.party.headcount_range is not None
    lead = _say(facts, "price_range") if is_range else _greeting(facts, short=True).strip()
    return Plan(wanted=tuple(wanted), lead=lead, question=_open_question(facts))


def _open_question(facts: Facts) -> str:
    """What about the party must still be asked before anything else."""
    for name in facts.party.ambiguous:
        if name == "ages":
            return _say(facts, "ask_ages")
        kind, _, code = name.partition(":")
        if code:
            return _say(facts, "ask_dishes", dish=words.dish_name(facts, kind, code))
    return ""


def _answered_question(facts: Facts) -> Plan | None:
    """The customer answered what we asked, and that alone changes no price."""
    if facts.asked == "date" and facts.has_new_date:
        return Plan(text=_both(facts, "got_date", "ask_headcount"))
    if facts.asked in ("confirm", "person") and words.is_no(facts.text):
        return Plan(text=_say(facts, "no"))
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
        return Plan(text=_greeting(facts) + _both(facts, *names))
    return None


def _question(facts: Facts) -> Plan | None:
    talks = facts.intent in words.TALK and not words.is_question(facts.text)
    if talks or words.small_talk(facts) or facts.intent == "out_of_scope":
        return None
    if facts.intent in QUESTIONS or words.is_question(facts.text):
        return _search(facts, facts.text)
    return None


TALK: Mapping[str, tuple[str, ...]] = {
    "thanks": ("thanks",),
    "feedback": ("thanks",),
    "bye": ("bye",),
    "deny": ("no",),
    "small_talk": ("small_talk", "greet_offer"),
    "out_of_scope": ("out_of_scope",),
}


def _talk(facts: Facts) -> Plan:
    heard = words.small_talk(facts) or facts.intent
    if heard == "greeting":
        return Plan(text=_greeting(facts) or _both(facts, "greet_again"))
    if heard == "affirm" or words.is_yes(facts.text):
        return Plan(text=_both(facts, "yes", _next_question(facts)))
    if heard in TALK:
        return Plan(text=_both(facts, *TALK[heard]))
    if facts.failures >= 1:
        return Plan(text=_say(facts, "clarify_again"), ask_person=True, understood=False)
    return Plan(text=_say(facts, "clarify"), understood=False)


def _next_question(facts: Facts) -> str:
    if not facts.party.counts:
        return "ask_headcount"
    if not (facts.party.zip_code or facts.party.city):
        return "ask_zip"
    return "ask_confirm" if facts.wants_date else "ask_date"


def _name(facts: Facts) -> str:
    return f" {facts.name}" if facts.name else ""


def _greeting(facts: Facts, *, short: bool = False) -> str:
    """The first words of a conversation; nothing later on."""
    if not facts.is_first:
        return ""
    if short or words.small_talk(facts) != "greeting":
        return _both(facts, "greet") + "\n"
    return _both(facts, "greet", "greet_offer")


def _search(facts: Facts, question: str) -> Plan:
    return Plan(wanted=(_search_call(question),))


def _search_call(question: str) -> Wanted:
    return Wanted(name="search_knowledge", arguments={"question": question[:500]}, agent=KNOWLEDGE)


def _price_call(facts: Facts) -> Wanted:
    party = facts.party

    def listed(table: Mapping[str, int]) -> list[dict[str, object]] | None:
        return [{"code": code, "count": count} for code, count in table.items()] or None

    arguments: dict[str, object] = {
        "guests": listed(party.counts),
        "options": listed(party.options),
        "further": None,
        "add_ons": listed(party.add_ons),
        "extras": listed(party.extras),
        "zip_code": party.zip_code or None,
        "town": (party.city or None) if not party.zip_code else None,
    }
    return Wanted(name="price_party", arguments=arguments, agent=SALES)
