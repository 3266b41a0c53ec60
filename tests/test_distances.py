"""Road miles from a map service: exact where it answers, the table's where it does not.

A small server speaks the service's dialect. No customer waits longer than the time-out (I14), and
no log names where anybody lives (I13).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any, cast
from uuid import UUID

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from map_service import KEY, PROFILE, Maps, Road, answers, drives

from bot.booking.travel import Distances, TableDistances, find_place, road_miles
from bot.clock import FrozenClock
from bot.deps import Deps
from bot.domain import ConversationId, CustomerId, Quote
from bot.errors import ConfigError
from bot.settings import load_settings
from bot.situation import Situation
from bot.store.connection import open_pool
from bot.tools.base import ToolContext
from bot.tools.party_arguments import PriceParty
from bot.tools.price_party import tool as price_party
from channels.distances import PAUSE_S, SHELF_LIFE, TIMEOUT_S, configure

BASE, SACRAMENTO, SAN_JOSE = "94539", "95814", "95112"
ESTIMATE = road_miles(PROFILE, SACRAMENTO)
DRIVEN = Decimal("100.0")


@pytest.fixture
async def road(database_url: str) -> AsyncIterator[Road]:
    maps = Maps()
    app = web.Application()
    app.router.add_post("/directions/v2:computeRoutes", maps.handle)
    server = TestServer(app)
    await server.start_server()
    maps.base_url = str(server.make_url("/"))
    pool = await open_pool(database_url, size=2)
    clock = FrozenClock(datetime(2026, 11, 23, 18, tzinfo=UTC))
    async with ClientSession() as http:
        yield Road(maps, clock, pool, http)
    await pool.close()
    await server.close()


async def test_the_service_is_asked_as_its_makers_say(road: Road) -> None:
    """Only the middles of two ZIPs leave the house, never an address."""
    assert await road.fresh().miles(BASE, SACRAMENTO) == DRIVEN
    start, end = find_place(BASE), find_place(SACRAMENTO)
    assert start is not None
    assert end is not None
    assert road.maps.asked == [
        {
            "origin": {
                "location": {"latLng": {"latitude": start.latitude, "longitude": start.longitude}}
            },
            "destination": {
                "location": {"latLng": {"latitude": end.latitude, "longitude": end.longitude}}
            },
            "travelMode": "DRIVE",
            "routingPreference": "TRAFFIC_UNAWARE",
        }
    ]
    assert road.maps.headers[0]["X-Goog-Api-Key"] == KEY
    assert road.maps.headers[0]["X-Goog-FieldMask"] == "routes.distanceMeters"


async def test_a_way_is_asked_for_once(road: Road) -> None:
    """In memory for this process, in the database for the others."""
    here = road.fresh()
    for _ in range(3):
        assert await here.miles(BASE, SACRAMENTO) == DRIVEN
    assert await road.fresh().miles(BASE, SACRAMENTO) == DRIVEN
    assert len(road.maps.asked) == 1
    await here.miles(BASE, SAN_JOSE)
    assert len(road.maps.asked) == 2


async def test_an_old_answer_is_asked_for_anew(road: Road) -> None:
    here = road.fresh()
    await here.miles(BASE, SACRAMENTO)
    road.clock.advance(SHELF_LIFE + timedelta(seconds=1))
    road.maps.answer = answers(200, '{"routes": [{"distanceMeters": 16093}]}')
    assert await here.miles(BASE, SACRAMENTO) == Decimal("10.0")
    assert await road.fresh().miles(BASE, SACRAMENTO) == Decimal("10.0")
    assert len(road.maps.asked) == 2


def _of(route: str) -> str:
    return '{"routes": [' + route + "]}"


TROUBLE = {
    "too many requests": (429, "{}"),
    "broken": (500, "oops"),
    "bad key": (403, '{"error": {"code": 403}}'),
    "elsewhere": (302, ""),
    "not JSON": (200, "<html>"),
    "a list": (200, "[]"),
    "no number": (200, _of('{"distanceMeters": "12"}')),
    "less than nothing": (200, _of('{"distanceMeters": -5}')),
    "not a number": (200, _of('{"distanceMeters": NaN}')),
    "round the world": (200, _of('{"distanceMeters": 99999999999}')),
    "null": (200, '{"routes": null}'),
    "too long": (200, _of('{"distanceMeters": 7, "x": "' + "x" * 200_000 + '"}')),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_whatever_goes_wrong_the_tableanswers(
    road: Road, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    road.maps.answer = answers(*TROUBLE[trouble])
    with caplog.at_level(logging.DEBUG, logger="channels.distances"):
        assert await road.fresh().miles(BASE, SACRAMENTO) == ESTIMATE
    assert len(caplog.records) == 1
    logged = str([vars(record) for record in caplog.records])
    assert not any(word in logged for word in (BASE, SACRAMENTO, KEY, "Sacramento"))
    road.maps.answer = drives
    assert await road.fresh().miles(BASE, SACRAMENTO) == DRIVEN


async def test_a_server_that_is_not_there_costs_nothing(road: Road) -> None:
    settings = {"DISTANCE_API_KEY": KEY, "DISTANCE_API_URL": "http://127.0.0.1:1/"}
    away = configure(settings, PROFILE, pool=road.pool, http=road.http, clock=road.clock)
    assert await away.miles(BASE, SACRAMENTO) == ESTIMATE


async def test_a_slow_service_delays_nobody_beyond_the_time_out(road: Road) -> None:
    never = asyncio.Event()

    async def hangs() -> web.StreamResponse:
        await never.wait()
        return web.Response()

    road.maps.answer = hangs
    began = perf_counter()
    assert await road.fresh().miles(BASE, SACRAMENTO) == ESTIMATE
    took_s = perf_counter() - began
    never.set()
    assert TIMEOUT_S <= took_s < TIMEOUT_S + 1.0


async def test_after_three_failures_it_is_not_asked_for_a_minute(road: Road) -> None:
    here = road.fresh()
    road.maps.answer = answers(500, "")
    for _ in range(8):
        assert await here.miles(BASE, SACRAMENTO) == ESTIMATE
    assert len(road.maps.asked) == 3
    road.clock.advance(timedelta(seconds=PAUSE_S - 1))
    await here.miles(BASE, SACRAMENTO)
    assert len(road.maps.asked) == 3
    road.clock.advance(timedelta(seconds=2))
    await here.miles(BASE, SACRAMENTO)
    await here.miles(BASE, SACRAMENTO)
    assert len(road.maps.asked) == 4  # One try; it failed, and the next minute begins.
    road.clock.advance(timedelta(seconds=PAUSE_S + 1))
    road.maps.answer = drives
    assert await here.miles(BASE, SACRAMENTO) == DRIVEN
    assert await here.miles(BASE, SAN_JOSE) == DRIVEN


async def test_a_place_without_a_road_has_the_tables_miles_and_is_no_failure(road: Road) -> None:
    """The vendor answers {} where it finds no way to drive: Hawaii, say."""
    here = road.fresh()
    road.maps.answer = answers(200, "{}")
    honolulu = road_miles(PROFILE, "96813")
    for _ in range(5):
        assert await here.miles(BASE, "96813") == honolulu
    assert len(road.maps.asked) == 1
    road.maps.answer = drives
    assert await here.miles(BASE, SACRAMENTO) == DRIVEN


async def test_what_no_map_needs_to_say_is_not_asked(road: Road) -> None:
    here = road.fresh()
    assert await here.miles(BASE, BASE) == 0
    assert await here.miles(BASE, "00000") is None
    assert road.maps.asked == []


async def test_a_database_that_is_away_stops_no_price(road: Road) -> None:
    here = road.fresh()
    await road.pool.close()
    assert await here.miles(BASE, SACRAMENTO) == DRIVEN


async def test_without_a_key_the_tableanswers(road: Road) -> None:
    plain = configure({}, PROFILE, pool=road.pool, http=road.http, clock=road.clock)
    assert isinstance(plain, TableDistances)
    assert await plain.miles(BASE, SACRAMENTO) == ESTIMATE
    wrong = {"DISTANCE_API_KEY": KEY, "DISTANCE_API_URL": "maps"}
    with pytest.raises(ConfigError, match="DISTANCE_API_URL"):
        configure(wrong, PROFILE, pool=road.pool, http=road.http, clock=road.clock)


NOWHERE = cast(Any, None)


def _context(distances: Distances, quote: Quote | None = None) -> ToolContext:
    """A turn of which only the prices matter."""
    deps = Deps(
        settings=load_settings({}),
        profile=PROFILE,
        clock=NOWHERE,
        pool=NOWHERE,
        reader=NOWHERE,
        knowledge=NOWHERE,
        model=NOWHERE,
        offline=NOWHERE,
        distances=distances,
        render=NOWHERE,
    )
    situation = Situation(
        conversation_id=ConversationId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language="en",
        agent=None,
        waiting=(),
        transcript=(),
        quote=quote,
    )
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    return ToolContext(deps=deps, situation=situation, agent="lead_nurturing", now=now)


def _asked(adults: int, **where: str) -> PriceParty:
    return PriceParty.model_validate({"guests": [{"code": "adult", "count": adults}], **where})


async def test_a_price_rests_on_the_miles_people_drive(road: Road) -> None:
    result = await price_party.run(_context(road.fresh()), _asked(20, town="Sacramento"))
    quote = result.quote
    assert quote is not None
    assert quote.travel == Decimal("140.00")  # 100 miles, of which 30 are free.
    assert quote.total == Decimal("1240.00")
    assert quote.order["miles"] == "100.0"


async def test_the_way_to_one_place_does_not_change_its_price_between_two_quotes(
    road: Road,
) -> None:
    """The service fails after the first quote: the second is not reckoned with other miles."""
    first = (await price_party.run(_context(road.fresh()), _asked(20, zip_code=SACRAMENTO))).quote
    assert first is not None
    later = _context(TableDistances(PROFILE), first)
    second = (await price_party.run(later, _asked(25))).quote
    elsewhere = (await price_party.run(later, _asked(25, zip_code=SAN_JOSE))).quote
    assert second is not None
    assert elsewhere is not None
    assert (second.travel, second.order["miles"]) == (first.travel, "100.0")
    assert elsewhere.travel == 0
