"""Quote and /quote: staff price a party in a window, and the customer gets the bot's own words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from other_trades import named, trade, visit
from staff_room import Staff, shown
from world import World

from bot.booking.pricing import price
from bot.booking.quote import CannotPrice, Order
from bot.booking.travel import TableDistances
from bot.desk.quoting import Wanted, with_way
from bot.profile import load_profile
from handlers.desk.party_fields import Wrong, blocks_of, errors_of, read
from handlers.desk.whom import split

HIBACHI = load_profile()
SPA = trade(
    visit(
        "per_hour",
        {"massage": named("massage", price=80, unit="hour")},
        extras={"oil": named("warm oil", price=15, unit="booking")},
    )
)
CLEANING = trade(
    visit(
        "flat",
        {"home": named("home", price=150, unit="booking")},
        add_ons={"window": named("window", price=9, unit="item")},
    )
)


def fields(blocks: tuple[dict[str, object], ...]) -> list[object]:
    return [block["block_id"] for block in blocks]


def test_the_fields_are_those_of_the_trade() -> None:
    """Nothing of the caterer's menu is left in the code."""
    assert fields(blocks_of(SPA, Wanted(order=Order()))) == [
        "counts.massage",
        "extras",
        "hours",
        "place",
        "day",
    ]
    assert fields(blocks_of(CLEANING, Wanted(order=Order()))) == [
        "counts.home",
        "add_ons",
        "place",
        "day",
    ]
    hibachi = fields(blocks_of(HIBACHI, Wanted(order=Order())))
    assert hibachi[:5] == [
        "counts.adult",
        "counts.child",
        "counts.under_five",
        "options",
        "further",
    ]


