"""YES is a keyword to carriers and an answer to us: a yes to stated terms is never lost to one."""

from __future__ import annotations

import pytest
from world import World


@pytest.mark.parametrize("is_told", [False, True])
async def test_a_capital_yes_books_although_the_carrier_calls_it_an_opt_in(
    world: World, is_told: bool
) -> None:
    """I6, I9: with the advanced opt-out the webhook says START; she never left, so she agrees."""
    world.stand_ins.twilio.advanced_opt_out = is_told
    ann = world.customer("+14155550177")
    await ann.asks("How much for 20 adults in 94539?")
    held = await ann.asks("a Saturday evening: December 11, 2027 at 6pm")
    assert "December 11, 2027" in held
    await ann.texts("YES")
    await world.until("SELECT EXISTS (SELECT FROM bookings WHERE agreed_at IS NOT NULL)")
    await world.settles()
    assert "booked" in ann.received[-1].body


async def test_a_yes_of_somebody_who_left_opens_the_address_and_books_nothing(
    world: World,
) -> None:
    """I6: after STOP the same word is the wish to hear from us again, and no more than that."""
    ben = world.customer("+14155550178")
    await ben.asks("How much for 20 adults in 94539?")
    await ben.asks("December 11, 2027 at 6pm")
    await ben.texts("STOP")
    await world.until("SELECT EXISTS (SELECT FROM addresses WHERE consent = 'revoked')")
    await ben.texts("YES")
    await world.until("SELECT EXISTS (SELECT FROM addresses WHERE consent = 'given')")
    await world.settles()
    await ben.asks("yes please")
    assert await world.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 0
