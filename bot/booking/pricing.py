"""What an order costs: pure, exact, itemised. The one place where sums are made.

Every rule and figure is the profile's; amounts are Decimals, rounded half-up to the currency's
smallest coin at the line where they arise. The values are in bot/booking/quote.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from bot.booking.guests import included_in, with_fewer
from bot.booking.order_checks import reasons_against
from bot.booking.quote import (
    CannotPrice,
    Filler,
    Line,
    LineKind,
    Order,
    Priced,
    Reason,
    Refusal,
)
from bot.profile import Profile, Service

ZERO = Decimal(0)
TOTAL_LIMIT = Decimal("99999999.99")
"""The largest sum that the store can hold."""


def price(profile: Profile, order: Order) -> Priced:
    """The order's price.

    Raises:
        CannotPrice: with every reason, some of which a person may decide.
    """
    reasons = reasons_against(profile, order)
    if reasons:
        raise CannotPrice(reasons)
    code = order.service or profile.business.default_service
    service, coin = profile.services[code], _coin(profile)
    goods = tuple(_goods(service, order, coin))
    subtotal = _sum(goods).quantize(coin)
    shortfall = max(service.minimum - subtotal, ZERO).quantize(coin)
    travel = _travel(profile, order, coin)
    lines = (*goods, *_minimum(profile, shortfall), *([travel] if travel else ()))
    total = _sum(lines)
    if total > TOTAL_LIMIT:
        raise CannotPrice((Reason(Refusal.TOO_MANY, "counts", "the order is too large"),))
    deposit = min(profile.payment.deposit, total).quantize(coin)
    heads = sum(order.counts.values())
    return Priced(
        order=order,
        service=code,
        currency=profile.business.currency,
        headcount=heads,
        workers=workers_for(service, heads),
        lines=lines,
        subtotal=subtotal,
        shortfall=shortfall,
        travel=_travel_amount(profile, order, travel),
        total=total,
        deposit=deposit,
        balance=total - deposit,
        gratuity=_gratuity(profile, subtotal + shortfall, coin),
        fillers=tuple(_fillers(service, order, shortfall, coin)),
        needs=("miles",) if profile.travel and order.miles is None else (),
    )


def price_range(profile: Profile, order: Order, fewest: Mapping[str, int]) -> tuple[Priced, Priced]:
    """Both ends of "30 to 40 people": the order with the fewest of each band, and as it stands.

    Raises:
        CannotPrice: either end has no price.
    """
    most = price(profile, order)
    return price(profile, with_fewer(profile, order, fewest)), most


def workers_for(service: Service, heads: int) -> int:
    """How many of the crew a party of that size needs; the last step's beyond the table."""
    for step in service.staffing:
        if heads <= step.up_to:
            return step.workers
    return service.staffing[-1].workers if service.staffing else 1


def _coin(profile: Profile) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(profile.business.currency))


