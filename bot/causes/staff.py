"""What a staff member wrote to one customer, to go at a time that they chose. Nothing is looked up:
the words are theirs. Planned by bot/desk/follow_up_planning.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.booking.moments import say_day
from bot.causes.base import Cause
from bot.domain import Purpose
from bot.domain_follow_ups import Gone, Later, Matter, Owed
from bot.profile import Profile
from bot.store.connection import Connection

LATE_MAX = timedelta(days=2)
"""What lay so long past its moment, as while the service was down, may be wrong by now."""


async def _look(
    _conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    if at - owed.due_at > LATE_MAX:
        day = say_day(
            owed.due_at.astimezone(ZoneInfo(profile.business.zone)).date(), "en", "EEE, MMM d, y"
        )
        return Gone(f"too late: it was due on {day}; plan it anew if it is still right")
    return Matter(fields=_fields)


def _fields(_language: str) -> Mapping[str, str]:
    return {}


cause = Cause(
    title="Staff's own words",
    purpose=Purpose.CONVERSATIONAL,
    weight=75,
    find=None,
    look=_look,
    converts_by="answer",
    watched=timedelta(days=7),
)
