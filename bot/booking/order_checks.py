"""Whether an order can be priced at all, and if not every reason at once.

Pure. Counts are whole and sane, codes exist in the profile, the party and the way are not larger
than the bot decides alone. Called by bot/booking/pricing.py before any sum is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot.booking.quote import Order, Reason, Refusal
from bot.booking.travel import is_in_area
from bot.profile import Item, Profile, Service

COUNT_LIMIT = 10_000
HOURS_LIMIT = 1_000


def reasons_against(profile: Profile, order: Order) -> tuple[Reason, ...]:
    """Why the order has no price; empty when it has one."""
    code = order.service or profile.business.default_service
    service = profile.services.get(code)
    if service is None:
        what = f"there is no service {code}; there are {', '.join(profile.services)}"
        return (Reason(Refusal.UNKNOWN, "service", what),)
    wrong = (*_counts(service, order), *_figures(service, order))
    if wrong:
        return wrong
    return (*_contents(service, order), *_limits(profile, service, order))


def _counts(service: Service, order: Order) -> Iterator[Reason]:
    tables: tuple[tuple[str, Mapping[str, int], Mapping[str, object]], ...] = (
        ("counts", order.counts, service.bands),
        ("options", order.options, service.options),
        ("further", order.further, service.options),
        ("add_ons", order.add_ons, service.add_ons),
        ("extras", order.extras, service.extras),
    )
    for table, wanted, known in tables:
        for code, count in wanted.items():
            field = f"{table}.{code}"
            if code not in known:
                what = f"{table} has no {code}; there are {', '.join(known) or 'none'}"
                yield Reason(Refusal.UNKNOWN, field, what)
            elif not _is_count(count):
                what = f"{field} must be a whole number, 0 or more"
                yield Reason(Refusal.NOT_A_COUNT, field, what)
            elif count > COUNT_LIMIT:
                what = f"{field} is more than {COUNT_LIMIT}"
                yield Reason(Refusal.TOO_MANY, field, what, Decimal(COUNT_LIMIT))


def _is_count(value: object) -> bool:
    """Whether it is a whole number; a model may well send 2.5 or true."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _figures(service: Service, order: Order) -> Iterator[Reason]:
    limits = (("hours", order.hours, HOURS_LIMIT), ("miles", order.miles, COUNT_LIMIT))
    for field, figure, limit in limits:
        if figure is None:
            continue
        if not figure.is_finite() or figure < 0:
            yield Reason(Refusal.NOT_A_COUNT, field, f"{field} must be a number, 0 or more")
        elif figure > limit:
            what = f"{field} is more than {limit}"
            yield Reason(Refusal.TOO_MANY, field, what, Decimal(limit))
    if service.pricing == "per_hour" and not order.hours:
        yield Reason(Refusal.HOURS_MISSING, "hours", "this is priced by the hour: how many hours?")


def _contents(service: Service, order: Order) -> Iterator[Reason]:
    if not sum(order.counts.values()):
        known = ", ".join(service.bands)
        yield Reason(Refusal.NOTHING_ORDERED, "counts", f"how many? Give a count of {known}")
    for table, wanted, known_items in (
        ("add_ons", order.add_ons, service.add_ons),
        ("extras", order.extras, service.extras),
    ):
        yield from _once(table, wanted, known_items)
    yield from _companions(service, order)


def _once(table: str, wanted: Mapping[str, int], items: Mapping[str, Item]) -> Iterator[Reason]:
    for code, count in wanted.items():
        if items[code].unit == "booking" and count > 1:
            what = f"{table}.{code} is had once a booking"
            yield Reason(Refusal.ONCE_ONLY, f"{table}.{code}", what, Decimal(1))


def _companions(service: Service, order: Order) -> Iterator[Reason]:
    """Whoever is free with another guest needs that guest, one each."""
    for code, band in service.bands.items():
        if band.free_with is None:
            continue
        count, covered = order.counts.get(code, 0), order.counts.get(band.free_with, 0)
        if count > covered:
            what = (
                f"each {code} is free only with one {band.free_with}: {covered} cover {covered}, "
                f"a person decides about the other {count - covered}"
            )
            yield Reason(Refusal.NEEDS_COMPANION, f"counts.{code}", what, Decimal(covered))


def _limits(profile: Profile, service: Service, order: Order) -> Iterator[Reason]:
    heads, most = sum(order.counts.values()), service.person_over
    if most is not None and heads > most:
        what = f"a person decides about more than {most}"
        yield Reason(Refusal.LARGE_PARTY, "counts", what, Decimal(most))
    travel = profile.travel
    if travel and order.miles is not None and not is_in_area(profile, order.miles):
        what = f"a person decides about more than {travel.max_miles} miles"
        yield Reason(Refusal.TOO_FAR, "miles", what, travel.max_miles)
