"""What somebody wrote in a letter, without what it quotes: {reply, right}.

A record holds the letter's text as `raw` or `text`, and its HTML as `html` where it has one. Where
it also holds what is `expected`, the prediction says whether they match: `exact` letter by letter,
`loose` without regard to white space.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from channels.email_reply import new_text
from handlers.evaluations.base import Evaluation, Predict, Record, text_of


@asynccontextmanager
async def open_email_reply(_environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Only rules: no model, no database."""

    async def predict(record: Record) -> Mapping[str, object]:
        plain = str(record.get("raw") or text_of(record))
        html = record.get("html")
        reply = new_text(plain, str(html) if html else None)
        expected = record.get("expected")
        if expected is None:
            return {"reply": reply}
        return {
            "reply": reply,
            "exact": reply == str(expected).strip(),
            "loose": reply.split() == str(expected).split(),
        }

    yield predict


evaluation = Evaluation(help="the new text of a letter, without quotes", open=open_email_reply)
