"""What orders cost: the worked examples, an independent calculator in cents."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.booking.guests import GuestChoice, order_of_guests
from bot.booking.pricing import price, price_range
from bot.booking.quote import CannotPrice, LineKind, Order, Refusal
from bot.profile import load_profile

PROFILE = load_profile()
HERE = Decimal(0)


def dollars(amount: str) -> Decimal:
    return Decimal(amount)


def refusals(order: Order) -> dict[str, Refusal]:
    with pytest.raises(CannotPrice) as caught:
        price(PROFILE, order)
    return {reason.field: reason.code for reason in caught.value.reasons}


def test_ten_adults_are_exactly_the_minimum() -> None:
    priced = price(PROFILE, Order(counts={"adult": 10}, miles=HERE))
    assert (priced.total, priced.shortfall, priced.fillers) == (dollars("550.00"), 0, ())
    assert [(line.code, line.amount) for line in priced.lines] == [("adult", dollars("550.00"))]
    assert (priced.deposit, priced.balance) == (dollars("100.00"), dollars("450.00"))
    assert priced.gratuity == (dollars("110.00"), dollars("192.50"))
    assert priced.exact


def test_a_small_party_is_lifted_and_told_what_would_fill_it() -> None:
    priced = price(PROFILE, Order(counts={"adult": 8, "child": 2}, miles=HERE))
    assert (priced.subtotal, priced.shortfall) == (dollars("500.00"), dollars("50.00"))
    assert priced.total == dollars("550.00")
    assert priced.lines[-1].kind is LineKind.MINIMUM
    first = priced.fillers[0]
    assert (first.code, first.quantity, first.amount) == ("gyoza", 5, dollars("50.00"))
    assert ("lobster", 4) in [(filler.code, filler.quantity) for filler in priced.fillers]


def test_filling_up_with_the_suggestion_ends_the_lift() -> None:
    order = Order(counts={"adult": 8, "child": 2}, miles=HERE)
    filler = price(PROFILE, order).fillers[0]
    filled = price(PROFILE, replace(order, add_ons={filler.code: filler.quantity}))
    assert (filled.shortfall, filled.total) == (0, dollars("550.00"))


def test_fifteen_lobsters_in_place_of_an_included_protein() -> None:
    order = Order(counts={"adult": 15}, options={"lobster": 15}, miles=HERE)
    amounts = {line.code: line.amount for line in price(PROFILE, order).lines}
    assert amounts == {"adult": dollars("825.00"), "lobster": dollars("225.00")}


@pytest.mark.parametrize(
    ("protein", "each"),
    [("chicken", "10.00"), ("filet_mignon", "15.00"), ("salmon", "15.00"), ("lobster", "25.00")],
)
def test_a_third_protein_costs_its_price_with_the_premium_on_top(protein: str, each: str) -> None:
    order = Order(counts={"adult": 20}, further={protein: 2}, miles=HERE)
    line = price(PROFILE, order).lines[-1]
    assert (line.kind, line.unit_price, line.amount) == (
        LineKind.FURTHER,
        dollars(each),
        dollars(each) * 2,
    )
    assert line.label["en"].startswith("extra protein: ")


def test_options_beyond_the_included_ones_are_charged_as_further() -> None:
    order = Order(counts={"adult": 10}, options={"chicken": 15, "lobster": 8}, miles=HERE)
    amounts = {line.code: line.amount for line in price(PROFILE, order).lines}
    assert amounts["further"] == dollars("30.00")
    assert amounts["lobster"] == dollars("120.00")


def test_guests_one_by_one_cost_what_their_totals_cost() -> None:
    guests = (
        GuestChoice("adult", ("chicken", "lobster", "filet_mignon"), 3),
        GuestChoice("child", ("chicken", "shrimp"), 2),
        GuestChoice("adult", ("salmon",), 9),
    )
    order = order_of_guests(PROFILE, guests, Order(miles=HERE))
    assert order.counts == {"adult": 12, "child": 2}
    assert order.further == {"filet_mignon": 3}
    expected = 12 * 55 + 2 * 30 + 3 * 15 + 3 * 15 + 9 * 5
    assert price(PROFILE, order).total == expected
    swapped = (GuestChoice("adult", ("chicken", "filet_mignon", "lobster"), 3), *guests[1:])
    assert price(PROFILE, order_of_guests(PROFILE, swapped, Order(miles=HERE))).total == expected


@pytest.mark.parametrize(
    ("miles", "travel"),
    [("0", "0.00"), ("30", "0.00"), ("30.1", "0.20"), ("45", "30.00"), ("150", "240.00")],
)
def test_travel_beyond_the_free_miles(miles: str, travel: str) -> None:
    priced = price(PROFILE, Order(counts={"adult": 10}, miles=Decimal(miles)))
    assert (priced.travel, priced.total) == (dollars(travel), dollars("550.00") + dollars(travel))


def test_travel_does_not_help_to_reach_the_minimum() -> None:
    priced = price(PROFILE, Order(counts={"adult": 5}, miles=Decimal(45)))
    assert (priced.shortfall, priced.total) == (dollars("275.00"), dollars("580.00"))


def test_half_a_cent_is_rounded_up() -> None:
    priced = price(PROFILE, Order(counts={"adult": 10}, miles=Decimal("30.0025")))
    assert priced.travel == dollars("0.01")


def test_an_unknown_distance_is_said_and_not_guessed() -> None:
    priced = price(PROFILE, Order(counts={"adult": 10}))
    assert (priced.travel, priced.needs, priced.exact) == (None, ("miles",), False)
    assert priced.total == dollars("550.00")


def test_both_ends_of_a_range() -> None:
    low, high = price_range(PROFILE, Order(miles=HERE), band="adult", low=40, high=30)
    assert (low.total, high.total) == (dollars("1650.00"), dollars("2200.00"))
    assert (low.workers, high.workers) == (1, 2)


@pytest.mark.parametrize(("heads", "workers"), [(1, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_a_larger_party_needs_more_of_the_crew(heads: int, workers: int) -> None:
    assert price(PROFILE, Order(counts={"adult": heads})).workers == workers


def test_free_children_need_an_adult_each() -> None:
    assert price(PROFILE, Order(counts={"adult": 10, "under_five": 10})).total == 550
    order = Order(counts={"adult": 2, "under_five": 5})
    assert refusals(order) == {"counts.under_five": Refusal.NEEDS_COMPANION}


@pytest.mark.parametrize(
    ("order", "field", "code", "person"),
    [
        (Order(), "counts", Refusal.NOTHING_ORDERED, False),
        (Order(counts={"adult": 0}), "counts", Refusal.NOTHING_ORDERED, False),
        (Order(counts={"adult": -1}), "counts.adult", Refusal.NOT_A_COUNT, False),
        (Order(counts={"adult": True}), "counts.adult", Refusal.NOT_A_COUNT, False),
        (Order(counts={"adult": 10_001}), "counts.adult", Refusal.TOO_MANY, False),
        (Order(counts={"adult": 101}), "counts", Refusal.LARGE_PARTY, True),
        (Order(counts={"senior": 3}), "counts.senior", Refusal.UNKNOWN, False),
        (Order(counts={"adult": 9}, options={"eel": 1}), "options.eel", Refusal.UNKNOWN, False),
        (Order(service="sushi"), "service", Refusal.UNKNOWN, False),
        (Order(counts={"adult": 9}, miles=Decimal(151)), "miles", Refusal.TOO_FAR, True),
        (Order(counts={"adult": 9}, miles=Decimal(-1)), "miles", Refusal.NOT_A_COUNT, False),
        (Order(counts={"adult": 9}, miles=Decimal("NaN")), "miles", Refusal.NOT_A_COUNT, False),
        (
            Order(counts={"adult": 9}, extras={"custom_menu": 2}),
            "extras.custom_menu",
            Refusal.ONCE_ONLY,
            False,
        ),
    ],
)
def test_what_has_no_price_says_why(order: Order, field: str, code: Refusal, person: bool) -> None:
    with pytest.raises(CannotPrice) as caught:
        price(PROFILE, order)
    assert [(reason.field, reason.code) for reason in caught.value.reasons] == [(field, code)]
    assert caught.value.needs_person is person


def test_every_reason_is_given_at_once() -> None:
    found = refusals(Order(counts={"adult": -1, "senior": 2}, add_ons={"gyoza": 99_999}))
    assert set(found) == {"counts.adult", "counts.senior", "add_ons.gyoza"}


ADULTS, KIDS = st.integers(0, 60), st.integers(0, 30)
BASICS = ("chicken", "ny_strip", "shrimp", "tofu")
PREMIUMS = {"salmon": 500, "scallops": 500, "filet_mignon": 500, "lobster": 1500}
PORTIONS = {"yakisoba": 500, "fried_rice": 500, "vegetables": 500, "edamame": 500, "gyoza": 1000}
ONCE = {"premium_sake": 2500, "extended_performance": 5000, "custom_menu": 3500}
SOME = st.integers(0, 80)


@dataclass
class Cents:
    """The price rules again, written from the price list in whole cents."""

    order: Order

    def food(self) -> int:
        order = self.order
        adults, kids = order.counts.get("adult", 0), order.counts.get("child", 0)
        plates = 2 * adults + 2 * kids + order.counts.get("under_five", 0)
        cents = 5500 * adults + 3000 * kids
        picked = list(order.options.items()) + list(order.further.items())
        cents += sum(PREMIUMS.get(name, 0) * times for name, times in picked)
        third = max(0, sum(order.options.values()) - plates) + sum(order.further.values())
        cents += 1000 * third
        cents += sum(PORTIONS[name] * times for name, times in order.add_ons.items())
        return cents + sum(ONCE[name] for name, times in order.extras.items() if times)

    def total(self) -> int:
        food = self.food()
        tenths = int((self.order.miles or 0) * 10)
        return max(food, 55_000) + max(0, tenths - 300) * 20


def tables(names: Any, counts: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(sorted(names)), counts, max_size=4)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    adults = draw(st.integers(0, 50))
    children = draw(st.integers(0 if adults else 1, 25))
    under_fives = draw(st.integers(0, min(adults, 25)))
    proteins = [*BASICS, *PREMIUMS]
    return Order(
        counts={"adult": adults, "child": children, "under_five": under_fives},
        options=draw(tables(proteins, SOME)),
        further=draw(tables(proteins, SOME)),
        add_ons=draw(tables(PORTIONS, SOME)),
        extras=draw(tables(ONCE, st.integers(0, 1))),
        miles=draw(st.integers(0, 1500).map(lambda tenths: Decimal(tenths) / 10)),
    )


@settings(max_examples=2_000, deadline=None)
@given(order=orders())
def test_any_order_costs_what_an_independent_calculator_says(order: Order) -> None:
    priced = price(PROFILE, order)
    assert priced.subtotal * 100 == Cents(order).food()
    assert priced.total * 100 == Cents(order).total()
    assert priced.total == sum(line.amount for line in priced.lines)
    assert priced.balance + priced.deposit == priced.total
    assert all(line.amount.as_tuple().exponent == -2 for line in priced.lines)
    assert all(priced.subtotal + filler.amount >= 550 for filler in priced.fillers)


@settings(max_examples=300, deadline=None)
@given(order=orders(), more=st.integers(1, 5))
def test_another_guest_never_makes_a_party_cheaper(order: Order, more: int) -> None:
    larger = replace(order, counts={**order.counts, "adult": order.counts["adult"] + more})
    plain, grown = (replace(o, options={}, further={}) for o in (order, larger))
    if sum(grown.counts.values()) <= 100:
        assert price(PROFILE, grown).total >= price(PROFILE, plain).total


@settings(max_examples=300, deadline=None)
@given(order=orders())
def test_an_order_survives_being_stored(order: Order) -> None:
    restored = Order.from_json(json.loads(json.dumps(order.to_json())))
    assert restored == order
    assert price(PROFILE, restored).total == price(PROFILE, order).total
