"""The doorbell: tells a worker through Redis that something is to be done. It is never the promise.

Rings are gathered while the previous ones are on their way and written in one pipeline, so that a
webhook never waits for Redis. A ring whose job is queued already changes nothing; one that Redis
does not take is dropped, because the sweep finds what it was for (I12).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, cast

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.store.messages import Recorded
from jobs import metrics

log = logging.getLogger(__name__)

JOB_KEPT_MS = 3_600_000
"""A job that no worker takes in an hour is stale; the sweep rings anew."""
RINGS_PER_PIPELINE = 500
WAITING_MAX = 20_000
EMOTIONS_GATHERED_S = 0.1
"""Messages that come within so long are read together."""


class Lane(StrEnum):
    """The queues. Errands that hang on a vendor never keep a turn waiting, nor turns an errand."""

    TURNS = "concierge:turns"
    ERRANDS = "concierge:errands"


# What arq's own enqueue writes for a job, for many at once: a command each costs the sender more.
_ENQUEUE = f"""for i = 2, #ARGV, 3 do
  redis.call('SET', '{job_key_prefix}' .. ARGV[i], ARGV[i + 1], 'PX', ARGV[1], 'NX')
  redis.call('ZADD', KEYS[1], 'NX', ARGV[i + 2], ARGV[i])
end"""


def lane_of(job: str) -> Lane:
    """The queue that a job of this name waits in."""
    return Lane.TURNS if job == "take_turn" else Lane.ERRANDS


class Ring(NamedTuple):
    """A wish that a job be run."""

    lane: Lane
    job: str
    due_ms: int
    """Since the Unix epoch."""
    ids: dict[str, str]


def to_wire(job: dict[str, Any]) -> bytes:
    """A job as JSON, readable with any tool. Of an error only its kind is told, never its words."""
    return json.dumps(job, default=lambda value: type(value).__name__).encode()


def from_wire(payload: bytes) -> dict[str, Any]:
    """A job from the wire."""
    job: dict[str, Any] = json.loads(payload)
    return job


async def connect(redis_url: str) -> ArqRedis:
    """A pool of connections that speaks our wire format."""
    settings = RedisSettings.from_dsn(redis_url)
    settings.conn_retries = 3
    return await create_pool(settings, job_serializer=to_wire, job_deserializer=from_wire)


async def disconnect(redis: ArqRedis) -> None:
    """Close a pool that `connect` opened, connections in use included."""
    await redis.aclose(close_connection_pool=True)


class Doorbell:
    """One for a process. `start` before use."""

    def __init__(self, redis: ArqRedis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._waiting: dict[str, Ring] = {}
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_connected = True

    def start(self) -> None:
        """Begin to write rings."""
        self._task = asyncio.create_task(self._write_forever())

    async def close(self) -> None:
        """Write what still waits, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._waiting:
            await self._write()

    def ring(self, job: str, key: str, *, delay_s: float = 0.0, **ids: str) -> None:
        """Ask for a job, soon or after a delay. Never waits and never fails.

        `job` and `key` together name the wish: the same one is queued once.
        """
        self.ring_for(job, key, ids, delay_s=delay_s)

    def ring_for(self, job: str, key: str, ids: dict[str, str], *, delay_s: float = 0.0) -> None:
        """`ring`, with the job's ids as they are."""
        if len(self._waiting) < WAITING_MAX:
            due_ms = int((self._clock.now().timestamp() + delay_s) * 1000)
            self._waiting[f"{job}:{key}"] = Ring(lane_of(job), job, due_ms, ids)
            self._rung.set()

    def ring_once_for_all(self, job: str, *, within_s: float) -> None:
        """Ask for a job that looks for its work itself: one for all who ask in the same moment.

        It begins when the moment is over, so it sees what each of them has committed; a job that is
        running and may have looked already takes no ring away from it.
        """
        now_s = self._clock.now().timestamp()
        moment = int(now_s / within_s) + 1
        self.ring(job, f"at:{moment}", delay_s=moment * within_s - now_s)

    def probe(self) -> None:
        """Find out whether Redis is there again, by writing nothing."""
        self._rung.set()

    async def forget_overdue(self, *, older_than_s: float) -> None:
        """Drop rings nobody has taken for so long: they would stand before everything new.

        What they were for is found by the sweep that calls this.
        """
        latest_ms = int((self._clock.now().timestamp() - older_than_s) * 1000)
        try:
            async with asyncio.timeout(3.0):
                for lane in Lane:
                    await self._redis.zremrangebyscore(lane, "-inf", latest_ms)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("doorbell.unheard", extra={"error": type(error).__name__})

    async def _write_forever(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            await self._write()
            while self._waiting:
                await self._write()

    async def _write(self) -> None:
        names = list(self._waiting)[:RINGS_PER_PIPELINE]
        batch = {name: self._waiting[name] for name in names}
        try:
            async with asyncio.timeout(3.0):
                await self._push(batch)
            self.is_connected = True
        except (RedisError, OSError, TimeoutError) as error:
            self.is_connected = False
            facts = {"dropped": len(batch), "error": type(error).__name__}
            log.warning("doorbell.unheard", extra=facts)
        # Only now: a write that was cancelled half way is written again by `close`.
        for name, ring in batch.items():
            if self._waiting.get(name) is ring:
                del self._waiting[name]

    async def _push(self, batch: Mapping[str, Ring]) -> None:
        """Write jobs as arq's own enqueue does, but many at once and without its WATCH.

        NX keeps a queued job as it is; a running one keeps its key, which is why the callers put
        something into the key that changes when the run begins (see schema.sql, record_inbound).
        """
        if not batch:
            await self._redis.ping()
            return
        by_lane: dict[Lane, list[str]] = {}
        for name, ring in batch.items():
            payload = serialize_job(ring.job, (), ring.ids, None, ring.due_ms, serializer=to_wire)
            by_lane.setdefault(ring.lane, []).extend((name, payload.decode(), str(ring.due_ms)))
        for lane, jobs in by_lane.items():
            call = self._redis.eval(_ENQUEUE, 1, lane, str(JOB_KEPT_MS), *jobs)
            await cast(Awaitable[str], call)


def wake(doorbell: Doorbell, recorded: Sequence[Recorded]) -> None:
    """Ring once for each conversation that has something new; called after the commit."""
    fresh = [each for each in recorded if each.is_fresh]
    for each in fresh:
        conversation_id = str(each.conversation_id)
        key = f"{conversation_id}:{each.lease_token}"
        doorbell.ring("take_turn", key, conversation_id=conversation_id)
    if fresh:
        metrics.messages_in.inc(len(fresh))
        doorbell.ring_once_for_all("score_emotion", within_s=EMOTIONS_GATHERED_S)
