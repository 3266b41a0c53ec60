"""I15: where somebody may be, and when they may be written to there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from gate_sample import (
    HOME,
    PROFILE,
)
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import AddressId, Consent, CustomerId, Mode
from bot.follow_ups.refusing import Around, Wish, find_refusals
from bot.ids import new_id
from bot.quiet import find_whereabouts, next_allowed, quiet_begins
from bot.store.addressees import Addressee, Way


@pytest.mark.parametrize(
    ("handle", "zone", "zips", "local"),
    [
        ("+14155550101", "", (), "09:00 America/Los_Angeles"),
        ("+14155550101", "America/New_York", (), "09:00 America/New_York"),
        ("+14155550101", "", ("10001",), "09:00 America/New_York"),
        ("+16055550101", "", (), "09:00 America/Denver"),
        ("ann@example.com", "", (), "09:00 America/Los_Angeles"),
        ("ann@example.com", "nowhere/here", (), "09:00 America/Los_Angeles"),
        ("+18005550101", "", (), "13:00 Pacific/Honolulu"),
        ("+447700900123", "", (), "09:00 Europe/London"),
        ("US.13491208655302741918", "", (), "09:00 America/Los_Angeles"),
        ("+14015550101", "", (), "09:00 America/New_York"),
        ("+18085550101", "", (), "09:00 Pacific/Honolulu"),
    ],
)
def test_quiet_hours_end_where_the_recipient_is(
    handle: str, zone: str, zips: tuple[str, ...], local: str
) -> None:
    """A stated place first, then the event's, then every zone of the number, then ours."""
    hour, name = local.split()
    where = find_whereabouts(handle, zone, zips, HOME)
    at = datetime(2026, 11, 24, 2, 0, tzinfo=ZoneInfo(name)).astimezone(UTC)
    found = next_allowed(PROFILE, at, where).astimezone(ZoneInfo(name))
    if handle != "+18005550101":
        assert f"{found:%H:%M}" == hour
    for each in where.zones:
        there = next_allowed(PROFILE, at, where).astimezone(ZoneInfo(each))
        assert handle == "+18005550101" or 9 <= there.hour < 20


@pytest.mark.parametrize(
    ("handle", "day", "hour", "allowed"),
    [
        ("+12145550101", 22, 11, False),  # Texas, a Sunday before noon.
        ("+12145550101", 22, 12, True),
        ("+12145550101", 24, 9, True),
        ("+14015550101", 24, 18, False),  # Rhode Island closes at six.
        ("+14015550101", 24, 17, True),
        ("+13055550101", 24, 20, False),  # Florida closes at eight.
        ("+12125550101", 24, 20, True),  # New York has the country's hours.
        ("+12125550101", 24, 21, False),
        ("+12125550101", 24, 8, True),
        ("+12125550101", 24, 7, False),
        ("+14155550101", 24, 8, False),  # California and Kentucky rise later.
        ("+15025550101", 24, 9, False),
        ("+12055550101", 22, 12, False),  # Alabama has no Sunday, Rhode Island a short one.
        ("+12055550101", 21, 12, True),
        ("+14015550101", 22, 9, False),
        ("+14015550101", 22, 10, True),
        ("+12075550101", 21, 12, False),  # Maine has no weekend.
        ("+18085550101", 24, 8, True),
    ],
)
def test_a_stricter_state_goes_first(handle: str, day: int, hour: int, *, allowed: bool) -> None:
    """With a profile that asks for nothing itself."""
    rules = PROFILE.follow_ups.model_copy(
        update={
            "quiet_until": datetime.min.time(),
            "quiet_from": datetime.max.time(),
        }
    )
    lax = PROFILE.model_copy(update={"follow_ups": rules})
    where = find_whereabouts(handle, "", (), HOME)
    at = datetime(2026, 11, day, hour, 30, tzinfo=ZoneInfo(where.zones[0])).astimezone(UTC)
    assert (next_allowed(lax, at, where) == at) is allowed


@pytest.mark.parametrize("day", [datetime(2026, 3, 8, 6), datetime(2026, 11, 1, 5)])
def test_a_clock_change_makes_nobody_rise_early(day: datetime) -> None:
    """I15: nine is nine on both of these nights."""
    zone = ZoneInfo("America/New_York")
    where = find_whereabouts("+12125550101", "", (), HOME)
    found = next_allowed(PROFILE, day.replace(tzinfo=UTC), where).astimezone(zone)
    assert (found.hour, found.minute) == (9, 0)
    begins = quiet_begins(PROFILE, found, where).astimezone(zone)
    assert (begins.date(), begins.hour) == (found.date(), 20)


def test_no_weekend_at_all_ends_on_monday_and_staff_are_told_so() -> None:
    """What staff plan is judged by the same places and laws as what leaves (I6)."""
    where = find_whereabouts("+12075550101", "", (), HOME)
    friday = datetime(2026, 11, 20, 17, 30, tzinfo=ZoneInfo("America/New_York"))
    found = next_allowed(PROFILE, friday, where).astimezone(ZoneInfo("America/New_York"))
    assert f"{found:%A %H:%M}" == "Monday 09:00"
    address = AddressId(new_id())
    way = Way(
        address_id=address,
        channel="sms",
        handle="+12075550101",
        consent=Consent.UNKNOWN,
        suspended_reason="",
        last_inbound_at=None,
    )
    to = Addressee(
        customer_id=CustomerId(new_id()),
        name="",
        language="",
        zone="",
        zip_code="",
        ways=(way,),
        conversation_id=None,
        mode=Mode.BOT,
        epoch=0,
        holder="",
        trouble="",
    )
    around = Around(now=friday - timedelta(days=1), windows={"sms": None})
    saturday = Wish(address_id=address, at=friday + timedelta(hours=22), text="How was it?")
    (refused,) = find_refusals(PROFILE, to, saturday, around)
    assert refused.field == "when"
    assert "it is 15:30 for the customer then" in refused.reason
    assert "Nov 23" in refused.reason
    assert find_refusals(PROFILE, replace(to, zip_code="96813"), saturday, around) == ()


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    handle=st.sampled_from(
        ("+14155550101", "+16055550101", "+12145550101", "+14015550101", "+12075550101", "a@b.c")
    ),
    zips=st.sampled_from(((), ("10001",), ("96813",), ("33101", "75201"))),
)
def test_the_next_moment_is_awake_everywhere(
    at: datetime, handle: str, zips: tuple[str, ...]
) -> None:
    """Never earlier than asked, and asked again at that moment nothing moves."""
    where = find_whereabouts(handle, "", zips, HOME)
    moment = at.replace(tzinfo=UTC)
    found = next_allowed(PROFILE, moment, where)
    assert found >= moment
    assert next_allowed(PROFILE, found, where) == found
    assert all(9 <= found.astimezone(ZoneInfo(zone)).hour < 20 for zone in where.zones)
