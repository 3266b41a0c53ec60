"""`python -m bench.run [NAMES]`: runs the measurements and prints a table each.

All run on private stores in a throw-away folder. What was printed is kept in results/latest.md.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
import uvloop

from bench import (
    availability,
    desk,
    emotion,
    growth,
    memory,
    planning,
    reserving,
    turns,
    wakeups,
    webhooks,
)
from bench.processes import busy_seconds
from bench.report import Table
from bench.rig import Rig, open_rig

Measure = Callable[[Rig], Awaitable[tuple[Table, ...]]]

MEASUREMENTS: dict[str, Measure] = {
    "webhooks": webhooks.measure,
    "wakeups": wakeups.measure,
    "turns": turns.measure,
    "desk": desk.measure,
    "growth": growth.measure,
    "memory": memory.measure,
    "availability": availability.measure,
    "reserving": reserving.measure,
    "planning": planning.measure,
    "emotion": emotion.measure,
}
RESULTS = Path(__file__).parent / "results" / "latest.md"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    asked = parser.parse_args().names or list(MEASUREMENTS)
    unknown = sorted(set(asked) - set(MEASUREMENTS))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    header = _header(_idle_load())
    print(header, flush=True)
    uvloop.run(_run(asked, header))


async def _run(names: Sequence[str], header: str) -> None:
    """One after another; what is found is kept at once, whatever becomes of the rest."""
    found = [header]
    RESULTS.parent.mkdir(exist_ok=True)
    async with open_rig() as rig:
        for name in names:
            began_s = time.perf_counter()
            for table in await MEASUREMENTS[name](rig):
                found.append(table.markdown())
                print(found[-1], flush=True)
            print(f"({name} took {time.perf_counter() - began_s:.0f} s)\n", flush=True)
            RESULTS.write_text("\n".join(found), encoding="utf-8")


def _idle_load(span_s: float = 2.0) -> float:
    """Cores that others kept busy before we began."""
    before = busy_seconds()
    time.sleep(span_s)
    return max(0.0, busy_seconds() - before) / span_s


def _header(others: float) -> str:
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    return (
        f"# Measurements\n\n{when}, Python {platform.python_version()}, {psutil.cpu_count()} cores,"
        f" of which other processes used {others:.1f} at the start.\nServer, database, Redis and"
        " load generator share them. Compare only what stands on one line:\nboth sides ran in turn,"
        " and a ratio is the median of the paired rounds (least..most). Absolute\nfigures are this"
        " machine's, and shift with whatever else it does.\n"
    )


if __name__ == "__main__":
    main()
