"""What cancelling or moving a booking costs, by the profile's rules. Pure.

Days are counted as the calendar on the business's wall counts them, so that a clock that is put
forward or back changes no figure. The tools state these terms; reserving.py applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain_booking import Booking
from bot.profile import Profile

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTerms:
    """What becomes of the money when a booking is cancelled now."""

    refund: Decimal
    """Of what was paid, goes back to the customer; paid by a person."""
    kept: Decimal
    """Of what was paid, stays with the business."""
    days_ahead: int
    """Calendar days from now to the event."""
    is_in_time: bool
    """Whether it is early enough for the deposit to go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTerms:
    """What moving the event to another date costs at this moment."""

    fee: Decimal
    is_free: bool
    """Whether this one is among the free ones."""


def cancel_terms(profile: Profile, booking: Booking, *, now: datetime) -> CancelTerms:
    """What cancelling now gives back and keeps."""
    paid = NOTHING if booking.deposit_paid_at is None else booking.deposit
    ahead = days_ahead(profile, booking.starts_at, now=now)
    in_time = ahead >= profile.booking.refund_days
    return CancelTerms(
        refund=paid if in_time else NOTHING,
        kept=NOTHING if in_time else paid,
        days_ahead=ahead,
        is_in_time=in_time,
    )


def move_terms(profile: Profile, booking: Booking, *, now: datetime) -> MoveTerms:
    """What moving the date now costs. What nobody has agreed to yet moves for nothing."""
    rules = profile.booking
    if booking.agreed_at is None:
        return MoveTerms(fee=NOTHING, is_free=True)
    # A span of hours is real time, whatever the clock on the wall did meanwhile.
    since = now.astimezone(UTC) - booking.agreed_at.astimezone(UTC)
    is_soon = since <= timedelta(hours=rules.free_reschedule_hours)
    is_free = is_soon and booking.moves < rules.free_reschedules
    return MoveTerms(fee=NOTHING if is_free else rules.reschedule_price, is_free=is_free)


def days_ahead(profile: Profile, starts_at: datetime, *, now: datetime) -> int:
    """Calendar days from now to a moment, in the business's zone."""
    zone = ZoneInfo(profile.business.zone)
    return (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def is_short_notice(profile: Profile, booking: Booking, *, now: datetime) -> bool:
    """Whether the event is so near that only a person moves it."""
    hours = notice_hours(profile, booking.service, booking.headcount)
    ahead = booking.starts_at.astimezone(UTC) - now.astimezone(UTC)
    return ahead < timedelta(hours=hours)


def notice_hours(profile: Profile, service: str, headcount: int) -> int:
    """How long ahead a party of that size must be asked for."""
    schedule = profile.service(service).schedule
    over = schedule.large_party_over
    is_large = over is not None and headcount > over
    return schedule.large_party_notice_hours if is_large else schedule.notice_hours
