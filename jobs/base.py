"""What a job is, and what becomes of its errors: retried with growing gaps, or logged and left.

Jobs take ids, never content, and may run twice: each claims a row first. That a job runs at all is
promised by the sweep, not by the queue, so giving up here loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from arq import Retry
from arq.typing import WorkerCoroutine

from bot import plugins
from bot.deps import Deps
from bot.errors import ConciergeError
from bot.store.connection import STORE_DOWN, Connection
from channels.base import ConfiguredChannel
from channels.desk import Desk
from jobs import metrics
from jobs.queue import Doorbell

log = logging.getLogger(__name__)

TRIES_MAX = 3
RETRY_BASE_S = 1.0
RETRY_CAP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeps:
    """What a job may use: the bot's own parts, the channels, the desk and the doorbell."""

    bot: Deps
    channels: Mapping[str, ConfiguredChannel]
    desk: Desk | None
    doorbell: Doorbell
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def places(self, name: str, count: int) -> asyncio.Semaphore:
        """How many of one thing this process may do at once, shared by all who name it."""
        return self._places.setdefault(name, asyncio.Semaphore(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A plug-in of this folder. `run` takes the dependencies and keyword ids."""

    run: Callable[..., Awaitable[None]]
    timeout_s: float = 60.0
    due: Callable[[JobDeps, Connection], Awaitable[Sequence[Mapping[str, str]]]] | None = None
    """What the sweep asks for work that nobody has rung for: the ids of each run that is owed."""


def jobs() -> Mapping[str, Job]:
    """Every job there is, by name."""
    return plugins.load("jobs", "job", Job)


async def perform(deps: JobDeps, name: str, ids: Mapping[str, str], *, attempt: int = 1) -> None:
    """Run a job once.

    A store that is away says nothing about the job, so that is no failed try: the sweep rings for
    whatever is still to do once the store is back.

    Raises:
        arq.Retry: it failed and shall be tried again later.
    """
    job = jobs()[name]
    with metrics.job_seconds.labels(name).time():
        deadline = asyncio.timeout(job.timeout_s)
        try:
            async with deadline:
                await job.run(deps, **ids)
        except STORE_DOWN as error:
            if deadline.expired():
                _give_up_or_retry(name, ids, attempt, error)
                return
            metrics.job_failures.labels(name, type(error).__name__).inc()
            facts = {"job": name, "error": type(error).__name__, **ids}
            log.warning("job.left_to_the_sweep", extra=facts)
        except Exception as error:
            _give_up_or_retry(name, ids, attempt, error)


def _give_up_or_retry(name: str, ids: Mapping[str, str], attempt: int, error: Exception) -> None:
    metrics.job_failures.labels(name, type(error).__name__).inc()
    # A ConciergeError's message holds ids only; another's might quote what a customer wrote.
    said = str(error) if isinstance(error, ConciergeError) else ""
    facts = {"job": name, "attempt": attempt, "error": type(error).__name__, "said": said, **ids}
    if attempt >= TRIES_MAX:
        log.error("job.given_up", extra=facts)
        return
    log.warning("job.failed", extra=facts)
    raise Retry(defer=backoff_s(attempt)) from error


def backoff_s(attempt: int, *, base_s: float = RETRY_BASE_S, cap_s: float = RETRY_CAP_S) -> float:
    """Seconds before the next try: doubling, capped, with jitter so that failures spread out."""
    ceiling: float = min(cap_s, base_s * 2 ** (attempt - 1))
    return ceiling * (0.5 + random.random() / 2)


def as_arq(name: str) -> WorkerCoroutine:
    """The coroutine that arq calls for a job of this name."""

    async def call(context: dict[Any, Any], **ids: str) -> None:
        await perform(context["deps"], name, ids, attempt=context["job_try"])

    return cast(WorkerCoroutine, call)
