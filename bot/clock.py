"""The one place that reads the time. Tests set a frozen clock; everything else asks this one.

`now()` is aware UTC; `monotonic_ms()` measures spans and is never compared across processes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a component needs to know of time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def monotonic_ms(self) -> float:
        """Milliseconds on a clock that never runs backwards."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ms(self) -> float:
        return time.monotonic() * 1000.0


@dataclass(slots=True)
class ShiftedClock(SystemClock):
    """The machine's clock, moved by as much as a story or a simulation needs."""

    shift: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass(slots=True)
class FrozenClock:
    """A clock that moves only when told to."""

    at: datetime
    _elapsed_ms: float = field(default=0.0)

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> float:
        return self._elapsed_ms

    def advance(self, by: timedelta) -> None:
        """Move both clocks forward by the same span."""
        self.at += by
        self._elapsed_ms += by.total_seconds() * 1000.0
