"""A whole conversation: customer messages in `texts`, out come the replies and the records made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from bot.store import records
from bot.store.connection import Pool, borrow
from handlers.evaluations.base import Evaluation, Predict, Record
from handlers.evaluations.laboratory import Laboratory, open_laboratory, throwaway_folder


@asynccontextmanager
async def open_conversation(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Each record is a customer of its own; each text waits for its answer."""
    with throwaway_folder() as folder:
        async with open_laboratory(environment, folder) as laboratory:

            async def predict(record: Record) -> Mapping[str, object]:
                return await _converse(laboratory, record)

            yield predict


async def _converse(laboratory: Laboratory, record: Record) -> Mapping[str, object]:
    given = record.get("texts")
    texts = [str(each) for each in given] if isinstance(given, list) else []
    replies: list[list[str]] = []
    conversation: UUID | None = None
    for text in texts:
        conversation, answers = await laboratory.say(str(record["id"]), (text,))
        replies.append(list(answers))
    made: Mapping[str, object] = {}
    if conversation is not None:
        made = await _records(laboratory.deps.bot.pool, conversation)
    return {"replies": replies, "records": made}


async def _records(pool: Pool, conversation: UUID) -> Mapping[str, object]:
    async with borrow(pool) as conn:
        return await records.of_conversation(conn, conversation)


evaluation = Evaluation(help="replies and records of a scripted customer", open=open_conversation)
