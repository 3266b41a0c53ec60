"""RingCentral's penalty: after a 429 every call, from any process, begins the wait anew.

So all processes keep quiet together, which they agree on in the database; one that cannot reach it
keeps quiet by what it knows itself. Source: ringcentral-api-docs, basics/rate-limits.md (read
2026-11-23).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import asyncpg

from bot.clock import Clock, SystemClock
from bot.store import grants
from bot.store.connection import STORE_DOWN, Pool, borrow


@dataclass(slots=True)
class Penalty:
    """How long to keep quiet."""

    channel: str
    clock: Clock = field(default_factory=SystemClock)
    pool: Pool | None = None
    _until_ms: float = 0.0

    async def left_s(self) -> float:
        """Seconds in which nothing may be asked."""
        own = max(0.0, self._until_ms - self.clock.monotonic_ms()) / 1000
        if self.pool is None:
            return own
        try:
            async with borrow(self.pool) as conn:
                return max(own, await grants.penalty_left_s(conn, self.channel))
        except (*STORE_DOWN, asyncpg.PostgresError):
            return own

    async def start(self, seconds: float) -> None:
        """Keep quiet for so long from now."""
        self._until_ms = max(self._until_ms, self.clock.monotonic_ms() + seconds * 1000)
        if self.pool is None:
            return
        try:
            async with borrow(self.pool) as conn:
                await grants.start_penalty(conn, self.channel, seconds)
        except (*STORE_DOWN, asyncpg.PostgresError):
            return
