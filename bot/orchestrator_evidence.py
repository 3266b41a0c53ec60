"""Gathers what a draft may rest on, for the guard: results, passages, the quote, house facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

from bot.agents.words import worded
from bot.deps import Deps
from bot.domain import Direction
from bot.guard import Evidence, check, shingles
from bot.guard_facts import TOLD_TEXT_CHARS
from bot.language.allergy_words import names_allergy
from bot.language.claim_text import readable
from bot.language.claims import extract, guess_language
from bot.profile import fact
from bot.prompting import RULES
from bot.router import agents
from bot.situation import Situation
from bot.tool_runner import RunCall

COUNTS_FROM, COUNTS_MAX = 12, 10
"""The customer's last texts that are read for their party, and the figures taken of them."""
ALLERGY_HEARD = 2
"""How many of the customer's earlier messages an allergy is still answered in."""


def gather(deps: Deps, situation: Situation, runs: Sequence[RunCall], agent: str) -> Evidence:
    """The evidence as it stands after these calls."""
    inbound = [m for m in situation.transcript if m.direction is Direction.INBOUND]
    lately = (*inbound[-ALLERGY_HEARD:], *situation.waiting)
    good = [done for done in runs if not done.error]
    role = worded(agents()[agent], agent, deps.instructions)
    return Evidence(
        results=tuple(done.result.data for done in good),
        passages=tuple(p.text for done in good for p in done.result.passages)
        + tuple(done.result.worded for done in good if done.result.worded),
        customer_texts=tuple(m.text for m in (*inbound, *situation.waiting)),
        quote=situation.quote,
        done=frozenset(deed for done in good for deed in done.result.deeds),
        extra_facts=_house(deps, situation.language),
        terms=_terms(good),
        party=_untold_party(good, [m.text for m in (*inbound, *situation.waiting)]),
        about_allergy=any(names_allergy(message.text) for message in lately),
        secrets=shingles(f"{RULES}\n{role.instructions}"),
        now=deps.clock.now().astimezone(deps.zone),
    )


def _terms(runs: Sequence[RunCall]) -> tuple[str, ...]:
    """The last terms stated that are to be written. Those of a hold that stood already were said
    before: they are said again unless something has been done since, such as their yes."""
    moving = [done.result for done in runs if done.result.effects or done.result.terms]
    binding = [result for result in moving if result.effects and result.terms]
    return (binding or moving)[-1].terms if moving else ()


def _untold_party(runs: Sequence[RunCall], texts: Sequence[str]) -> frozenset[int]:
    """Headcounts of this turn's last price, where the customer's figures do not add up to it."""
    quote = next((done.result.quote for done in runs[::-1] if done.result.quote), None)
    if quote is None or not quote.headcount:
        return frozenset()
    told: set[int] = set()
    for text in texts[-COUNTS_FROM:]:
        claims = extract(readable(text[:TOLD_TEXT_CHARS]), guess_language(text))
        told |= {int(c.value) for c in claims if isinstance(c.value, Decimal) and c.value < 10_000}
    sums = {0}
    for count in sorted(told)[:COUNTS_MAX]:
        sums |= {each + count for each in sums}
    counts = [int(line.quantity) for line in quote.lines if line.quantity == int(line.quantity)]
    untold = quote.headcount not in sums
    return frozenset({quote.headcount, *counts}) if untold else frozenset()


def with_sayable_name(situation: Situation) -> Situation:
    """The situation with the shown name in one line, or none where the guard would not pass it.

    People are called what they like: "$5 off" in a greeting would stop every reply.
    """
    name = " ".join(situation.customer_name.split())
    greeting = check(f"Hi {name.partition(' ')[0]}", Evidence(), language=situation.language)
    is_sayable = set(greeting.reasons) <= {"wrong language"}
    return replace(situation, customer_name=name if is_sayable else "")


def _house(deps: Deps, language: str) -> tuple[str, ...]:
    """Who the business is and how to reach it: always true, always allowed to be said."""
    business = deps.profile.business
    paths = ("business.phone", "hours.opens", "hours.closes")
    return (
        business.name,
        business.email,
        business.phone,
        business.email.partition("@")[2],
        _site(deps.settings.public_url),
        *(fact(deps.profile, path, language) for path in paths),
    )


def _site(url: str) -> str:
    """Its name, where it has one: an address of digits would pass for figures."""
    host = urlsplit(url).hostname or ""
    return "" if host.replace(".", "").isdigit() else host
