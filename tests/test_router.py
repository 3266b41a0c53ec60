"""Who answers: the agent that spoke last, a better one, the general one, or a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.language.intents import Intent, IntentReading, route_of
from bot.router import CONFIDENT, STRANGE, agents, choose, needs_person

ROUTES = {route for agent in agents().values() for route in agent.routes}


def reading(intent: Intent, confidence: float = 0.9, **others: float) -> IntentReading:
    """A line that was read as this, and less surely as the others."""
    second = tuple((Intent(name), share) for name, share in others.items())
    return IntentReading(
        intent=intent,
        confidence=confidence,
        route=route_of(intent),
        ranked=((intent, confidence), *second),
        out_of_scope=intent is Intent.OUT_OF_SCOPE,
    )


def feeling(primary: PrimaryEmotion, intensity: float) -> Emotion:
    return Emotion(
        primary=primary,
        polarity=Polarity.NEGATIVE,
        intensity=intensity,
        confidence=0.9,
        scorer="test",
    )


CALM = feeling(PrimaryEmotion.NEUTRAL, 0.1)


@pytest.mark.parametrize("intent", Intent)
def test_every_intent_has_an_agent_in_a_new_conversation(intent: Intent) -> None:
    name = choose(reading(intent), None).name
    expected = "general" if route_of(intent) == "human" else route_of(intent)
    assert name == expected
    assert route_of(intent) in ROUTES


def test_a_first_line_that_is_not_understood_is_for_the_general_agent() -> None:
    chosen = choose(reading(Intent.PARTY_PRICE, CONFIDENT - 0.01), None)
    assert (chosen.name, chosen.why) == ("general", "unsure")
    assert choose(reading(Intent.PARTY_PRICE, CONFIDENT), None).name == "lead_nurturing"


def test_an_agent_that_exists_no_more_holds_no_conversation() -> None:
    assert choose(reading(Intent.MENU), "retired").name == "knowledge"


def test_the_present_agent_stays_where_it_is_as_good() -> None:
    line = reading(Intent.BOOK, 0.5, party_price=0.4)
    chosen = choose(line, "lead_nurturing")
    assert (chosen.name, chosen.why) == ("lead_nurturing", "not clearly better")


def test_a_clearly_better_agent_takes_over() -> None:
    line = reading(Intent.BOOK, 0.6, party_price=0.4)
    assert choose(line, "lead_nurturing").name == "operations"


def test_nobody_takes_over_on_a_guess() -> None:
    """Clearly better than nothing is not good enough to change hands."""
    line = reading(Intent.BOOK, CONFIDENT - 0.01, party_price=0.05)
    chosen = choose(line, "lead_nurturing")
    assert (chosen.name, chosen.why) == ("lead_nurturing", "unsure")


@pytest.mark.parametrize("intent", [Intent.AFFIRM, Intent.DENY, Intent.THANKS, Intent.UNCLEAR])
def test_what_is_said_in_passing_belongs_to_whoever_speaks(intent: Intent) -> None:
    chosen = choose(reading(intent, 0.99), "operations")
    assert (chosen.name, chosen.intent) == ("operations", intent.value)


def test_a_short_answer_is_not_declined_as_out_of_scope() -> None:
    """ "78704" or "we have two dogs" mean something to the agent that asked."""
    chosen = choose(reading(Intent.OUT_OF_SCOPE, 0.92), "lead_nurturing")
    assert (chosen.name, chosen.intent) == ("lead_nurturing", "unclear")


def test_what_is_surely_not_ours_is_declined_at_any_time() -> None:
    line = reading(Intent.OUT_OF_SCOPE, STRANGE + 0.03)
    for present in (None, "lead_nurturing", "general"):
        chosen = choose(line, present)
        assert (chosen.name, chosen.intent) == ("general", "out_of_scope")


def test_a_first_line_out_of_scope_is_declined() -> None:
    assert choose(reading(Intent.OUT_OF_SCOPE, 0.6), None).intent == "out_of_scope"


# ── People ──────────────────────────────────────────────────────────────────────────────────


def test_who_asks_for_a_person_gets_one() -> None:
    trouble = needs_person(reading(Intent.ASK_PERSON), CALM)
    assert trouble is not None
    assert trouble.reason == "asked_for_person"
    assert needs_person(reading(Intent.ASK_PERSON, 0.3), CALM) is None


def test_a_complaint_goes_to_people() -> None:
    trouble = needs_person(reading(Intent.COMPLAINT), CALM)
    assert trouble is not None
    assert trouble.reason == "complaint"
    assert "complaint" in trouble.explanation


@pytest.mark.parametrize("intent", [Intent.REFUND_REQUEST, Intent.BILLING_DISPUTE])
def test_money_goes_to_people_when_the_customer_is_unhappy(intent: Intent) -> None:
    """Asked calmly it is a question on the policy, and those have an answer."""
    trouble = needs_person(reading(intent), replace(CALM, polarity=Polarity.NEGATIVE))
    assert trouble is not None
    assert trouble.reason == "money"
    calm = replace(CALM, polarity=Polarity.NEUTRAL)
    assert needs_person(reading(intent), calm) is None


def test_praise_does_not() -> None:
    assert needs_person(reading(Intent.FEEDBACK), CALM) is None


def test_no_feeling_alone_asks_for_a_person_here() -> None:
    """How a customer feels is the triggers' to judge: twice judged would ring by two measures."""
    for primary in PrimaryEmotion:
        assert needs_person(reading(Intent.MENU), feeling(primary, 1.0)) is None


def test_agents_hand_to_agents_that_exist() -> None:
    for name, agent in agents().items():
        assert set(agent.handoffs) <= set(agents()) - {name}
