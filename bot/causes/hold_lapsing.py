"""Shortly before a hold runs out: the customer is told until when the deposit keeps it.

Planned in the booking's own transaction by bot/booking/reminders.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.booking.holds_told import find_holds, look_at_hold
from bot.booking.reminders import HOLD_LAPSING
from bot.causes.base import Cause
from bot.domain import Purpose
from bot.domain_follow_ups import Plan, Span
from bot.profile import Profile
from bot.store.connection import Connection


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Those that fell into the span and were not planned with their booking."""
    return await find_holds(conn, profile, span, cause=HOLD_LAPSING)


cause = Cause(
    title="The hold runs out",
    purpose=Purpose.ESSENTIAL,
    weight=90,
    find=find,
    look=look_at_hold,
    converts_by="deposit",
    watched=timedelta(days=3),
)
