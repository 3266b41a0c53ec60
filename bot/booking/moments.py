"""A moment in full words in the business's zone: weekday, date, year and time (I15)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.profile import Profile
from bot.profile_wording import figure


def say_moment(profile: Profile, at: datetime, language: str = "en") -> str:
    """ "Saturday, December 5, 2026, 6:00 PM", as a reader of that language writes it."""
    return _say(profile, at, language, "full")


def say_briefly(profile: Profile, at: datetime) -> str:
    """ "Sat, Dec 5, 2026, 6:00 PM", for staff's tables."""
    return _say(profile, at, "en", "EEE, MMM d, y")


def say_day(day: date, language: str = "en", form: str = "full") -> str:
    """ "Saturday, December 5, 2026"; babel's "long" form leaves the weekday out."""
    return str(format_date(day, form, locale=language))


def say_time(profile: Profile, at: datetime, language: str = "en") -> str:
    """ "6:00 PM"."""
    local = at.astimezone(ZoneInfo(profile.business.zone))
    return figure(profile.business, "time", local.time(), language)


def _say(profile: Profile, at: datetime, language: str, form: str) -> str:
    local = at.astimezone(ZoneInfo(profile.business.zone))
    day = say_day(local.date(), language, form)
    return f"{day}{'' if language == 'zh' else ', '}{say_time(profile, at, language)}"
