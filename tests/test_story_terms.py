"""Stories of a model that holds a slot and forgets the terms: customers read them all the same."""

from __future__ import annotations

import pytest
from modelled import Stores, modelled, order, told
from scripted_model import call, say

from bot.language.embed import Encoder

ORDER = {**order(adult=20), "zip_code": "94539"}
HOLD = {
    "day": "December 11, 2027",
    "time": "6pm",
    **dict.fromkeys(("address", "chef", "occasion")),
}
PRICED = "For 20 adults the total is $1,100.00."
SHORT = "I've held it for you, just say yes."
WHOLE = "I'm holding Dec 11 at 6pm for you: $1,100 in all, and a $100 deposit. Is that a yes?"


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


async def test_terms_that_a_model_leaves_out_twice_are_said_in_fixed_words(stores: Stores) -> None:
    """I9: nobody says yes to what they have not read."""
    steps = (call("price_party", ORDER), say(PRICED), call("hold_slot", HOLD))
    async with modelled(stores, *steps, say(SHORT), say(SHORT)) as (world, _scripted):
        ann = world.customer()
        await ann.asks("How much for 20 adults in 94539?")
        held = await ann.asks("December 11, 2027 at 6pm please")
        assert all(
            figure in held for figure in ("December 11, 2027", "6:00 PM", "$1,100.00", "$100.00")
        )
        await world.settles()
        assert all(message.body != SHORT for message in ann.received)
        refused = await world.value("SELECT guard ->> 'refused' FROM turns ORDER BY id DESC")
        assert refused == '["terms not stated", "terms not stated"]'
        assert await world.value("SELECT count(*) FROM bookings") == 1
        assert await world.value("SELECT count(*) FROM proposals") == 1


async def test_a_model_that_is_told_what_is_missing_says_it_itself(stores: Stores) -> None:
    steps = (call("price_party", ORDER), say(PRICED), call("hold_slot", HOLD))
    async with modelled(stores, *steps, say(SHORT), say(WHOLE)) as (world, scripted):
        ann = world.customer()
        await ann.asks("How much for 20 adults in 94539?")
        assert await ann.asks("December 11, 2027 at 6pm please") == WHOLE
        advice = str(told(scripted, 4)[-1]["content"])
        assert "December 11, 2027" in advice
        assert "$1,100.00; $100.00" in advice
