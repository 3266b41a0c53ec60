"""Rule of the offline model for "same as last time": the last booked party at today's prices.

What the customer changes in the same breath is in the party already; the price says line by line
what is assumed. offline_plan.py sets the order of the rules.
"""

from __future__ import annotations

from bot.llm import offline_words as words
from bot.llm.offline_booking import completes
from bot.llm.offline_facts import Facts
from bot.llm.offline_last import means_last
from bot.llm.offline_moves import Plan, greeting, price_call, speak, speak_all


def last_time(facts: Facts) -> Plan | None:
    """ "Same as last time": the last party at today's prices; without one its guests are asked."""
    if not means_last(facts.text) or words.names_booking(facts.text):
        return None
    if facts.means_last and facts.party.counts and not facts.party.ambiguous:
        completed = completes(facts)
        return Plan(
            wanted=(price_call(facts),),
            then=completed.then if completed else (),
            lead=speak(facts, "last_again"),
        )
    if facts.means_last or facts.party.counts:
        return None
    return Plan(text=greeting(facts) + speak_all(facts, "last_none", "ask_headcount"))
