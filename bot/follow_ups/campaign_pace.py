"""When each recipient of a campaign has their turn: one after the other, each in allowed hours.

The line has places a fixed width apart, so that no hour sees more than the pace; somebody whose
hours are closed takes the first free place in which they are open. Pure, and the same for the same
places taken: a start that was cut off goes on where it was.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from bot.profile import Profile
from bot.quiet import Whereabouts
from bot.quiet_moments import is_allowed, next_working

TRIES_MAX = 400
"""So many openings are tried for one recipient; nobody is closed for longer than that."""


class Line:
    """The places of one campaign, taken one after the other."""

    def __init__(
        self, profile: Profile, start: datetime, per_hour: int, taken: set[int] | None = None
    ) -> None:
        self._profile, self._start = profile, start
        self._width = timedelta(hours=1) / per_hour
        self._taken = set(taken or ())
        self._next: dict[Whereabouts, int] = {}

    def take(self, where: Whereabouts) -> tuple[int, datetime] | None:
        """The next free place for somebody there, and its moment; None where there is none."""
        place = self._next.get(where, 0)
        for _ in range(TRIES_MAX):
            while place in self._taken:
                place += 1
            moment = self._start + place * self._width
            if is_allowed(self._profile, moment, where):
                self._taken.add(place)
                self._next[where] = place + 1
                return place, moment
            opens = next_working(self._profile, moment, where)
            place = max(place + 1, math.ceil((opens - self._start) / self._width))
        return None
