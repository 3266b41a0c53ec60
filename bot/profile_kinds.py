"""The kinds of fact a business profile is made of: money, spans, counts, texts by language.

A kind says how a fact is written for a customer (bot/profile_facts.py) and what values it may
have. The parts built from them are in bot/profile_offer.py and bot/profile_models.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from babel.numbers import is_currency
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Kind:
    """What a figure or text is, and so how it is written for a customer."""

    name: str


def _proxy(value: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(value))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "no such time zone") from error
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise PydanticCustomError("currency", "no such currency")
    return value


def _month_day(value: str) -> str:
    try:
        date.fromisoformat(f"2024-{value}")  # A leap year: 02-29 is a day too.
    except ValueError as error:
        raise PydanticCustomError(
            "month_day", 'not a day of the year; write it as "12-25"'
        ) from error
    return value


T = TypeVar("T")
Table = Annotated[Mapping[str, T], AfterValidator(_proxy)]
Money = Annotated[
    Decimal, Field(ge=0, le=1_000_000, max_digits=10, decimal_places=2), Kind("money")
]
Percent = Annotated[Decimal, Field(ge=0, le=100), Kind("percent")]
Minutes = Annotated[int, Field(ge=0), Kind("minutes")]
Hours = Annotated[int, Field(ge=0), Kind("hours")]
Days = Annotated[int, Field(ge=0), Kind("days")]
Miles = Annotated[Decimal, Field(ge=0), Kind("mile")]
Count = Annotated[int, Field(ge=0), Kind("count")]
Text = Annotated[Mapping[str, str], AfterValidator(_proxy), Kind("text")]
Items = Annotated[Mapping[str, tuple[str, ...]], AfterValidator(_proxy), Kind("list")]
Words = Annotated[Mapping[str, tuple[str, ...]], AfterValidator(_proxy), Kind("words")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekdays = Annotated[tuple[Weekday, ...], Kind("weekdays")]
PriceUnit = Literal["guest", "portion", "booking", "hour", "mile", "item", "room"]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
Zip = Annotated[str, Field(pattern=r"^\d{5}$")]


class Part(BaseModel):
    """Base of every part: unknown fields are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Part):
    """A thing customers name: what we call it, and the words they call it by."""

    name: Text
    words: Words


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that would go wrong."""

    field: str
    """Dotted name in the profile."""
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.field}: {self.what}; {self.mend}"
