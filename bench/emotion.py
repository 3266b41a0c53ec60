"""How fast emotions are read: a batch against one by one, and a storm of messages against a second.

The storm goes through intake and the job as they run in the service, with Redis' rings played by
this process: one a tenth of a second, as jobs/queue.py gathers them. No turn reads along, so every
message is the job's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import cast

from arq import Retry
from arq.connections import ArqRedis

from bench.report import Line, Table, paired, percentile, spread
from bench.rig import Rig
from bot.clock import SystemClock
from bot.domain import Message
from bot.ids import new_id
from bot.language.emotion import EmotionScorer, Scorer
from bot.language.emotion_input import Spoken
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import messages, unscored
from bot.store.connection import Pool, open_pool
from jobs.assembly import build_deps
from jobs.base import JobDeps, perform
from jobs.emotion_batches import BATCH
from jobs.queue import EMOTIONS_GATHERED_S, Doorbell

LINES = Path(__file__).parents[1] / "bot" / "language" / "data" / "emotion"
ROUNDS = 20
WARM_UP = 4
BATCH_AIM_MS = 200.0
RATE = 300
STORM_S = 20
PEOPLE = 1500
ANGRY_SHARE = 30
"""One message in so many is one that a manager should hear of."""
TICK_S = 0.02
"""Intake stores what comes in meanwhile in one go."""
WITHIN_S = 1.0
DRAIN_S = 60.0
"""What has not been read so long after the last message is said, and waited for no longer."""
POOL = 6

_LAGS = """SELECT extract(epoch FROM h.created_at - m.created_at)::float8 AS lag
FROM messages m JOIN emotion_history h ON h.message_id = m.id"""


@dataclass(slots=True)
class Seen:
    """What waited, as a sweep would have said it."""

    count: int = 0
    age_s: float = 0.0
    stored: int = 0
    lags_s: list[float] = field(default_factory=list)
    drained_s: float = 0.0
    left: int = 0
    """Unread when nobody waited any longer."""
    cpu_s: float = 0.0
    """Of this process, from the first message to the last reading."""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """The model alone, then the storm."""
    calm, told = _texts(False), _texts(True)
    alone = _batches(EmotionScorer.load(), _mixed(calm, told, 3))
    pool = await open_pool(await rig.database("emotion"), size=POOL)
    try:
        seen = await _storm(_worker(pool), _mixed(calm, told, ANGRY_SHARE))
    finally:
        await pool.close()
    return _batch_table(*alone), _storm_table(seen)


def _texts(is_told: bool) -> list[str]:
    """Messages of the trade in three languages, those for a manager or the others."""
    files = sorted(LINES.glob("*.jsonl"))
    rows = [map(json.loads, path.read_text(encoding="utf-8").splitlines()) for path in files]
    made = itertools.chain.from_iterable(itertools.zip_longest(*rows))
    return [str(row["text"]) for row in made if row and bool(row["escalate"]) is is_told]


def _mixed(calm: Sequence[str], told: Sequence[str], share: int) -> list[str]:
    """One in `share` is for a manager."""
    others = itertools.cycle(told)
    return [next(others) if not number % share else text for number, text in enumerate(calm)]


@dataclass(slots=True)
class Took:
    """Milliseconds of each round: on the clock, and of the processor's cores together."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def _batches(scorer: Scorer, texts: Sequence[str]) -> tuple[Took, Took]:
    """Each batch at once, and the same messages one by one."""
    together, apart = Took(), Took()
    for number in range(WARM_UP + ROUNDS):
        start = number * BATCH % (len(texts) - BATCH)
        spoken = [Spoken(text) for text in texts[start : start + BATCH]]
        sides = [(together, [spoken]), (apart, [[each] for each in spoken])]
        for took, pieces in sides if number % 2 == 0 else sides[::-1]:
            began = time.perf_counter(), time.process_time()
            for piece in pieces:
                scorer.score(piece)
            if number >= WARM_UP:
                took.wall.append((time.perf_counter() - began[0]) * 1000.0)
                took.cpu.append((time.process_time() - began[1]) * 1000.0)
    return together, apart


def _worker(pool: Pool) -> JobDeps:
    clock = SystemClock()
    bot = build_deps(load_settings({}), load_profile(), pool=pool, clock=clock, channels={})
    # It is never started: what a run rings for is dropped, as while Redis is away.
    doorbell = Doorbell(cast(ArqRedis, None), clock)
    return JobDeps(bot=bot, channels={}, desk=None, doorbell=doorbell)


async def _storm(deps: JobDeps, texts: Sequence[str]) -> Seen:
    seen, is_over = Seen(), asyncio.Event()
    await deps.bot.reader.emotions([Spoken(text) for text in texts[:BATCH]])
    ringing = asyncio.create_task(_ring(deps, seen, is_over))
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    senders = itertools.cycle(range(PEOPLE))
    said = itertools.cycle(texts)
    while (elapsed_s := time.perf_counter() - began_s) < STORM_S:
        owed = int(elapsed_s * RATE) - seen.stored
        if owed > 0:
            now = deps.bot.clock.now()
            made = [_message(next(senders), next(said), now) for _ in range(owed)]
            async with deps.bot.pool.acquire() as conn:
                await messages.record_inbound(conn, made, received_at=now)
            seen.stored += owed
        await asyncio.sleep(TICK_S)
    over_s = time.perf_counter()
    seen.left = await _left(deps)
    seen.drained_s = time.perf_counter() - over_s
    seen.cpu_s = time.process_time() - began_cpu_s
    is_over.set()
    await ringing
    seen.lags_s = [row["lag"] for row in await deps.bot.pool.fetch(_LAGS)]
    return seen


