"""What cancelling and moving cost, through years of daylight-saving changes (I15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking.policies import (
    cancel_terms,
    days_ahead,
    is_short_notice,
    move_terms,
    notice_hours,
)
from bot.domain import ConversationId, CustomerId, QuoteId
from bot.domain_booking import Booking, BookingId, BookingStatus
from bot.ids import new_id
from bot.profile import load_profile

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
RULES = PROFILE.booking
DAYS = st.dates(date(2024, 1, 10), date(2036, 12, 20))
CLOCKS = st.times().filter(lambda clock: clock.tzinfo is None)


def _booking(
    starts_at: datetime,
    *,
    paid: bool = True,
    agreed_at: datetime | None = None,
    moves: int = 0,
    headcount: int = 20,
) -> Booking:
    agreed_at = agreed_at or starts_at - timedelta(days=30)
    return Booking(
        id=BookingId(new_id()),
        code="H7K3Q",
        customer_id=CustomerId(new_id()),
        conversation_id=ConversationId(new_id()),
        quote_id=QuoteId(new_id()),
        service="hibachi",
        starts_at=starts_at.astimezone(UTC),
        ends_at=starts_at.astimezone(UTC) + timedelta(hours=3),
        status=BookingStatus.CONFIRMED if paid else BookingStatus.HELD,
        headcount=headcount,
        workers=1,
        address="",
        zip_code="94539",
        total=Decimal("1100.00"),
        deposit=Decimal("100.00"),
        agreed_at=agreed_at,
        held_until=None if paid else starts_at,
        deposit_paid_at=agreed_at if paid else None,
        moves=moves,
        fees=Decimal(0),
        refund=None,
        version=1,
        created_at=agreed_at,
    )


def _local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)


@given(DAYS, CLOCKS, st.sampled_from(PROFILE.service().schedule.slots), st.integers(0, 40))
def test_the_deposit_goes_back_by_days_on_the_wall(
    day: date, clock: time, slot: time, ahead: int
) -> None:
    now, starts_at = _local(day, clock), _local(day + timedelta(days=ahead), slot)
    terms = cancel_terms(PROFILE, _booking(starts_at), now=now.astimezone(UTC))
    assert terms.days_ahead == ahead
    assert terms.refund + terms.kept == Decimal("100.00")
    assert (terms.refund == Decimal("100.00")) is (ahead >= RULES.refund_days)


@given(DAYS, CLOCKS, st.integers(0, 40))
def test_the_terms_of_a_day_are_the_same_from_its_first_to_its_last_minute(
    day: date, clock: time, ahead: int
) -> None:
    booking = _booking(_local(day + timedelta(days=ahead), time(18)))
    all_day = [_local(day, time(0)), _local(day, clock), _local(day, time(23, 59))]
    assert len({cancel_terms(PROFILE, booking, now=now) for now in all_day}) == 1


@pytest.mark.parametrize(
    ("now", "starts_at"),
    [
        # The clocks go forward on 8 March 2026 and back on 1 November 2026.
        ("2026-03-07T23:59-08:00", "2026-03-11T12:00-07:00"),
        ("2026-10-31T23:59-07:00", "2026-11-04T12:00-08:00"),
        ("2026-12-28T00:00-08:00", "2027-01-01T12:00-08:00"),
        ("2028-02-26T18:00-08:00", "2028-03-01T12:00-08:00"),
    ],
)
def test_four_days_on_the_calendar_are_enough_whatever_the_clocks_do(
    now: str, starts_at: str
) -> None:
    booking = _booking(datetime.fromisoformat(starts_at))
    assert cancel_terms(PROFILE, booking, now=datetime.fromisoformat(now)).is_in_time
    next_day = datetime.fromisoformat(now) + timedelta(days=1)
    assert not cancel_terms(PROFILE, booking, now=next_day).is_in_time


def test_what_was_never_paid_is_neither_kept_nor_sent_back() -> None:
    now = _local(date(2026, 12, 11), time(12))
    terms = cancel_terms(PROFILE, _booking(now + timedelta(days=1), paid=False), now=now)
    assert (terms.refund, terms.kept) == (Decimal(0), Decimal(0))


@given(DAYS, st.integers(0, 200), st.integers(0, 3))
def test_one_move_is_free_within_hours_of_booking(day: date, hours: int, moves: int) -> None:
    agreed_at = _local(day, time(18)).astimezone(UTC)
    booking = _booking(agreed_at + timedelta(days=30), agreed_at=agreed_at, moves=moves)
    terms = move_terms(PROFILE, booking, now=agreed_at + timedelta(hours=hours))
    free = hours <= RULES.free_reschedule_hours and moves < RULES.free_reschedules
    assert terms.is_free is free
    assert terms.fee == (0 if free else RULES.reschedule_price)


@given(DAYS, CLOCKS, st.integers(-3, 3))
def test_notice_is_hours_of_real_time(day: date, clock: time, beside: int) -> None:
    now = _local(day, clock).astimezone(UTC)
    hours = PROFILE.service().schedule.notice_hours
    starts_at = now + timedelta(hours=hours + beside)
    assert is_short_notice(PROFILE, _booking(starts_at), now=now) is (beside < 0)


def test_a_large_party_needs_longer_notice() -> None:
    schedule = PROFILE.service().schedule
    assert schedule.large_party_over is not None
    at_limit = notice_hours(PROFILE, "hibachi", schedule.large_party_over)
    beyond = notice_hours(PROFILE, "hibachi", schedule.large_party_over + 1)
    assert (at_limit, beyond) == (schedule.notice_hours, schedule.large_party_notice_hours)


@given(DAYS, st.integers(0, 60))
def test_days_ahead_count_the_calendar(day: date, ahead: int) -> None:
    now = _local(day, time(23, 59))
    starts_at = _local(day + timedelta(days=ahead), time(0, 0))
    assert days_ahead(PROFILE, starts_at.astimezone(UTC), now=now.astimezone(UTC)) == ahead