def _sum(lines: tuple[Line, ...]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


@dataclass(frozen=True, slots=True)
class _Article:
    """What a line says apart from how many."""

    kind: LineKind
    code: str
    label: Mapping[str, str]
    unit: str
    unit_price: Decimal


def _line(article: _Article, quantity: Decimal | int, coin: Decimal) -> Line:
    amount = (article.unit_price * quantity).quantize(coin, ROUND_HALF_UP)
    return Line(
        kind=article.kind,
        code=article.code,
        label=article.label,
        quantity=Decimal(quantity),
        unit=article.unit,
        unit_price=article.unit_price,
        amount=amount,
    )


def _goods(service: Service, order: Order, coin: Decimal) -> Iterator[Line]:
    """Everything the minimum counts, in the order of the profile."""
    hours = order.hours if service.pricing == "per_hour" and order.hours else 1
    for code, band in service.bands.items():
        if count := order.counts.get(code, 0):
            label = band.plural if band.plural and count > 1 else band.name
            article = _Article(LineKind.BAND, code, label, band.unit, band.price)
            yield _line(article, count * hours, coin)
    yield from _choices(service, order, coin)
    for kind, wanted, items in (
        (LineKind.ADD_ON, order.add_ons, service.add_ons),
        (LineKind.EXTRA, order.extras, service.extras),
    ):
        for code, item in items.items():
            if count := wanted.get(code, 0):
                yield _line(_Article(kind, code, item.name, item.unit, item.price), count, coin)


def _choices(service: Service, order: Order, coin: Decimal) -> Iterator[Line]:
    """Surcharges in place of included options, and further ones with price and surcharge."""
    choices = service.choices
    if choices is None:
        return
    for code, option in service.options.items():
        count = order.options.get(code, 0)
        if count and option.surcharge:
            article = _Article(LineKind.OPTION, code, option.name, option.unit, option.surcharge)
            yield _line(article, count, coin)
    for code, option in service.options.items():
        if count := order.further.get(code, 0):
            each = choices.further_price + option.surcharge
            named = {
                language: f"{word}: {option.name.get(language, code)}"
                for language, word in choices.further_name.items()
            }
            article = _Article(LineKind.FURTHER, code, named, choices.unit, each)
            yield _line(article, count, coin)
    beyond = sum(order.options.values()) - included_in(service, order)
    if beyond > 0:
        label, each = choices.further_name, choices.further_price
        yield _line(_Article(LineKind.FURTHER, "further", label, choices.unit, each), beyond, coin)


def _minimum(profile: Profile, shortfall: Decimal) -> Iterator[Line]:
    if shortfall:
        label = profile.labels.minimum
        article = _Article(LineKind.MINIMUM, "minimum", label, "booking", shortfall)
        yield _line(article, 1, _coin(profile))


def _travel(profile: Profile, order: Order, coin: Decimal) -> Line | None:
    travel = profile.travel
    if travel is None or order.miles is None or order.miles <= travel.free_miles:
        return None
    label = profile.labels.travel
    article = _Article(LineKind.TRAVEL, "travel", label, travel.unit, travel.price)
    return _line(article, order.miles - travel.free_miles, coin)


def _travel_amount(profile: Profile, order: Order, line: Line | None) -> Decimal | None:
    if profile.travel and order.miles is None:
        return None
    return line.amount if line else ZERO.quantize(_coin(profile))


def _gratuity(profile: Profile, base: Decimal, coin: Decimal) -> tuple[Decimal, Decimal] | None:
    suggested = profile.gratuity
    if suggested is None:
        return None
    least, most = (
        (base * percent / 100).quantize(coin, ROUND_HALF_UP)
        for percent in (suggested.min_percent, suggested.max_percent)
    )
    return least, most


def _fillers(service: Service, order: Order, shortfall: Decimal, coin: Decimal) -> Iterator[Filler]:
    """What would fill the order up, the business's own suggestions first."""
    if not shortfall:
        return
    ranked = sorted(service.add_ons.items(), key=lambda pair: not pair[1].fills_minimum)
    for kind, ordered, items in (
        (LineKind.ADD_ON, order.add_ons, ranked),
        (LineKind.EXTRA, order.extras, service.extras.items()),
    ):
        for code, item in items:
            if not item.price:
                continue
            article = _Article(kind, code, item.name, item.unit, item.price)
            filler = _filler(article, shortfall, coin)
            if item.unit != "booking" or (filler.quantity == 1 and not ordered.get(code)):
                yield filler
    room = included_in(service, order) - sum(order.options.values())
    for code, option in service.premium_options.items():
        article = _Article(LineKind.OPTION, code, option.name, option.unit, option.surcharge)
        filler = _filler(article, shortfall, coin)
        if filler.quantity <= room:
            yield filler


def _filler(article: _Article, shortfall: Decimal, coin: Decimal) -> Filler:
    quantity = int((shortfall / article.unit_price).to_integral_value(ROUND_CEILING))
    line = _line(article, quantity, coin)
    return Filler(
        kind=line.kind,
        code=line.code,
        label=line.label,
        quantity=quantity,
        unit_price=line.unit_price,
        amount=line.amount,
    )
