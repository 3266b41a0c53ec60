"""Road miles from a map service, where DISTANCE_API_KEY is set; else from the bundled table.

Speaks Google's Routes API. An answer is kept in the database and in memory; whatever goes wrong,
the table answers, so that no customer waits longer than the time-out. Only the middles of two
ZIPs leave the house. Source: Google Maps Platform, Routes API, reference/rest/v2/TopLevel/
computeRoutes and REST resource Waypoint (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from aiohttp import ClientError, ClientResponse, ClientSession
from asyncpg import InterfaceError, PostgresError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.booking.travel import Distances, Place, TableDistances, find_place
from bot.clock import Clock
from bot.errors import ConfigError, VendorUnavailable
from bot.profile import Profile
from bot.store import distances as kept
from bot.store.connection import Pool, borrow

log = logging.getLogger(__name__)

DEFAULT_URL = "https://routes.googleapis.com"
TIMEOUT_S = 2.0
FAILURES_MAX, PAUSE_S = 3, 60.0
SHELF_LIFE = timedelta(days=30)
"""Roads change, and the vendor's terms do not let what it says be kept for ever."""
KNOWN_MAX = 10_000
ANSWER_MAX_BYTES = 65_536
METERS_MAX = 20_000_000
METERS_PER_MILE = Decimal("1609.344")
TENTH = Decimal("0.1")


