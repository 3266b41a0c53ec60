"""What the offline model can do in a turn: its plan's parts, the tool calls, the phrases.

The rules in offline_plan.py and offline_asks.py are put together from these; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain_booking import Act
from bot.language.slots import PartyReading
from bot.language.wording import say
from bot.llm import offline_words as words
from bot.llm.offline_facts import Facts

ASKS: Mapping[Act, str] = {
    Act.BOOK: "held_ask",
    Act.CHANGE: "change_ask",
    Act.CANCEL: "cancel_ask",
}
"""The question for the yes to terms."""
SALES, KNOWLEDGE = "lead_nurturing", "knowledge"


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
    then: tuple[Wanted, ...] = ()
    """Calls to make once those have come out well."""
    hides_price: bool = False
    """Whether what follows states the price too."""
    ask_person: bool = False
    """After the tools, if any."""
    lead: str = ""
    """Said before what the tools said."""
    tail: str = ""
    """Said after it."""
    question: str = ""
    """Closes the reply instead of the price tool's own question."""
    if_unknown: str = ""
    """Said in the place of an answer that the articles do not have."""
    understood: bool = True
    restates: bool = False
    """Whether a price is only said again: nothing about the party is new."""


def speak(facts: Facts, phrase: str, /, **slots: str) -> str:
    return say(phrase, facts.language, seed=facts.seed, **slots)


def speak_all(facts: Facts, *phrases: str) -> str:
    """Phrases one after the other, with the gap that the language puts between sentences."""
    slots = {
        "name": _name(facts),
        "business": facts.profile.business.name,
        "date": facts.party.mentions_date,
        "place": facts.party.city or facts.party.zip_code,
    }
    gap = "" if facts.language == "zh" else " "
    return gap.join(speak(facts, phrase, **slots) for phrase in phrases)


def next_question(facts: Facts) -> str:
    """The phrase that asks what a price, a date or the terms of a hold still lack."""
    if facts.can_book and facts.proposal:
        return ASKS[facts.proposal.act]
    if facts.can_book and any(booking.agreed_at for booking in facts.bookings):
        return "more_help"
    if not facts.party.counts:
        return "ask_headcount"
    if not (facts.party.zip_code or facts.party.city):
        return "ask_zip"
    if facts.can_book:
        return "ask_date"
    return "ask_confirm" if facts.wants_date else "ask_date"


def _name(facts: Facts) -> str:
    return f" {facts.name}" if facts.name else ""


def greeting(facts: Facts, *, short: bool = False) -> str:
    """The first words of a conversation; nothing later on."""
    if not facts.is_first:
        return ""
    if short or words.small_talk(facts) != "greeting":
        return speak_all(facts, "greet") + "\n"
    return speak_all(facts, "greet", "greet_offer")


def search(question: str) -> Plan:
    return Plan(wanted=(search_call(question),))


def search_call(question: str) -> Wanted:
    asked = words.asked_of_articles(question)[:500]
    return Wanted(name="search_knowledge", arguments={"question": asked}, agent=KNOWLEDGE)


def is_ranged(facts: Facts, party: PartyReading) -> bool:
    """Whether a range was given that those of the default band can be priced at both ends of."""
    if party.headcount_range is None:
        return False
    low, high = party.headcount_range
    most = party.counts.get(facts.profile.service().default_band, 0)
    return high == party.headcount and most - (high - low) >= 1


def _with_range(
    facts: Facts, party: PartyReading, guests: list[dict[str, object]] | None
) -> list[dict[str, object]] | None:
    """Where a range was given, the least of those that it was given for."""
    if not (guests and party.headcount_range and is_ranged(facts, party)):
        return guests
    default = facts.profile.service().default_band
    low, high = party.headcount_range
    most = party.counts[default]
    ranged = {"code": default, "count": most - (high - low), "up_to": most}
    return [ranged if each["code"] == default else each for each in guests]


def price_call(facts: Facts, party: PartyReading | None = None) -> Wanted:
    """Price the party as read now, or as it was before the waiting messages."""
    party = party or facts.party

    def listed(table: Mapping[str, int]) -> list[dict[str, object]] | None:
        return [{"code": code, "count": count} for code, count in table.items()] or None

    arguments: dict[str, object] = {
        "guests": _with_range(facts, party, listed(party.counts)),
        "options": listed(party.options),
        "further": listed(party.further),
        "add_ons": listed(party.add_ons),
        "extras": listed(party.extras),
        "zip_code": party.zip_code or None,
        "town": (party.city or None) if not party.zip_code else None,
    }
    return Wanted(name="price_party", arguments=arguments, agent=SALES)
