"""How a vendor says no; orders to misbehave, given by tests and the chaos run.

A stand-in asks `take` before it carries a request out; what it gets says how to fail and whether
the request is carried out all the same, which is what makes a real vendor's failures hard.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """How a request goes wrong."""

    FAIL = "fail"
    HANG = "hang"
    DROP = "drop"


class Refusal(Exception):  # It is the vendor's answer, not a fault of ours.
    """The vendor says no, by order or by its own rules."""

    def __init__(
        self, status: int, code: int | str, message: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One request's misfortune."""

    kind: FaultKind
    status: int = 500
    """HTTP status of a failure."""
    code: str = ""
    """The vendor's own error code."""
    retry_after: float | None = None
    """Seconds of the Retry-After header, where there is one."""
    seconds: float = 0.0
    """How long a hanging request keeps its caller waiting; it is carried out first."""


class Faults:
    """Faults in waiting, a queue for each kind of request."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, operation: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` requests of this kind meet the fault."""
        self._waiting[operation].extend([fault] * times)

    def take(self, operation: str) -> Fault | None:
        """The fault that this request meets, used up by asking."""
        waiting = self._waiting.get(operation)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Behave from now on."""
        self._waiting.clear()
