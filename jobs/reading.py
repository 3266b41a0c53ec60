"""Whether any channel can show that somebody is read. What shows it is jobs/show_reading.py."""

from __future__ import annotations

from channels.base import ShowsReading
from jobs.base import JobDeps


def is_wanted(deps: JobDeps) -> bool:
    """Whether ringing for it is of use at all."""
    return any(isinstance(channel, ShowsReading) for channel in deps.channels.values())
