"""Which agent a message on its own would go to: {agent, intent, confidence}."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.language.intents import Intent
from bot.router import choose
from handlers.evaluations.base import Evaluation, Predict, Record, local_models, text_of


@asynccontextmanager
async def open_routing(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Read and route; a customer who asks for a person goes to one."""
    async with local_models(environment) as local:

        async def predict(record: Record) -> Mapping[str, object]:
            reading = await local.reader.read(text_of(record))
            choice = choose(reading.intent, None)
            asked = reading.intent.intent is Intent.ASK_PERSON
            return {
                "agent": "human" if asked else choice.name,
                "intent": choice.intent,
                "confidence": choice.confidence,
            }

        yield predict


evaluation = Evaluation(help="the agent for one message", open=open_routing)
