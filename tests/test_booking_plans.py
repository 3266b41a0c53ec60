"""When which message of a booking is owed: over holidays, holds, zones and clock changes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from booking_ground import NOW, PROFILE, SATURDAY, ZONE

from bot.booking import reminders
from bot.booking.hold_messages import plan_hold_messages
from bot.domain import ConversationId, CustomerId, QuoteId
from bot.domain_booking import Booking, BookingId, BookingStatus
from bot.domain_follow_ups import Plan
from bot.ids import new_id
from bot.profile import Profile
from bot.quiet import find_whereabouts, home_of
from bot.store.answer_hours import Habits

HERE = find_whereabouts("+15105550101", "", (), home_of(PROFILE))
FOUR = ("before_event", "after_event", "hold_lapsing", "deposit_missing")


def with_rules(**changed: object) -> Profile:
    """The shipped profile with other rules for follow-ups."""
    rules = PROFILE.follow_ups.model_copy(update=changed)
    return PROFILE.model_copy(update={"follow_ups": rules})


def a_booking(**changed: object) -> Booking:
    """A confirmed party on a Saturday evening."""
    made = Booking(
        id=BookingId(new_id()),
        code="H7K3Q",
        customer_id=CustomerId(new_id()),
        conversation_id=ConversationId(new_id()),
        quote_id=QuoteId(new_id()),
        service="hibachi",
        starts_at=SATURDAY,
        ends_at=SATURDAY + timedelta(hours=3),
        status=BookingStatus.CONFIRMED,
        headcount=12,
        workers=1,
        address="1 Test St",
        zip_code="94539",
        total=Decimal(660),
        deposit=Decimal(100),
        agreed_at=NOW - timedelta(days=20),
        held_until=None,
        deposit_paid_at=NOW,
        moves=0,
        fees=Decimal(0),
        refund=None,
        version=3,
        created_at=NOW - timedelta(days=20),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # Fields by name, in tests only.


def owed_of(profile: Profile, booking: Booking) -> dict[str, Plan]:
    """By cause and step."""
    habits = Habits(
        customer_id=booking.customer_id,
        at=NOW,
        zone="",
        handle="+15105550101",
        zip_code="",
        heard=(),
    )
    found = reminders.plans_of(profile, booking, habits)
    return {f"{plan.cause} {plan.step}".strip(): plan for plan in found}


def local(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%b %d %H:%M}"


def test_each_message_is_due_in_its_span_and_says_nothing_any_more_after_it() -> None:
    """A week's reminder is none two days before; the last one is none on the day itself."""
    found = owed_of(PROFILE, a_booking())
    spans = {name: (local(plan.due_at), local(plan.valid_until)) for name, plan in found.items()}
    assert spans == {
        "before_event 7d": ("Dec 05 11:00", "Dec 08 00:00"),
        "before_event 1d": ("Dec 11 11:00", "Dec 12 00:00"),
        "after_event": ("Dec 14 11:00", "Dec 15 21:00"),
    }
    assert found["before_event 7d"].because == (
        "booking H7K3Q: the event is on Sat, Dec 12, 2026, 6:00 PM, 7 days ahead"
    )
    assert found["before_event 7d"].key.endswith(":before_event:7d:20261213T0200")
    assert found["after_event"].key.endswith(":after_event:20261213T0200")


def test_who_has_just_agreed_is_not_reminded_of_it() -> None:
    """Nor is anybody before they have agreed, or after all is off."""
    now = datetime(2026, 12, 10, 15, tzinfo=ZONE)
    assert set(owed_of(PROFILE, a_booking(agreed_at=now))) == {"after_event"}
    earlier = now - timedelta(hours=6)
    assert set(owed_of(PROFILE, a_booking(agreed_at=earlier))) == {"before_event 1d", "after_event"}
    assert owed_of(PROFILE, a_booking(agreed_at=None)) == {}
    for status in (BookingStatus.CANCELLED, BookingStatus.LAPSED):
        assert owed_of(PROFILE, a_booking(status=status)) == {}
    assert set(owed_of(PROFILE, a_booking(status=BookingStatus.COMPLETED))) == {"after_event"}


def test_what_is_switched_off_is_not_planned() -> None:
    """Each cause by itself."""
    off = with_rules(off=("before_event",))
    assert set(owed_of(off, a_booking())) == {"after_event"}
    assert owed_of(with_rules(off=FOUR), a_booking()) == {}
    assert set(owed_of(with_rules(reminder_days=(3, 3)), a_booking())) == {
        "before_event 3d",
        "after_event",
    }


