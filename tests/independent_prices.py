"""The price list again, in whole cents and plain arithmetic: what prices are checked against.

Written from what the business says of its prices and of nothing else; it knows no profile, no
Decimal and no line of the code that it checks. A party is a plain dictionary of what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ADULT, CHILD = 5500, 3000
MINIMUM = 55_000
DEPOSIT = 10_000
PREMIUM = {
    "chicken": 0,
    "ny_strip": 0,
    "shrimp": 0,
    "tofu": 0,
    "salmon": 500,
    "scallops": 500,
    "filet_mignon": 500,
    "lobster": 1500,
}
THIRD_PROTEIN = 1000
ADD_ON = {"yakisoba": 500, "fried_rice": 500, "vegetables": 500, "edamame": 500, "gyoza": 1000}
EXTRA = {"premium_sake": 2500, "extended_performance": 5000, "custom_menu": 3500}
FREE_MILLIMILES, CENTS_A_MILE = 30_000, 200
PROTEINS_OF = {"adult": 2, "child": 2, "under_five": 1}


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes and what they want."""

    adults: int
    children: int = 0
    under_fives: int = 0
    proteins: Mapping[str, int] = field(default_factory=dict)
    """Portions for the whole party; what goes beyond the included ones is a further protein."""
    thirds: Mapping[str, int] = field(default_factory=dict)
    """Portions said to be on top of the included ones."""
    add_ons: Mapping[str, int] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    millimiles: int | None = 0
    """Thousandths of a mile, one way; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest and all the proteins that this guest wants."""

    age: int
    proteins: tuple[str, ...]


def food(party: Party) -> int:
    """Guests, proteins, add-ons and extras, in cents."""
    cents = ADULT * party.adults + CHILD * party.children
    for protein, portions in party.proteins.items():
        cents += PREMIUM[protein] * portions
    for protein, portions in party.thirds.items():
        cents += (THIRD_PROTEIN + PREMIUM[protein]) * portions
    included = 2 * (party.adults + party.children) + party.under_fives
    beyond = sum(party.proteins.values()) - included
    cents += THIRD_PROTEIN * (beyond if beyond > 0 else 0)
    cents += sum(ADD_ON[name] * portions for name, portions in party.add_ons.items())
    return cents + sum(EXTRA[name] for name in party.extras)


def travel(party: Party) -> int:
    """The way beyond the free miles, in cents, half a cent rounded up."""
    beyond = (party.millimiles or 0) - FREE_MILLIMILES
    return (beyond * CENTS_A_MILE + 500) // 1000 if beyond > 0 else 0


def shortfall(party: Party) -> int:
    """What the minimum lifts the food by, in cents."""
    lacking = MINIMUM - food(party)
    return lacking if lacking > 0 else 0


def total(party: Party) -> int:
    """What the party costs, in cents."""
    return food(party) + shortfall(party) + travel(party)


def gratuity(party: Party) -> tuple[int, int]:
    """20 and 35 in a hundred of the food as it is charged, half a cent rounded up."""
    base = food(party) + shortfall(party)
    return (base * 20 + 50) // 100, (base * 35 + 50) // 100


def guests_total(guests: tuple[Guest, ...]) -> int:
    """What guests cost who said one by one what they eat, at the base, in cents."""
    cents = 0
    for guest in guests:
        kind = "adult" if guest.age >= 13 else "child" if guest.age >= 6 else "under_five"
        cents += {"adult": ADULT, "child": CHILD, "under_five": 0}[kind]
        cents += sum(PREMIUM[protein] for protein in guest.proteins)
        thirds = len(guest.proteins) - PROTEINS_OF[kind]
        cents += THIRD_PROTEIN * (thirds if thirds > 0 else 0)
    return cents if cents > MINIMUM else MINIMUM


def hourly_total(people: int, pence_an_hour: int, quarter_hours: int, minimum: int) -> int:
    """A visit of so many quarters of an hour, half a penny rounded up, lifted to its minimum."""
    pence = (people * pence_an_hour * quarter_hours + 2) // 4
    return pence if pence > minimum else minimum


def flat_total(priced: Mapping[int, int]) -> int:
    """So many of each price, in pence."""
    return sum(each * count for each, count in priced.items())