async def _left(deps: JobDeps) -> int:
    """What is unread when all is read, or when that takes too long."""
    ends_s = time.perf_counter() + DRAIN_S
    while True:
        async with deps.bot.pool.acquire() as conn:
            left = (await unscored.read_backlog(conn)).count
        if not left or time.perf_counter() > ends_s:
            return left
        await asyncio.sleep(5 * TICK_S)


def _message(sender: int, text: str, now: datetime) -> Message:
    return Message(
        channel="sms",
        external_id=new_id().hex,
        sender=f"+1415{sender:07}",
        recipient="+19167408768",
        text=text,
        received_at=now,
    )


async def _ring(deps: JobDeps, seen: Seen, is_over: asyncio.Event) -> None:
    """A run each moment, whether or not the one before has ended."""
    runs: set[asyncio.Task[None]] = set()
    while not is_over.is_set():
        run = asyncio.create_task(_perform(deps))
        runs.add(run)
        run.add_done_callback(runs.discard)
        async with deps.bot.pool.acquire() as conn:
            waiting = await unscored.read_backlog(conn)
        seen.count = max(seen.count, waiting.count)
        seen.age_s = max(seen.age_s, waiting.age_s(deps.bot.clock.now()))
        await asyncio.sleep(EMOTIONS_GATHERED_S)
    for run in runs:
        run.cancel()
    await asyncio.gather(*runs, return_exceptions=True)


async def _perform(deps: JobDeps) -> None:
    try:
        await perform(deps, "score_emotion", {})
    except Retry as error:
        raise RuntimeError("a run failed, so this is no measurement") from error


def _batch_table(batch: Took, single: Took) -> Table:
    wall_ms = median(batch.wall)
    return Table(
        title=f"Reading the emotions of {BATCH} messages",
        lines=(
            Line(
                what=f"{BATCH} messages, p50 ms",
                measured=spread(batch.wall, 0),
                compared=spread(single.wall, 0),
                ratio=spread(paired(batch.wall, single.wall)),
                aim=f"< {BATCH_AIM_MS:.0f} ms",
                met=wall_ms < BATCH_AIM_MS,
            ),
            Line(
                what=f"{BATCH} messages, p95 ms",
                measured=f"{percentile(batch.wall, 0.95):.0f}",
                compared=f"{percentile(single.wall, 0.95):.0f}",
            ),
            Line(
                what="processor time, p50 ms",
                measured=spread(batch.cpu, 0),
                compared=spread(single.cpu, 0),
                ratio=spread(paired(batch.cpu, single.cpu)),
            ),
        ),
        notes=(
            f"compared with the same messages one by one; {ROUNDS} rounds by turns",
            "processor time is of both cores together and hardly shifts with what else runs",
        ),
    )


def _storm_table(seen: Seen) -> Table:
    if not seen.lags_s or len(seen.lags_s) + seen.left < seen.stored:
        raise RuntimeError(f"{seen.stored} messages are stored, {len(seen.lags_s)} were read")
    share = sum(lag <= WITHIN_S for lag in seen.lags_s) / seen.stored
    cpu_ms = seen.cpu_s * 1000.0 / max(1, len(seen.lags_s))
    return Table(
        title=f"Emotions at {RATE} messages a second for {STORM_S} s",
        lines=(
            Line(
                what=f"read within {WITHIN_S:.0f} s of their arrival",
                measured=f"{share:.1%}",
                aim="all, or the backlog said",
                met=share == 1.0 or seen.count > 0,
            ),
            Line(what="arrival to reading, p50 s", measured=f"{median(seen.lags_s):.2f}"),
            Line(
                what="arrival to reading, p99 s",
                measured=f"{percentile(seen.lags_s, 0.99):.2f}",
            ),
            Line(what="the longest, s", measured=f"{max(seen.lags_s):.2f}"),
            Line(what="most that waited at once, as the figures say", measured=f"{seen.count}"),
            Line(what="longest wait that the figures said, s", measured=f"{seen.age_s:.2f}"),
            Line(what="all read after the last message, s", measured=f"{seen.drained_s:.2f}"),
            Line(what="left unread by then", measured=f"{seen.left}"),
            Line(
                what="processor time a message, intake and triggers too, ms",
                measured=f"{cpu_ms:.1f}",
            ),
        ),
        notes=(
            f"{seen.stored} messages of {PEOPLE} people stored, none read twice; one in"
            f" {ANGRY_SHARE} is for a manager, and every trigger is judged",
            "intake, the job and the model share one process and its cores with the database",
        ),
    )
