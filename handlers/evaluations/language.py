"""The language of a message on its own: an ISO 639-1 code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.language.language_id import detect
from handlers.evaluations.base import Evaluation, Predict, Record, text_of


@asynccontextmanager
async def open_language(_environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Detect, without a conversation to lean on."""

    async def predict(record: Record) -> Mapping[str, object]:
        return {"language": detect(text_of(record))}

    yield predict


evaluation = Evaluation(help="the language of one message", open=open_language)
