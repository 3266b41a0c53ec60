"""Bookings as iCalendar: a chef's feed, and the file that a customer's own calendar takes in.

Pure. Moments are written in UTC, so that no reader's table of time zones can move an event (I15).
An entry keeps its UID for life and counts its versions, which is how calendars follow changes.
Source: RFC 5545 sections 3.6.1, 3.8.7 and RFC 5546 section 3.2 (read 2026-11-23).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event, vText

from bot.booking import calendar_words as words
from bot.booking import staff_words
from bot.booking.booking_words import say_place
from bot.domain_booking import Booking, BookingStatus, Chef
from bot.profile import Profile
from bot.store.calendars import CalendarEntry

PUBLISHER = "-//Concierge//Calendar//EN"
PAST_DAYS = 60
CANCELLED_DAYS = 30
REFRESH = timedelta(minutes=15)
"""How often a calendar is asked to look again; most take it as a hint."""
GONE = frozenset({BookingStatus.CANCELLED, BookingStatus.LAPSED})


FORBIDDEN = ("Cc", "Cs")


class Shown(NamedTuple):
    """What an entry says to its reader."""

    title: str
    description: str
    place: str


def chef_calendar(profile: Profile, chef: Chef, entries: Iterable[CalendarEntry]) -> str:
    """The chef's events as a calendar to subscribe to."""
    language = profile.business.home_language
    calendar = _calendar(f"{profile.business.name}: {chef.name}", method="PUBLISH")
    calendar.add("x-wr-timezone", vText(profile.business.zone))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT15M"))
    for entry in entries:
        shown = Shown(
            words.title(profile, entry.booking, language),
            words.for_chef(profile, entry, chef.id),
            staff_words.say_place(entry.booking),
        )
        calendar.add_component(_event(entry, shown))
    return _text(calendar)


def booking_calendar(profile: Profile, entry: CalendarEntry) -> str:
    """The customer's own booking as a file; for a cancelled one the word to take it out again."""
    language = words.language_of(profile, entry)
    booking = entry.booking
    shown = Shown(
        words.own_title(profile, booking, language),
        words.for_customer(profile, entry),
        say_place(booking.address, booking.zip_code),
    )
    calendar = _calendar(profile.business.name, method=method_of(entry.booking))
    calendar.add_component(_event(entry, shown))
    return _text(calendar)


def method_of(booking: Booking) -> str:
    """What the file asks a calendar to do."""
    return "CANCEL" if booking.status in GONE else "PUBLISH"


def file_name(booking: Booking) -> str:
    """What the customer's machine shall call the file."""
    return f"booking-{booking.code}.ics"


def _calendar(name: str, *, method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PUBLISHER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add("x-wr-calname", vText(_plain(name)))
    return calendar


def _event(entry: CalendarEntry, shown: Shown) -> Event:
    booking = entry.booking
    event = Event()
    event.add("uid", str(booking.id))
    event.add("sequence", booking.version)
    # The moment of the last write, not of this request: the same entry is the same text.
    event.add("dtstamp", _whole(entry.changed_at))
    event.add("last-modified", _whole(entry.changed_at))
    event.add("created", _whole(booking.created_at))
    event.add("dtstart", _whole(booking.starts_at))
    event.add("dtend", _whole(booking.ends_at))
    event.add("status", _status(booking))
    event.add("transp", "TRANSPARENT" if booking.status in GONE else "OPAQUE")
    event.add("summary", _plain(shown.title))
    event.add("description", _plain(shown.description))
    event.add("location", _plain(shown.place))
    return event


def _status(booking: Booking) -> str:
    """In the words of RFC 5545."""
    if booking.status in GONE:
        return "CANCELLED"
    return "TENTATIVE" if booking.status is BookingStatus.HELD else "CONFIRMED"


def _whole(moment: datetime) -> datetime:
    """In UTC and without fractions, which iCalendar does not write."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """Without control characters, which RFC 5545 forbids, and with one kind of line end."""
    lined = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lined if c in "\n\t" or unicodedata.category(c) not in FORBIDDEN)


def _text(calendar: Calendar) -> str:
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")
