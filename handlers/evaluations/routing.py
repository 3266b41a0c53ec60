"""Which agent a message would go to: {agent, intent, confidence, out_of_scope}.

A record may carry the conversation before it, `history`: texts of customer and business in turn, or
objects with `role` (user or customer; anything else is ours) and `text`. It counts as it would in
service; no model is asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.errors import ConfigError
from bot.language.intent_context import Heard
from bot.language.intents import Intent
from bot.language.language_id import detect
from bot.language.wording import asked_in
from bot.router import Choice, choose
from handlers.evaluations.base import Evaluation, Predict, Reading, Record, local_models, text_of

CUSTOMER = frozenset({"user", "customer", "inbound"})
History = list[tuple[bool, str]]
"""Whether the customer said it, and what; oldest first."""


@asynccontextmanager
async def open_routing(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Read and route; a customer who asks for a person goes to one."""
    async with local_models(environment) as local:

        async def predict(record: Record) -> Mapping[str, object]:
            asked, choice = await _route(local, text_of(record), _history(record))
            return {
                "agent": "human" if asked else choice.name,
                "intent": choice.intent,
                "confidence": choice.confidence,
                "out_of_scope": choice.out_of_scope,
            }

        yield predict


async def _route(local: Reading, text: str, history: History) -> tuple[bool, Choice]:
    """Whether a person is asked for, and the choice, with the agents of the turns before played."""
    present: str | None = None
    last: Intent | None = None
    asked, language = "", None
    for is_customer, said in history:
        if not is_customer:
            asked = asked_in(said)
            # An agent that has spoken without our knowing which: the general one.
            present = present or "general"
            continue
        reading = await local.reader.read(said, prior=language)
        language = detect(said, prior=language)
        heard = Heard(text=said, asked=asked, last_intent=last)
        before = choose(reading.intent, present, heard=heard, parts=reading.parts)
        present, last, asked = before.name, Intent(before.intent), ""
    reading = await local.reader.read(text, prior=language)
    heard = Heard(text=text, asked=asked, last_intent=last)
    choice = choose(reading.intent, present, heard=heard, parts=reading.parts)
    return reading.intent.intent is Intent.ASK_PERSON, choice


def _history(record: Record) -> History:
    """What was said before, oldest first.

    Raises:
        ConfigError: it is no list of texts or of objects with a text.
    """
    found = record.get("history") or []
    if not isinstance(found, list):
        raise ConfigError("history: a list of texts, or of objects with role and text, is expected")
    # Bare texts take turns, and what is to be routed is the customer's: the one before is ours.
    return [
        _said(entry, is_customer=(len(found) - place) % 2 == 0) for place, entry in enumerate(found)
    ]


def _said(entry: object, *, is_customer: bool) -> tuple[bool, str]:
    if isinstance(entry, str):
        return is_customer, entry
    if isinstance(entry, Mapping) and isinstance(entry.get("text"), str):
        return str(entry.get("role", "user")) in CUSTOMER, str(entry["text"])
    raise ConfigError("history: each entry is a text, or an object with role and text")


evaluation = Evaluation(help="the agent for one message", open=open_routing)
