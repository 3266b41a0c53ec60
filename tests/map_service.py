"""A small server that speaks the map service's dialect, and the adapter pointed at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from bot.booking.travel import Distances
from bot.clock import FrozenClock
from bot.profile import load_profile
from bot.store.connection import Pool
from channels.distances import configure

PROFILE = load_profile()
KEY = "a-key-that-nobody-may-see"
DRIVEN_M = 160_934
"""A hundred miles."""

Answer = Callable[[], Awaitable[web.StreamResponse]]


async def drives() -> web.StreamResponse:
    """The service in good health."""
    return web.json_response({"routes": [{"distanceMeters": DRIVEN_M}]})


def answers(status: int, text: str) -> Answer:
    """The service as it says this, whatever it is asked."""

    async def answer() -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type="application/json")

    return answer


@dataclass
class Maps:
    """The service, which keeps what it was asked and answers as it is told to."""

    answer: Answer = drives
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    base_url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.headers.append(dict(request.headers))
        return await self.answer()


@dataclass
class Road:
    """The adapter, pointed at the service."""

    maps: Maps
    clock: FrozenClock
    pool: Pool
    http: ClientSession

    def fresh(self) -> Distances:
        """As another process would have it: nothing in memory yet."""
        return configure(
            {"DISTANCE_API_KEY": KEY, "DISTANCE_API_URL": self.maps.base_url},
            PROFILE,
            pool=self.pool,
            http=self.http,
            clock=self.clock,
        )
