"""Whether a provider is worth asking now; bot/llm/chain.py holds one before each but the last."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable


@dataclass(slots=True)
class Breaker:
    """Whether a provider is worth asking now.

    Closed, it lets every step through. It opens after several failures in a row or too many of the
    recent ones, for a time that doubles with each relapse. Then one step goes through as a probe,
    while the others pass by; its outcome closes or opens it again.
    """

    failures_max: int = 3
    rate_max: float = 0.5
    window: int = 20
    cool_down_s: float = 10.0
    cool_down_max_s: float = 300.0
    _in_a_row: int = 0
    _relapses: int = 0
    _open_until_ms: float | None = None
    _is_probing: bool = False
    _recent: deque[bool] = field(default_factory=deque)

    @property
    def is_open(self) -> bool:
        """Whether it has tripped and no probe has succeeded since."""
        return self._open_until_ms is not None

    def admit(self, now_ms: float) -> bool:
        """Whether a step may go through; who is admitted must report the outcome."""
        if self._open_until_ms is None:
            return True
        if now_ms < self._open_until_ms or self._is_probing:
            return False
        self._is_probing = True
        return True

    def succeeded(self) -> None:
        """The provider answered."""
        if self.is_open:
            self._recent.clear()
        self._in_a_row = self._relapses = 0
        self._open_until_ms = None
        self._is_probing = False
        self._note(True)

    def failed(self, now_ms: float, error: ModelError) -> None:
        """The provider did not answer usably."""
        was_probe, self._is_probing = self._is_probing, False
        retry_after_s = error.retry_after_s if isinstance(error, ModelUnavailable) else None
        # A refusal may be one customer's doing; only silence in a row proves an outage.
        self._in_a_row += not isinstance(error, ModelMisbehaved)
        self._note(False)
        if was_probe or self._must_open() or (retry_after_s or 0.0) > self.cool_down_s:
            self._open(now_ms, retry_after_s or 0.0)

    def abandoned(self) -> None:
        """The step was cancelled, which says nothing of the provider."""
        self._is_probing = False

    def _note(self, outcome: bool) -> None:
        self._recent.append(outcome)
        while len(self._recent) > self.window:
            self._recent.popleft()

    def _must_open(self) -> bool:
        if self._in_a_row >= self.failures_max:
            return True
        return len(self._recent) == self.window and (
            self._recent.count(False) > self.rate_max * self.window
        )

    def _open(self, now_ms: float, at_least_s: float) -> None:
        grown_s = min(self.cool_down_s * 2**self._relapses, self.cool_down_max_s)
        self._relapses = min(self._relapses + 1, 16)
        self._open_until_ms = now_ms + 1000.0 * max(grown_s, at_least_s)
