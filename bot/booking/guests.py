"""From guests who said what each of them wants to the totals that an order holds.

Pure; called before bot/booking/pricing.py where a party is given guest by guest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.booking.quote import CannotPrice, Order, Reason, Refusal
from bot.profile import Profile


@dataclass(frozen=True, slots=True)
class GuestChoice:
    """What one guest, or several who want the same, would like."""

    band: str
    options: tuple[str, ...] = ()
    count: int = 1


def order_of_guests(profile: Profile, guests: tuple[GuestChoice, ...], order: Order) -> Order:
    """The order with the counts and options of guests who said what each wants.

    Their first options are the included ones; those beyond are further ones.

    Raises:
        CannotPrice: a guest is of a band that the service does not have.
    """
    service = profile.service(order.service)
    counts: dict[str, int] = {}
    options: dict[str, int] = {}
    further: dict[str, int] = {}
    for guest in guests:
        if guest.band not in service.bands:
            what = f"counts has no {guest.band}; there are {', '.join(service.bands)}"
            raise CannotPrice((Reason(Refusal.UNKNOWN, f"counts.{guest.band}", what),))
        included = service.bands[guest.band].options_included
        _tally(counts, (guest.band,), guest.count)
        _tally(options, guest.options[:included], guest.count)
        _tally(further, guest.options[included:], guest.count)
    return replace(order, counts=counts, options=options, further=further)


def _tally(table: dict[str, int], codes: tuple[str, ...], count: int) -> None:
    for code in codes:
        table[code] = table.get(code, 0) + count
