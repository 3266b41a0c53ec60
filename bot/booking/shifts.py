"""Times on the wall: when a slot is, how long an event takes, within which hours a chef works.

Pure, on local times; who uses them is bot/booking/crew.py and bot/booking/availability.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain import Quote
from bot.domain_booking import Chef
from bot.profile import Profile

MIDNIGHT = time(0)
A_DAY = timedelta(days=1)


def wall_moment(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """The moment a clock on the wall shows that time, aware in the zone.

    None where the clocks skip it; the first of the two where they show it twice.
    """
    shown = datetime.combine(day, clock)
    moment = shown.replace(tzinfo=zone, fold=0)
    back = moment.astimezone(UTC).astimezone(zone)
    return moment if back.replace(tzinfo=None, fold=0) == shown else None


def event_minutes(profile: Profile, quote: Quote) -> int:
    """How long the event of a quote takes: the hours ordered, where the service is sold by them."""
    service, hours = profile.service(quote.service), quote.order.get("hours")
    if service.pricing == "per_hour" and hours:
        return int(Decimal(str(hours)) * 60)
    return service.duration_minutes


def is_in_shift(chef: Chef, begins: datetime, closes: datetime) -> bool:
    """Whether an event lies within the hours the chef works on the day it begins.

    Args:
        chef: who would serve it.
        begins: its start on the wall, without a zone.
        closes: its end, likewise.
    """
    if chef.works_from is not None and begins.time() < chef.works_from:
        return False
    shift_ends = end_of_shift(chef, begins.date())
    return shift_ends is None or closes <= shift_ends


def end_of_shift(chef: Chef, day: date) -> datetime | None:
    """When the chef's shift of that day ends, on the wall; None: whenever the work is done.

    An end that is no later than the beginning lies on the next day, as 02:00 does after 18:00.
    """
    if chef.works_until is None:
        return None
    is_next_day = chef.works_until <= (chef.works_from or MIDNIGHT)
    return datetime.combine(day + A_DAY if is_next_day else day, chef.works_until)
