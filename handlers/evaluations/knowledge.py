"""What the articles answer: {answer, passages, answered: false where it says it does not know}."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.language.language_id import detect
from bot.profile import text
from handlers.evaluations.base import Evaluation, Predict, Record, text_of
from handlers.evaluations.laboratory import open_laboratory, throwaway_folder


@asynccontextmanager
async def open_knowledge(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Search as the tool does, in the question's own language."""
    with throwaway_folder() as folder:
        async with open_laboratory(environment, folder) as laboratory:
            bot = laboratory.deps.bot

            async def predict(record: Record) -> Mapping[str, object]:
                question = text_of(record)
                language = str(record.get("language") or detect(question))
                found = await bot.knowledge.find(question, language=language)
                unknown = text(bot.profile, "unknown", language)
                return {
                    "answer": found.answers[0] if found.known else unknown,
                    "answered": found.known,
                    "passages": [p.text for p in found.passages],
                    "articles": [p.article for p in found.passages],
                }

            yield predict


evaluation = Evaluation(
    help="the answer from the articles, or that it is not known", open=open_knowledge
)
