"""Chooses the agent for a turn from the intent that was read, and says when no agent should answer.

The agent that spoke last keeps the conversation unless another is clearly better, and what looks
like an answer to its question belongs to it; where nobody has spoken yet, below the threshold of
confidence, the general agent answers or asks. Decided locally but for two candidates that are near:
then bot/router_near.py asks a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import plugins, router_near
from bot.agents.base import Agent
from bot.deps import Deps
from bot.domain import Direction, Emotion, Polarity
from bot.domain_answers import TopicMode
from bot.escalation import Trouble
from bot.language.intent_context import Heard, answering, same_again
from bot.language.intents import Intent, IntentReading, route_of
from bot.language.reader import Reading
from bot.language.wording import asked_in
from bot.llm.base import ModelReply
from bot.situation import Situation

CONFIDENT = 0.45
"""Below this probability of the route the intent is not believed."""
MARGIN_TO_SWITCH = 0.15
"""How much likelier another agent's route must be for it to take over from the present one."""
STRANGE = 0.95
"""Likelihood from which a line is nothing of ours even in the middle of a conversation: without its
context a ZIP code or "we have two dogs" is read as out of scope too, but not as surely."""
STAYS = frozenset({Intent.AFFIRM, Intent.DENY, Intent.UNCLEAR, Intent.THANKS})
"""What is said in passing and belongs to whoever is speaking."""
ANSWERED = 0.5
"""Likelihood from which a message is taken for the answer to our question."""
ALSO_FROM = 0.6
"""How sure a part of a mixed request must be to count as a wish of its own."""
ALSO_MAX = 2
TALK = STAYS | {Intent.GREETING, Intent.SMALL_TALK, Intent.OUT_OF_SCOPE, Intent.FEEDBACK}
"""What needs no answer of its own beside a wish."""
NEEDED = {
    "lead_nurturing": "price_party",
    "operations": "check_availability",
    "knowledge": "search_knowledge",
}
"""The tool without which a wish of that route cannot be answered."""
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
    also: tuple[str, ...] = ()
    """Further intents of a mixed request, which the same reply answers."""
    out_of_scope: bool = False
    """Nothing this business deals with: the reply says so, and what it can help with."""
    asked: tuple[ModelReply, ...] = ()
    """What a model said where two candidates were near; for the turn's record."""
    mode: TopicMode = TopicMode.AUTO
    """Who answers on this topic."""


def agents() -> Mapping[str, Agent]:
    """Every agent there is, by name."""
    return plugins.load("bot.agents", "agent", Agent)


async def route(deps: Deps, situation: Situation, reading: Reading) -> Choice:
    """The agent for this turn, with the conversation so far counted."""
    heard = hear(situation)
    choice = choose(reading.intent, situation.agent, heard=heard, parts=reading.parts)
    candidates = _near(reading.intent, choice, heard)
    if not candidates:
        return choice
    purposes = {name: agents()[name].purpose for name in candidates}
    asked = await router_near.ask(deps, situation, purposes)
    if asked is None:
        return choice
    name, reply = asked
    choice = replace(choice, asked=(reply,))
    if name is None or name == choice.name:
        return choice
    intent = _best_of(reading.intent, name) or Intent(choice.intent)
    return replace(
        choice, name=name, agent=agents()[name], intent=intent.value, why="a model chose"
    )


def hear(situation: Situation) -> Heard:
    """The waiting text in its place: after what we asked last and what was wanted before."""
    ours = next(
        (m.text for m in reversed(situation.transcript) if m.direction is Direction.OUTBOUND), ""
    )
    last = situation.last_intent
    return Heard(
        text=situation.text,
        asked=asked_in(ours) if ours else "",
        last_intent=Intent(last) if last in set(Intent) else None,
    )


def choose(
    reading: IntentReading,
    present: str | None,
    *,
    heard: Heard | None = None,
    parts: tuple[IntentReading, ...] = (),
) -> Choice:
    """The agent for this turn.

    Args:
        reading: of the whole message.
        present: the agent that spoke last, if one did.
        heard: the message in its place; None where there is no conversation to count.
        parts: readings of its parts, where it seems to want several things.
    """
    if present is None or present not in agents():
        choice = _first(reading)
    else:
        choice = _further(reading, present, heard or Heard(text=""))
    return _with_wishes(choice, parts, present)


def _first(reading: IntentReading) -> Choice:
    sure = reading.confidence >= CONFIDENT
    name, why = (_serving(reading.route), "intent") if sure else ("general", "unsure")
    return _choice(name, reading.intent, reading.confidence, why)


