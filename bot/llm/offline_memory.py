"""What the offline model does when a customer wants something forgotten, or says who else they are.

Rules like those of offline_plan.py, which sets their order; the tools check and word it all. What
customers tell is remembered by code (bot/memory.py), so nothing is done here for that.
"""

from __future__ import annotations

from bot.language.forgetting import EVERYTHING, asks_forget
from bot.language.proving import read_other_address
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import Plan, Wanted

BY = "general"


def of_customer(facts: Facts) -> Plan | None:
    """Forgetting, and another address that is theirs too."""
    kinds = asks_forget(facts.text)
    if kinds:
        named = ["everything"] if kinds == EVERYTHING else sorted(kind.value for kind in kinds)
        return Plan(wanted=(Wanted(name="forget", arguments={"kinds": named}, agent=BY),))
    address = read_other_address(facts.text)
    if address:
        return Plan(
            wanted=(Wanted(name="prove_address", arguments={"address": address}, agent=BY),)
        )
    return None
