"""Any order at all costs what an independent calculator in cents says, and other laws of prices."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import independent_prices as expected
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from independent_prices import ADD_ON, EXTRA, PREMIUM, Guest, Party

from bot.booking.guests import GuestChoice, counts_of_ages, order_of_guests
from bot.booking.pricing import price
from bot.booking.quote import Order
from bot.profile import load_profile

PROFILE = load_profile()
HERE = Decimal(0)
TABLES = {"proteins": PREMIUM, "thirds": PREMIUM, "add_ons": ADD_ON}


def party_of(dice: random.Random) -> Party:
    """Any party that has a price: crowded or small, plain or with everything."""
    size = dice.choice((1, 1, 8))
    adults = dice.randint(0, 8 * size)
    children = dice.randint(0 if adults else 1, 4 * size)
    tables: dict[str, dict[str, int]] = {}
    for name, codes in TABLES.items():
        some = dice.sample(sorted(codes), dice.choice((0, 0, 1, 2, len(codes))))
        tables[name] = {code: dice.choice((1, 2, 3, 5 * size, 15 * size)) for code in some}
    millimiles = dice.choice((0, 30_000, dice.randint(0, 150_000), dice.randint(0, 1_500) * 100))
    return Party(
        adults=adults,
        children=children,
        under_fives=dice.randint(0, min(adults, 100 - adults - children)),
        extras=tuple(dice.sample(sorted(EXTRA), dice.randint(0, len(EXTRA)))),
        millimiles=dice.choice((millimiles, millimiles, millimiles, None)),
        **tables,
    )


def order_for(party: Party) -> Order:
    ages = {"adult": party.adults, "child": party.children, "under_five": party.under_fives}
    miles = None if party.millimiles is None else Decimal(party.millimiles) / 1000
    return Order(
        counts=ages,
        options=party.proteins,
        further=party.thirds,
        add_ons=party.add_ons,
        extras=dict.fromkeys(party.extras, 1),
        miles=miles,
    )


def test_ten_thousand_orders_cost_what_an_independent_calculator_says() -> None:
    """I8: every price is right to the cent, and its lines are all there is to it."""
    dice = random.Random(20_261_123)
    seen: Counter[str] = Counter()
    for _ in range(10_000):
        party = party_of(dice)
        priced = price(PROFILE, order_for(party))
        assert priced.subtotal * 100 == expected.food(party), party
        assert priced.shortfall * 100 == expected.shortfall(party), party
        assert priced.total * 100 == expected.total(party), party
        assert priced.total == sum(line.amount for line in priced.lines)
        assert priced.deposit * 100 == expected.DEPOSIT
        assert priced.balance + priced.deposit == priced.total
        assert priced.gratuity is not None
        assert tuple(sum_ * 100 for sum_ in priced.gratuity) == expected.gratuity(party), party
        assert all(line.amount.as_tuple().exponent == -2 for line in priced.lines)
        if party.millimiles is None:
            assert priced.travel is None
            seen["distance unknown"] += 1
        else:
            assert priced.travel is not None
            assert priced.travel * 100 == expected.travel(party), party
            seen["rounded"] += expected.travel(party) * 1000 != max(
                0, (party.millimiles - 30_000) * 200
            )
        seen["lifted"] += bool(priced.shortfall)
        seen["beyond"] += any(line.code == "further" for line in priced.lines)
        seen["free child"] += bool(party.under_fives)
    assert len(seen) == 5
    assert min(seen.values()) > 300, seen


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return order_for(party_of(random.Random(draw(st.integers(0, 2**40)))))


guests_by_age = st.builds(
    Guest,
    age=st.integers(0, 90),
    proteins=st.lists(st.sampled_from(sorted(PREMIUM)), max_size=4).map(tuple),
)


@settings(max_examples=500, deadline=None)
@given(guests=st.lists(guests_by_age, min_size=1, max_size=30).map(tuple))
def test_guests_who_each_choose_cost_what_they_cost_one_by_one(guests: tuple[Guest, ...]) -> None:
    """A third protein is a third protein even where another guest leaves one uneaten."""
    counts = counts_of_ages(PROFILE, [guest.age for guest in guests])
    assume(counts.get("under_five", 0) <= counts.get("adult", 0))
    chosen = []
    for guest in guests:
        (band,) = counts_of_ages(PROFILE, [guest.age])
        chosen.append(GuestChoice(band, guest.proteins))
    order = order_of_guests(PROFILE, tuple(chosen), Order(counts=counts, miles=HERE))
    assert price(PROFILE, order).total * 100 == expected.guests_total(guests)


@settings(max_examples=500, deadline=None)
@given(order=orders())
def test_what_would_fill_the_minimum_does(order: Order) -> None:
    priced = price(PROFILE, order)
    for filler in priced.fillers:
        table = {"add_on": "add_ons", "extra": "extras", "option": "options"}[filler.kind]
        wanted: Mapping[str, int] = getattr(order, table)
        more = {**wanted, filler.code: wanted.get(filler.code, 0) + filler.quantity}
        filled = price(PROFILE, replace(order, **{table: more}))
        assert (filled.shortfall, filled.subtotal) == (0, priced.subtotal + filler.amount)
        assert filler.amount - filler.unit_price < priced.shortfall <= filler.amount
    assert bool(priced.fillers) == bool(priced.shortfall)


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
