"""A worker: arq for what is rung for, the sweep for what is not, until told to stop.

arq's defaults start a job half a second late and read a hundred jobs at a time; the figures here
were chosen by `make bench`.
"""

from __future__ import annotations

import asyncio
import logging

from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import RedisError

from jobs.base import TRIES_MAX, JobDeps, as_arq, jobs
from jobs.queue import from_wire, to_wire
from jobs.sweep import sweep_forever

log = logging.getLogger(__name__)

POLL_S = 0.02
JOBS_AT_ONCE = 64
REDIS_AWAY_S = 1.0
TIMEOUT_SLACK_S = 10.0


async def work_forever(deps: JobDeps, redis: ArqRedis) -> None:
    """Run until cancelled; jobs under way are given a moment to finish."""
    sweeper = asyncio.create_task(sweep_forever(deps))
    try:
        while True:
            await _listen(deps, redis)
            await asyncio.sleep(REDIS_AWAY_S)
    finally:
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)


async def _listen(deps: JobDeps, redis: ArqRedis) -> None:
    """Serve the queue until Redis goes away."""
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
        ],
        redis_pool=redis,
        ctx={"deps": deps},
        poll_delay=POLL_S,
        max_jobs=JOBS_AT_ONCE,
        queue_read_limit=4 * JOBS_AT_ONCE,
        handle_signals=False,
        health_check_interval=600,
        log_results=False,
        job_serializer=to_wire,
        job_deserializer=from_wire,
    )
    task = asyncio.create_task(worker.async_run())
    try:
        await task
    except (RedisError, OSError) as error:
        log.warning("worker.redis_away", extra={"error": type(error).__name__})
    finally:
        await _stop(worker, task)


async def _stop(worker: Worker, task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    running = [each for each in worker.tasks.values() if not each.done()]
    if running:
        await asyncio.wait(running, timeout=5.0)
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)
