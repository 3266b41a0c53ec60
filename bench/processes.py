"""What processes cost: processor seconds and resident memory, read from the system."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import psutil

MEGABYTE = 1_000_000


def with_children(pid: int) -> tuple[int, ...]:
    """A process and everything it has started that still lives."""
    parent = psutil.Process(pid)
    return (pid, *(child.pid for child in parent.children(recursive=True)))


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of these processes so far, that of their ended children included."""
    total = 0.0
    for pid in pids:
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def resident_mb(pids: Iterable[int]) -> float:
    """Memory that these processes hold, pages shared with others counted by their share."""
    total = 0
    for pid in pids:
        try:
            found = psutil.Process(pid).memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += getattr(found, "pss", found.uss)
    return total / MEGABYTE


def busy_seconds() -> float:
    """Processor time that this machine has spent on anything at all since it was started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def read_pid(path: Path) -> int:
    """The process id on the first line of a server's pid file."""
    return int(path.read_text(encoding="utf-8").split()[0])


def environment() -> dict[str, str]:
    """What a process of ours inherits: the way to its programs, and nothing that configures it."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}
