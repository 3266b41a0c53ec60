"""What tests of the console begin with: links, sessions over HTTP, and a full schedule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import ClientResponse, ClientSession, CookieJar
from follow_up_ground import ZONE, Somebody, somebody
from world import World

from bot.booking.reminders import replan
from bot.desk.console import console_link
from bot.quiet import find_whereabouts, home_of
from bot.quiet_moments import next_working
from bot.store import bookings

DANA, ROSA = "U0DANA", "U0ROSA"
"""Staff, and the owner."""
_FIELD = re.compile(r'name="(token|key|seen|was|words|count)" value="([^"]*)"')


def link_of(world: World, person: str) -> str:
    """What /console answers to somebody."""
    secret = world.ground.settings.concierge_secret.get_secret_value()
    return console_link(world.url, secret, person, now=world.ground.clock.now())


def new_browser() -> ClientSession:
    """A client with cookies of its own, for addresses too."""
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


@dataclass
class AtConsole:
    """Somebody who is signed in."""

    world: World
    http: ClientSession

    async def reads(self, path: str) -> tuple[int, str]:
        """The status and the page at a path below the console."""
        async with self.http.get(f"{self.world.url}/console{path}") as answer:
            return answer.status, await answer.text()

    async def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the forms on a page; of several the first."""
        found: dict[str, str] = {}
        for name, value in _FIELD.findall((await self.reads(path))[1]):
            found.setdefault(name, value)
        return found

    async def sends(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        """A form to a path below the console, as a page would; not followed on."""
        url = f"{self.world.url}/console{path}"
        return await self.http.post(url, data=form, headers=headers, allow_redirects=False)


async def sign_in(world: World, http: ClientSession, person: str) -> AtConsole:
    """Open their link and press its button."""
    async with http.post(link_of(world, person), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/console")
    return AtConsole(world, http)


async def party(world: World, name: str = "Ana María", *, days: int = 24, **who: str) -> Somebody:
    """Somebody whose event is ahead at six in the evening, with all that its rules plan."""
    now = datetime.now(UTC)
    ana = await somebody(world.pool, name=name, at=now - timedelta(days=10), **who)
    day = (now + timedelta(days=days)).astimezone(ZONE)
    starts_at = day.replace(hour=18, minute=0, second=0, microsecond=0)
    chef = "kenji" if days % 2 else "marisol"
    booking_id = await ana.booked(starts_at, at=now - timedelta(days=10), chef=chef)
    async with world.pool.acquire() as conn, conn.transaction():
        booking = await bookings.get(conn, booking_id)
        await replan(conn, world.ground.profile, booking, now=now)
    return ana


def working_day(world: World, at: datetime) -> datetime:
    """The first day from then on at whose noon anybody may be written to, feasts left out."""
    noon = at.astimezone(ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    profile = world.ground.profile
    where = find_whereabouts("+15105550101", "", (), home_of(profile))
    return next_working(profile, noon, where).astimezone(ZONE)
