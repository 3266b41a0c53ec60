"""What a provider may cost in a day of the business's, with a soft stop before the hard one.

Past the soft stop only customers' turns are served, past the hard one nothing is; the chain asks
the next provider instead and staff are told, once a day for each. The day's spend is what the
database holds of every process, read every few seconds, and what this process has spent since. It
knows no SQL: jobs/assembly.py hands it what reads and what tells.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.llm.base import ModelReply, Purpose
from bot.llm.usage import cautious_cost

log = logging.getLogger(__name__)

REFRESH_S = 3.0
"""As old as the database's figure may be; by what others spend in it the stop comes late."""
WAIT_S = 0.25
"""For a figure that is being read, and no longer: a database that hangs never holds up a turn."""
SETTLE_S = 45.0
"""By then a step of ours is in the database, as long as a turn takes. Until then it may count
twice, which stops early by little rather than late."""

ReadSpent = Callable[[str, datetime], Awaitable[Decimal | None]]
"""A provider's spend since a moment; None where the database does not say."""
TellStaff = Callable[[str, str], Awaitable[bool]]
"""A notice to the desk by its key; False where it could not be left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """US dollars a day."""

    hard: Decimal
    soft: Decimal


class DailyBudget:
    """One provider's money, in this process."""

    def __init__(
        self,
        provider: str,
        limits: Limits,
        *,
        clock: Clock,
        zone: ZoneInfo,
        read: ReadSpent,
        tell: TellStaff,
    ) -> None:
        self.provider = provider
        self.limits = limits
        self._clock = clock
        self._zone = zone
        self._read = read
        self._tell = tell
        self._day: date | None = None
        """Of the figure."""
        self._figure = Decimal(0)
        self._asked_ms: float | None = None
        self._asked_day: date | None = None
        self._own: deque[tuple[float, date, Decimal]] = deque()
        self._reading: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._told: set[str] = set()

    async def admits(self, purpose: Purpose) -> bool:
        """Whether there is money left for this."""
        day = self._today()
        await self._refresh(day)
        spent = self.spent()
        if spent >= self.limits.hard:
            self._notify("hard", day)
            return False
        if spent >= self.limits.soft:
            self._notify("soft", day)
            return purpose == "turn"
        return True

    def add(self, reply: ModelReply) -> None:
        """Count what a step of this process cost."""
        day = self._today()
        self._own.append((self._clock.monotonic_ms(), day, cautious_cost(reply.usage, day)))

    def spent(self) -> Decimal:
        """Today's spend as far as it is known here: the last figure read, and our own since."""
        day = self._today()
        figure = self._figure if self._day == day else Decimal(0)
        return figure + sum((cost for _at, on, cost in self._own if on == day), Decimal(0))

    async def close(self) -> None:
        """Let go of what still runs."""
        running = [task for task in (self._reading, self._telling) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    async def _refresh(self, day: date) -> None:
        """Have the figure read again where it is old; wait for it a moment, never longer."""
        now_ms = self._clock.monotonic_ms()
        is_old = self._asked_ms is None or now_ms - self._asked_ms >= 1000.0 * REFRESH_S
        is_idle = self._reading is None or self._reading.done()
        if is_idle and (is_old or self._asked_day != day):
            self._asked_ms, self._asked_day = now_ms, day
            self._reading = asyncio.create_task(self._look_up(day))
        left_s = WAIT_S - (now_ms - (self._asked_ms or now_ms)) / 1000.0
        if self._reading is not None and left_s > 0.0:
            await asyncio.wait({self._reading}, timeout=left_s)

    async def _look_up(self, day: date) -> None:
        began_ms = self._clock.monotonic_ms()
        since = datetime.combine(day, time(), self._zone).astimezone(UTC)
        figure = await self._read(self.provider, since)
        if figure is None:
            return  # The last one known stands (I14).
        self._day, self._figure = day, figure
        settled_ms = began_ms - 1000.0 * SETTLE_S
        while self._own and self._own[0][0] < settled_ms:
            self._own.popleft()

    def _notify(self, stop: str, day: date) -> None:
        """Tell staff in the background; tried again with the next step until it is left."""
        key = f"budget-{stop}:{self.provider}:{day.isoformat()}"
        is_telling = self._telling is not None and not self._telling.done()
        if key not in self._told and not is_telling:
            self._telling = asyncio.create_task(self._leave_notice(key, self._words(stop)))

    async def _leave_notice(self, key: str, text: str) -> None:
        if await self._tell(key, text):
            self._told.add(key)
            log.warning("model.budget_reached", extra={"key": key})

    def _words(self, stop: str) -> str:
        if stop == "soft":
            return (
                f"{self.provider} has cost ${self.limits.soft:.2f} today, most of its daily budget "
                f"of ${self.limits.hard:.2f}. From now until midnight it only answers customers; "
                "summaries, translations and evaluations do without it."
            )
        return (
            f"{self.provider} has used up its daily budget of ${self.limits.hard:.2f}. Until "
            "midnight customers are answered by the next provider, at last the offline model. "
            "To go on sooner, raise OPENAI_DAILY_BUDGET and start the service anew."
        )
