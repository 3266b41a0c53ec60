"""Chooses the agent for a turn from the intent that was read, and says when no agent should answer.

The agent that spoke last keeps the conversation unless another is clearly better; where nobody has
spoken yet, below the threshold of confidence, the general agent answers or asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import plugins
from bot.agents.base import Agent
from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.escalation import Trouble, describe_anger
from bot.language.intents import Intent, IntentReading, route_of
from bot.profile import Profile

CONFIDENT = 0.45
"""Below this probability of the route the intent is not believed."""
MARGIN_TO_SWITCH = 0.15
"""How much likelier another agent's route must be for it to take over from the present one."""
STRANGE = 0.95
"""Likelihood from which a line is nothing of ours even in the middle of a conversation: without its
context a ZIP code or "we have two dogs" is read as out of scope too, but not as surely."""
STAYS = frozenset({Intent.AFFIRM, Intent.DENY, Intent.UNCLEAR, Intent.THANKS})
"""What is said in passing and belongs to whoever is speaking."""
MONEY_MATTERS = frozenset({Intent.REFUND_REQUEST, Intent.BILLING_DISPUTE})
"""For a person where the customer is unhappy; asked calmly it is a question on the policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who answers, and how sure that is."""

    name: str
    agent: Agent
    intent: str
    confidence: float
    why: str


def agents() -> Mapping[str, Agent]:
    """Every agent there is, by name."""
    return plugins.load("bot.agents", "agent", Agent)


def choose(reading: IntentReading, present: str | None) -> Choice:
    """The agent for this turn."""
    best = _serving(reading.route)
    intent = reading.intent
    if present is None or present not in agents():
        name, why = (best, "intent") if reading.confidence >= CONFIDENT else ("general", "unsure")
    elif _is_out_of_context(reading):
        name, why, intent = present, "means something here", Intent.UNCLEAR
    elif best == present or reading.intent in STAYS:
        name, why = present, "goes on"
    elif reading.confidence < CONFIDENT:
        name, why = present, "unsure"
    elif reading.confidence - _probability(reading, present) >= MARGIN_TO_SWITCH:
        name, why = best, "clearly better"
    else:
        name, why = present, "not clearly better"
    return Choice(
        name=name,
        agent=agents()[name],
        intent=intent.value,
        confidence=round(reading.confidence, 3),
        why=why,
    )


def is_furious(profile: Profile, emotion: Emotion) -> bool:
    """Angry enough that staff are told at once, whatever is wanted."""
    limit = profile.escalation.angry_from
    return emotion.primary is PrimaryEmotion.ANGRY and emotion.intensity >= limit


def needs_person(profile: Profile, reading: IntentReading, emotion: Emotion) -> Trouble | None:
    """Whether the customer's words alone send this to staff, whatever a model would say."""
    if is_furious(profile, emotion):
        return Trouble(
            reason="emotion",
            explanation=describe_anger(emotion),
        )
    if reading.confidence < CONFIDENT:
        return None
    if reading.intent is Intent.ASK_PERSON:
        return Trouble(
            reason="asked_for_person",
            explanation=f"asks for a person (confidence {reading.confidence:.2f})",
        )
    explanation = f"{_spaced(reading.intent)} (confidence {reading.confidence:.2f})"
    if reading.intent is Intent.COMPLAINT:
        return Trouble(reason="complaint", explanation=explanation)
    if reading.intent in MONEY_MATTERS and emotion.polarity is Polarity.NEGATIVE:
        return Trouble(reason="money", explanation=explanation)
    return None


def _spaced(intent: Intent) -> str:
    return intent.value.replace("_", " ")


def _serving(route: str) -> str:
    return next((name for name, agent in agents().items() if route in agent.routes), "general")


def _is_out_of_context(reading: IntentReading) -> bool:
    """Whether a line is called out of scope only because it was read without what came before."""
    return reading.intent is Intent.OUT_OF_SCOPE and reading.ranked[0][1] < STRANGE


def _probability(reading: IntentReading, agent: str) -> float:
    return sum(p for intent, p in reading.ranked if _serving(route_of(intent)) == agent)
