"""Another trade runs by its profile alone: a mobile spa by the hour, a cleaner at a flat price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_prices import flat_total, hourly_total
from other_trades import named, trade, visit

from bot.booking.pricing import price
from bot.booking.quote import CannotPrice, Order, Refusal


def test_a_mobile_spa_is_priced_by_the_hour() -> None:
    massage = named("massage", price=Decimal("72.50"), unit="hour")
    oil = named("oil", price=Decimal("7.25"), unit="item")
    spa = trade(visit("per_hour", {"massage": massage}, extras={"oil": oil}, minimum=150))
    order = Order(counts={"massage": 2}, hours=Decimal("1.5"), extras={"oil": 3})
    priced = price(spa, order)
    assert (priced.total, priced.currency) == (Decimal("239.25"), "GBP")
    assert (priced.travel, priced.gratuity, priced.exact) == (0, None, True)
    short = price(spa, Order(counts={"massage": 1}, hours=Decimal(1)))
    assert (short.shortfall, short.total) == (Decimal("77.50"), Decimal("150.00"))
    with pytest.raises(CannotPrice) as caught:
        price(spa, Order(counts={"massage": 1}))
    assert [reason.code for reason in caught.value.reasons] == [Refusal.HOURS_MISSING]


@settings(max_examples=500, deadline=None)
@given(people=st.integers(1, 9), quarters=st.integers(1, 40), pence=st.integers(1, 20_000))
def test_any_visit_by_the_hour_costs_what_an_independent_sum_says(
    people: int, quarters: int, pence: int
) -> None:
    massage = named("massage", price=Decimal(pence) / 100, unit="hour")
    spa = trade(visit("per_hour", {"massage": massage}, minimum=150))
    priced = price(spa, Order(counts={"massage": people}, hours=Decimal(quarters) / 4))
    assert priced.total * 100 == hourly_total(people, pence, quarters, 15_000)
    assert priced.total == sum(line.amount for line in priced.lines)


@settings(max_examples=500, deadline=None)
@given(studios=st.integers(0, 3), bedrooms=st.integers(1, 40), oven=st.booleans())
def test_any_flat_price_is_what_an_independent_sum_says(
    studios: int, bedrooms: int, oven: bool
) -> None:
    bands = {
        "studio": named("studio", price=Decimal("95.10"), unit="booking"),
        "bedroom": named("bedroom", price=Decimal("40.95"), unit="room"),
    }
    cleaner = trade(visit("flat", bands, extras={"oven": named("oven", price=25, unit="booking")}))
    order = Order(
        counts={"studio": studios, "bedroom": bedrooms}, extras={"oven": 1} if oven else {}
    )
    priced = price(cleaner, order)
    assert priced.total * 100 == flat_total({9510: studios, 4095: bedrooms, 2500: int(oven)})
    assert priced.total == sum(line.amount for line in priced.lines)


def test_what_can_be_had_once_fills_a_minimum_only_when_once_is_enough() -> None:
    bands = {"room": named("room", price=40, unit="room")}
    extras = {
        "oven": named("oven", price=25, unit="booking"),
        "carpets": named("carpets", price=90, unit="booking"),
        "window": named("window", price=8, unit="item"),
    }
    cleaner = trade(visit("flat", bands, extras=extras, minimum=120))
    fillers = price(cleaner, Order(counts={"room": 1})).fillers
    assert [(each.code, each.quantity) for each in fillers] == [("carpets", 1), ("window", 10)]
    small = trade(visit("flat", bands, minimum=120))
    assert price(small, Order(counts={"room": 1})).fillers == ()


def test_a_cleaner_is_priced_flat() -> None:
    bands = {
        "studio": named("studio", price=95, unit="booking"),
        "bedroom": named("bedroom", price=40, unit="room"),
    }
    oven = named("oven", price=25, unit="booking")
    cleaner = trade(visit("flat", bands, extras={"oven": oven}))
    order = Order(counts={"studio": 1, "bedroom": 2}, extras={"oven": 1})
    priced = price(cleaner, order)
    assert (priced.total, priced.balance) == (Decimal("200.00"), Decimal("180.00"))


def test_a_currency_without_small_coins_is_rounded_to_whole_ones() -> None:
    bands = {"hour": named("hour", price=Decimal("3333.33"), unit="hour")}
    spa = trade(visit("per_hour", bands), currency="JPY", territory="JP", zone="Asia/Tokyo")
    assert price(spa, Order(counts={"hour": 1}, hours=Decimal("0.5"))).total == 1667
