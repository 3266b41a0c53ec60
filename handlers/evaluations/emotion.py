"""How a message feels: {primary, polarity, intensity, escalate: would staff be told now}."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.router import needs_person
from handlers.evaluations.base import Evaluation, Predict, Record, local_models, text_of


@asynccontextmanager
async def open_emotion(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Read the emotion and ask the rules of escalation."""
    async with local_models(environment) as local:

        async def predict(record: Record) -> Mapping[str, object]:
            reading = await local.reader.read(text_of(record))
            felt = reading.emotion
            trouble = needs_person(local.profile, reading.intent, felt)
            return {
                "primary": felt.primary.value,
                "polarity": felt.polarity.value,
                "intensity": round(felt.intensity, 4),
                "confidence": round(felt.confidence, 4),
                "escalate": trouble is not None,
            }

        yield predict


evaluation = Evaluation(help="emotion, and whether staff would be told", open=open_emotion)
