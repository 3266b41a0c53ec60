"""Shares of customers and what may be said of two of them: intervals, and one test at one time.

Pure arithmetic for trials.py and measuring.py. Intervals are Wilson's for a share and Newcombe's
for a difference, which hold for few customers and for shares near none or all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

Z95 = 1.959963984540054
FEW = 30
"""With fewer customers on a side nothing is said of a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    of: int
    hits: int

    @property
    def rate(self) -> float:
        """Between 0 and 1; of nobody 0."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much larger one share is than another, in parts of one, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a comparison of two arms has shown."""

    difference: Difference
    """Of the second over the first."""
    p: float
    better: int
    """0: neither; 1: the first; 2: the second."""


def interval(share: Share, *, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval of a share."""
    if not share.of:
        return (0.0, 1.0)
    n, rate = share.of, share.rate
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (max(0.0, middle - half), min(1.0, middle + half))


def difference(first: Share, second: Share) -> Difference:
    """By how much the second share is the larger, with Newcombe's interval."""
    value = second.rate - first.rate
    low1, high1 = interval(first)
    low2, high2 = interval(second)
    below = math.hypot(second.rate - low2, high1 - first.rate)
    above = math.hypot(high2 - second.rate, first.rate - low1)
    return Difference(value=value, low=max(-1.0, value - below), high=min(1.0, value + above))


def find_difference(first: Share, second: Share) -> Difference | None:
    """The same where there are enough customers on both sides to say anything."""
    return None if min(first.of, second.of) < FEW else difference(first, second)


def judge(first: Share, second: Share, *, error: Decimal) -> Judgement:
    """The two-sided test of two shares; to be asked once, at a time that was set beforehand."""
    found = difference(first, second)
    p = _p(first, second)
    better = 0
    if p < float(error):
        better = 2 if found.value > 0 else 1
    return Judgement(difference=found, p=p, better=better)


def _p(first: Share, second: Share) -> float:
    if not (first.of and second.of):
        return 1.0
    pooled = (first.hits + second.hits) / (first.of + second.of)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / first.of + 1 / second.of))
    if spread == 0:
        return 1.0
    return math.erfc(abs(second.rate - first.rate) / spread / math.sqrt(2))