def _further(reading: IntentReading, present: str, heard: Heard) -> Choice:
    """The choice where somebody has spoken already."""
    answers = answering(heard)
    shares = _shares(reading, present, heard)
    best = max(shares, key=lambda name: shares[name])
    sure, intent = max(shares[best], reading.confidence * (1 - answers)), reading.intent
    if answers >= ANSWERED or _is_out_of_context(reading):
        is_strange = intent is Intent.OUT_OF_SCOPE
        why = "answers our question" if answers >= ANSWERED else "means something here"
        return _choice(present, Intent.UNCLEAR if is_strange else intent, sure, why)
    if best == present or intent in STAYS:
        return _choice(present, intent, sure, "goes on")
    if sure < CONFIDENT:
        return _choice(present, intent, sure, "unsure")
    if sure - shares.get(present, 0.0) >= MARGIN_TO_SWITCH:
        return _choice(best, intent, sure, "clearly better")
    return _choice(present, intent, sure, "not clearly better")


def _choice(name: str, intent: Intent, confidence: float, why: str) -> Choice:
    return Choice(
        name=name,
        agent=agents()[name],
        intent=intent.value,
        confidence=round(min(confidence, 1.0), 3),
        why=why,
        out_of_scope=intent is Intent.OUT_OF_SCOPE,
    )


def _shares(reading: IntentReading, present: str, heard: Heard) -> dict[str, float]:
    """How likely each agent is the right one.

    A mixture: either the message answers the present agent's question, or it is read for itself,
    where what was wanted before is likelier to be wanted again.
    """
    odds = same_again(heard)
    weighed = [(intent, p * odds.get(intent, 1.0)) for intent, p in _spread(reading)]
    # Only what is known is shared out: `ranked` alone may sum to less than one.
    scale = sum(p for _, p in _spread(reading)) / max(sum(p for _, p in weighed), 1e-9)
    answers = answering(heard)
    shares: dict[str, float] = {present: answers}
    for intent, p in weighed:
        name = _serving(route_of(intent))
        shares[name] = shares.get(name, 0.0) + (1 - answers) * p * scale
    return shares


def _with_wishes(choice: Choice, parts: tuple[IntentReading, ...], present: str | None) -> Choice:
    """The choice with further intents, by an agent whose tools cover all if there is one."""
    wishes = {p.intent: p for p in parts if p.confidence >= ALSO_FROM and p.intent not in TALK}
    if not wishes or choice.name == "customer_care":
        return choice
    main = Intent(choice.intent)
    routes = [route_of(main), *(wish.route for wish in wishes.values())]
    needed = {NEEDED[route] for route in routes if route in NEEDED}
    names = dict.fromkeys([present or choice.name, choice.name, *map(_serving, routes)])
    able = [n for n in names if n in agents() and needed <= set(agents()[n].tools)]
    name = choice.name if choice.name in able or not able else able[0]
    if name != choice.name or main in TALK:
        main = next((i for i in wishes if _serving(route_of(i)) == name), next(iter(wishes)))
        name = name if name != "general" else _serving(route_of(main))
    also = tuple(intent.value for intent in wishes if intent is not main)
    others = (choice.intent,) if Intent(choice.intent) not in {main, *wishes, *TALK} else ()
    return replace(
        choice,
        name=name,
        agent=agents()[name],
        intent=main.value,
        out_of_scope=False,
        also=(*others, *also)[:ALSO_MAX],
    )


def _near(reading: IntentReading, choice: Choice, heard: Heard) -> tuple[str, ...]:
    """Two agents between whom nothing here can decide; empty nearly always."""
    if choice.also or reading.intent in STAYS or answering(heard) >= ANSWERED:
        return ()
    shares = _shares(reading, choice.name, Heard(text="", last_intent=heard.last_intent))
    (first, p), (second, q) = sorted(
        [*shares.items(), ("", 0.0)], key=lambda each: each[1], reverse=True
    )[:2]
    is_near = q >= router_near.PLAUSIBLE and p - q <= router_near.MARGIN
    return (first, second) if is_near and choice.name in (first, second) else ()


def _best_of(reading: IntentReading, agent: str) -> Intent | None:
    return next((i for i, _ in _spread(reading) if _serving(route_of(i)) == agent), None)


def _spread(reading: IntentReading) -> tuple[tuple[Intent, float], ...]:
    return reading.spread or reading.ranked


def needs_person(reading: IntentReading, emotion: Emotion) -> Trouble | None:
    """Whether the customer's wish alone sends this to staff, whatever a model would say.

    What the way they feel does is bot/feelings' to say.
    """
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


def wants_only_a_person(reading: Reading) -> bool:
    """Whether nothing is asked but for a person: then no agent has anything to say."""
    is_asked = reading.intent.intent is Intent.ASK_PERSON and reading.intent.confidence >= CONFIDENT
    return is_asked and all(part.intent in TALK | {Intent.ASK_PERSON} for part in reading.parts)


def _spaced(intent: Intent) -> str:
    return intent.value.replace("_", " ")


def _serving(route: str) -> str:
    return next((name for name, agent in agents().items() if route in agent.routes), "general")


def _is_out_of_context(reading: IntentReading) -> bool:
    """Whether a line is called out of scope only because it was read without what came before."""
    return reading.intent is Intent.OUT_OF_SCOPE and reading.ranked[0][1] < STRANGE
