"""Reads the emotions of waiting messages, a batch at a time, and shows them to whoever must act.

Not a job of its own: jobs/score_emotion.py runs it. A batch is claimed, read, kept, heeded and only
then marked as done: what a worker had when it was killed is read again by another, and heeded again
by whoever heeds twice without harm. What cannot be heeded holds up nothing else, and not for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot.domain import Emotion
from bot.errors import ModelMisbehaved
from bot.language.emotion_input import Spoken
from bot.language.forgetting import without_wish
from bot.language.reader import Reader
from bot.store import emotions, unscored
from bot.store.connection import borrow
from bot.store.unscored import Unscored
from jobs import metrics
from jobs.base import JobDeps

log = logging.getLogger(__name__)

BATCH: Final = 64
RUN_MS: Final = 20_000.0
"""After this a run begins nothing more; a longer one would end at the job's deadline."""
HEEDED_AT_ONCE: Final = 16
"""Marked as soon as they are done: who tells staff may take a second for each."""
AT_ONCE: Final = 2
"""Runs in a process: while the model reads one batch, another is claimed or kept."""

Felt = tuple[Unscored, Emotion]
Heed = Callable[[JobDeps, Sequence[Felt]], Awaitable[None]]
"""Acts on what was read. May be called again with the same messages."""


async def read_waiting(deps: JobDeps, heed: Heed) -> bool:
    """Read what waits; whether there may be more than one run should read.

    Where enough runs are at it and one is about to be, there is nothing to do: that one looks later
    than now.
    """
    door = deps.places("score_emotion.next", 1)
    if door.locked():
        return False
    places = deps.places("score_emotion", AT_ONCE)
    async with door:
        await places.acquire()
    try:
        ends_ms = deps.bot.clock.monotonic_ms() + RUN_MS
        while deps.bot.clock.monotonic_ms() < ends_ms:
            if not await _read_batch(deps, heed, ends_ms):
                return False
        return True
    finally:
        places.release()


async def _read_batch(deps: JobDeps, heed: Heed, ends_ms: float) -> bool:
    """Whether there may be more."""
    async with borrow(deps.bot.pool) as conn:
        rows = await unscored.claim(conn, now=deps.bot.clock.now(), limit=BATCH)
    if not rows:
        return False
    try:
        felt = await read_each(deps.bot.reader, rows)
    except Exception:
        # The model is in trouble, not a message: all of them wait for the next try.
        async with borrow(deps.bot.pool) as conn:
            await unscored.release(conn, [row.id for row in rows])
        raise
    await _keep(deps, felt)
    read = {row.id for row, _ in felt}
    done = [row for row in rows if row.id not in read]
    for start in range(0, len(felt), HEEDED_AT_ONCE):
        if deps.bot.clock.monotonic_ms() > ends_ms:
            async with borrow(deps.bot.pool) as conn:
                await unscored.release(conn, [row.id for row, _ in felt[start:]])
            return True
        done += await _heed(deps, felt[start : start + HEEDED_AT_ONCE], heed)
        await _mark(deps, done)
        done = []
    await _mark(deps, done)
    return len(rows) == BATCH


async def _mark(deps: JobDeps, done: Sequence[Unscored]) -> None:
    if not done:
        return
    async with borrow(deps.bot.pool) as conn:
        await unscored.mark(conn, done)


async def read_each(reader: Reader, rows: Sequence[Unscored]) -> list[Felt]:
    """How they feel, those without words and those that no scorer can read left out.

    Raises:
        ModelMisbehaved: the scorer cannot read anything.
    """
    # "Delete everything you know about me" is a wish, and a turn carries it out.
    spoken = [(row, Spoken(without_wish(row.text).strip(), row.before)) for row in rows]
    return await _read(reader, [each for each in spoken if each[1].text])


async def _read(reader: Reader, spoken: Sequence[tuple[Unscored, Spoken]]) -> list[Felt]:
    """Read them together; where that fails, in halves, until the one that spoils it stands alone.

    Raises:
        ModelMisbehaved: as `read_each`.
    """
    found = await _try(reader, [said for _, said in spoken])
    if isinstance(found, tuple):
        return [(row, emotion) for (row, _), emotion in zip(spoken, found, strict=True)]
    if len(spoken) > 1:
        middle = len(spoken) // 2
        return [*await _read(reader, spoken[:middle]), *await _read(reader, spoken[middle:])]
    row, said = spoken[0]
    alone = await _try(reader, [Spoken(said.text)])
    if isinstance(alone, tuple):
        return [(row, alone[0])]
    if not isinstance(await _try(reader, [Spoken("hello")]), tuple):
        raise ModelMisbehaved(f"{reader.scorer} reads no message at all ({found})")
    facts = {"message_id": str(row.id), "scorer": reader.scorer, "error": alone}
    log.error("emotion.unreadable", extra=facts)
    metrics.emotions_unreadable.labels(reader.scorer).inc()
    return []


async def _try(reader: Reader, spoken: Sequence[Spoken]) -> tuple[Emotion, ...] | str:
    """What was read, or what went wrong in a word."""
    if not spoken:
        return ()
    try:
        found = await reader.emotions(spoken)
    except Exception as error:
        return type(error).__name__
    return found if all(map(_is_sound, found)) else "figures out of range"


def _is_sound(emotion: Emotion) -> bool:
    """Whether the figures are figures; of no number nothing here is true."""
    figures = (emotion.intensity, emotion.confidence, emotion.escalate)
    return all(0.0 <= figure <= 1.0 for figure in figures)


async def _keep(deps: JobDeps, felt: Sequence[Felt]) -> None:
    """The lines, with what they took from the messages' arrival."""
    if not felt:
        return
    readings = [(row.id, row.conversation_id, emotion) for row, emotion in felt]
    async with borrow(deps.bot.pool) as conn:
        await emotions.write_lines(conn, readings, texts=[row.text for row, _ in felt])
    now = deps.bot.clock.now()
    for row, emotion in felt:
        metrics.emotions.labels(emotion.scorer).inc()
        if row.created_at is not None:
            waited_s = max(0.0, (now - row.created_at).total_seconds())
            metrics.emotion_seconds.observe(waited_s)


async def _heed(deps: JobDeps, felt: Sequence[Felt], heed: Heed) -> list[Unscored]:
    """Act on all of them; those that are done. The others come again once their claim is over."""
    try:
        await heed(deps, felt)
    except Exception as error:
        log.warning("emotion.unheeded", extra={"error": type(error).__name__})
    else:
        return [row for row, _ in felt]
    done: list[Unscored] = []
    for row, emotion in felt:
        try:
            await heed(deps, [(row, emotion)])
        except Exception as error:
            await _put_off(deps, row, error)
        else:
            done.append(row)
    return done


async def _put_off(deps: JobDeps, row: Unscored, error: Exception) -> None:
    """Leave it to a later run, the last time to nobody; the line stays, and the log names it.

    While the store itself is away this fails as well, and nothing is counted against the message.
    """
    async with borrow(deps.bot.pool) as conn:
        is_over = await unscored.put_off(conn, row.id, now=deps.bot.clock.now())
    outcome = "given_up" if is_over else "put_off"
    facts = {"message_id": str(row.id), "error": type(error).__name__, "outcome": outcome}
    log.error("emotion.unheeded", extra=facts)
    metrics.emotions_unheeded.labels(outcome).inc()
