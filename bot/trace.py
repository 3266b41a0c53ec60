"""Notes a turn's steps in order, each with its start and length, for its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.clock import Clock


class Trace:
    """One turn's notes. Details are facts about decisions, never a customer's words (I13)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_ms = clock.monotonic_ms()
        self._steps: list[dict[str, object]] = []

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the trace began."""
        return self._clock.monotonic_ms() - self._began_ms

    @property
    def steps(self) -> tuple[Mapping[str, object], ...]:
        """What was noted: name, at_ms since the beginning, ms, detail."""
        return tuple(self._steps)

    def note(self, name: str, **detail: object) -> None:
        """A moment without length."""
        self._add(name, self.elapsed_ms, 0.0, detail)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, object]]:
        """Time what runs inside; the yielded dictionary becomes the step's detail."""
        began_ms = self.elapsed_ms
        detail: dict[str, object] = {}
        try:
            yield detail
        finally:
            self._add(name, began_ms, self.elapsed_ms - began_ms, detail)

    def _add(self, name: str, at_ms: float, ms: float, detail: Mapping[str, object]) -> None:
        self._steps.append(
            {"name": name, "at_ms": round(at_ms, 2), "ms": round(ms, 2), "detail": dict(detail)}
        )
