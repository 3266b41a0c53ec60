"""What a model may say of a party to be priced, and the order that it makes.

The arguments of bot/tools/price_party.py. Sums are made elsewhere; here nothing is guessed: what
does not fit together is told back with the name of its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from bot.booking.guests import GuestChoice, counts_of_ages, order_of_guests
from bot.booking.quote import Order
from bot.errors import ToolFailed
from bot.profile import Profile
from bot.tools.base import Arguments

LISTED_MAX = 40


class Counted(Arguments):
    """So many of one thing."""

    code: str = Field(min_length=1, max_length=64, description="Code from the business profile.")
    count: int = Field(ge=1, le=100_000, description="How many.")


class Guests(Counted):
    """So many guests of one band, or between so many and so many."""

    up_to: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Only for a range: of 30 to 40 adults count is 30 and up_to is 40.",
    )


class Chosen(Arguments):
    """What some guests, who want the same, have chosen."""

    band: str = Field(min_length=1, max_length=64, description="Band of these guests.")
    count: int = Field(ge=1, le=100_000, description="How many of them want exactly this.")
    options: list[str] = Field(
        max_length=12, description="Codes of all the options that each of them wants."
    )


class PriceParty(Arguments):
    """What to price. Use the profile's codes."""

    guests: list[Guests] = Field(
        max_length=20, description="How many of each band, such as adult, child, under_five."
    )
    ages: list[int] | None = Field(
        default=None,
        max_length=LISTED_MAX,
        description="Ages in years of guests who are not counted in `guests`, each guest once.",
    )
    choices: list[Chosen] | None = Field(
        default=None,
        max_length=LISTED_MAX,
        description="Who wants what, where guests differ: they are among those counted above.",
    )
    options: list[Counted] | None = Field(
        default=None,
        max_length=LISTED_MAX,
        description="Options in place of included ones, in portions; not those in `choices`.",
    )
    further: list[Counted] | None = Field(
        default=None,
        max_length=LISTED_MAX,
        description="Options on top of those included, in portions; not those in `choices`.",
    )
    add_ons: list[Counted] | None = Field(
        default=None, max_length=LISTED_MAX, description="Add-ons with portions."
    )
    extras: list[Counted] | None = Field(
        default=None, max_length=LISTED_MAX, description="Extras for the whole booking."
    )
    service: str | None = Field(
        default=None, max_length=64, description="Code of the service, if not the usual one."
    )
    hours: float | None = Field(
        default=None, gt=0, le=1_000, description="Only where the service is priced by the hour."
    )
    zip_code: str | None = Field(
        default=None, max_length=12, description="ZIP of the event, if the customer said it."
    )
    town: str | None = Field(
        default=None, max_length=80, description="Town of the event, if no ZIP was said."
    )


def order_of(profile: Profile, asked: PriceParty, miles: Decimal | None) -> Order:
    """The order, of a range with the most guests.

    Raises:
        ToolFailed: something is there twice, or there is no such service.
        CannotPrice: guests, ages and choices do not fit together.
    """
    service = asked.service or ""
    if service and service not in profile.services:
        raise ToolFailed(f"service: there is no {service}; there are {', '.join(profile.services)}")
    most = [_most(guests) for guests in asked.guests]
    order = Order(
        service=service,
        counts=_with_ages(profile, asked, _table(most, "guests")),
        options=_table(asked.options, "options"),
        further=_table(asked.further, "further"),
        add_ons=_table(asked.add_ons, "add_ons"),
        extras=_table(asked.extras, "extras"),
        hours=None if asked.hours is None else Decimal(str(asked.hours)),
        miles=miles,
    )
    chosen = tuple(
        GuestChoice(group.band, tuple(group.options), group.count) for group in asked.choices or ()
    )
    return order_of_guests(profile, chosen, order) if chosen else order


def fewest_of(asked: PriceParty, order: Order) -> Mapping[str, int] | None:
    """How many of each band come at least; None where the customer gave no range."""
    spans = {guests.code: _most(guests).count - _least(guests) for guests in asked.guests}
    if not any(spans.values()):
        return None
    return {code: count - spans.get(code, 0) for code, count in order.counts.items()}


def _most(guests: Guests) -> Counted:
    return Counted(code=guests.code, count=max(guests.count, guests.up_to or 0))


def _least(guests: Guests) -> int:
    return min(guests.count, guests.up_to or guests.count)


def _table(counted: Sequence[Counted] | None, field: str) -> Mapping[str, int]:
    table: dict[str, int] = {}
    for entry in counted or ():
        if entry.code in table:
            raise ToolFailed(f"{field}: {entry.code} is there twice; give one count for it")
        table[entry.code] = entry.count
    return table


def _with_ages(profile: Profile, asked: PriceParty, counts: Mapping[str, int]) -> Mapping[str, int]:
    if not asked.ages:
        return counts
    aged = counts_of_ages(profile, asked.ages, asked.service or "")
    return {code: counts.get(code, 0) + aged.get(code, 0) for code in (*counts, *aged)}
