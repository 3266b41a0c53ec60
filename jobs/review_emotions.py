"""Has a language model read emotions after the local scorer, and gathers what people should review.

By the profile the model's reading counts from then on, or is only compared, for a share of the
messages. Nothing waits for it: a model that is away, out of money or out of its mind leaves the
local reading as it is. A claimed message comes back when its worker dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain import MessageId
from bot.feelings import reviewing
from bot.feelings.scoring_by_model import (
    MESSAGES_MAX,
    Answer,
    Asked,
    in_calls,
    read_by_model,
)
from bot.language.emotion_input import Spoken
from bot.language.forgetting import without_wish
from bot.router_near import has_provider
from bot.store import emotion_asks, emotions, spend
from bot.store.connection import Connection, borrow
from bot.store.emotion_asks import Claimed, Range
from jobs import metrics
from jobs.base import Job, JobDeps
from jobs.emotion_alarms_late import ring_late
from jobs.felt_cards import redraw_felt

log = logging.getLogger(__name__)

ASKED_FOR = timedelta(hours=12)
"""A message that no model could be asked about for so long keeps its local reading."""
COMPARED_AFTER = timedelta(minutes=10)
"""What is only compared has time: the model is busy with customers when they write."""
CLAIM = timedelta(minutes=3)
AGAIN = timedelta(minutes=10)
TRIES_MAX = 2
RUN_S = 20.0
"""No call is begun later; each may take as long again."""
CALLS_AT_ONCE = 6
LOOK_EVERY_S = 30
GATHER_EVERY_S = 300
SLOT_S = 10
"""Of each span, longer than a sweep: every process looks once and not at every sweep."""


async def run(deps: JobDeps) -> None:
    """Gather, then ask as long as there is something and somebody answers."""
    bot = deps.bot
    async with borrow(bot.pool) as conn, conn.transaction():
        await reviewing.gather(conn, bot.profile, tuple(deps.channels), now=bot.clock.now())
    if not has_provider(bot.model, bot.offline):
        return
    ends_ms = bot.clock.monotonic_ms() + 1000.0 * RUN_S
    while bot.clock.monotonic_ms() < ends_ms and await _ask_some(deps):
        pass


async def _ask_some(deps: JobDeps) -> bool:
    """Ask about the newest that wait; False where none do, or nobody answers."""
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        wanted = await _wanted(deps, conn, now)
        if wanted is None:
            return False
        claimed = await emotion_asks.claim(
            conn, wanted, now=now, until=now + CLAIM, limit=MESSAGES_MAX
        )
        asked = {each.id: _asked(each) for each in claimed}
        # "Delete everything you know about me" and nothing else holds no words to read.
        await emotion_asks.end(conn, [id_ for id_, each in asked.items() if not each.spoken.text])
    rows = {each.id: each for each in claimed}
    calls = in_calls([each for each in asked.values() if each.spoken.text])
    answered = await asyncio.gather(
        *(_ask(deps, call, rows) for call in calls), return_exceptions=True
    )
    for error in answered:
        if isinstance(error, BaseException):
            raise error
    return bool(claimed) and all(answered)


async def _wanted(deps: JobDeps, conn: Connection, now: datetime) -> Range | None:
    """The messages that a model is asked about; None where it is to be asked about none."""
    rules = deps.bot.profile.emotion
    is_scorer = rules.scorer == "model"
    full: tuple[str, ...] | None = ()
    if not is_scorer:
        has_share = rules.review_share > 0
        full = await reviewing.find_full(conn, deps.bot.profile) if has_share else None
    if full is None:
        return None
    return Range(
        channels=tuple(deps.channels),
        since=now - ASKED_FOR,
        until=now if is_scorer else now - COMPARED_AFTER,
        share=1.0 if is_scorer else rules.review_share,
        tries=TRIES_MAX,
        without=full,
    )


def _asked(row: Claimed) -> Asked:
    return Asked(id=row.id, spoken=Spoken(without_wish(row.text).strip(), row.before))


async def _ask(deps: JobDeps, call: Sequence[Asked], rows: Mapping[MessageId, Claimed]) -> bool:
    """One call and what becomes of it; False where nobody answered."""
    async with deps.places("emotions by model", CALLS_AT_ONCE):
        answer = await read_by_model(deps.bot, call)
    claimed = [rows[each.id] for each in call]
    async with borrow(deps.bot.pool) as conn:
        talks = {each.conversation_id for each in claimed}
        await spend.record_steps(
            conn,
            [(1, reply) for reply in answer.spent],
            conversation_id=talks.pop() if len(talks) == 1 else None,
            turn_id=None,
        )
        # What was paid stays counted, whatever becomes of the answer.
        async with conn.transaction():
            await _keep(deps, conn, claimed, answer)
    metrics.emotion_asks.labels(answer.outcome).inc(len(call))
    if answer.outcome == "read":
        await _heed(deps, claimed, answer)
    return answer.outcome != "unserved"


async def _keep(
    deps: JobDeps, conn: Connection, claimed: Sequence[Claimed], answer: Answer
) -> None:
    now = deps.bot.clock.now()
    if answer.outcome != "read":
        ids = [each.id for each in claimed]
        is_failure = answer.outcome == "unreadable"
        await emotion_asks.put_off(conn, ids, now + AGAIN, is_failure=is_failure)
        return
    read = [each for each in claimed if each.id in answer.readings]
    if deps.bot.profile.emotion.scorer == "model":
        readings = [(each.id, each.conversation_id, answer.readings[each.id]) for each in read]
        texts = [each.text for each in read]
        await emotions.write_lines(conn, readings, texts=texts)
        return
    pairs = [(each.id, each.language, each.ours, answer.readings[each.id]) for each in read]
    await reviewing.put_up(conn, deps.bot.profile, reviewing.compare(pairs), now=now)


async def _heed(deps: JobDeps, claimed: Sequence[Claimed], answer: Answer) -> None:
    """Ring what the readings ring, and only then be done with the messages: whoever is killed in
    between leaves them to another, who rings the same once. What has no reading that can be
    believed is over too: the local one stands."""
    failed: frozenset[MessageId] = frozenset()
    if deps.bot.profile.emotion.scorer == "model":
        failed = await _act(deps, [each for each in claimed if each.id in answer.readings], answer)
    async with borrow(deps.bot.pool) as conn:
        await emotion_asks.end(conn, [each.id for each in claimed if each.id not in failed])
        again_at = deps.bot.clock.now() + AGAIN
        await emotion_asks.put_off(conn, sorted(failed), again_at, is_failure=True)


async def _act(deps: JobDeps, read: Sequence[Claimed], answer: Answer) -> frozenset[MessageId]:
    """Show and ring what the model has read; the messages for which that failed, which cost the
    others nothing and are asked about once more."""
    failed: set[MessageId] = set()
    for each in read:
        try:
            await redraw_felt(deps, [each.conversation_id])
            await ring_late(deps, each, answer.readings[each.id])
        except Exception as error:
            failed.add(each.id)
            facts = {"message_id": str(each.id), "error": type(error).__name__}
            log.error("emotion.unheeded", extra=facts)
            metrics.emotions_unheeded.labels("put_off").inc()
    return frozenset(failed)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """One run at the beginning of each five minutes, and where there is something to ask."""
    now = deps.bot.clock.now()
    second = int(now.timestamp())
    if second % GATHER_EVERY_S < SLOT_S:
        return [{}]
    if second % LOOK_EVERY_S >= SLOT_S or not has_provider(deps.bot.model, deps.bot.offline):
        return ()
    wanted = await _wanted(deps, conn, now)
    is_due = wanted is not None and await emotion_asks.is_due(conn, wanted, now=now)
    return [{}] if is_due else ()


job = Job(run=run, timeout_s=70.0, due=due)
