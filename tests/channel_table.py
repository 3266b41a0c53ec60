"""The table at the end of a test run: what every channel promises, and for whom it holds.

Made of the reports of the contract suite, test_channel_*.py; conftest.py prints it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

SUITE = frozenset({"contract", "proof", "sending", "stories"})

Run = tuple[str, bool]
"""A test's id and whether it passed."""


def table(runs: Iterable[Run], cases: Sequence[str]) -> list[str]:
    """Its lines; none where nothing of the suite ran."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    broken: dict[str, set[str]] = defaultdict(set)
    for node, passed in runs:
        promise, case = _read(node, cases)
        if promise and case:
            held[promise][case] += 1
            if not passed:
                broken[promise].add(case)
    if not held:
        return []
    shown = [case for case in cases if any(case in counts for counts in held.values())]
    width = max(map(len, held))
    lines = [" " * width + "".join(f"  {case}" for case in shown)]
    for promise, counts in sorted(held.items()):
        cells = (
            ("FAILS" if case in broken[promise] else str(counts[case] or "-")).rjust(len(case) + 2)
            for case in shown
        )
        lines.append(promise.ljust(width) + "".join(cells))
    return lines


def _read(node: str, cases: Sequence[str]) -> tuple[str, str]:
    path, _, rest = node.partition("::")
    stem = Path(path).stem.removeprefix("test_channel_")
    name, _, given = rest.partition("[")
    if stem not in SUITE or not given:
        return "", ""
    # Longest first: one channel's name may begin another's.
    found = next((case for case in sorted(cases, key=len, reverse=True) if case in given), "")
    return name.removeprefix("test_").replace("_", " "), found