class DistanceSettings(BaseModel):
    """The DISTANCE_ variables, without their prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    api_key: SecretStr
    api_url: str = Field(default=DEFAULT_URL, pattern=r"^https?://[^?#@\s]+$")


def configure(
    settings: Mapping[str, str],
    profile: Profile,
    *,
    pool: Pool,
    http: ClientSession,
    clock: Clock,
) -> Distances:
    """The map service where its key is set, else the bundled table.

    Raises:
        ConfigError: DISTANCE_API_URL is no web address.
    """
    key = settings.get("DISTANCE_API_KEY", "").strip()
    if not key:
        return TableDistances(profile)
    url = settings.get("DISTANCE_API_URL", "").strip() or DEFAULT_URL
    try:
        found = DistanceSettings(api_key=SecretStr(key), api_url=url)
    except ValidationError as error:
        raise ConfigError("DISTANCE_API_URL must be an http or https address") from error
    return RoadDistances(found, TableDistances(profile), pool=pool, http=http, clock=clock)


@dataclass(slots=True)
class _Circuit:
    """Stops asking a service that has failed several times in a row."""

    failures: int = 0
    closed_until_ms: float = 0.0

    def lets_through(self, now_ms: float) -> bool:
        return self.failures < FAILURES_MAX or now_ms >= self.closed_until_ms

    def failed(self, now_ms: float) -> None:
        self.failures += 1
        self.closed_until_ms = now_ms + 1000.0 * PAUSE_S


@dataclass(slots=True)
class _Known:
    """What was found, by way; the oldest goes first when there are too many."""

    by_way: dict[tuple[str, str], tuple[Decimal, datetime]] = field(default_factory=dict)

    def find(self, way: tuple[str, str], now: datetime) -> Decimal | None:
        miles, at = self.by_way.get(way, (None, now))
        return miles if now - at < SHELF_LIFE else None

    def keep(self, way: tuple[str, str], miles: Decimal, now: datetime) -> None:
        self.by_way.pop(way, None)
        if len(self.by_way) >= KNOWN_MAX:
            del self.by_way[next(iter(self.by_way))]
        self.by_way[way] = (miles, now)


class RoadDistances:
    """The miles that people drive, or the table's estimate of them."""

    def __init__(
        self,
        settings: DistanceSettings,
        table: TableDistances,
        *,
        pool: Pool,
        http: ClientSession,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._table = table
        self._pool = pool
        self._http = http
        self._clock = clock
        self._circuit = _Circuit()
        self._known = _Known()

    async def miles(self, start_zip: str, end_zip: str) -> Decimal | None:
        """One way, to the tenth; None where the table does not know a ZIP."""
        estimate = await self._table.miles(start_zip, end_zip)
        if not estimate:  # Unknown, or the very same place: there is nothing to ask.
            return estimate
        start, end = find_place(start_zip), find_place(end_zip)
        if start is None or end is None:
            return estimate
        way = (start.zip, end.zip)
        known = self._known.find(way, self._clock.now())
        if known is not None:
            return known
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await self._stored(way)
                if found is None:
                    found = await self._fetched(start, end, estimate)
        except TimeoutError:
            log.warning("distance.failed", extra={"cause": "no answer in time"})
            # The answer may have come, and only keeping it have taken too long.
            found = self._known.find(way, self._clock.now())
        return estimate if found is None else found

    async def _stored(self, way: tuple[str, str]) -> Decimal | None:
        since = self._clock.now() - SHELF_LIFE
        try:
            async with borrow(self._pool) as conn:
                found = await kept.find(conn, *way, since=since)
        except (PostgresError, InterfaceError, OSError) as error:
            log.warning("distance.unkept", extra={"cause": type(error).__name__})
            return None
        if found is not None:
            self._known.keep(way, found, self._clock.now())
        return found

    async def _fetched(self, start: Place, end: Place, estimate: Decimal) -> Decimal | None:
        """The service's miles, kept; None where it cannot be asked."""
        if not self._circuit.lets_through(self._clock.monotonic_ms()):
            return None
        try:
            miles = await self._asked(start, end)
        except VendorUnavailable as failed:
            self._circuit.failed(self._clock.monotonic_ms())
            log.warning("distance.failed", extra={"cause": str(failed)})
            return None
        except asyncio.CancelledError:  # Too slow, or the turn has ended: a failure as well.
            self._circuit.failed(self._clock.monotonic_ms())
            raise
        self._circuit.failures = 0
        way = (start.zip, end.zip)
        self._known.keep(way, estimate if miles is None else miles, self._clock.now())
        if miles is not None:
            await self._keep(way, miles)
        return miles

    async def _keep(self, way: tuple[str, str], miles: Decimal) -> None:
        """Best effort: without it the way is asked for again some day."""
        try:
            async with borrow(self._pool) as conn:
                await kept.keep(conn, *way, miles=miles, now=self._clock.now())
        except (PostgresError, InterfaceError, OSError, TimeoutError) as error:
            log.warning("distance.unkept", extra={"cause": type(error).__name__})

    async def _asked(self, start: Place, end: Place) -> Decimal | None:
        """The service's miles; None where it knows no way to drive.

        Raises:
            VendorUnavailable: there was no usable answer; the message names no place.
        """
        url = f"{self._settings.api_url.rstrip('/')}/directions/v2:computeRoutes"
        headers = {
            "X-Goog-Api-Key": self._settings.api_key.get_secret_value(),
            "X-Goog-FieldMask": "routes.distanceMeters",
        }
        body = {
            "origin": _waypoint(start),
            "destination": _waypoint(end),
            "travelMode": "DRIVE",
            "routingPreference": "TRAFFIC_UNAWARE",
        }
        try:
            async with self._http.post(
                url, json=body, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise VendorUnavailable(f"status {answer.status}", code=str(answer.status))
                return _miles_of(await _read(answer))
        except (ClientError, OSError) as error:
            raise VendorUnavailable(type(error).__name__) from error


def _waypoint(place: Place) -> Mapping[str, object]:
    middle = {"latitude": place.latitude, "longitude": place.longitude}
    return {"location": {"latLng": middle}}


class _Route(BaseModel):
    """A way of the answer. The vendor leaves out figures that are 0."""

    model_config = ConfigDict(strict=True)

    distance_m: int = Field(default=0, alias="distanceMeters", ge=0, le=METERS_MAX)


class _Answer(BaseModel):
    """What computeRoutes answers; empty where no way was found."""

    model_config = ConfigDict(strict=True)

    routes: list[_Route] = Field(default_factory=list)


async def _read(answer: ClientResponse) -> bytes:
    """The whole answer, unless it is absurdly long."""
    raw = b""
    async for chunk in answer.content.iter_chunked(ANSWER_MAX_BYTES):
        raw += chunk
        if len(raw) > ANSWER_MAX_BYTES:
            raise VendorUnavailable("the answer was too long")
    return raw


def _miles_of(raw: bytes) -> Decimal | None:
    try:
        answer = _Answer.model_validate(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise VendorUnavailable("the answer could not be read") from error
    if not answer.routes:
        return None
    return (answer.routes[0].distance_m / METERS_PER_MILE).quantize(TENTH, ROUND_HALF_UP)