def test_a_reminder_that_would_fall_on_a_day_off_goes_before_it() -> None:
    """For a party on the day after Christmas; thanks for it wait until after New Year's Day."""
    off = with_rules(off_days=("christmas", "christmas eve", "12-27", "12-28", "12-29"))
    party = datetime(2026, 12, 26, 18, tzinfo=ZONE)
    found = owed_of(off, a_booking(starts_at=party, ends_at=party + timedelta(hours=3)))
    assert local(found["before_event 1d"].due_at) == "Dec 23 11:00"
    assert local(found["before_event 1d"].valid_until) == "Dec 26 00:00"
    assert "after_event" not in found


def test_a_reminder_keeps_the_day_over_a_change_of_the_clock() -> None:
    """I15: eight in the evening is eight in the evening, in March and in November."""
    for month, day in ((3, 14), (11, 7)):
        party = datetime(2027, month, day, 18, tzinfo=ZONE)
        agreed_at = party - timedelta(days=40)
        booking = a_booking(
            starts_at=party, ends_at=party + timedelta(hours=3), agreed_at=agreed_at
        )
        found = owed_of(PROFILE, booking)
        week = party.date() - timedelta(days=7)
        due = found["before_event 7d"].due_at.astimezone(ZONE)
        assert (due.date(), due.hour) == (week, 11)
        first, last = (booking.ends_at.astimezone(UTC) + timedelta(hours=h) for h in (24, 72))
        assert first <= found["after_event"].due_at <= last


HOLDS = [
    # Agreed at, hours it is kept, what is told when.
    ("Dec 01 15:00", 24, {"hold_lapsing": "Dec 02 12:00"}),
    ("Dec 01 10:30", 24, {"deposit_missing": "Dec 01 19:30"}),
    ("Dec 01 23:00", 24, {"deposit_missing": "Dec 02 19:30"}),
    ("Dec 01 19:50", 15, {"deposit_missing": "Dec 02 09:00"}),
    ("Dec 01 21:00", 12, {}),
    ("Dec 01 14:00", 3, {"deposit_missing": "Dec 01 15:00"}),
    ("Dec 01 14:00", 1, {}),
    ("Dec 01 12:00", 120, {"deposit_missing": "Dec 04 09:00", "hold_lapsing": "Dec 06 09:00"}),
    ("Dec 01 12:00", 48, {"hold_lapsing": "Dec 03 09:00"}),
]


@pytest.mark.parametrize(("agreed", "hours", "told"), HOLDS)
def test_the_end_of_a_hold_is_told_while_the_customer_is_awake(
    agreed: str, hours: int, told: dict[str, str]
) -> None:
    """I6: three hours before, else the evening before, else as soon as morning comes."""
    agreed_at = datetime.strptime(f"2026 {agreed}", "%Y %b %d %H:%M").replace(tzinfo=ZONE)
    held_until = agreed_at + timedelta(hours=hours)
    held = a_booking(
        status=BookingStatus.HELD,
        agreed_at=agreed_at,
        held_until=held_until,
        deposit_paid_at=None,
        starts_at=agreed_at + timedelta(days=30),
        ends_at=agreed_at + timedelta(days=30, hours=3),
    )
    found = plan_hold_messages(PROFILE, held, HERE, ())
    assert {cause: local(due_at) for cause, _step, due_at, _until in found} == told
    for _cause, _step, due_at, valid_until in found:
        assert agreed_at + timedelta(hours=1) <= due_at <= valid_until < held_until
    moments = sorted(each[2] for each in found)
    gap = timedelta(hours=PROFILE.follow_ups.gap_hours)
    assert all(after - before >= gap for before, after in itertools.pairwise(moments))


def test_an_event_is_the_same_in_whatever_zone_its_moment_is_written() -> None:
    """I15: keys and moments rest on the instant, so that the same matter is planned once."""
    booking = a_booking(starts_at=datetime(2026, 12, 13, 4, tzinfo=UTC))
    there = replace(booking, starts_at=booking.starts_at.astimezone(ZoneInfo("America/New_York")))
    assert reminders.key_of(booking, "after_event") == reminders.key_of(there, "after_event")
    assert owed_of(PROFILE, booking).keys() == owed_of(PROFILE, there).keys()
