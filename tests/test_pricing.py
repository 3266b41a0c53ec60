"""What orders cost: the worked examples. Any order at all is tests/test_pricing_any_order.py's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.booking.guests import GuestChoice, counts_of_ages, order_of_guests
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
    cost = 12 * 55 + 2 * 30 + 3 * 15 + 3 * 15 + 9 * 5
    assert price(PROFILE, order).total == cost
    swapped = (GuestChoice("adult", ("chicken", "filet_mignon", "lobster"), 3), *guests[1:])
    assert price(PROFILE, order_of_guests(PROFILE, swapped, Order(miles=HERE))).total == cost


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
    low, high = price_range(PROFILE, Order(counts={"adult": 40}, miles=HERE), {"adult": 30})
    assert (low.total, high.total) == (dollars("1650.00"), dollars("2200.00"))
    assert (low.workers, high.workers) == (1, 2)


def test_fewer_guests_eat_fewer_portions() -> None:
    """With lobster for each of the forty, thirty would not be charged for forty lobsters."""
    counts, options = {"adult": 40}, {"lobster": 40, "chicken": 40}
    everybody = Order(counts=counts, options=options, further={"salmon": 40}, miles=HERE)
    low, high = price_range(PROFILE, everybody, {"adult": 30})
    assert (low.total, high.total) == (30 * (55 + 15 + 15), 40 * (55 + 15 + 15))
    some = Order(counts=counts, options={"lobster": 10}, miles=HERE)
    low, high = price_range(PROFILE, some, {"adult": 30})
    assert (low.total, high.total) == (30 * 55 + 150, 40 * 55 + 150)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under_five"),
        (5, "under_five"),
        (6, "child"),
        (12, "child"),
        (13, "adult"),
        (99, "adult"),
    ],
)
def test_guests_are_charged_by_their_age(age: int, band: str) -> None:
    assert counts_of_ages(PROFILE, [age]) == {band: 1}


def test_an_age_that_nobody_has_is_no_guest() -> None:
    with pytest.raises(CannotPrice):
        counts_of_ages(PROFILE, [-1])


def test_more_guests_cannot_choose_than_come() -> None:
    guests = (GuestChoice("adult", ("tofu",), 8), GuestChoice("adult", ("salmon",), 5))
    with pytest.raises(CannotPrice) as caught:
        order_of_guests(PROFILE, guests, Order(counts={"adult": 12}))
    assert [(r.field, r.code) for r in caught.value.reasons] == [
        ("choices.adult", Refusal.TOO_MANY)
    ]


def test_a_child_under_five_has_one_protein_and_a_second_is_a_further_one() -> None:
    guests = (GuestChoice("adult", ("tofu", "chicken"), 10), GuestChoice("under_five", ("tofu",)))
    assert price(PROFILE, order_of_guests(PROFILE, guests, Order(miles=HERE))).total == 550
    hungry = (guests[0], GuestChoice("under_five", ("tofu", "salmon")))
    assert price(PROFILE, order_of_guests(PROFILE, hungry, Order(miles=HERE))).total == 565


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
