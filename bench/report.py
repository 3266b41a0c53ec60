"""Tables that measurements hand back, and the few statistics they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEADINGS = ("what", "the service", "compared with", "ratio", "aim", "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measured thing."""

    what: str
    measured: str
    compared: str = ""
    """The same thing of whatever it is compared with, taken in turn with it."""
    ratio: str = ""
    """Measured by compared: median of the paired rounds, then their extremes."""
    aim: str = ""
    met: bool | None = None
    """None where nothing is aimed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one measurement found."""

    title: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The table as people read it, in a terminal and in a file."""
        rows = [HEADINGS, *(_cells(line) for line in self.lines)]
        widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
        drawn = [
            "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
            for row in rows
        ]
        drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([f"## {self.title}", "", *drawn, *([""] if notes else []), *notes, ""])


def _cells(line: Line) -> tuple[str, ...]:
    met = {True: "yes", False: "no", None: ""}[line.met]
    return line.what, line.measured, line.compared, line.ratio, line.aim, met


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed; 0.0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median and extremes."""
    found = f"{median(values):.{digits}f}"
    if len(values) == 1:
        return found
    return f"{found} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def paired(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The quotient of each round."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """How a time grows with a size: 0 not at all, 1 in proportion; a least-squares slope."""
    xs, ys = [math.log(size) for size in sizes], [math.log(time) for time in times]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - mean_x) ** 2 for x in xs)
