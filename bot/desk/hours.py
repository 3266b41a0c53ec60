"""Counts minutes in which the business is open, over nights and changes of the clocks.

Pure: no clock, no database. A day opens once, when the wall clock first shows the opening hour or
a later one, and closes once, when it first shows the closing hour. Used by bot/desk/reminding.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_MAX = 400


def add_open(
    start: datetime, span: timedelta, *, opens: time, closes: time, zone: ZoneInfo
) -> datetime:
    """The first moment in business hours by which it was open for so long since `start`.

    A business that is never open (`opens` not before `closes`) is taken to be open at all hours:
    somebody must be reminded at some time.
    """
    start = start.astimezone(UTC)
    if opens >= closes:
        return start + span
    left = span
    day = start.astimezone(zone).date()
    for _ in range(DAYS_MAX):
        begins = max(start, _first(day, opens, zone))
        open_for = _first(day, closes, zone) - begins
        if left < open_for:
            return begins + left
        left -= max(open_for, timedelta())
        day += timedelta(days=1)
    return start + span


def next_opening(now: datetime, *, opens: time, zone: ZoneInfo) -> datetime:
    """When the business opens tomorrow, by the calendar of its zone."""
    return _first(now.astimezone(zone).date() + timedelta(days=1), opens, zone)


def _first(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the wall clock shows this time of that day, or has passed it."""
    wanted = datetime.combine(day, wall)
    found = wanted.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wanted:
        return found
    # The clocks jump over it. Read with the hours from after the jump it lies before the jump, so
    # that the jump is between the two: the first second that shows more.
    shows_less = int(wanted.replace(tzinfo=zone, fold=1).timestamp())
    shows_more = int(found.timestamp())
    while shows_more - shows_less > 1:
        middle = (shows_less + shows_more) // 2
        if datetime.fromtimestamp(middle, zone).replace(tzinfo=None) >= wanted:
            shows_more = middle
        else:
            shows_less = middle
    return datetime.fromtimestamp(shows_more, UTC)
