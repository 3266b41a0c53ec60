"""Reads the emotion of messages that have none yet, in batches, and rings what they ring.

A turn reads its own messages' emotions when it gets there first; this job sees the others: those
that came while a person had the floor, or that no turn will answer.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bot.domain import ConversationId
from bot.feelings.triggers import may_ring
from bot.ids import new_id
from bot.store import unscored
from bot.store.connection import borrow
from jobs.base import Job, JobDeps
from jobs.emotion_alarms import ring
from jobs.emotion_batches import BATCH, Felt, read_waiting
from jobs.felt_cards import redraw_felt

AT_ONCE: Final = 4
"""Conversations that ring at the same time: each waits for the database, not for the processor."""
WORDS_MS: Final = 1_000.0
"""Of a round, so long alarms say which words weighed; the others go out with their figure alone."""


async def run(deps: JobDeps) -> None:
    """Score what is unscored; where that is much, this run does a part and rings for the next."""
    if await read_waiting(deps, _heed):
        deps.doorbell.ring("score_emotion", str(new_id()))


async def _heed(deps: JobDeps, felt: Sequence[Felt]) -> None:
    """Act on what was read. After a kill it is asked the same again."""
    await redraw_felt(deps, [row.conversation_id for row, _ in felt])
    talks: dict[ConversationId, list[Felt]] = defaultdict(list)
    for row, emotion in felt:
        if may_ring(deps.bot.profile.emotion, emotion):
            talks[row.conversation_id].append((row, emotion))
    if not talks:
        return
    async with borrow(deps.bot.pool) as conn:
        is_storm = await unscored.are_free(conn, BATCH, now=deps.bot.clock.now())
    words_until = deps.bot.clock.monotonic_ms() + WORDS_MS

    async def one(said: Sequence[Felt]) -> None:
        async with deps.places("alarms", AT_ONCE):
            for row, emotion in said:
                in_words = not is_storm and deps.bot.clock.monotonic_ms() < words_until
                await ring(deps, row, emotion, in_words=in_words)

    ended = await asyncio.gather(*map(one, talks.values()), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error


job = Job(run=run, timeout_s=60.0)
