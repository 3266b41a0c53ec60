"""What a business sells, as its profile says it: services with their bands, options and items.

A service is priced per guest, per hour or flat, from the same parts, by bot/booking/pricing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from bot.profile_kinds import (
    Count,
    Hours,
    Items,
    Kind,
    Money,
    MonthDay,
    Named,
    Part,
    PriceUnit,
    Table,
    Text,
    Weekday,
    Words,
)


class Schedule(Part):
    """When a service may start, and how long ahead it must be asked for."""

    slots: Annotated[tuple[time, ...], Field(min_length=1), Kind("times")]
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1), Kind("weekdays")]
    notice_hours: Hours
    large_party_over: Annotated[int | None, Field(ge=1), Kind("count")] = None
    large_party_notice_hours: Hours = 0
    closed_on: Annotated[tuple[MonthDay, ...], Kind("days of the year")] = ()
    """Days of every year on which nothing starts, such as 12-25."""


class StaffingStep(Part):
    """Up to so many guests need so many workers."""

    up_to: Annotated[int, Field(ge=1), Kind("count")]
    workers: Annotated[int, Field(ge=1), Kind("count")]


class Band(Named):
    """One kind of thing that is charged: an age of guest, a treatment, a size of home."""

    price: Money
    unit: PriceUnit
    min_age: Annotated[int | None, Field(ge=0), Kind("count")] = None
    max_age: Annotated[int | None, Field(ge=0), Kind("count")] = None
    options_included: Count = 0
    free_with: str | None = None
    """The band of which one must come with each of these."""
    plural: Text | None = None
    note: Text | None = None


class Choices(Named):
    """What guests pick from `options`, and what each beyond those included costs."""

    further_price: Money
    further_name: Text
    unit: PriceUnit
    plural: Text | None = None


class Option(Named):
    """Something a guest may pick; the surcharge is owed whether it is included or further."""

    surcharge: Money
    unit: PriceUnit


class Item(Named):
    """An add-on or extra. With the unit "booking" it can be had once."""

    price: Money
    unit: PriceUnit
    fills_minimum: bool = False


class Service(Part):
    """One thing that is sold, with everything that can be priced with it."""

    pricing: Literal["per_guest", "per_hour", "flat"]
    duration_minutes: Annotated[int, Field(ge=1), Kind("minutes")]
    minimum: Money = Decimal(0)
    person_over: Annotated[int | None, Field(ge=1), Kind("count")] = None
    default_band: str
    name: Text
    included: Items | None = None
    guest_words: Words | None = None
    schedule: Schedule
    staffing: tuple[StaffingStep, ...] = ()
    bands: Annotated[Table[Band], Field(min_length=1)]
    choices: Choices | None = None
    options: Table[Option] = Field(default_factory=lambda: MappingProxyType({}))
    add_ons: Table[Item] = Field(default_factory=lambda: MappingProxyType({}))
    extras: Table[Item] = Field(default_factory=lambda: MappingProxyType({}))

    @property
    def included_options(self) -> Mapping[str, Option]:
        """The options that cost nothing more."""
        return {code: option for code, option in self.options.items() if not option.surcharge}

    @property
    def premium_options(self) -> Mapping[str, Option]:
        """The options that carry a surcharge."""
        return {code: option for code, option in self.options.items() if option.surcharge}
