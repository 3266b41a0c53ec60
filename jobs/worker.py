"""A worker: arq for what is rung for, the sweep for what is not, until told to stop.

arq's defaults start a job half a second late and read a hundred jobs at a time; the figures here
were chosen by `make bench`. Each lane has its own poller and its own places.
"""

from __future__ import annotations

import asyncio
import logging

from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import RedisError

from jobs.base import TRIES_MAX, JobDeps, as_arq, jobs
from jobs.queue import Lane, from_wire, lane_of, to_wire
from jobs.sweep import sweep_forever

log = logging.getLogger(__name__)

POLL_S = 0.02
JOBS_AT_ONCE = {Lane.TURNS: 32, Lane.ERRANDS: 96}
READ_MAX = 1000
"""Running jobs stay in arq's queue until they end: reading must reach well past them."""
REDIS_AWAY_S = 1.0
TIMEOUT_SLACK_S = 10.0
IN_PROGRESS_S = 75.0
"""How long a job that was killed with its worker blocks another one of the same name. Longer than
any job that has to be alone; the others claim rows and may run twice."""
FINISH_WITHIN_S = 5.0
SETTLE_S = 0.1


async def work_forever(deps: JobDeps, redis: ArqRedis) -> None:
    """Run until cancelled; jobs under way are given a moment to finish."""
    crew = _Crew(deps, redis)
    parts = [asyncio.create_task(sweep_forever(deps))]
    parts += [asyncio.create_task(crew.listen_forever(lane)) for lane in Lane]
    try:
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await crew.stop_picking()
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        await crew.finish()


class _Crew:
    """The pollers of all lanes and the jobs they have started."""

    def __init__(self, deps: JobDeps, redis: ArqRedis) -> None:
        self._deps = deps
        self._redis = redis
        self._workers: dict[Lane, Worker] = {}
        self._running: set[asyncio.Task[object]] = set()

    async def listen_forever(self, lane: Lane) -> None:
        """Serve one queue. When Redis goes away only the poller is made anew; jobs run on."""
        while True:
            worker = self._workers[lane] = _worker(self._deps, self._redis, lane)
            try:
                await worker.main()
            except (RedisError, OSError) as error:
                facts = {"lane": lane.name, "error": type(error).__name__}
                log.warning("worker.redis_away", extra=facts)
            finally:
                self._running |= {task for task in worker.tasks.values() if not task.done()}
            await asyncio.sleep(REDIS_AWAY_S)

    async def stop_picking(self) -> None:
        """Start nothing more; a poll under way ends by itself, not in the middle of a command."""
        for worker in self._workers.values():
            worker.allow_pick_jobs = False
        await asyncio.sleep(SETTLE_S)

    async def finish(self) -> None:
        """Give running jobs a moment, then stop them: what they claimed is found again."""
        left = {task for task in self._running if not task.done()}
        if left:
            await asyncio.wait(left, timeout=FINISH_WITHIN_S)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _worker(deps: JobDeps, redis: ArqRedis, lane: Lane) -> Worker:
    worker = Worker(
        functions=[
            func(
                as_arq(name),
                name=name,
                keep_result=0,
                max_tries=TRIES_MAX,
                timeout=job.timeout_s + TIMEOUT_SLACK_S,
            )
            for name, job in jobs().items()
            if lane_of(name) is lane
        ],
        queue_name=lane,
        redis_pool=redis,
        ctx={"deps": deps},
        poll_delay=POLL_S,
        max_jobs=JOBS_AT_ONCE[lane],
        queue_read_limit=READ_MAX,
        handle_signals=False,
        health_check_interval=600,
        log_results=False,
        job_serializer=to_wire,
        job_deserializer=from_wire,
    )
    worker.in_progress_timeout_s = IN_PROGRESS_S
    return worker
