"""What is priced and what comes of it: the order, its lines and total, or why there is no price.

Values only. bot/booking/pricing.py works them out; tools store them as immutable quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from bot.errors import ConciergeError


def _nothing() -> Mapping[str, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a customer wants, in the codes of the profile."""

    service: str = ""
    """Code of the service; empty means the one sold by default."""
    counts: Mapping[str, int] = field(default_factory=_nothing)
    """How many of each band: guests by age, treatments, homes."""
    options: Mapping[str, int] = field(default_factory=_nothing)
    """Portions of each option in place of included ones; those beyond what is included are charged
    as further ones."""
    further: Mapping[str, int] = field(default_factory=_nothing)
    """Portions of each option on top of those included: a third protein."""
    add_ons: Mapping[str, int] = field(default_factory=_nothing)
    extras: Mapping[str, int] = field(default_factory=_nothing)
    hours: Decimal | None = None
    """Only where the service is priced per hour."""
    miles: Decimal | None = None
    """One way, by road, from the base; None while unknown."""

    def to_json(self) -> dict[str, object]:
        """Plain JSON for storing; `from_json` reads it back."""
        tables = ("counts", "options", "further", "add_ons", "extras")
        return {
            "service": self.service,
            **{name: dict(getattr(self, name)) for name in tables},
            "hours": None if self.hours is None else str(self.hours),
            "miles": None if self.miles is None else str(self.miles),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Order:
        """The order that `to_json` stored."""
        return cls(
            service=str(stored.get("service", "")),
            counts=_counts(stored, "counts"),
            options=_counts(stored, "options"),
            further=_counts(stored, "further"),
            add_ons=_counts(stored, "add_ons"),
            extras=_counts(stored, "extras"),
            hours=_decimal(stored, "hours"),
            miles=_decimal(stored, "miles"),
        )


def _counts(stored: Mapping[str, object], name: str) -> Mapping[str, int]:
    table = stored.get(name)
    if not isinstance(table, Mapping):
        return _nothing()
    return MappingProxyType({str(code): int(count) for code, count in table.items()})


def _decimal(stored: Mapping[str, object], name: str) -> Decimal | None:
    figure = stored.get(name)
    return None if figure is None else Decimal(str(figure))


class LineKind(StrEnum):
    """Where a line comes from."""

    BAND = "band"
    OPTION = "option"
    FURTHER = "further"
    ADD_ON = "add_on"
    EXTRA = "extra"
    MINIMUM = "minimum"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a price; the amounts add up to the total."""

    kind: LineKind
    code: str
    """The item's code in the profile; "minimum", "travel" and "further" (options beyond those
    included, surcharges apart) are ours."""
    label: Mapping[str, str]
    """What the item is called, by language; for travel and the minimum a word of ours."""
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    """Rounded half-up to the currency's smallest coin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filler:
    """Something that would fill an order up to the minimum."""

    kind: LineKind
    code: str
    label: Mapping[str, str]
    quantity: int
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An order with its price."""

    order: Order
    service: str
    currency: str
    headcount: int
    workers: int
    """How many of the crew the order needs."""
    lines: tuple[Line, ...]
    subtotal: Decimal
    """Everything but the minimum's lift and travel."""
    shortfall: Decimal
    """What the order lacks to the minimum; already in the total as a line of its own."""
    travel: Decimal | None
    """None while the distance is unknown."""
    total: Decimal
    deposit: Decimal
    """Part of the total, never on top."""
    balance: Decimal
    gratuity: tuple[Decimal, Decimal] | None
    """Suggested, least and most, of the total before travel; never part of it."""
    fillers: tuple[Filler, ...] = ()
    needs: tuple[str, ...] = ()
    """What must still be known for an exact price: "miles"."""

    @property
    def exact(self) -> bool:
        """Whether the total is final for this order."""
        return not self.needs


class Refusal(StrEnum):
    """Why there is no price. Those of `FOR_A_PERSON` are a person's to decide."""

    NOTHING_ORDERED = "nothing_ordered"
    UNKNOWN = "unknown"
    NOT_A_COUNT = "not_a_count"
    TOO_MANY = "too_many"
    ONCE_ONLY = "once_only"
    HOURS_MISSING = "hours_missing"
    NEEDS_COMPANION = "needs_companion"
    LARGE_PARTY = "large_party"
    TOO_FAR = "too_far"


FOR_A_PERSON = frozenset({Refusal.NEEDS_COMPANION, Refusal.LARGE_PARTY, Refusal.TOO_FAR})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way of a price."""

    code: Refusal
    field: str
    """Where in the order, such as counts.adult."""
    message: str
    """In English, for a model or a log; holds no customer's words."""
    limit: Decimal | None = None
    """The figure that was passed, where there is one."""


class CannotPrice(ConciergeError):
    """The order has no price; every reason is given."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("; ".join(reason.message for reason in reasons))
        self.reasons = reasons

    @property
    def needs_person(self) -> bool:
        """Whether nothing is wrong with the order but that a person must decide."""
        return all(reason.code in FOR_A_PERSON for reason in self.reasons)
