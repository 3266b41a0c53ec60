"""arq as it comes, tuned but not wrapped: what the service's own worker is compared with."""

from __future__ import annotations

import sys
from typing import Any, cast

import uvloop
from arq.connections import RedisSettings, create_pool
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func

MAX_JOBS = 100
POLL_S = 0.01


async def nothing(_context: dict[Any, Any]) -> None:
    """A job that does nothing."""


async def work(redis_url: str, queue: str) -> None:
    """Work until ended."""
    worker = Worker(
        functions=[func(cast(WorkerCoroutine, nothing), name="nothing", keep_result=0)],
        redis_pool=await create_pool(RedisSettings.from_dsn(redis_url)),
        queue_name=queue,
        max_jobs=MAX_JOBS,
        poll_delay=POLL_S,
        handle_signals=False,
        log_results=False,
    )
    print("ready", flush=True)
    await worker.async_run()


if __name__ == "__main__":
    uvloop.run(work(sys.argv[1], sys.argv[2]))
