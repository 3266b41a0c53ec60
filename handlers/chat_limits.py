"""How often the web chat may be used: by a visitor, from a network, and by all together.

Counted in Redis, for all web processes at once, in windows of fixed length. While Redis is away
each process counts for itself in a bounded table (I12): limits then hold a little less, never not
at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import Clock

log = logging.getLogger(__name__)

REDIS_S = 0.5
"""A visitor does not wait longer for a doorbell that does not answer."""
KEPT_MAX = 10_000
AWAY_MS = 5_000.0
"""So long Redis is not asked again once it has failed."""


class Limit(NamedTuple):
    """At most so many uses in each span of `seconds`."""

    name: str
    uses: int
    seconds: int


WRITING = (Limit("write", 20, 60), Limit("write-day", 400, 86_400))
"""Of one visitor: faster and more than anybody types."""
WRITING_FROM = (Limit("write-from", 120, 60),)
"""Of one network: an office where many write at once."""
WRITING_ALL = (Limit("write-all", 6_000, 60),)
VISITING_FROM = (Limit("visit-from", 60, 60),)
"""New visitors and opened streams of one network."""
VISITING_ALL = (Limit("visit-all", 6_000, 60),)
ACKNOWLEDGING = (Limit("ack", 240, 60),)
FILING = (Limit("file", 10, 60), Limit("file-day", 60, 86_400))


class Limits:
    """One for a process."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._own: OrderedDict[str, int] = OrderedDict()
        self._away_until_ms = 0.0

    async def take(self, *wanted: tuple[Sequence[Limit], str]) -> None:
        """Count one use against each limit of each subject.

        Raises:
            HTTPTooManyRequests: one of them is used up; it says when to come again.
        """
        now = int(self._clock.now().timestamp())
        asked = [(limit, subject) for limits, subject in wanted for limit in limits]
        keys = [f"chat:{limit.name}:{subject}:{now // limit.seconds}" for limit, subject in asked]
        counts = await self._count(keys, [limit.seconds for limit, _ in asked])
        over = [
            limit.seconds - now % limit.seconds
            for (limit, _), count in zip(asked, counts, strict=True)
            if count > limit.uses
        ]
        if over:
            raise web.HTTPTooManyRequests(
                text="too many at once; come again later", headers={"Retry-After": str(max(over))}
            )

    async def _count(self, keys: Sequence[str], spans: Sequence[int]) -> Sequence[int]:
        if self._clock.monotonic_ms() >= self._away_until_ms:
            try:
                async with (
                    asyncio.timeout(REDIS_S),
                    self._redis.pipeline(transaction=False) as pipe,
                ):
                    for key, seconds in zip(keys, spans, strict=True):
                        pipe.incr(key)
                        pipe.expire(key, seconds)
                    return [int(answer) for answer in (await pipe.execute())[::2]]
            except (RedisError, OSError, TimeoutError) as error:
                self._away_until_ms = self._clock.monotonic_ms() + AWAY_MS
                log.warning("chat_limits.alone", extra={"error": type(error).__name__})
        return [self._count_here(key) for key in keys]

    def _count_here(self, key: str) -> int:
        self._own[key] = self._own.get(key, 0) + 1
        self._own.move_to_end(key)
        while len(self._own) > KEPT_MAX:
            self._own.popitem(last=False)
        return self._own[key]