def test_what_was_entered_is_priced_as_it_stands() -> None:
    spa = read(SPA, "", {"counts.massage": "2", "hours": "2,5", "extras": "oil"})
    assert price(SPA, spa.order).total == Decimal("415.00")  # 2 x 2.5 x 80, and the oil.
    flat = read(CLEANING, "", {"counts.home": "1", "add_ons": "4 window\nwindow x2"})
    assert price(CLEANING, flat.order).total == Decimal("204.00")
    party = read(
        HIBACHI,
        "",
        {"counts.adult": "12", "options": "6 Filet Mignon, 2 langosta", "further": "1 shrimp"},
    )
    assert party.order.options == {"filet_mignon": 6, "lobster": 2}
    assert party.order.further == {"shrimp": 1}


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("counts.adult", "-3", "whole number"),
        ("counts.adult", "twelve", "whole number"),
        ("options", "6 unicorn", "is none of: chicken"),
        ("options", "filet mignon", "How many"),
        ("day", "2026-02-30", "A day"),
    ],
)
def test_a_wrong_field_is_an_error_beside_it(field: str, typed: str, said: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(HIBACHI, "", {"counts.child": "1", field: typed})
    assert list(wrong.value.errors) == [field]
    assert said in wrong.value.errors[field]


async def test_a_place_is_priced_where_the_trade_prices_the_way() -> None:
    """The caterer must know where it is; who comes for nothing may be told any town."""
    leeds = Wanted(order=Order(counts={"home": 1}), place="Leeds")
    there = await with_way(CLEANING, TableDistances(CLEANING), leeds)
    assert there is not None
    assert (there.zip_code, there.order.miles) == ("Leeds", None)
    nowhere = Wanted(order=Order(counts={"adult": 12}), place="Atlantis")
    assert await with_way(HIBACHI, TableDistances(HIBACHI), nowhere) is None
    fremont = replace(nowhere, place="Fremont")
    known = await with_way(HIBACHI, TableDistances(HIBACHI), fremont)
    assert known is not None
    assert known.order.miles is not None


def test_a_refused_price_says_so_at_the_field_that_is_wrong() -> None:
    with pytest.raises(CannotPrice) as refused:
        price(SPA, Order(counts={"massage": 1}))
    assert list(errors_of(SPA, "", refused.value)) == ["hours"]
    with pytest.raises(CannotPrice) as refused:
        price(HIBACHI, Order())
    assert list(errors_of(HIBACHI, "", refused.value)) == ["counts.adult"]


def test_who_and_what_are_told_apart_in_a_command() -> None:
    assert split("Ana López: 12 adults") == ("Ana López", "12 adults")
    assert split("+14155550101 12 adults at 6:00 pm") == ("+14155550101", "12 adults at 6:00 pm")
    assert split("ana@example.com 20 people") == ("ana@example.com", "20 people")
    assert split("Ana López") == ("Ana López", "")


async def is_asked_who(dana: Staff) -> None:
    """Nobody is named: a window asks, at once."""
    await dana.commands("/quote")
    await dana.window("quote_customer_who")
    assert "who" in await dana.submits({"who": "nobody of that name"})
    await dana.closes()


async def test_staff_price_a_party_from_the_card_and_the_customer_reads_it(world: World) -> None:
    """I8: an immutable row of the conversation, priced by the same code, sent in the same words."""
    ana, dana, ravi = world.customer(), Staff(world), Staff(world, "U0RAVI")
    await ana.asks("Hi! A party for 12 adults and 3 kids, what does it cost?")
    await ana.texts("I want to talk to a real person please")
    card = await world.desk_shows()
    await world.settles()
    before = len(ana.received)
    await is_asked_who(dana)
    await dana.presses(card, "quote")
    window = shown(await dana.window("quote_party"))
    assert {"12", "3"} <= set(window.split("\n")), "what they wrote stands there already"

    assert "place" in await dana.submits({"place": "Atlantis"})
    yesterday = (world.deps.bot.clock.now() - timedelta(days=2)).date().isoformat()
    assert "day" in await dana.submits({"place": "94539", "day": yesterday})
    assert "options" in await dana.submits({"day": "", "options": "2 dragons"})
    assert not await dana.submits({"options": "2 lobster"})
    priced = shown(await dana.window("quote_offer"))
    assert "*Total $" in priced
    assert (
        await world.value("SELECT count(*) FROM quotes WHERE order_priced->'options' ? 'lobster'")
        == 0
    )
    total = re.search(r"Total (\$[\d,.]+)\*", priced)
    assert total is not None
    assert not await dana.submits({"then": "staff"})
    await dana.window("desk_done")
    await ana.hears(before + 1)
    await world.settles()
    heard = "\n".join(m.body for m in ana.received[before:])
    assert total[1] in heard
    assert "Dana" in heard, "the customer is told who speaks"
    rows = await world.rows("SELECT total, version FROM quotes ORDER BY version DESC LIMIT 1")
    assert f"${rows[0]['total']:,.2f}" == total[1]
    assert await world.value("SELECT claimed_by FROM escalations") == "U0DANA"
    assert await world.value("SELECT actor FROM audit_log WHERE act = 'quote.made'") == "U0DANA"

    await _ravi_may_keep_but_not_send(world, ravi, card)
    await _too_large_is_for_a_person(world, dana)


async def _ravi_may_keep_but_not_send(world: World, ravi: Staff, card: object) -> None:
    """I7: one voice; who does not hold the conversation is told who does."""
    await ravi.presses(card, "quote")  # type: ignore[arg-type]  # The card that the desk shows.
    assert not await ravi.submits({"counts.adult": "20"})
    await ravi.window("quote_offer")
    refused = await ravi.submits({"then": "house"})
    assert "Dana holds this conversation" in refused["then"]
    count = await world.value("SELECT count(*) FROM quotes")
    assert not await ravi.submits({"then": "keep"}, repeat=True)
    assert await world.value("SELECT count(*) FROM quotes") == int(str(count)) + 1, "sent off twice"


async def _too_large_is_for_a_person(world: World, dana: Staff) -> None:
    """The bot would leave it to a person; the person says why, and the audit log keeps it."""
    await dana.closes()
    assert await dana.commands("/quote", "+14155550101: 130 adults") == ""
    window = await dana.window("quote_party")
    assert "130" in shown(window).split("\n")
    assert not await dana.submits()
    assert "a person decides about more than 100" in shown(await dana.window("quote_party"))
    assert not await dana.submits({"decided": "An old friend of the house"})
    assert "by a person's decision" in shown(await dana.window("quote_offer"))
    assert not await dana.submits({"then": "keep"})
    detail = await world.value(
        "SELECT detail->>'reason' FROM audit_log WHERE act = 'quote.made' ORDER BY id DESC LIMIT 1"
    )
    assert detail == "An old friend of the house"
    assert "no customer" in await dana.commands("/quote", "nobody of that name")
