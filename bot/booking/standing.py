"""A booking as follow-ups see it: whether there is still something to say of it, and its figures.

Pure functions of a booking as it stood at a moment (bot/store/cause_bookings.py), in the customer's
language and the business's zone. The causes that hang on a booking ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.booking.booking_words import say_place
from bot.booking.moments import say_briefly, say_day, say_time
from bot.domain_booking import Booking, BookingStatus
from bot.domain_follow_ups import Gone, Owed
from bot.domain_sending import Choice
from bot.language.wording import say
from bot.profile import Profile, money
from bot.profile_wording import join
from bot.store.cause_bookings import Standing

NO_BOOKING = Gone("the booking is no more")
_DAYS = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM", "zh": "M月d日EEEE"}
"""A day of this year or the next needs no year; the weekday keeps it from being mistaken."""


def find_gone(profile: Profile, standing: Standing | None, owed: Owed) -> Gone | None:
    """Why nothing of it holds any more, for whatever it was planned; None: there is a booking."""
    if standing is None:
        return NO_BOOKING
    booking = standing.booking
    if booking.status is BookingStatus.CANCELLED:
        return Gone("the booking was cancelled")
    if booking.status is BookingStatus.LAPSED:
        return Gone("the hold lapsed")
    if _is_moved(booking, owed):
        return Gone(f"the event was moved to {say_briefly(profile, booking.starts_at)}")
    return None


def fields_of(profile: Profile, standing: Standing, language: str) -> Mapping[str, str]:
    """What may be said of the booking; what is not known is empty.

    name, day, time, guests, chef (all who come), place, arrival (of the crew, from and until),
    balance (still to pay on the day), deposit, total, code, business.
    """
    booking = standing.booking
    return {
        "name": first_name(standing.name),
        "day": say_short_day(profile, booking.starts_at, language),
        "time": say_time(profile, booking.starts_at, language),
        "guests": str(booking.headcount),
        "chef": join([chef.name for chef in booking.chefs], language) if booking.chefs else "",
        "place": say_place(booking.address, booking.zip_code) if booking.address else "",
        "arrival": _arrival(profile, booking, language),
        "balance": _balance(profile, booking, language),
        "deposit": money(profile.business, booking.deposit, language),
        "total": money(profile.business, booking.total + booking.fees, language),
        "code": booking.code,
        "business": profile.business.name,
    }


def say_until(profile: Profile, until: datetime, language: str) -> str:
    """ "Wednesday, December 2, 10:30 AM" where the business is."""
    gap = " " if language == "zh" else ", "
    return f"{say_short_day(profile, until, language)}{gap}{say_time(profile, until, language)}"


def say_short_day(profile: Profile, at: datetime, language: str) -> str:
    """ "Saturday, December 12" where the business is."""
    return short_day(at.astimezone(ZoneInfo(profile.business.zone)).date(), language)


def short_day(day: date, language: str) -> str:
    """The same of a day; Spanish may set its article before it."""
    return say_day(day, language, _DAYS.get(language, "full"))


def first_name(name: str) -> str:
    """As somebody is greeted: the first of several names, or all where it is only a title."""
    first, _, others = " ".join(name.split()).partition(" ")
    is_name = len(first) > 1 and first.isalpha() and first.casefold() not in _TITLES
    return first if others and is_name else " ".join(name.split())


def choices_of(language: str, *names: str) -> tuple[Choice, ...]:
    """What the customer may tap, by the phrases `choice_NAME`."""
    return tuple(Choice(id=name, title=say(f"choice_{name}", language)) for name in names)


_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "sr", "sra", "srta", "don", "doña"})


def _is_moved(booking: Booking, owed: Owed) -> bool:
    planned = owed.about.get("starts_at")
    if not isinstance(planned, str):
        return False
    return datetime.fromisoformat(planned) != booking.starts_at.astimezone(UTC)


def _arrival(profile: Profile, booking: Booking, language: str) -> str:
    """Written with a plain hyphen: a dash would turn a text message into UCS-2."""
    rules = profile.booking
    first = booking.starts_at - timedelta(minutes=rules.arrival_max_minutes)
    last = booking.starts_at - timedelta(minutes=rules.arrival_min_minutes)
    moments = dict.fromkeys(say_time(profile, at, language) for at in (first, last))
    return " - ".join(moments)


def _balance(profile: Profile, booking: Booking, language: str) -> str:
    """Only once the deposit is in: until then nobody can say what is left."""
    left = booking.total + booking.fees - booking.deposit
    if booking.deposit_paid_at is None or left <= 0:
        return ""
    return money(profile.business, left, language)
