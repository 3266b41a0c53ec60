"""What follows a change of floor once it is committed: the rings of an answer at the desk."""

from __future__ import annotations

from bot.desk.floor import Floor
from handlers.desk.base import Ring
from jobs.after_floor import key, wishes


def rings_of(floor: Floor) -> tuple[Ring, ...]:
    """Card, thread, outbox and bot are rung for; see `bot.store.desk_floor.FloorRow`."""
    return tuple(Ring(job=job, key=key(), ids=ids) for job, ids in wishes(floor))
