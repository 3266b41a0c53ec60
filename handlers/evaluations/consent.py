"""What one message wants of our messages, read alone: {opt: stop | start | help | none}.

CANCEL by itself is a stop here, as carriers and the rule (47 CFR 64.1200(a)(10)) take it. In a
conversation the customer is asked what they mean, since they may have a booking. OFFERS is none of
these: it says yes to promotion alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.consent import Wish, read_wish
from bot.domain import Kind
from handlers.evaluations.base import Evaluation, Predict, Record, text_of


@asynccontextmanager
async def open_consent(_environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Read the wish, by rules alone."""

    async def predict(record: Record) -> Mapping[str, object]:
        text = text_of(record)
        wish = read_wish(text, Kind.TEXT)
        if wish is Wish.CANCEL:
            wish = Wish.STOP if text.strip(" .!").lower() == "cancel" else Wish.NONE
        if wish is Wish.OFFERS:
            wish = Wish.NONE
        return {"opt": wish.value}

    yield predict


evaluation = Evaluation(
    help="whether a message opts out, back in, or asks for help", open=open_consent
)
