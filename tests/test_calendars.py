"""Calendars: what chef and customer see of a booking, exactly when it is, behind a signed link."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from booked import ADDRESS, ORDER
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bot.booking.booking_words import say_place as place_for_customer
from bot.booking.calendar_words import mail
from bot.booking.calendars import booking_calendar, chef_calendar
from bot.booking.staff_words import say_place
from bot.domain import ConversationId, CustomerId, QuoteId
from bot.domain_booking import Assignment, Booking, BookingId, BookingStatus, Chef, ChefId
from bot.profile import load_profile
from bot.store.calendars import CalendarEntry

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
CHEF = Chef(
    id=ChefId(UUID(int=7)),
    number=1,
    code="kenji",
    name="Kenji",
    home_zip="94539",
    services=frozenset({"hibachi"}),
    languages=frozenset({"en"}),
    strengths=frozenset(),
    certificates=frozenset(),
    days_off=frozenset(),
    works_from=None,
    works_until=None,
    events_a_day=2,
    max_miles=None,
)
BOOKING = Booking(
    id=BookingId(UUID(int=1)),
    code="H7K3Q",
    customer_id=CustomerId(UUID(int=2)),
    conversation_id=ConversationId(UUID(int=3)),
    quote_id=QuoteId(UUID(int=4)),
    service="hibachi",
    starts_at=datetime(2026, 12, 12, 18, tzinfo=ZONE).astimezone(UTC),
    ends_at=datetime(2026, 12, 12, 21, tzinfo=ZONE).astimezone(UTC),
    status=BookingStatus.CONFIRMED,
    headcount=12,
    workers=1,
    address=ADDRESS,
    zip_code="94539",
    total=Decimal(640),
    deposit=Decimal(100),
    agreed_at=NOW,
    held_until=NOW + timedelta(hours=24),
    deposit_paid_at=NOW,
    moves=0,
    fees=Decimal(0),
    refund=None,
    version=3,
    created_at=NOW,
)
ENTRY = CalendarEntry(
    booking=BOOKING,
    order=ORDER,
    customer_name="Ana María",
    phone="+14155550177",
    language="en",
    changed_at=NOW,
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=200)
# RFC 5545 forbids control characters; a text without them comes back as it was.
CLEAN_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


def entry(**booking: object) -> CalendarEntry:
    """The entry with a booking that differs in this."""
    return replace(ENTRY, booking=replace(BOOKING, **booking))  # type: ignore[arg-type]  # Fields by name.


def the_event(text: str) -> Event:
    """The only event of a calendar."""
    (found,) = Calendar.from_ical(text).walk("VEVENT")
    assert isinstance(found, Event)
    return found


# --- what it says ---------------------------------------------------------------------------------


def test_the_chef_reads_all_there_is_to_know() -> None:
    """Whom to call, what to cook, and each allergy as it was said."""
    chefs = (
        Assignment(
            chef_id=CHEF.id,
            name="Kenji",
            leaves_at=BOOKING.starts_at - timedelta(hours=1),
            ends_at=BOOKING.ends_at,
            miles=None,
            reason="",
        ),
    )
    full = entry(allergies=("my son: peanuts, VERY severe", "no shellfish please"), chefs=chefs)
    event = the_event(chef_calendar(PROFILE, CHEF, [full]))
    assert str(event["summary"]) == "Hibachi party: 12 guests"
    assert str(event["location"]) == f"{ADDRESS} 94539"
    assert str(event["description"]).split("\n") == [
        "Guests: 12",
        "Order: 10 adults, 2 children (6 to 12), 4 filet mignon, 3 gyoza",
        "Booking H7K3Q",
        "ALLERGIES, in the customer's words: my son: peanuts, VERY severe; no shellfish please",
        "Customer: Ana María, (415) 555-0177",
        "Leave by: Saturday, December 12, 2026, 5:00 PM",
    ]
    assert (str(event["status"]), event["sequence"]) == ("CONFIRMED", 3)


def test_that_nobody_spoke_of_allergies_is_said_too() -> None:
    """Silence is no assurance."""
    assert "none were mentioned. Ask" in chef_calendar(PROFILE, CHEF, [ENTRY]).replace("\r\n ", "")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Hibachi party with My Hibachi Chef", "Guests: 12", "The remaining $540.00"]),
        ("es", ["Fiesta de hibachi con My Hibachi Chef", "Invitados: 12", "$540.00"]),
        ("zh", ["My Hibachi Chef 铁板烧派对", "客人：12位", "$540.00"]),
        ("fr", ["Hibachi party with My Hibachi Chef"]),
    ],
)
def test_the_customer_reads_their_own_booking_and_no_more(
    language: str, expected: list[str]
) -> None:
    """I10: in their language; nothing of chefs, staff or what only the chef must know."""
    mine = replace(entry(allergies=("peanuts",)), language=language)
    event = the_event(booking_calendar(PROFILE, mine))
    said = f"{event['summary']}\n{event['description']}"
    for words in expected:
        assert words in said
    assert not {"peanuts", "Ana", "555-0177", "Kenji"} & set(said.replace(",", " ").split())


def test_a_cancelled_booking_is_taken_out_of_the_calendar() -> None:
    gone = entry(status=BookingStatus.CANCELLED, refund=Decimal(100), version=4)
    read = Calendar.from_ical(booking_calendar(PROFILE, gone))
    event = the_event(booking_calendar(PROFILE, gone))
    assert (str(read["method"]), str(event["status"])) == ("CANCEL", "CANCELLED")
    assert str(event["uid"]) == str(the_event(booking_calendar(PROFILE, ENTRY))["uid"])
    assert event["sequence"] > the_event(booking_calendar(PROFILE, ENTRY))["sequence"]
    assert "$100.00 goes back to you." in str(event["description"])


def test_what_is_open_is_said_with_its_date() -> None:
    """The deposit until it is there, then the rest; fees are part of both."""
    held = entry(status=BookingStatus.HELD, deposit_paid_at=None)
    said = str(the_event(booking_calendar(PROFILE, held))["description"])
    assert "deposit of $100.00, by Monday, November 23, 2026, 10:00 AM" in said
    moved = entry(status=BookingStatus.CHANGED, fees=Decimal(200))
    said = str(the_event(booking_calendar(PROFILE, moved))["description"])
    assert "Total: $840.00\nFees, included in the total: $200.00" in said
    assert "The remaining $740.00 is due on the day of the event." in said


@pytest.mark.parametrize(
    ("address", "to_staff", "to_customer"),
    [
        ("", "Fremont 94539", "Fremont"),
        ("1 A St", "1 A St, Fremont 94539", "1 A St, Fremont"),
        ("1 A St, Fremont", "1 A St, Fremont 94539", "1 A St, Fremont"),
        ("1 A St, Fremont, CA", "1 A St, Fremont, CA 94539", "1 A St, Fremont, CA"),
        ("1 A St, Fremont 94539", "1 A St, Fremont 94539", "1 A St, Fremont 94539"),
        ("1 Fremont Ave", "1 Fremont Ave, Fremont 94539", "1 Fremont Ave, Fremont"),
    ],
)
def test_town_and_zip_are_said_once(address: str, to_staff: str, to_customer: str) -> None:
    """The ZIP is for staff; whoever reads, nothing stands there twice."""
    assert say_place(replace(BOOKING, address=address)) == to_staff
    assert place_for_customer(address, "94539") == to_customer
    event = the_event(booking_calendar(PROFILE, entry(address=address)))
    assert str(event["location"]) == to_customer
    assert f"Where: {to_customer}\n" in mail(PROFILE, entry(address=address), "confirm").text


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize("act", ["agree", "confirm", "change", "cancel"])
def test_a_mail_is_written_in_whole_sentences(language: str, act: str) -> None:
    """Each line begins in upper case, and no sentence ends twice."""
    held = replace(entry(status=BookingStatus.HELD, deposit_paid_at=None), language=language)
    written = mail(PROFILE, held, act)
    assert ".." not in written.text
    assert all(line[0] == line[0].upper() for line in written.text.splitlines() if line)


# --- the format -----------------------------------------------------------------------------------


@given(words=ANY_TEXT, address=ANY_TEXT, name=ANY_TEXT)
def test_whatever_is_said_the_file_stays_whole(words: str, address: str, name: str) -> None:
    """Lines of at most 75 octets, one event, no property that a customer wrote."""
    any_ = replace(
        entry(allergies=(words, "BEGIN:VEVENT\r\nUID:evil"), address=address), customer_name=name
    )
    text = chef_calendar(PROFILE, CHEF, [any_])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.count("\r\nBEGIN:VEVENT\r\n") == text.count("\r\nUID:") == 1
    assert str(the_event(text)["uid"]) == str(BOOKING.id)


@given(words=CLEAN_TEXT, address=CLEAN_TEXT)
def test_words_come_back_as_they_were_said(words: str, address: str) -> None:
    """Commas, semicolons, backslashes, emoji: an allergy is read as it was written."""
    any_ = entry(allergies=(words,), address=address, zip_code="")
    event = the_event(chef_calendar(PROFILE, CHEF, [any_]))
    assert f"words: {words}\n" in str(event["description"])
    assert str(event.get("location", "")) == address


@given(
    day=st.dates(datetime(2024, 1, 1).date(), datetime(2040, 12, 31).date()),
    minutes=st.integers(0, 24 * 60 - 1),
    fold=st.sampled_from([0, 1]),
)
def test_an_event_is_when_it_is_in_every_year(day: object, minutes: int, fold: int) -> None:
    """I15: written in UTC, so the hour on the wall is right before and after each clock change."""
    wall = datetime.fromisoformat(f"{day}T{minutes // 60:02d}:{minutes % 60:02d}")
    starts_at = wall.replace(tzinfo=ZONE, fold=fold).astimezone(UTC)
    event = the_event(
        chef_calendar(
            PROFILE, CHEF, [entry(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))]
        )
    )
    begins, ends = event["dtstart"].dt, event["dtend"].dt
    assert begins == starts_at
    assert ends - begins == timedelta(hours=3)
    shown = begins.astimezone(ZONE).replace(tzinfo=None)
    # In the hour that a clock change leaves out there is no such time on the wall.
    exists = starts_at.astimezone(ZONE).replace(tzinfo=None) == wall
    assert not exists or shown == wall


def test_the_same_booking_is_the_same_text() -> None:
    """Nothing of the moment of asking is in it, so that calendars see no change where is none."""
    assert booking_calendar(PROFILE, ENTRY) == booking_calendar(PROFILE, ENTRY)
    assert the_event(booking_calendar(PROFILE, ENTRY))["dtstamp"].dt == NOW
