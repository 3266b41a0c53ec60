"""From what customers say of their guests to the totals that an order holds.

Who wants which options, who is how old, and what is left of an order when fewer come. Pure; called
before bot/booking/pricing.py makes the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.booking.quote import CannotPrice, Order, Reason, Refusal
from bot.profile import Profile, Service


@dataclass(frozen=True, slots=True)
class GuestChoice:
    """What one guest, or several who want the same, would like."""

    band: str
    options: tuple[str, ...] = ()
    count: int = 1


def order_of_guests(profile: Profile, guests: tuple[GuestChoice, ...], order: Order) -> Order:
    """The order with the options of guests who said what each wants.

    Their first options are the included ones; those beyond are further ones. A band that the order
    does not count is counted here.

    Raises:
        CannotPrice: a band that the service does not have, or more guests choose than come.
    """
    service = profile.service(order.service)
    chosen: dict[str, int] = {}
    options, further = dict(order.options), dict(order.further)
    for guest in guests:
        if guest.band not in service.bands:
            what = f"counts has no {guest.band}; there are {', '.join(service.bands)}"
            raise CannotPrice((Reason(Refusal.UNKNOWN, f"counts.{guest.band}", what),))
        included = service.bands[guest.band].options_included
        _tally(chosen, (guest.band,), guest.count)
        _tally(options, guest.options[:included], guest.count)
        _tally(further, guest.options[included:], guest.count)
    too_many = tuple(
        Reason(Refusal.TOO_MANY, f"choices.{band}", f"{count} {band} choose, but {come} come")
        for band, count in chosen.items()
        if count > (come := order.counts.get(band, count))
    )
    if too_many:
        raise CannotPrice(too_many)
    return replace(order, counts={**chosen, **order.counts}, options=options, further=further)


def counts_of_ages(profile: Profile, ages: Iterable[int], service: str = "") -> Mapping[str, int]:
    """How many of each band guests of these ages are.

    Raises:
        CannotPrice: the service does not charge by age, or nobody of an age.
    """
    counts: dict[str, int] = {}
    for age in ages:
        _tally(counts, (_band_of_age(profile.service(service), age),), 1)
    return counts


def _band_of_age(service: Service, age: int) -> str:
    for code, band in service.bands.items():
        is_by_age = band.min_age is not None or band.max_age is not None
        if is_by_age and (band.min_age or 0) <= age <= (
            age if band.max_age is None else band.max_age
        ):
            return code
    what = f"no band is for the age {age}; give a count of {', '.join(service.bands)}"
    raise CannotPrice((Reason(Refusal.UNKNOWN, "ages", what),))


def with_fewer(profile: Profile, order: Order, counts: Mapping[str, int]) -> Order:
    """The same order for a smaller party.

    Portions that the smaller party could not eat as its included ones become fewer with it.
    """
    smaller = replace(order, counts=counts)
    heads, before = sum(counts.values()), sum(order.counts.values())

    def scaled(table: Mapping[str, int], room: int) -> Mapping[str, int]:
        fits = sum(table.values()) <= room and all(count <= heads for count in table.values())
        if fits or not before:
            return table
        return {code: count * heads // before for code, count in table.items()}

    room = included_in(profile.service(order.service), smaller)
    return replace(
        smaller,
        options=scaled(order.options, room),
        further=scaled(order.further, sum(order.further.values())),
    )


def included_in(service: Service, order: Order) -> int:
    """How many options come with the guests of an order."""
    bands = service.bands
    return sum(count * bands[code].options_included for code, count in order.counts.items())


def _tally(table: dict[str, int], codes: tuple[str, ...], count: int) -> None:
    for code in codes:
        table[code] = table.get(code, 0) + count
