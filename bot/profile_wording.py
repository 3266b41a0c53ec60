"""How single figures are written for a customer: sums, times, spans, telephone numbers, lists.

Pure functions of a value, a language and the business's territory. Spaces are plain ones: a narrow
space would turn a text message into UCS-2 and double its price.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from bot.profile_models import Business

A_MONDAY = date(2024, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"minutes": "duration-minute", "hours": "duration-hour", "days": "duration-day"}
UNITS |= {unit: f"length-{unit}" for unit in ("mile", "kilometer", "foot", "inch", "meter")}


def figure(business: Business, kind: str, value: object, language: str) -> str:
    """One value of the kind, as a customer of that language reads it."""
    written = _figure(business, kind, value, language)
    return written.replace("\u202f", " ").replace("\xa0", " ")


def join(parts: Sequence[str], language: str) -> str:
    """A list in words: "a, b and c"."""
    return format_list(list(parts), locale=_locale(language, ""))


def money(business: Business, amount: Decimal, language: str) -> str:
    """A sum the way the business's country writes it."""
    return figure(business, "money", amount, language)


@lru_cache(maxsize=64)
def _locale(language: str, territory: str) -> Locale:
    try:
        return Locale.parse(f"{language}_{territory}" if territory else language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(language)


@lru_cache(maxsize=64)
def _money_locale(language: str, home: str, territory: str) -> Locale:
    """The language as spoken in the territory, or else the home language there, so that a sum in
    dollars is "$55.00" to everyone and not "US$55.00" to some."""
    for spoken in (language, home):
        try:
            return Locale.parse(f"{spoken}_{territory}")
        except UnknownLocaleError:
            continue
    return Locale.parse(home)


def _figure(business: Business, kind: str, value: object, language: str) -> str:
    locale = _locale(language, business.territory)
    match kind, value:
        case "money", Decimal():
            spoken = _money_locale(language, business.home_language, business.territory)
            return format_currency(value, business.currency, locale=spoken)
        case "percent", Decimal():
            return f"{format_decimal(value, locale=locale)}%"
        case _, time():
            return format_time(value, "short", locale=locale)
        case "weekdays", str():
            day = A_MONDAY + timedelta(days=WEEKDAYS.index(value))
            return format_date(day, "EEEE", locale=locale)
        case "phone", str():
            return _phone(value, business.territory)
        case name, Decimal() | int() if name in UNITS:
            return _span(name, Decimal(value), locale)
        case _, Decimal() | int() | float() if not isinstance(value, bool):
            return format_decimal(value, locale=locale)
    return str(value)


def _phone(number: str, territory: str) -> str:
    parsed = phonenumbers.parse(number, territory)
    at_home = phonenumbers.region_code_for_number(parsed) == territory
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if at_home else form.INTERNATIONAL)


def _span(unit: str, amount: Decimal, locale: Locale) -> str:
    """An amount with its unit; whole and half hours are not said in minutes."""
    if unit == "minutes" and amount >= 60 and amount % 30 == 0:
        unit, amount = "hours", amount / 60
    written = format_unit(amount, UNITS[unit], length="long", locale=locale)
    if UNITS[unit] in written:  # Chinese has no long form, and babel then writes the unit's id.
        written = format_unit(amount, UNITS[unit], length="short", locale=locale)
    return written
